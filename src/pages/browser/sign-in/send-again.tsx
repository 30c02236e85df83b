/** Another mail, after a wait: the first one is on its way, and each ends the one before. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { TextButton } from "../kit/button.tsx";
import { useCountdown } from "../kit/notice.tsx";
import { say } from "./words.ts";

const WAIT_SECONDS = 30;

export function SendAgain({
  sentAtMs,
  isBusy,
  send,
  children,
}: {
  readonly sentAtMs: number;
  readonly isBusy: boolean;
  readonly send: () => void;
  readonly children?: ComponentChildren;
}) {
  const [wait] = useState(() => WAIT_SECONDS - Math.floor((Date.now() - sentAtMs) / 1000));
  const left = useCountdown(Math.max(0, wait));
  return (
    <div class="tight small">
      <p class="quiet">{say("noMail")}</p>
      {left > 0 ? (
        <p class="quiet wait">{say("sendAgainIn", { count: left })}</p>
      ) : (
        <p>
          <TextButton onClick={() => !isBusy && send()}>
            {say(isBusy ? "sending" : "sendAgain")}
          </TextButton>
        </p>
      )}
      {children}
    </div>
  );
}
