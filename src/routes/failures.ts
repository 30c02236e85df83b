/** Thrown errors: each is answered, and told in the log. */
import type { EventLog } from "../domain/ports/events.ts";
import { StorageUnavailableError } from "../domain/ports/storage.ts";
import { describeError } from "./errors.ts";
import { overloaded, type OverloadLog } from "./overload.ts";
import type { RequestState } from "./request-state.ts";
import type { Responder } from "./responder.ts";

export interface Failures {
  /** Answers a request whose handling threw. */
  answerError(state: RequestState, request: Request, error: Error): Response;
  /** Logs an unexpected error, and answers 500. */
  answerBug(state: RequestState, error: unknown): Response;
}

/** `withStacks` puts stacks into the log, which only development wants. */
export function createFailures(
  log: EventLog,
  responder: Responder,
  tellOverload: OverloadLog,
  withStacks: boolean,
): Failures {
  function logError(state: RequestState, error: unknown): void {
    const fields = { error: describeError(error, withStacks) };
    log.print(log.compose(state, "unhandled_error", fields));
  }
  return {
    answerError(state, request, error) {
      if (isBodyTooLarge(error)) return responder.problem(state, { problem: "payload_too_large" });
      if (error instanceof StorageUnavailableError) {
        tellOverload(state, { cause: "database", code: error.code });
        return responder.problem(state, overloaded("database"));
      }
      // A client that hangs up while it sends is no error of ours, and nobody reads the answer.
      if (!request.signal.aborted) logError(state, error);
      return responder.problem(state, { problem: "internal_error" });
    },
    answerBug(state, error) {
      logError(state, error);
      return responder.problem(state, { problem: "internal_error" });
    },
  };
}

/** How srvx names a body that outgrew its limit, counted as it arrives (IV-04). */
function isBodyTooLarge(error: Error): boolean {
  return "code" in error && error.code === "ERR_BODY_TOO_LARGE";
}
