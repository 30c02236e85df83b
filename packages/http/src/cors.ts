import type { RouteDescriptor, RouteFactory } from "./route.ts";

/** CORS: the other origins that may use the app from a browser. */
export interface CorsOptions {
  /** Allowed origins, compared exactly (`https://app.example`), or `"*"` for every one. */
  origin: string | string[];
  /** GET, HEAD, PUT, PATCH, POST and DELETE unless given. */
  methods?: string[];
  /** Request headers to allow; unless given, those that the preflight asks for. */
  allowHeaders?: string[];
  /** Response headers that scripts may read. */
  exposeHeaders?: string[];
  /** True if cookies may be sent. Impossible with `"*"`. */
  credentials?: boolean;
  /** How long a browser may remember a preflight, in seconds. */
  maxAge?: number;
}

/** The two halves of CORS: a route for preflights, and headers for the answers to the rest. */
export interface CorsResult {
  /** An `OPTIONS /**` route that answers 204. */
  preflight: (route: RouteFactory) => RouteDescriptor;
  /** Adds the headers to `response` (or to a copy where its headers are immutable); for `onResponse`. */
  headers: (request: Request, response: Response) => Response;
}

const DEFAULT_METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

/**
 * Cross-origin resource sharing (https://fetch.spec.whatwg.org/#http-cors-protocol). Throws at once
 * on options that allow no origin, or on `"*"` with credentials, which browsers refuse.
 */
export function cors(options: CorsOptions): CorsResult {
  const allowOrigin = createOriginRule(options);

  function headers(request: Request, response: Response): Response {
    const target = withMutableHeaders(response);
    if (allowOrigin(request, target.headers) && options.exposeHeaders?.length) {
      target.headers.set("access-control-expose-headers", options.exposeHeaders.join(", "));
    }
    return target;
  }

  function preflight(route: RouteFactory): RouteDescriptor {
    return route.options("/**", {
      resolve: ({ request }) => {
        const response = new Response(null, { status: 204 });
        if (allowOrigin(request, response.headers))
          allowRequest(options, request, response.headers);
        return response;
      },
    });
  }

  return { preflight, headers };
}

type OriginRule = (request: Request, headers: Headers) => boolean;

function createOriginRule(options: CorsOptions): OriginRule {
  const origins = new Set([options.origin].flat());
  const credentials = options.credentials ?? false;
  if (origins.size === 0) throw new Error("cors: the list of origins is empty");
  if (origins.has("")) throw new Error("cors: an origin is an empty string");
  if (origins.has("*")) {
    if (credentials) throw new Error('cors: origin "*" cannot be combined with credentials');
    // Alike for every request, so there is nothing for a cache to tell apart.
    return (_request, headers) => {
      headers.set("access-control-allow-origin", "*");
      return true;
    };
  }
  return (request, headers) => {
    // Also where the origin is absent or refused: else a shared cache serves that answer to all.
    addVary(headers, "Origin");
    const origin = request.headers.get("origin");
    if (origin === null || !origins.has(origin)) return false;
    headers.set("access-control-allow-origin", origin);
    if (credentials) headers.set("access-control-allow-credentials", "true");
    return true;
  };
}

function allowRequest(options: CorsOptions, request: Request, headers: Headers): void {
  const { methods = DEFAULT_METHODS, allowHeaders, maxAge } = options;
  headers.set("access-control-allow-methods", methods.join(", "));
  if (maxAge !== undefined) headers.set("access-control-max-age", String(maxAge));
  if (allowHeaders === undefined) addVary(headers, "Access-Control-Request-Headers");
  const allowed =
    allowHeaders?.join(", ") ?? request.headers.get("access-control-request-headers") ?? "";
  if (allowed !== "") headers.set("access-control-allow-headers", allowed);
}

function addVary(headers: Headers, name: string): void {
  const listed = (headers.get("vary") ?? "").split(",").map((item) => item.trim().toLowerCase());
  if (!listed.includes("*") && !listed.includes(name.toLowerCase())) headers.append("vary", name);
}

function withMutableHeaders(response: Response): Response {
  try {
    // Deleting what is not there changes nothing, and throws where the headers are immutable, as
    // they are on Response.redirect() and on an answer that came from fetch().
    response.headers.delete("x-cors-probe");
    return response;
  } catch {
    return new Response(response.body, response);
  }
}
