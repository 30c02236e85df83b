/** From answers as values to responses: the only place where bytes and headers are made. */
import { detailOf, problem, type ProblemCode } from "../contract/problems.ts";
import type { Failure } from "./handler.ts";
import type { RequestState } from "./request-state.ts";
import type { AnswerHeaders } from "./headers.ts";
import { rateLimitHeaders } from "./limits.ts";

export interface JsonAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly setCookies?: readonly string[];
  readonly cacheControl?: string;
}

export interface Responder {
  json(state: RequestState, answer: JsonAnswer): Response;
  /** An answer whose body is text of the type its operation declares, and no JSON. */
  text(state: RequestState, answer: JsonAnswer, mediaType: string): Response;
  problem(state: RequestState, failure: Failure<ProblemCode>, headers?: AnswerHeaders): Response;
  /** A page or an asset. `headers` win over the common ones. */
  page(
    state: RequestState,
    status: number,
    body: BodyInit | null,
    headers: AnswerHeaders,
  ): Response;
}

/** How a `Response` is built; the server's own is cheaper than the platform's. */
export type ResponseConstructor = new (body: BodyInit | null, init: ResponseInit) => Response;

/** `mountPath` begins the `type` of each problem, which is a path of ours. */
export function createResponder(
  base: AnswerHeaders,
  ResponseClass: ResponseConstructor,
  mountPath: string,
): Responder {
  function page(
    state: RequestState,
    status: number,
    body: BodyInit | null,
    headers: AnswerHeaders,
  ) {
    return new ResponseClass(body, {
      status,
      headers: { ...base, ...headers, "x-request-id": state.requestId },
    });
  }
  // Pairs, made once: a record would be copied and taken apart again for every answer.
  const closed = Object.entries(base);
  const closedJson = [...closed, pair("content-type", "application/json")];
  return {
    page,
    json(state, { status, body, setCookies, cacheControl }) {
      const text = body === undefined ? null : JSON.stringify(body);
      const common = text === null ? closed : closedJson;
      const headers =
        cacheControl === undefined
          ? common.slice()
          : [
              ...common.filter(([name]) => name !== "cache-control"),
              pair("cache-control", cacheControl),
            ];
      headers.push(pair("x-request-id", state.requestId));
      // Set-Cookie may not be folded into one line (RFC 6265 §3).
      for (const cookie of setCookies ?? []) headers.push(pair("set-cookie", cookie));
      return new ResponseClass(text, { status, headers });
    },
    text: (state, { status, body }, mediaType) =>
      page(state, status, String(body), { "content-type": mediaType }),
    problem(state, failure, headers = {}) {
      const {
        problem: code,
        limited,
        cause: _,
        ...fields
      } = { limited: undefined, cause: undefined, ...failure };
      const { type: path, title, status, headers: own = {} } = problem(code);
      const type = `${mountPath}${path}`;
      const detail = detailOf(code, fields);
      const body = { type, title, status, detail, code, requestId: state.requestId, ...fields };
      const retry: AnswerHeaders =
        "retryAfterSeconds" in fields ? { "retry-after": String(fields.retryAfterSeconds) } : {};
      return page(state, status, JSON.stringify(body), {
        "content-type": "application/problem+json",
        ...retry,
        ...(limited && rateLimitHeaders(limited)),
        ...Object.fromEntries(Object.entries(own).map(([name, { value }]) => [name, value])),
        ...headers,
      });
    },
  };
}

function pair(name: string, value: string): [string, string] {
  return [name, value];
}
