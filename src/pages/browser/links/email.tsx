/** `/email`: confirms an address, changes it, or takes a change back, by what the link carries. */
import type { Schemas } from "@portcullis/client";
import { useEffect, useState } from "preact/hooks";
import { api, maybeSignedIn } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import type { AnyResult } from "../kit/failure.ts";
import { SelectField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Gate } from "../kit/frame.tsx";
import { End, type EndProps, Incomplete } from "./end.tsx";
import { takeLink } from "./link.ts";
import { overBy } from "./refusals.ts";
import { say } from "./words.ts";

export function Email() {
  const link = takeLink();
  const [token, change, undo] = ["token", "change", "undo"].map((name) => link.get(name));
  if (token) return <Verify token={token} />;
  if (change) return <Change token={change} />;
  if (undo) return <Undo token={undo} />;
  return (
    <Gate title={say("emailTitle")}>
      <Incomplete />
    </Gate>
  );
}

interface TokenProps {
  readonly token: string;
}

function Verify({ token }: TokenProps) {
  return (
    <Gate title={say("verifyTitle")} name={say("emailTitle")}>
      <OwnLink
        send={() => api().confirmEmailVerification({ token })}
        text={say("verifyText")}
        button={say("verifyButton")}
        done={({ email }) => say("verifyDone", { email })}
        isDone={({ emailVerified }) => emailVerified}
        noLongerGood={say("verifyOver")}
      />
    </Gate>
  );
}

function Change({ token }: TokenProps) {
  return (
    <Gate title={say("changeTitle")} name={say("emailTitle")}>
      <OwnLink
        send={() => api().confirmEmailChange({ token })}
        text={say("changeText")}
        button={say("changeButton")}
        done={({ email }) => say("changeDone", { email })}
        isDone={() => false}
        noLongerGood={say("changeOver")}
      />
    </Gate>
  );
}

/** One of the two links that need the session of the browser (EM-05). */
interface OwnLinkProps {
  readonly send: () => Promise<AnyResult>;
  readonly text: string;
  readonly button: string;
  /** The sentence for a success, by the account as it is now. */
  readonly done: (me: Schemas["User"]) => string;
  /** There is nothing left to do for the account. */
  readonly isDone: (me: Schemas["User"]) => boolean;
  readonly noLongerGood: string;
}

const SIGNED_OUT = { ok: false, problem: { code: "unauthenticated", detail: "", title: "" } };

function OwnLink({ send, text, button, done, isDone, noLongerGood }: OwnLinkProps) {
  const [end, setEnd] = useState<EndProps>();
  const [me, setMe] = useState<Schemas["User"]>();
  const form = useForm({
    fields: [],
    // Without the cookie of a session nobody has to be asked.
    send: async () => (maybeSignedIn() ? tryLink(send, isDone) : SIGNED_OUT),
    done: (data) => setEnd({ tone: "good", says: done(data as Schemas["User"]), next: "account" }), // of `tryLink`, the only one that is ok
    told(failure) {
      if (failure.code === "unauthenticated" || failure.code === "csrf_rejected")
        return say("signedOutHere");
      const says = overBy(failure, noLongerGood);
      if (says === undefined) return undefined;
      setEnd({ tone: "bad", says, next: "account" });
      return null;
    },
  });
  useEffect(() => {
    void greet();
  }, []);

  /** Says who is signed in, before anything is pressed. Where that cannot be known now, pressing will tell. */
  async function greet(): Promise<void> {
    if (!maybeSignedIn()) {
      form.tell(say("signedOutHere"));
      return;
    }
    const found = await api().getMe();
    if (found.ok && isDone(found.data))
      setEnd({ tone: "good", says: done(found.data), next: "account", isFirst: true });
    else if (found.ok) setMe(found.data);
    else if (found.problem?.code === "unauthenticated") form.tell(say("signedOutHere"));
  }

  if (end !== undefined) return <End {...end} />;
  return (
    <Form form={form}>
      <p>{text}</p>
      {me !== undefined && <p class="quiet">{say("signedInAs", { email: me.email })}</p>}
      <Button kind="primary" isWide>
        {button}
      </Button>
    </Form>
  );
}

/** Answers the account as it is now. The link may have been used before, in another tab or by a press whose answer got lost. */
async function tryLink(
  send: () => Promise<AnyResult>,
  isDone: OwnLinkProps["isDone"],
): Promise<AnyResult> {
  const sent = await send();
  const isSpent = (sent.problem as { code?: string } | undefined)?.code === "invalid_challenge"; // of a problem document
  if (!sent.ok && !isSpent) return sent;
  const me = await api().getMe();
  return me.ok && isSpent && !isDone(me.data) ? sent : me;
}

/**
 * The token alone takes a change back, and ends whatever the account has. Mail scanners press buttons and tick boxes, in
 * any order, so neither is enough: an answer is chosen from a list, which no click on the page alone can do (CH-07).
 */
function Undo({ token }: TokenProps) {
  const [end, setEnd] = useState<EndProps>();
  const form = useForm({
    fields: ["answer"],
    missing: { answer: say("undoMissing") },
    send: async ({ answer }): Promise<AnyResult> =>
      answer === "no" ? api().undoEmailChange({ token }) : { ok: true, data: "nothing" },
    done: (data) =>
      setEnd(
        data === "nothing"
          ? { tone: "good", says: say("undoNothing") }
          : { tone: "good", says: say("undoDone"), next: "sign-in" },
      ),
    told(failure) {
      const says = overBy(failure, say("undoOver"));
      if (says === undefined) return undefined;
      setEnd({ tone: "bad", says, next: "sign-in" });
      return null;
    },
  });
  return (
    <Gate title={say("undoTitle")} name={say("emailTitle")}>
      {end !== undefined ? (
        <End {...end} />
      ) : (
        <Form form={form}>
          <p>{say("undoText")}</p>
          <SelectField name="answer" label={say("undoQuestion")}>
            <option value="">{say("undoChoose")}</option>
            <option value="yes">{say("undoYes")}</option>
            <option value="no">{say("undoNo")}</option>
          </SelectField>
          <Button kind="primary" isWide>
            {say("undoButton")}
          </Button>
        </Form>
      )}
    </Gate>
  );
}
