/** A caller's signal and a time limit, as one signal. */
import type { NoAnswer } from "./result.ts";
import type { WebAbortSignal, WebResponse } from "./web.ts";

/** 30 s: a login may wait in the server's password queue, but nobody waits longer for it. */
export const DEFAULT_TIMEOUT_MS = 30_000;
/** The longest time that a timer can hold, in milliseconds; above it, and for Infinity, it would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A running time limit, for a call with all its repetitions. */
export interface Deadline {
  readonly signal: WebAbortSignal;
  /** Why the signal fired; undefined while it has not. */
  cause(): "timeout" | "aborted" | undefined;
  /** Waits for the promise; answers undefined as soon as the signal fires. */
  before<T>(promise: Promise<T>): Promise<T | undefined>;
  /** Lets milliseconds pass, or fewer if the signal fires. Answers at once if the limit would pass first. */
  pause(ms: number): Promise<"passed" | "fired" | "too_long">;
  /** Ends the timer and lets go of the caller's signal. */
  clear(): void;
}

/**
 * Starts a time limit. Not `AbortSignal.any` with `AbortSignal.timeout`: those could not be let go
 * of when the answer is there, and a signal that outlives many calls would gather them all.
 */
export function startDeadline(timeoutMs: number, caller: WebAbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const endsAtMs = performance.now() + timeoutMs;
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
  const fired = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined));
  });
  return {
    signal,
    cause: () => cause,
    before: (promise) => Promise.race([fired, promise]),
    async pause(ms) {
      if (performance.now() + ms >= endsAtMs) return "too_long";
      let pausing: ReturnType<typeof setTimeout> | undefined;
      const passed = new Promise((resolve) => (pausing = setTimeout(resolve, ms)));
      await Promise.race([fired, passed]);
      clearTimeout(pausing);
      return cause ? "fired" : "passed";
    },
    clear: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", onAbort);
    },
  };
}

/** The result of a call that brought no usable answer: the deadline's doing, or the network's. */
export function noAnswer(deadline: Deadline, error: unknown, response?: WebResponse): NoAnswer {
  const failure = deadline.cause() ?? "network";
  return { ok: false, status: 0, failure, error, ...(response && { response }) };
}
