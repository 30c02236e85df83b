/**
 * CORS: the other origins that a browser lets use the API (HD-03): none, unless CORS_ORIGINS names them. Our
 * cookies are SameSite=Lax, so they come along from origins of our own site only; others use tokens.
 * `Cross-Origin-Resource-Policy: same-origin` stays: it governs no-cors requests, and these are not.
 * What an operation declares to be for every origin, public keys, is read by all of them (HD-10).
 */
import { type Context, cors, type CorsOptions, route, type RouteDescriptor } from "@hectoday/http";
import type { OperationDescription } from "../contract/operation.ts";
import { operations } from "../contract/operations.ts";
import { CSRF_HEADER } from "../contract/security.ts";
import { type RequestState, requestStateOf } from "./request-state.ts";
import type { Responder } from "./responder.ts";

/** How long a browser may remember a preflight: as long as Chromium's own limit of old. Seconds. */
const PREFLIGHT_MAX_AGE_SECONDS = 600;

/**
 * Headers that tracing libraries add to every request of a page: W3C Trace Context §3, W3C Baggage §3, and Sentry's.
 * Without them no request of such a page gets through. The server reads none of them.
 */
const TRACING_HEADERS = ["traceparent", "tracestate", "baggage", "sentry-trace"];

export interface Cors {
  /** Answers a preflight; undefined where the request is none, or comes from an origin that is not allowed. */
  answerPreflight(c: Context): Promise<Response> | undefined;
  /** Answers a preflight where no route has the path, and leaves the rest to `otherwise`. */
  unroutedPreflights(otherwise: (c: Context) => Response): RouteDescriptor[];
  /** The last step of every answer, failures included. */
  addHeaders(state: RequestState, request: Request, response: Response): Response;
}

/** CORS for exactly these origins, which may send these headers besides ours; for all others the operations that every origin may read. */
export function createCors(
  origins: ReadonlySet<string>,
  headers: ReadonlySet<string>,
  responder: Responder,
): Cors {
  const asked = ["content-type", "authorization", CSRF_HEADER, ...TRACING_HEADERS, ...headers];
  const allowHeaders = [...new Set(asked)];
  const listed = origins.size > 0 ? createGrant(listedOptions(origins, allowHeaders)) : undefined;
  const every = createGrant({ origin: "*", methods: ["GET", "HEAD"], allowHeaders });
  const isListed = ({ headers: sent }: Request) => origins.has(sent.get("origin") ?? "");

  function answerPreflight(c: Context): Promise<Response> | undefined {
    if (!isPreflight(c.request)) return undefined;
    if (listed && isListed(c.request)) return grant(c, listed);
    return everyOriginReads.has(requestStateOf(c.locals).pattern) ? grant(c, every) : undefined;
  }

  async function grant(c: Context, { preflight }: Grant): Promise<Response> {
    const granted = await preflight.config.resolve(c);
    return responder.page(requestStateOf(c.locals), 204, null, Object.fromEntries(granted.headers));
  }

  return {
    answerPreflight,
    unroutedPreflights: (otherwise) =>
      listed === undefined
        ? []
        : [
            {
              ...listed.preflight,
              config: { resolve: (c: Context) => answerPreflight(c) ?? otherwise(c) },
            },
          ],
    addHeaders(state, request, response) {
      const answer = listed ? listed.headers(request, response) : response;
      // A listed origin has been named, with credentials: `*` would take them away from it.
      if (!everyOriginReads.has(state.pattern) || isListed(request)) return answer;
      return every.headers(request, answer);
    },
  };
}

/** The patterns of the operations that every origin may read. */
const everyOriginReads: ReadonlySet<string> = new Set(
  Object.values<OperationDescription>(operations)
    .filter(({ readableByEveryOrigin }) => readableByEveryOrigin)
    .map(({ path }) => path),
);

interface Grant {
  readonly preflight: RouteDescriptor;
  readonly headers: (request: Request, response: Response) => Response;
}

function createGrant(options: CorsOptions): Grant {
  const { preflight, headers } = cors({ ...options, maxAge: PREFLIGHT_MAX_AGE_SECONDS });
  return { preflight: preflight(route), headers };
}

function listedOptions(origins: ReadonlySet<string>, allowHeaders: string[]): CorsOptions {
  return {
    origin: [...origins],
    methods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
    allowHeaders,
    exposeHeaders: ["x-request-id", "retry-after", "ratelimit", "ratelimit-policy"],
    credentials: true,
  };
}

/** Any other OPTIONS request asks what the path can do (https://fetch.spec.whatwg.org/#cors-preflight-request). */
function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}
