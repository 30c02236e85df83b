/** Requests as the fake server gets them, taken apart. */
import { operationTable } from "../generated/operations.ts";
import type { OperationId, OperationRow } from "../input.ts";
import type { AnyCode } from "./responses.ts";
import type { Rules } from "./rules.ts";

/** An operation that a request asks for. */
export interface Found {
  readonly operationId: OperationId;
  readonly row: OperationRow;
  readonly params: Readonly<Record<string, string>>;
}

/** A path that is spelled out comes before one with a parameter in that place: `/me/identities/claim` is no provider. */
const operationsInOrder = Object.entries<OperationRow>(operationTable).sort(
  ([, a], [, b]) => a.params.length - b.params.length,
);

export function findOperation({ method, url }: Request): Found | undefined {
  const segments = new URL(url).pathname.split("/");
  for (const [operationId, row] of operationsInOrder) {
    const wanted = row.path.split("/");
    if (row.method !== method || wanted.length !== segments.length) continue;
    const pairs = wanted.map((name, at) => [name, segments[at] ?? ""] as const);
    if (pairs.some(([name, text]) => !name.startsWith("{") && name !== text)) continue;
    const params = pairs.filter(([name]) => name.startsWith("{"));
    return {
      operationId: operationId as OperationId, // a key of the table it is the key of
      row,
      params: Object.fromEntries(params.map(([name, text]) => [name.slice(1, -1), text])),
    };
  }
  return undefined;
}

/** A query is text on its way here; a handler gets it as the document has it. */
export function typedQuery(rules: Rules, query: Readonly<Record<string, string>>) {
  const fields = Object.entries(query).map(([name, text]): [string, unknown] => {
    const type = rules[name]?.type;
    if (type === "integer") return [name, Number(text)];
    return [name, type === "boolean" ? text === "true" : text];
  });
  return Object.fromEntries(fields);
}

/** The body as JSON has it, or the problem with it. */
export async function readBody(
  request: Request,
): Promise<{ value: unknown } | { problem: AnyCode }> {
  const [mediaType = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (mediaType.trim().toLowerCase() !== "application/json")
    return { problem: "unsupported_media_type" };
  try {
    return { value: await request.json() };
  } catch {
    return { problem: "invalid_json" };
  }
}

/** The value of the request's cookie of that name. */
export function cookieIn(request: Request, name: string): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split("; ");
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
