import { readInput } from "./input.ts";
import { attempt, chain, type MaybePromise } from "./maybe-promise.ts";
import { buildRequest, type RequestOptions } from "./request.ts";
import type { RouteDescriptor } from "./route.ts";
import { createRouteTable } from "./route-table.ts";
import { splitUrl } from "./url.ts";

/** The return value of `onRequest`: a record for the other hooks and the handlers, or nothing. */
export type Locals = Record<string, unknown>;

/** The locals a hook sees, given what `onRequest` returns: `{}` where it returns nothing. */
export type LocalsOf<TReturned> = TReturned extends Locals ? TReturned : Record<never, never>;

/**
 * The routes and the hooks of an app. `locals` is partial where `onRequest` itself may have thrown.
 * Write `onRequest` before the other hooks, so that TypeScript infers its locals first.
 */
export interface SetupConfig<TLocals extends Locals | void = void> {
  routes: RouteDescriptor[];
  // Methods, so that `setup` can hold the hooks of every TLocals as one type. It is sound: the hooks
  // get back what this very `onRequest` returned.
  /** Runs before routing. */
  onRequest?(info: { request: Request; env: unknown }): TLocals | Promise<TLocals>;
  /** Runs last on every answer and returns it, or another. If it throws, `response` is sent. */
  onResponse?(info: {
    request: Request;
    response: Response;
    locals: Partial<LocalsOf<TLocals>>;
    env: unknown;
  }): Response | Promise<Response>;
  /** Answers what was thrown anywhere, except a `Response`. By default, and if it throws: 500. */
  onError?(info: {
    error: Error;
    request: Request;
    locals: Partial<LocalsOf<TLocals>>;
    env: unknown;
  }): Response | Promise<Response>;
  /** Answers where no route matches the method and the path. By default: 404. */
  onNotFound?(info: {
    request: Request;
    locals: LocalsOf<TLocals>;
    env: unknown;
  }): Response | Promise<Response>;
}

/** An app: `fetch` for a server, `request` for tests, and the routes it was set up with. */
export interface App {
  /** Answers a request; what a hook or a handler throws is answered too. A promise only if needed. */
  fetch: (request: Request, env?: unknown) => Response | Promise<Response>;
  /** Builds a request and answers it with `fetch`. Rejects where no `Request` can be built. */
  request: (path: string, options?: RequestOptions) => Promise<Response>;
  /** The array that was given to `setup`, not a copy. */
  routes: RouteDescriptor[];
}

/** Builds an app. Throws where a path pattern is invalid or a route could never be reached. */
export function setup<TLocals extends Locals | void = void>(config: SetupConfig<TLocals>): App {
  const hooks: Hooks = config;
  const findRoute = createRouteTable(config.routes);

  function fetch(request: Request, env?: unknown): MaybePromise<Response> {
    let locals: Locals = {};
    const answer = attempt(
      () =>
        chain(hooks.onRequest?.({ request, env }), (returned) => {
          locals = returned ?? locals;
          return answerRoute(request, locals, env);
        }),
      (thrown) => answerThrown(hooks, thrown, { request, locals, env }),
    );
    return chain(answer, (response) => finish(hooks, response, { request, locals, env }));
  }

  function answerRoute(request: Request, locals: Locals, env: unknown): MaybePromise<Response> {
    const { pathname, search } = splitUrl(request.url);
    const match = findRoute(request.method, pathname);
    if (match === undefined) {
      if (hooks.onNotFound) return hooks.onNotFound({ request, locals, env });
      return Response.json({ error: "Not Found" }, { status: 404 });
    }
    const { config } = match.route;
    return chain(readInput(request, config.request, match.params, search), (input) =>
      config.resolve(Object.freeze({ request, input, locals, env })),
    );
  }

  return {
    fetch,
    request: async (path, options) => fetch(buildRequest(path, options)),
    routes: config.routes,
  };
}

type Hooks = SetupConfig<Locals | void>;

interface Exchange {
  request: Request;
  locals: Locals;
  env: unknown;
}

function answerThrown(hooks: Hooks, thrown: unknown, exchange: Exchange): MaybePromise<Response> {
  if (thrown instanceof Response) return thrown;
  const error = thrown instanceof Error ? thrown : new Error("Non-error thrown", { cause: thrown });
  const answerByDefault = () => Response.json({ error: "Internal Server Error" }, { status: 500 });
  return attempt(
    () => hooks.onError?.({ error, ...exchange }) ?? answerByDefault(),
    answerByDefault,
  );
}

function finish(hooks: Hooks, answer: Response, exchange: Exchange): MaybePromise<Response> {
  const response = exchange.request.method === "HEAD" ? stripBody(answer) : answer;
  return attempt(
    () => hooks.onResponse?.({ response, ...exchange }) ?? response,
    () => response,
  );
}

function stripBody(response: Response): Response {
  const { body, status, statusText, headers } = response;
  if (body === null) return response;
  // Nobody will read it: a stream left open would keep its source (a file, a cursor) open too.
  body.cancel().catch(() => undefined);
  return new Response(null, { status, statusText, headers });
}
