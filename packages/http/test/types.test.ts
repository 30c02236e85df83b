import { expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { cors, createRoutes, group, route, setup } from "../src/index.ts";
import type { App, Context, InputStateFailed, RouteDescriptor } from "../src/index.ts";

// `tsc` is the proof: at run time the handlers and hooks are never called.
const answer = new Response();

it("types flow from schemas, hooks and environments into handlers", () => {
  expect([inputs(), raw(), locals(), noLocals(), environments()]).toHaveLength(5);
});

function inputs(): RouteDescriptor {
  return route.post("/users/:id", {
    request: {
      params: z.object({ id: z.coerce.number() }),
      query: z.object({ page: z.string().optional() }),
      body: z.object({ email: z.string().transform((text) => text.length) }).optional(),
    },
    response: { 200: z.object({ id: z.number() }) },
    resolve: ({ input }) => {
      // @ts-expect-error: before `ok` is checked, the body may be missing.
      input.params.id.toFixed();
      if (!input.ok) {
        expectTypeOf(input).toEqualTypeOf<InputStateFailed>();
        expectTypeOf(input.params).toEqualTypeOf<undefined>();
        return answer;
      }
      expectTypeOf(input.params).toEqualTypeOf<{ id: number }>();
      expectTypeOf(input.query).toEqualTypeOf<{ page?: string | undefined }>();
      expectTypeOf(input.body).toEqualTypeOf<{ email: number } | undefined>();
      expectTypeOf(input.issues).toEqualTypeOf<[]>();
      // @ts-expect-error: the schema has no such property.
      input.params.name;
      return answer;
    },
  });
}

function raw(): RouteDescriptor {
  return route.get("/users/:id", {
    resolve: async (c) => {
      if (!c.input.ok) return answer;
      expectTypeOf(c.input.params).toEqualTypeOf<Record<string, string>>();
      expectTypeOf(c.input.query).toEqualTypeOf<Record<string, string | string[]>>();
      expectTypeOf(c.input.body).toEqualTypeOf<undefined>();
      expectTypeOf(c.locals).toEqualTypeOf<Record<string, unknown>>();
      expectTypeOf(c.env).toEqualTypeOf<unknown>();
      expectTypeOf(c).toExtend<Context>();
      // @ts-expect-error: the context is read-only.
      c.env = 1;
      return answer;
    },
  });
}

function locals(): App {
  return setup({
    onRequest: async ({ env }) => {
      expectTypeOf(env).toEqualTypeOf<unknown>();
      return { requestId: "r1", startedAt: 0 };
    },
    routes: group([inputs(), raw()]),
    onNotFound: ({ locals }) => {
      expectTypeOf(locals).toEqualTypeOf<{ requestId: string; startedAt: number }>();
      // @ts-expect-error: onRequest returns no such local.
      locals.user;
      return answer;
    },
    onError: ({ error, locals }) => {
      expectTypeOf(error).toEqualTypeOf<Error>();
      expectTypeOf(locals.requestId).toEqualTypeOf<string | undefined>();
      // @ts-expect-error: onRequest itself may have thrown.
      locals.startedAt.toFixed();
      return answer;
    },
    onResponse: ({ response, locals }) => {
      expectTypeOf(locals.startedAt).toEqualTypeOf<number | undefined>();
      return response;
    },
  });
}

function noLocals(): App {
  return setup({
    onRequest: () => {},
    routes: [],
    onNotFound: ({ locals }) => {
      expectTypeOf(locals).toEqualTypeOf<Record<never, never>>();
      // @ts-expect-error: onRequest returns nothing.
      locals.requestId;
      return answer;
    },
    // @ts-expect-error: a hook must answer.
    onResponse: () => {},
  });
}

function environments(): App {
  const routes = createRoutes<{ db: string }>();
  return setup({
    routes: [
      cors({ origin: "*" }).preflight(routes),
      routes.get("/", {
        resolve: ({ env }) => {
          expectTypeOf(env).toEqualTypeOf<{ db: string }>();
          return answer;
        },
      }),
      // @ts-expect-error: a handler must answer.
      routes.put("/", { resolve: () => undefined }),
      // @ts-expect-error: a request has no such part.
      routes.post("/", { request: { headers: z.string() }, resolve: () => answer }),
    ],
  });
}
