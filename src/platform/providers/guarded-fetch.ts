/** Asks a provider, within bounds that hold whatever it answers (FD-14). The library itself bounds neither size nor body. */
import { readBounded } from "../bounded-answer.ts";
import { isLoopback } from "../loopback.ts";
import { AnswerRefused } from "./faults.ts";

/** Of one request, its body included. Milliseconds. A sign-in makes up to four, and a person waits. */
const REQUEST_TIMEOUT_MS = 4_000;
/** Of one answer, decoded. Honest ones are below 64 KiB. */
const ANSWER_MAX_BYTES = 1_048_576;

/** As libraries call it: every part of the request is given. */
export type GuardedFetch = (url: string, init: GuardedRequest) => Promise<Response>;
export interface GuardedRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: URLSearchParams | null | undefined;
}

/**
 * Makes the fetch of a provider. It answers with the whole body in memory. It throws an `AnswerRefused` where a bound
 * is passed, the answer is a redirect, or the provider says that it cannot answer now; and what `fetch` throws.
 */
export function createGuardedFetch(issuer: string, request: typeof fetch): GuardedFetch {
  return async (url, { method, headers, body }) => {
    demandSecure(url, issuer);
    const response = await request(url, {
      method,
      headers,
      body: body ?? null,
      // The secret, the code and the token are for the address that was judged, and for no other.
      redirect: "manual",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const { status } = response;
    if (status >= 300 && status < 400) await refuse(response, "redirect");
    if (status === 429) await refuse(response, "too_many_requests");
    if (status >= 500) await refuse(response, "server_error");
    const bytes = await readBounded(response, ANSWER_MAX_BYTES);
    if (bytes === undefined) throw new AnswerRefused("answer_too_large");
    // Decoded and counted: what these say is no longer true.
    const left = new Headers(response.headers);
    left.delete("content-encoding");
    left.delete("content-length");
    return new Response(hasBody(status) ? bytes : null, { status, headers: left });
  };
}

/** Throws unless a URL may be asked: https, or loopback where the issuer itself is http on loopback. */
export function demandSecure(url: string, issuer: string): void {
  const parsed = URL.parse(url);
  const mayBePlain = isPlainLoopback(URL.parse(issuer));
  if (parsed === null || !(parsed.protocol === "https:" || (mayBePlain && isPlainLoopback(parsed))))
    throw new AnswerRefused("endpoint_not_https");
  if (parsed.username !== "" || parsed.password !== "")
    throw new AnswerRefused("endpoint_with_credentials");
}

function isPlainLoopback(url: URL | null): boolean {
  return url !== null && url.protocol === "http:" && isLoopback(url.hostname);
}

async function refuse(response: Response, why: "redirect" | "too_many_requests" | "server_error") {
  await response.body?.cancel();
  throw new AnswerRefused(why);
}

/** A Response with another status must have none (Fetch, "null body status"). */
function hasBody(status: number): boolean {
  return status !== 204 && status !== 205;
}
