/** Signing in with a passkey: by the button, or by choosing one in the field for the address. */
import { type PasskeySignIn, signInWithPasskey } from "@portcullis/client/passkeys";
import { useEffect, useRef } from "preact/hooks";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import type { DataOf } from "../kit/failure.ts";
import { given } from "../kit/given.ts";
import { PasskeyIcon } from "../kit/icons.tsx";
import { Status } from "../kit/notice.tsx";
import { hasPasskeys } from "../kit/passkeys.ts";
import { usePageShow } from "../kit/router.tsx";
import { say } from "../kit/words.ts";

/** The session, or a `LoginPending`: ask `isPending` of the client. */
export type PasskeyData = DataOf<PasskeySignIn>;

/** False where no passkey is made for this server, or the browser has none. */
export function canUsePasskeys(): boolean {
  return given().waysIn.passkeys && hasPasskeys();
}

/**
 * The button; while it is shown, passkeys are offered in a field with `autocomplete="username webauthn"` as well. A
 * browser has one ceremony at a time: the button ends the one that waits, and after it that one waits again.
 */
export function PasskeyButton({
  onDone,
}: {
  readonly onDone: (data: PasskeyData) => void | Promise<void>;
}) {
  const waiting = useRef<AbortController | undefined>(undefined);
  const latest = useRef(onDone);
  latest.current = onDone;

  async function wait(): Promise<void> {
    waiting.current?.abort();
    const { signal } = (waiting.current = new AbortController());
    const chosen = await signInWithPasskey(api(), { autofill: true, signal });
    // Nobody has pressed anything, so that the field came to nothing is no news. A passkey that was refused is.
    if (chosen.ok) await latest.current(chosen.data);
    else if (chosen.problem?.code === "invalid_passkey")
      button.tell(say("problem_invalid_passkey"));
  }
  const button = useAction<[], PasskeySignIn>({
    send() {
      waiting.current?.abort();
      return signInWithPasskey(api());
    },
    done: (data) => latest.current(data),
    told() {
      void wait();
      return undefined;
    },
  });

  useEffect(() => {
    if (!canUsePasskeys()) return;
    void wait();
    const leave = () => waiting.current?.abort();
    addEventListener("pagehide", leave);
    return () => {
      leave();
      removeEventListener("pagehide", leave);
    };
  }, []);
  usePageShow(() => void wait());

  if (!canUsePasskeys()) return null;
  return (
    <>
      <Button isWide isBusy={button.isBusy} onClick={() => void button.run()}>
        <PasskeyIcon />
        {say("passkeyUse")}
      </Button>
      <Status failure={button.failure} />
    </>
  );
}
