import type { output, ZodType } from "zod";
import type { Context, RawParams, RawQuery } from "./context.ts";

/** A route as plain data. `method` is upper-case, and `""` stands for every method. */
export interface RouteDescriptor {
  method: string;
  path: string;
  config: RouteConfig;
}

/**
 * The shapes of a route: its parts and its answers. `response` is documentation for generators: the
 * framework never checks an answer against it.
 */
export interface RouteConfig<
  TParams extends Schema = Schema,
  TQuery extends Schema = Schema,
  TBody extends Schema = Schema,
  TEnv = unknown,
> {
  request?: { params?: TParams; query?: TQuery; body?: TBody };
  response?: Record<number, ZodType>;
  // A method, not a property: its parameter is compared bivariantly, which lets routes of different
  // schemas share one array. It is sound for `input`, which `setup` parses with these very schemas,
  // and trusts the caller of `fetch` for `env`.
  resolve(
    c: Context<
      PartOf<TParams, RawParams>,
      PartOf<TQuery, RawQuery>,
      PartOf<TBody, undefined>,
      TEnv
    >,
  ): Response | Promise<Response>;
}

/** One function per method, each making a {@link RouteDescriptor}; `all` answers every method. */
export interface RouteFactory<TEnv = unknown> {
  get: MakeRoute<TEnv>;
  post: MakeRoute<TEnv>;
  put: MakeRoute<TEnv>;
  patch: MakeRoute<TEnv>;
  delete: MakeRoute<TEnv>;
  head: MakeRoute<TEnv>;
  options: MakeRoute<TEnv>;
  all: MakeRoute<TEnv>;
}

/** A schema that may be absent. */
export type Schema = ZodType | undefined;

/** The value a handler gets for a part: the schema's output, or the raw value where there is none. */
export type PartOf<TSchema extends Schema, TRaw> = TSchema extends ZodType ? output<TSchema> : TRaw;

type MakeRoute<TEnv> = <
  TParams extends Schema = undefined,
  TQuery extends Schema = undefined,
  TBody extends Schema = undefined,
>(
  path: string,
  config: RouteConfig<TParams, TQuery, TBody, TEnv>,
) => RouteDescriptor;

/** A route builder whose handlers see `c.env` as `TEnv`, the type of what `app.fetch` is given. */
export function createRoutes<TEnv = unknown>(): RouteFactory<TEnv> {
  return {
    get: makeRoute("GET"),
    post: makeRoute("POST"),
    put: makeRoute("PUT"),
    patch: makeRoute("PATCH"),
    delete: makeRoute("DELETE"),
    head: makeRoute("HEAD"),
    options: makeRoute("OPTIONS"),
    all: makeRoute(""),
  };
}

/** The route builder for apps that do not use `c.env`. */
export const route: RouteFactory = createRoutes();

/** Names a list of routes. It returns the array it was given and adds no behaviour. */
export function group(routes: RouteDescriptor[]): RouteDescriptor[] {
  return routes;
}

function makeRoute<TEnv>(method: string): MakeRoute<TEnv> {
  return (path, config) => ({ method, path, config });
}
