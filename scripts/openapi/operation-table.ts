/** Writes the client's table of operations: their method, path and inputs, and the body of each answer. */
import { type OperationDescription, problemsOf } from "../../src/contract/operation.ts";
import { problem } from "../../src/contract/problems.ts";

/** Source of `operationTable`, with one row per operation under its id. */
export function operationTable(operations: readonly OperationDescription[]): string {
  const rows = operations.map((operation) => {
    const { operationId, method, path, request, security, learns } = operation;
    const row = {
      method,
      path,
      params: Object.keys(request.params?.shape ?? {}),
      query: Object.keys(request.query?.shape ?? {}),
      body: request.body !== undefined,
      accepts: security.accepts,
      ...(learns && { learns }),
      answers: answersOf(operation),
    };
    return `${operationId}: ${JSON.stringify(row)},`;
  });
  return `export const operationTable = {\n${rows.join("\n")}\n} as const;\n`;
}

type Answer = readonly [status: string, kind: string];

/** Kind of the body of each documented answer, by status: `none`, `json`, `text` or `problem`. */
function answersOf(operation: OperationDescription): Record<string, string> {
  const successes = Object.entries(operation.responses).map(
    ([status, { body, mediaType }]): Answer => [
      status,
      body === undefined
        ? "none"
        : (mediaType ?? "application/json").endsWith("json")
          ? "json"
          : "text",
    ],
  );
  const problems = problemsOf(operation).map((code): Answer => [
    String(problem(code).status),
    "problem",
  ]);
  return Object.fromEntries<string>([...successes, ...problems]);
}
