/** Sign-in by a code, or a link, that is mailed. */
import { useRef } from "preact/hooks";
import type { LoginPending } from "@portcullis/client";
import { pagePaths } from "../../../contract/page-paths.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { EmailField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Gate } from "../kit/frame.tsx";
import { Link, usePlace } from "../kit/router.tsx";
import { MailCode } from "../parts/mail-code.tsx";
import { onTheWay } from "./destination.ts";
import { useJourney } from "./journey.ts";
import { useFirstStep, useMailed } from "./ways.ts";
import { say, sayParts } from "./words.ts";

/** Asks for the address. */
export function AskForMail() {
  const { query } = usePlace();
  const { journey } = useJourney();
  const onward = useMailed();
  const form = useForm({
    fields: ["email"],
    send: ({ email }) => api().startMailLogin({ email }),
    done: (started, { email }) => onward({ email, started }),
  });
  return (
    <Gate title={say("mailTitle")} about={say("mailAbout")} after={<OtherWay />}>
      <Form form={form}>
        <EmailField defaultValue={journey.email} />
        <Button kind="primary" isWide>
          {say("sendTheCode")}
        </Button>
      </Form>
      <p>
        <Link to={onTheWay(pagePaths.signIn, query, { view: "code" })}>{say("haveCode")}</Link>
      </p>
    </Gate>
  );
}

/** Takes the code. After a reload the cookie still says what was begun, and the address alone is forgotten. */
export function TypeCode() {
  const { query } = usePlace();
  const { journey, change } = useJourney();
  const { mailed } = journey;
  const onward = useFirstStep({ replace: true });
  const interrupted = useRef<LoginPending | undefined>(undefined);

  /** The code is spent by the first of two calls. Where the second is lost, the next try goes on with what is left. */
  async function signIn(code: string, challengeToken: string | undefined) {
    if (interrupted.current) return api().finishSignIn(interrupted.current);
    const result = await api().signInByMail({ code, challengeToken });
    if (!result.ok) interrupted.current = result.pending;
    return result;
  }

  /** Back and forward find the later mail here too. */
  async function sendAgain(email: string) {
    const result = await api().startMailLogin({ email });
    if (result.ok) change({ mailed: { email, started: result.data } });
    return result;
  }

  return (
    <Gate title={say("lookIntoMail")} after={<OtherWay />}>
      <MailCode
        started={mailed?.started ?? null}
        send={signIn}
        onDone={(data) => onward(data, mailed?.email)}
        button={say("signIn")}
        {...(mailed && { again: () => sendAgain(mailed.email) })}
      >
        <p>
          {mailed
            ? sayParts("codeAboutAddress", { email: <strong>{mailed.email}</strong> })
            : say("codeAbout")}
        </p>
      </MailCode>
      {mailed ? (
        <p class="small quiet">{say("noMail")}</p>
      ) : (
        <p>
          <Link to={onTheWay(pagePaths.signIn, query, { view: "mail" })}>{say("newCode")}</Link>
        </p>
      )}
    </Gate>
  );
}

function OtherWay() {
  const { query } = usePlace();
  return (
    <p>
      <Link to={onTheWay(pagePaths.signIn, query)}>{say("otherWay")}</Link>
    </p>
  );
}
