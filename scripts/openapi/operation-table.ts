/** Writes the client's table of operations: their method, path and inputs, and the body of each answer. */
import { type OperationDescription, problemsOf } from "../../src/contract/operation.ts";
import { problem } from "../../src/contract/problems.ts";
import { problemsIn, type PublishedDocument } from "./published-document.ts";

/**
 * Source of `operationTable`, with one row per operation under its id, of `gatewayProblem`, whose body a proxy on the way
 * may have replaced, and of the interface with the summaries of the operations.
 */
export function operationTable(
  operations: readonly OperationDescription[],
  document: PublishedDocument,
): string {
  const rows = operations.map((operation) => {
    const { operationId, method, path, request, security, learns } = operation;
    const modes = allModes.filter((mode) => fits(operation, mode));
    const row = {
      method,
      path,
      params: Object.keys(request.params?.shape ?? {}),
      query: Object.keys(request.query?.shape ?? {}),
      body: request.body !== undefined,
      accepts: security.accepts,
      ...(learns && { learns }),
      ...(modes.length < allModes.length && { modes }),
      answers: answersOf(operation),
    };
    return `${operationId}: ${JSON.stringify(row)},`;
  });
  const summaries = operations.map(
    ({ operationId, summary, description }) =>
      `${comment([summary, "", description])}\n${operationId}: unknown;`,
  );
  return `export const operationTable = {\n${rows.join("\n")}\n} as const;

export const gatewayProblem = ${JSON.stringify(problemsIn(document).get("provider_unavailable"))} as const;

/** The operations, for their comments: an editor shows them where a client's function is used. */
export interface OperationSummaries {\n${summaries.join("\n")}\n}\n`;
}

const allModes = ["cookies", "tokens", "accessToken"] as const;

/**
 * True where the operation is of use to a client that signs in that way. The table names the modes of those that are not
 * of use to all: `logout` with a token would answer 204, and the session would live on.
 */
function fits(
  { security, learns }: OperationDescription,
  mode: (typeof allModes)[number],
): boolean {
  const credential = mode === "cookies" ? "session" : "bearer";
  if (security.accepts.length > 0) return security.accepts.includes(credential);
  if (learns === undefined) return true;
  // Open to everybody, and it begins, renews or ends a login: `/login` brings cookies, the others are about tokens.
  if (mode === "cookies" || learns === "csrfToken")
    return mode === "cookies" && learns === "csrfToken";
  // The store of mode `tokens` keeps the pair.
  return mode === "tokens" || learns !== "tokens";
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

/** A comment for an editor. No line of it may end it. */
function comment(lines: readonly string[]): string {
  const text = lines.map((line) => ` * ${line.replaceAll("*/", "* /")}`);
  return `/**\n${text.join("\n")}\n */`;
}
