/** The answer of a server that cannot now. Why is nobody's business but the operator's: the log says it (CF-07). */
import type { EventFields } from "../contract/events.ts";
import type { EventLog } from "../domain/ports/events.ts";
import type { RequestState } from "./request-state.ts";

type Overload = EventFields<"overloaded">;
export type OverloadCause = Overload["cause"];

/** What is asked of whoever meets a full queue, a busy database or a shutdown. Seconds. */
const RETRY_AFTER_SECONDS = 1;

export function overloaded<C extends OverloadCause>(cause: C) {
  return { problem: "overloaded", retryAfterSeconds: RETRY_AFTER_SECONDS, cause } as const;
}

/** How long one line tells of all refusals for the same reason: a flood of them must not fill the disk. Milliseconds. */
const TOLD_FOR_MS = 10_000;

export type OverloadLog = (state: RequestState, overload: Overload) => void;

/** Prints `overloaded`, unless that was told a moment ago. What it remembers is as much as there are codes. */
export function createOverloadLog(log: EventLog): OverloadLog {
  const toldAt = new Map<string, number>();
  return (state, overload) => {
    const reason = `${overload.cause} ${overload.code}`;
    const { startedAt: at } = state;
    if (at - (toldAt.get(reason) ?? -Infinity) < TOLD_FOR_MS) return;
    toldAt.set(reason, at);
    log.print(log.compose(state, "overloaded", overload));
  };
}
