/** One request and its answer, held against the document. */
import { createFinalURL } from "openapi-fetch";
import { readAnswer } from "./answer.ts";
import type { Credential } from "./credential.ts";
import { type Deadline, noAnswer } from "./deadline.ts";
import type { OperationRow, RequestParts } from "./input.ts";
import type { UntypedResult } from "./result.ts";

/** A request before a credential is on it. */
export interface Outgoing {
  readonly row: OperationRow;
  readonly parts: RequestParts;
  readonly headers: Headers;
}

/** Sends requests and answers what came of each. */
export interface Sender {
  readonly baseUrl: string;
  readonly send: (request: Request) => Promise<Response>;
}

/**
 * Sends once. Of openapi-fetch only the part that makes a URL: its client would bring middleware,
 * parsers and parameter styles that nothing here uses, half as large as all of this package.
 * Rejects when the credential does; nothing has left then.
 */
export async function exchange(
  { baseUrl, send }: Sender,
  { row, parts, headers }: Outgoing,
  credential: Credential,
  deadline: Deadline,
): Promise<{ readonly request: Request; readonly result: UntypedResult }> {
  const { path, query, body } = parts;
  const request = new Request(
    createFinalURL(row.path, { baseUrl, params: { path, query }, querySerializer, pathSerializer }),
    {
      method: row.method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
      signal: deadline.signal,
      credentials: credential.mode,
      // A redirect would take the credential, or a password in the body, to another address.
      redirect: "manual",
    },
  );
  if (body) request.headers.set("content-type", "application/json");
  await credential.attach(request, row, deadline);
  let response: Response | undefined;
  let answer: { text: string } | { error: unknown };
  try {
    response = await send(request);
    answer = { text: await response.text() };
  } catch (error) {
    answer = { error };
  }
  if (response) await credential.keep?.(response, request.url);
  const result =
    response && "text" in answer
      ? readAnswer(row, response, answer.text)
      : noAnswer(deadline, "error" in answer ? answer.error : undefined, response);
  return { request, result };
}

/** The contract has no arrays and no objects in a query. Throws a TypeError for one, as no server could read it. */
function querySerializer(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const pairs = given.map(([name, value]) => {
    if (typeof value === "object") throw new TypeError(`${name} must not be an object`);
    // A number or a boolean is as good here as a string: all become text.
    return `${name}=${encodeURIComponent(value as string)}`;
  });
  return pairs.join("&");
}

/** `requestParts` has seen to it that each name of the path has a value. */
function pathSerializer(path: string, values: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
}
