/** Checks, in development and tests, that what is answered and logged is what the contract promises. */
import { eventDefinition, type LogEvent } from "../contract/events.ts";
import { eventsOf, type OperationDescription, problemsOf } from "../contract/operation.ts";
import { type OperationId, operations } from "../contract/operations.ts";
import type { ProblemCode } from "../contract/problems.ts";
import type { Failure } from "./handler.ts";
import type { JsonAnswer } from "./responder.ts";

export interface Inspector {
  /** Throws where the operation declares no such answer. */
  checkAnswer(operation: OperationDescription, answer: JsonAnswer | Failure<ProblemCode>): void;
  /** Throws where the event does not match its schema, or its operation does not declare it. */
  checkEvent(event: LogEvent, operation: OperationId | null): void;
}

export function inspectorFor(production: boolean): Inspector {
  return production ? trustingInspector : strictInspector;
}

/** For production: the types have been checked already, and a log line is no reason to fail a request. */
const trustingInspector: Inspector = { checkAnswer() {}, checkEvent() {} };

const strictInspector: Inspector = {
  checkAnswer(operation, answer) {
    const { operationId } = operation;
    if ("problem" in answer) {
      if (!problemsOf(operation).includes(answer.problem))
        throw new ContractBrokenError(`${operationId} does not declare ${answer.problem}`);
      return;
    }
    const declared = operation.responses[answer.status];
    if (declared === undefined)
      throw new ContractBrokenError(`${operationId} does not declare ${answer.status}`);
    if ((declared.body === undefined) !== (answer.body === undefined))
      throw new ContractBrokenError(
        `${operationId} ${answer.status}: body where none is declared, or none`,
      );
    const cookies = declared.headers?.["set-cookie"] !== undefined;
    if (!cookies && answer.setCookies !== undefined)
      throw new ContractBrokenError(`${operationId} ${answer.status} does not declare set-cookie`);
    const problems = declared.body?.safeParse(answer.body).error?.issues ?? [];
    for (const { path, code } of problems)
      throw new ContractBrokenError(
        `${operationId} ${answer.status}: body at /${path.join("/")} (${code})`,
      );
  },
  checkEvent(event, operation) {
    if (operation !== null && !eventsOf(operations[operation]).includes(event.event))
      throw new ContractBrokenError(`${operation} does not declare event ${event.event}`);
    const issue = eventDefinition(event.event).schema.safeParse(event).error?.issues[0];
    if (issue)
      throw new ContractBrokenError(
        `event ${event.event} at /${issue.path.join("/")} (${issue.code})`,
      );
  },
};

export class ContractBrokenError extends Error {
  override readonly name = "ContractBrokenError";
}
