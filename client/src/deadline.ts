/** A caller's signal and a time limit, as one signal. */

/** 30 s: a login may wait in the server's password queue, but nobody waits longer for it. */
export const DEFAULT_TIMEOUT_MS = 30_000;
/** What a timer can hold; above it, and for Infinity, it would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A running time limit. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Why the signal fired; undefined while it has not. */
  cause(): "timeout" | "aborted" | undefined;
  /** Ends the timer and lets go of the caller's signal. */
  clear(): void;
}

/**
 * Starts a time limit. Not `AbortSignal.any` with `AbortSignal.timeout`: those could not be let go
 * of when the answer is there, and a signal that outlives many calls would gather them all.
 */
export function startDeadline(timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let cause: "timeout" | "aborted" | undefined;
  const fire = (why: "timeout" | "aborted", reason: unknown) => {
    cause ??= why;
    controller.abort(reason);
  };
  const onAbort = () => fire("aborted", caller?.reason);
  const onTimeout = () =>
    fire("timeout", new DOMException("The call took too long", "TimeoutError"));
  const timer = setTimeout(onTimeout, Math.min(timeoutMs, MAX_TIMEOUT_MS));
  if (caller?.aborted) onAbort();
  caller?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    cause: () => cause,
    clear: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", onAbort);
    },
  };
}
