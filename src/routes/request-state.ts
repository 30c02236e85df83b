/** One request and its answer, from the first byte to the log line. */
import type { OperationId } from "../contract/operations.ts";
import type { Occasion } from "../domain/ports/events.ts";

export class RequestState implements Occasion {
  readonly requestId: string;
  readonly ip: string;
  /** Of its arrival, and of its last byte once an operation begins: a slow body stretches no expiry. */
  now: number;
  /** From `performance.now()`: unlike the clock, it never goes back. */
  readonly startedAt: number;
  /** What it turned out to be for; null until it is routed, and for pages that are no operation. */
  operation: OperationId | null = null;
  /** The route's pattern. Never the path itself, which may carry what nobody should read in a log. */
  pattern = "(unknown)";

  constructor(requestId: string, ip: string, now: number) {
    this.requestId = requestId;
    this.ip = ip;
    this.now = now;
    this.startedAt = performance.now();
  }
}

/** The state a framework hook was given; its absence is a bug in the composition. */
export function requestStateOf(locals: { readonly state?: unknown }): RequestState {
  if (locals.state instanceof RequestState) return locals.state;
  throw new Error("The request was routed without its state");
}
