/** Pages that stand in place of the account: nobody is signed in, nobody knows yet, or the account is gone. */
import { useEffect, useState } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { Button } from "../kit/button.tsx";
import { failureOf } from "../kit/failure.ts";
import { Gate } from "../kit/frame.tsx";
import { Loading } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { signInPath } from "../kit/route.ts";
import { href, Link, usePlace } from "../kit/router.tsx";
import { session } from "../kit/session.ts";
import { say } from "./words.ts";

/** Long enough for an answer that is only slow. */
const PATIENCE_MS = 3_000;

/** Leads to the sign-in, and back here. */
export function SignedOut() {
  const { path } = usePlace();
  return (
    <Gate title={say("signedOutTitle")} about={say("signedOutAbout")}>
      <Link class="button primary wide" to={signInPath(href(path))}>
        {say("signIn")}
      </Link>
    </Gate>
  );
}

/** Waits for the first answer. Where none comes it says so, and asks again when somebody wants it. */
export function Unknown() {
  const [isLate, setLate] = useState(false);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return <Loading />;
  const ask = async () => {
    setBusy(true);
    await session()
      .refresh()
      .catch(() => undefined);
    setBusy(false);
  };
  return (
    <Gate title={say("yourAccount")}>
      <Status failure={failureOf({ ok: false, failure: "network" })} />
      <Button kind="primary" isWide isBusy={isBusy} onClick={() => void ask()}>
        {say("tryAgain")}
      </Button>
    </Gate>
  );
}

export function Goodbye() {
  return (
    <Gate title={say("goodbyeTitle")} about={say("goodbyeAbout")}>
      <Link class="button wide" to={pagePaths.home}>
        {say("startPage")}
      </Link>
    </Gate>
  );
}
