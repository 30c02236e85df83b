/** Pages that stand in place of the account: nobody is signed in, nobody knows yet, or the account is gone. */
import { useEffect, useState } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { Button } from "../kit/button.tsx";
import type { Failure } from "../kit/failure.ts";
import { Gate } from "../kit/frame.tsx";
import { Loading } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { href, usePlace } from "../kit/router.tsx";
import { session } from "../kit/session.ts";
import { say } from "./words.ts";

/** Long enough for an answer that is only slow. */
const PATIENCE_MS = 3_000;

/** Leads to the sign-in, and back here. */
export function SignedOut() {
  const { path } = usePlace();
  const query = new URLSearchParams({ return_to: href(path) });
  return (
    <Gate title={say("signedOutTitle")} about={say("signedOutAbout")}>
      <a class="button primary wide" href={`${href(pagePaths.signIn)}?${query}`}>
        {say("signIn")}
      </a>
    </Gate>
  );
}

/** Until the first answer. Where none comes it says so, and asks again when somebody wants it. */
export function Unknown() {
  const [isLate, setLate] = useState(false);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return <Loading />;
  const failure: Failure = {
    code: "network",
    says: say(navigator.onLine ? "unreachable" : "offline"),
    fields: {},
  };
  const ask = async () => {
    setBusy(true);
    await session()
      .refresh()
      .catch(() => undefined);
    setBusy(false);
  };
  return (
    <Gate title={say("yourAccount")}>
      <Status failure={failure} />
      <Button kind="primary" isWide isBusy={isBusy} onClick={() => void ask()}>
        {say("tryAgain")}
      </Button>
    </Gate>
  );
}

export function Goodbye() {
  return (
    <Gate title={say("goodbyeTitle")} about={say("goodbyeAbout")}>
      <a class="button wide" href={href("/")}>
        {say("startPage")}
      </a>
    </Gate>
  );
}
