/** The second step. Whoever comes here without a first one, as after a reload, begins again. */
import { useEffect } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { Gate } from "../kit/frame.tsx";
import { Link, navigate, usePlace } from "../kit/router.tsx";
import { SecondStep } from "../parts/second-step.tsx";
import { onTheWay } from "./destination.ts";
import { type Pending, useJourney, type Word } from "./journey.ts";
import { say } from "./words.ts";

export function Second() {
  const { query } = usePlace();
  const { journey, change } = useJourney();
  const { pending } = journey;
  const start = onTheWay(pagePaths.signIn, query);

  function beginAgain(word: Word): void {
    change({ pending: undefined, word });
    navigate(start, { replace: true });
  }
  useEffect(() => {
    if (pending === undefined) beginAgain("reloaded");
  }, [pending === undefined]);
  useEnd(pending, () => beginAgain("expired"));

  if (pending === undefined) return null;
  return (
    <Gate
      title={say("secondTitle")}
      about={pending.email}
      after={
        <p>
          <Link to={start}>{say("otherAccount")}</Link>
        </p>
      }
    >
      <SecondStep
        pending={pending.login}
        onDone={({ user }, way) =>
          change({
            arrived: { user, by: way === "recovery_code" ? way : "other" },
            pending: undefined,
          })
        }
        onOver={() => beginAgain("expired")}
      />
    </Gate>
  );
}

/** How often the clock is looked at: a timer of minutes stands still while the machine sleeps. Milliseconds. */
const LOOK_MS = 1_000;

/** Says that the time is up, before a code is typed for nothing. */
function useEnd(pending: Pending | undefined, end: () => void): void {
  useEffect(() => {
    if (pending === undefined) return;
    const timer = setInterval(() => {
      if (Date.now() >= pending.endsAtMs) end();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [pending]);
}
