/**
 * CORS: the other origins that a browser lets use the API (HD-03): none, unless CORS_ORIGINS names them. Our
 * cookies are SameSite=Lax, so they come along from origins of our own site only; others use tokens.
 * `Cross-Origin-Resource-Policy: same-origin` stays: it governs no-cors requests, and these are not.
 */
import { type Context, cors, route, type RouteDescriptor } from "@hectoday/http";
import { CSRF_HEADER } from "../contract/security.ts";
import { requestStateOf } from "./request-state.ts";
import type { Responder } from "./responder.ts";

/** How long a browser may remember a preflight: as long as Chromium's own limit of old. Seconds. */
const PREFLIGHT_MAX_AGE_SECONDS = 600;

export interface Cors {
  /** Answers a preflight; undefined where the request is none, or comes from an origin that is not allowed. */
  answerPreflight(c: Context): Promise<Response> | undefined;
  /** Answers a preflight where no route has the path, and leaves the rest to `otherwise`. */
  unroutedPreflights(otherwise: (c: Context) => Response): RouteDescriptor[];
  /** The last step of every answer, failures included. */
  addHeaders(request: Request, response: Response): Response;
}

/** CORS for exactly these origins; with none of them, nothing at all is added or answered. */
export function createCors(origins: ReadonlySet<string>, responder: Responder): Cors {
  if (origins.size === 0)
    return {
      answerPreflight: () => undefined,
      unroutedPreflights: () => [],
      addHeaders: (_, response) => response,
    };
  const { preflight, headers } = cors({
    origin: [...origins],
    methods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
    allowHeaders: ["content-type", "authorization", CSRF_HEADER],
    exposeHeaders: ["x-request-id", "retry-after", "ratelimit", "ratelimit-policy"],
    credentials: true,
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  });
  const granting = preflight(route);

  function answerPreflight(c: Context): Promise<Response> | undefined {
    return isPreflight(c.request) && origins.has(c.request.headers.get("origin") ?? "")
      ? grant(c)
      : undefined;
  }

  async function grant(c: Context): Promise<Response> {
    const granted = await granting.config.resolve(c);
    return responder.page(requestStateOf(c.locals), 204, null, Object.fromEntries(granted.headers));
  }

  return {
    answerPreflight,
    unroutedPreflights: (otherwise) => [
      {
        ...granting,
        config: { resolve: (c: Context) => answerPreflight(c) ?? otherwise(c) },
      },
    ],
    addHeaders: headers,
  };
}

/** Any other OPTIONS request asks what the path can do (https://fetch.spec.whatwg.org/#cors-preflight-request). */
function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}
