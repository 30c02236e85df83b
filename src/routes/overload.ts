/** The answer of a server that is busy or stops. Its cause is for the operator alone: the log says it (CF-07). */
import type { EventFields } from "../contract/events.ts";
import type { EventLog } from "../domain/ports/events.ts";
import type { RequestState } from "./request-state.ts";

type Overload = EventFields<"overloaded">;
export type OverloadCause = Overload["cause"];

/** The wait that is asked of a client after a full queue, a busy database or a shutdown. Seconds. */
const RETRY_AFTER_SECONDS = 1;

export function overloaded<C extends OverloadCause>(cause: C) {
  return { problem: "overloaded", retryAfterSeconds: RETRY_AFTER_SECONDS, cause } as const;
}

/** How long one line tells of all refusals for the same reason: a flood of them must not fill the disk. Milliseconds. */
const TOLD_FOR_MS = 10_000;

export type OverloadLog = (state: RequestState, overload: Overload) => void;

/** Prints `overloaded`, unless the same cause and code were printed a moment ago. Its memory has an entry per cause and code. */
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
