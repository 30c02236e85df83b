import type { EventLog } from "../domain/ports/events.ts";
import type { RequestState } from "./request-state.ts";

/** Prints the `request` event of an answer that is about to leave. */
export function createRequestLog(
  log: EventLog,
): (state: RequestState, method: string, status: number) => void {
  return (state, method, status) => {
    const durationMs = Math.round((performance.now() - state.startedAt) * 1000) / 1000;
    const { pattern: path, operation } = state;
    log.print(log.compose(state, "request", { method, path, status, durationMs, operation }));
  };
}
