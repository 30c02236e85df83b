/**
 * The page that a provider leads back to: sends what came back, and goes on. A login is finished here by cookies, its
 * second factor asked for, unless it goes on to an application's own origin: that finishes it itself.
 */
import { useEffect, useState } from "preact/hooks";
import { providerReturn } from "../../../contract/provider-return.ts";
import { LINK_STATE_PREFIX } from "../../../contract/provider-state.ts";
import type { ProblemCode } from "../../../contract/problems.ts";
import { useAction } from "../kit/action.ts";
import { api, maybeSignedIn } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import type { Failure } from "../kit/failure.ts";
import { Gate } from "../kit/frame.tsx";
import { providerName } from "../kit/given.ts";
import { Status } from "../kit/notice.tsx";
import { SecondStep } from "../parts/second-step.tsx";
import { End, type EndProps } from "./end.tsx";
import { type Arrival, handTo, isOurs, keepHere, leaveTo, tellOpener } from "./provider-arrival.ts";
import { ending, type Step } from "./provider-flow.ts";
import { finalSentence } from "./provider-sentences.ts";
import { say } from "./words.ts";

/** `arrival`: undefined where there was nothing to take, as after a reload. */
export function Provider({
  id,
  arrival,
}: {
  readonly id: string;
  readonly arrival: Arrival | undefined;
}) {
  const name = providerName(id);
  const isLink = arrival?.state.startsWith(LINK_STATE_PREFIX) ?? false;
  return (
    <Gate title={say(isLink ? "providerLinkTitle" : "providerTitle", { name })}>
      {arrival === undefined ? (
        <NothingLeft name={name} />
      ) : (
        <Arrived {...{ id, name, isLink }} came={arrival} />
      )}
    </Gate>
  );
}

interface ArrivedProps {
  readonly id: string;
  readonly name: string;
  readonly isLink: boolean;
  readonly came: Arrival;
}

function Arrived({ id, name, isLink, came }: ArrivedProps) {
  const [end, setEnd] = useState<EndProps>();
  const [second, setSecond] = useState<Extract<Step, { kind: "second-step" }>>();
  const [hasFailed, setFailed] = useState(false);
  const [send] = useState(() => ending(id, came, isLink));

  /** It is done: tells the opener, or leads on to `returnTo` where that is on our origin, or says so. */
  async function goOn(
    outcome: "signed-in" | "linked",
    says: string,
    returnTo: string | null,
  ): Promise<void> {
    if (came.flow.isPopup) tellOpener(providerReturn.channel, { state: came.state, outcome });
    else if (returnTo !== null && isOurs(returnTo)) return leaveTo(returnTo);
    setEnd({
      tone: "good",
      says,
      next: outcome === "linked" ? "security" : "account",
      isFirst: !hasFailed && second === undefined,
    });
  }

  /** Nobody is let in, and there is nothing to try again. */
  function over(
    says: string,
    code: ProblemCode,
    more: Partial<EndProps> & { linkToken?: string } = {},
  ): void {
    const { linkToken, ...props } = more;
    if (came.flow.isPopup)
      tellOpener(providerReturn.channel, {
        state: came.state,
        outcome: "failed",
        code,
        ...(linkToken !== undefined && { linkToken }),
      });
    setEnd({
      tone: "bad",
      says,
      next: isLink ? "security" : "sign-in",
      isFirst: !hasFailed,
      ...props,
    });
  }

  /** There is an account, which is to be signed in to first. Whoever asks for that gets what links afterwards (FD-09). */
  function collide(
    says: string,
    { linkToken = "", returnTo = null }: NonNullable<Failure["problem"]>,
  ) {
    if (returnTo !== null && !isOurs(returnTo))
      return void handTo(returnTo, { provider: id, state: came.state, linkToken });
    keepHere(providerReturn.linkKey, linkToken);
    over(says, "identity_collision", { linkToken, returnTo });
  }

  const action = useAction({
    send,
    done(step) {
      switch (step.kind) {
        case "second-step":
          setSecond(step);
          return undefined;
        case "signed-in":
          return goOn("signed-in", say("signedIn", { email: step.user.email }), step.returnTo);
        case "linked":
          return goOn("linked", say("nowLinked", { name }), came.flow.returnTo ?? null);
      }
    },
    told(failure) {
      const { problem } = failure;
      const says = problem && finalSentence(name, problem);
      if (problem === undefined || says === undefined) {
        setFailed(true);
        return undefined;
      }
      const code = problem.code as ProblemCode; // one that has a sentence
      if (code === "identity_collision") collide(says, problem);
      else if (code === "invalid_challenge" && !isLink)
        // Back and a second answer come here after a success as well: then the account says so.
        void signedInAlready().then((found) => (found ? setEnd(found) : over(says, code)));
      else over(says, code);
      return null;
    },
  });
  useEffect(() => {
    void action.run(); // the person has pressed a button at the provider: the one here is for a second try
  }, []);

  if (end !== undefined) return <End {...end} />;
  if (second !== undefined)
    return (
      <SecondStep
        pending={second.pending}
        onDone={({ user }) =>
          goOn("signed-in", say("signedIn", { email: user.email }), second.returnTo)
        }
        onOver={() => over(say("end_invalid_login_token"), "invalid_login_token")}
      />
    );
  return (
    <div class="stack">
      {!hasFailed && <p class="waiting">{say("providerWaiting", { name })}</p>}
      <Status failure={action.failure} />
      {hasFailed && (
        <Button kind="primary" isWide isBusy={action.isBusy} onClick={() => void action.run()}>
          {say("tryAgain")}
        </Button>
      )}
    </div>
  );
}

/** There was nothing to send, as after a reload. */
function NothingLeft({ name }: { readonly name: string }) {
  const [end, setEnd] = useState<EndProps>();
  useEffect(() => {
    const nothing = { tone: "bad", says: say("nothingLeft", { name }), next: "sign-in" } as const;
    void signedInAlready().then((found) => setEnd(found ?? { ...nothing, isFirst: true }));
  }, []);
  return end === undefined ? null : <End {...end} />;
}

async function signedInAlready(): Promise<EndProps | undefined> {
  if (!maybeSignedIn()) return undefined;
  const me = await api().getMe();
  if (!me.ok) return undefined;
  const says = say("signedInAlready", { email: me.data.email });
  return { tone: "good", says, next: "account", isFirst: true };
}
