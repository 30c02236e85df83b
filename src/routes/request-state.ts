/** One request and its answer, from the first byte to the log line. */
import type { OperationId } from "../contract/operations.ts";
import type { Occasion } from "../domain/ports/events.ts";

export class RequestState implements Occasion {
  readonly requestId: string;
  readonly ip: string;
  /** The time of its arrival, and once an operation begins, of its last byte: a slow body stretches no expiry. Milliseconds since the epoch. */
  now: number;
  /** From `performance.now()`: unlike the clock, it never goes back. */
  readonly startedAt: number;
  /** The operation it asks for; null until it is routed, and for pages that are no operation. */
  operation: OperationId | null = null;
  /** The route's pattern. Never the path itself, which may carry a secret that no log should have. */
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
