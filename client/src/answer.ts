/** Holds an answer against the document: what fits becomes a result, all else is unexpected. */
import { gatewayProblem } from "./generated/operations.ts";
import type { OperationRow } from "./input.ts";
import type { UntypedResult } from "./result.ts";

/** Status and media type must be documented, and the body what they promise. It never throws. */
export function readAnswer(row: OperationRow, response: Response, body: string): UntypedResult {
  const { status } = response;
  const requestId = response.headers.get("x-request-id") ?? "";
  const kind = row.answers[status];
  if (kind === "none") return { ok: true, status, data: undefined, requestId, response };
  if (kind === undefined) return unexpected(response);
  if (!hasMediaTypeOf(kind, response))
    return status === gatewayProblem.status ? replaced(response, requestId) : unexpected(response);
  if (kind === "text") return { ok: true, status, data: body, requestId, response };
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch (cause) {
    return unexpected(response, cause);
  }
  if (kind === "json") return { ok: true, status, data, requestId, response };
  if (!isProblem(data, status)) return unexpected(response);
  return { ok: false, status, problem: data, requestId: requestId || data.requestId, response };
}

/** A proxy on the way may put a page of its own in the place of the body of a 502. The status says it all. */
function replaced(response: Response, requestId: string): UntypedResult {
  const { status } = gatewayProblem;
  return { ok: false, status, problem: { ...gatewayProblem, requestId }, requestId, response };
}

function unexpected(response: Response, error?: unknown): UntypedResult {
  const answer = { ok: false, status: 0, failure: "unexpected_answer", response } as const;
  return error === undefined ? answer : { ...answer, error };
}

function hasMediaTypeOf(kind: "json" | "problem" | "text", { headers }: Response): boolean {
  const expected = {
    json: "application/json",
    problem: "application/problem+json",
    text: "text/plain",
  };
  const [mediaType = ""] = (headers.get("content-type") ?? "").split(";");
  return mediaType.trim().toLowerCase() === expected[kind];
}

/** The parts every problem document has, and that tie it to this answer. */
function isProblem(body: unknown, status: number): body is { requestId: string } {
  return (
    typeof body === "object" &&
    body !== null &&
    "status" in body &&
    body.status === status &&
    textIn(body, "code") !== undefined &&
    textIn(body, "requestId") !== undefined
  );
}

/** The string of that name, where the value is an object that has one. */
export function textIn(value: unknown, name: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const text: unknown = Reflect.get(value, name);
  return typeof text === "string" ? text : undefined;
}
