/** Sentences that tell how something went. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure } from "./failure.ts";
import { say } from "./words.ts";

export type Tone = "plain" | "good" | "warn" | "bad";

/** A box with a sentence. `announce`: it appears after something was pressed, and is read out. */
export function Notice({
  tone = "plain",
  announce = false,
  children,
}: {
  readonly tone?: Tone;
  readonly announce?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <div
      class={tone === "plain" ? "notice" : `notice ${tone}`}
      role={announce ? "alert" : undefined}
    >
      {children}
    </div>
  );
}

/**
 * The place for what is told of an attempt. It is always there, so that what appears in it is read out. `takesFocus`:
 * what was pressed may be gone by then, or far away.
 */
export function Status({
  failure = null,
  good,
  takesFocus = false,
}: {
  readonly failure?: Failure | null;
  readonly good?: string | undefined;
  readonly takesFocus?: boolean;
}) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!takesFocus || !element.current?.hasChildNodes()) return;
    element.current.focus({ preventScroll: true });
    element.current.scrollIntoView({ block: "nearest" });
  }, [failure, good]);
  return (
    <div ref={element} class="status" role="status" tabIndex={takesFocus ? -1 : undefined}>
      {failure?.says !== undefined && (
        <Notice tone="bad">
          <p>
            {failure.says}
            {failure.waitSeconds !== undefined && <Wait seconds={failure.waitSeconds} />}
          </p>
        </Notice>
      )}
      {!failure && good !== undefined && (
        <Notice tone="good">
          <p>{good}</p>
        </Notice>
      )}
    </div>
  );
}

/** Tells how long to wait, counted down for the eye. A screen reader hears it once, and once when it is over. */
function Wait({ seconds }: { readonly seconds: number }) {
  const left = useCountdown(seconds);
  if (left === 0) return <> {say("waitOver")}</>;
  return (
    <>
      {" "}
      <span class="visually-hidden">{waitSentence(seconds)}</span>
      <span class="wait" aria-hidden="true">
        {waitSentence(left)}
      </span>
    </>
  );
}

/** Seconds that are left, by a clock that sleep does not stop. */
export function useCountdown(seconds: number): number {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const endsAtMs = Date.now() + seconds * 1000;
    setLeft(seconds);
    const timer = setInterval(() => {
      const rest = Math.max(0, Math.ceil((endsAtMs - Date.now()) / 1000));
      setLeft(rest);
      if (rest === 0) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [seconds]);
  return left;
}

function waitSentence(seconds: number): string {
  return seconds > 90
    ? say("waitMinutes", { count: Math.ceil(seconds / 60) })
    : say("waitSeconds", { count: seconds });
}
