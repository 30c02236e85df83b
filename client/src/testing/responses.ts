/** The fake server's answers, as bytes and headers. */
import { problemDocuments } from "../generated/fake.ts";

/** The codes of all problems. */
export type AnyCode = keyof typeof problemDocuments;

export interface Success {
  /** Where the operation has several. */
  readonly status?: number;
  readonly data: unknown;
  readonly cookies?: readonly string[];
}

export function successResponse(
  status: number,
  requestId: string,
  { data, cookies = [] }: Success,
) {
  const headers: [string, string][] = [...commonHeaders(requestId)];
  if (data !== undefined) headers.push(["content-type", "application/json"]);
  for (const cookie of cookies) headers.push(["set-cookie", cookie]);
  return new Response(data === undefined ? null : JSON.stringify(data), { status, headers });
}

export function problemResponse(
  code: AnyCode,
  requestId: string,
  fields = {},
  isChallenging = false,
) {
  const document = { ...problemDocuments[code], requestId, ...fields };
  const headers = new Headers([
    ...commonHeaders(requestId),
    ["content-type", "application/problem+json"],
  ]);
  if (document.status === 401 && isChallenging) headers.set("www-authenticate", "Bearer");
  if ("retryAfterSeconds" in document) {
    headers.set("retry-after", String(document.retryAfterSeconds));
    if (code === "rate_limited") {
      headers.set("ratelimit-policy", '"fake";q=1;w=60');
      headers.set("ratelimit", `"fake";r=0;t=${document.retryAfterSeconds}`);
    }
  }
  return new Response(JSON.stringify(document), { status: document.status, headers });
}

function commonHeaders(requestId: string): [string, string][] {
  return [
    ["x-request-id", requestId],
    ["cache-control", "no-store"],
  ];
}
