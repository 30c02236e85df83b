import { describe, expect, it } from "vitest";
import { route, setup } from "../src/index.ts";
import type { Context, SetupConfig } from "../src/index.ts";

const get = new Request("http://localhost/ok");
const ok = route.get("/ok", { resolve: () => new Response("ok") });
const failing = route.get("/fail", {
  resolve: () => {
    throw new Error("boom");
  },
});

describe("fetch", () => {
  it("answers with the handler's own response, at once where nothing is asynchronous", () => {
    const response = new Response("ok");
    const app = setup({ routes: [route.get("/ok", { resolve: () => response })] });
    expect(app.fetch(get)).toBe(response);
  });

  it("answers with what an asynchronous handler resolves to", async () => {
    const response = new Response("ok");
    const app = setup({ routes: [route.get("/ok", { resolve: async () => response })] });
    expect(await app.fetch(get)).toBe(response);
  });

  it("gives the handler a frozen context with the request, the locals and the env", async () => {
    const seen: Context[] = [];
    const app = setup({
      routes: [
        route.get("/ok", {
          resolve: (c) => {
            seen.push(c);
            return new Response();
          },
        }),
      ],
      onRequest: ({ env }) => ({ from: env }),
    });
    await app.fetch(get, "platform");
    const [c] = seen;
    expect(Object.isFrozen(c)).toBe(true);
    expect(c?.request).toBe(get);
    expect(c?.locals).toEqual({ from: "platform" });
    expect(c?.env).toBe("platform");
    expect(c?.input).toMatchObject({ ok: true });
  });

  it("answers with a thrown Response, and does not call onError for it", async () => {
    const denied = new Response(null, { status: 403 });
    const routes = [
      route.get("/now", {
        resolve: () => {
          throw denied;
        },
      }),
      route.get("/later", { resolve: () => Promise.reject(denied) }),
    ];
    const app = setup({ routes, onError: () => new Response(null, { status: 500 }) });
    expect(await app.request("/now")).toBe(denied);
    expect(await app.request("/later")).toBe(denied);
  });

  it("answers a path or a method without a route with 404", async () => {
    const app = setup({ routes: [ok] });
    for (const response of [
      await app.request("/no"),
      await app.request("/ok", { method: "PUT" }),
    ]) {
      expect(response.status).toBe(404);
      expect(response.headers.get("content-type")).toMatch("application/json");
      expect(await response.text()).toBe('{"error":"Not Found"}');
    }
  });
});

describe("HEAD", () => {
  it("gets the status and the headers of GET, without the body", async () => {
    const app = setup({
      routes: [
        route.get("/doc", {
          resolve: () => new Response("text", { status: 203, headers: { etag: '"1"' } }),
        }),
      ],
    });
    const response = await app.request("/doc", { method: "HEAD" });
    expect(response.status).toBe(203);
    expect(response.headers.get("etag")).toBe('"1"');
    expect(response.headers.get("content-type")).toMatch("text/plain");
    expect(response.body).toBeNull();
  });

  it("closes the stream that nobody reads", async () => {
    let cancelled = false;
    const stream = new ReadableStream({ cancel: () => void (cancelled = true) });
    const app = setup({ routes: [route.get("/s", { resolve: () => new Response(stream) })] });
    await app.request("/s", { method: "HEAD" });
    expect(cancelled).toBe(true);
  });

  it("gets no body from a 404 or an error either", async () => {
    const app = setup({ routes: [failing] });
    const missing = await app.request("/no", { method: "HEAD" });
    const failed = await app.request("/fail", { method: "HEAD" });
    expect([missing.status, missing.body]).toEqual([404, null]);
    expect([failed.status, failed.body]).toEqual([500, null]);
  });
});

describe("onRequest", () => {
  it.each([
    ["a value", () => ({ id: "r1" })],
    ["a promise", async () => ({ id: "r1" })],
  ])(
    "hands the locals it returns as %s to the handler and the other hooks",
    async (_, onRequest) => {
      const seen: unknown[] = [];
      const see = (locals: object) => {
        seen.push(locals);
        return new Response();
      };
      const app = setup({
        onRequest,
        routes: [route.get("/ok", { resolve: (c) => see(c.locals) }), failing],
        onResponse: ({ response, locals }) => (see(locals), response),
        onError: ({ locals }) => see(locals),
        onNotFound: ({ locals }) => see(locals),
      });
      for (const path of ["/ok", "/fail", "/missing"]) await app.request(path);
      expect(seen).toEqual(Array.from({ length: 6 }, () => ({ id: "r1" })));
    },
  );

  it("that returns nothing gives empty locals, as no onRequest does", async () => {
    const echo = route.get("/ok", { resolve: (c) => Response.json(c.locals) });
    for (const config of [{}, { onRequest: () => undefined }, { onRequest: async () => {} }]) {
      const app = setup({ routes: [echo], ...config });
      expect(await (await app.request("/ok")).json()).toEqual({});
    }
  });

  it("that throws goes to onError with empty locals, and no handler runs", async () => {
    let handled = false;
    const app = setup({
      onRequest: () => {
        throw new Error("early");
      },
      routes: [route.get("/ok", { resolve: () => ((handled = true), new Response()) })],
      onError: ({ error, locals }) => Response.json({ message: error.message, locals }),
    });
    expect(await (await app.request("/ok")).json()).toEqual({ message: "early", locals: {} });
    expect(handled).toBe(false);
  });

  it("that throws a Response answers with it", async () => {
    const app = setup({
      onRequest: async () => {
        throw new Response(null, { status: 429 });
      },
      routes: [ok],
    });
    expect((await app.request("/ok")).status).toBe(429);
  });
});

describe("onNotFound", () => {
  it("answers where no route matches, with the request and the env", async () => {
    const app = setup({
      routes: [ok],
      onNotFound: ({ request, env }) => new Response(`${request.method} ${env}`, { status: 404 }),
    });
    const response = await app.fetch(new Request("http://localhost/no"), "prod");
    expect(await response.text()).toBe("GET prod");
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("lost");
      },
    ],
    ["rejects", () => Promise.reject(new Error("lost"))],
  ])("that %s goes to onError", async (_, onNotFound) => {
    const app = setup({
      routes: [],
      onNotFound,
      onError: ({ error }) => new Response(error.message),
    });
    expect(await (await app.request("/")).text()).toBe("lost");
  });
});

describe("onError", () => {
  it.each([
    [
      "a thrown error",
      () => {
        throw new Error("boom");
      },
    ],
    ["a rejection", () => Promise.reject(new Error("boom"))],
  ])("answers %s", async (_, resolve) => {
    const app = setup({
      routes: [route.get("/", { resolve })],
      onError: ({ error, request }) => new Response(`${request.url} ${error.message}`),
    });
    expect(await (await app.request("/")).text()).toBe("http://localhost/ boom");
  });

  it("gets what is not an Error wrapped, with the thrown value as its cause", async () => {
    const errors: Error[] = [];
    const app = setup({
      routes: [route.get("/", { resolve: () => Promise.reject("just text") })],
      onError: ({ error }) => (errors.push(error), new Response()),
    });
    await app.request("/");
    expect(errors[0]).toBeInstanceOf(Error);
    expect(errors[0]?.cause).toBe("just text");
  });

  const broken: Pick<SetupConfig, "onError">[] = [
    {},
    {
      onError: () => {
        throw new Error("again");
      },
    },
    { onError: () => Promise.reject(new Error("again")) },
    { onError: () => Promise.reject(new Response("again")) },
  ];
  it.each(broken)("missing or failing itself, is replaced by a bare 500 (%#)", async (hook) => {
    const response = await setup({ routes: [failing], ...hook }).request("/fail");
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"error":"Internal Server Error"}');
  });
});

describe("onResponse", () => {
  it("runs on every answer and may replace it", async () => {
    const app = setup({
      routes: [ok, failing],
      onResponse: ({ request, response }) =>
        new Response(`${response.status} ${new URL(request.url).pathname}`),
    });
    expect(await (await app.request("/ok")).text()).toBe("200 /ok");
    expect(await (await app.request("/fail")).text()).toBe("500 /fail");
    expect(await (await app.request("/no")).text()).toBe("404 /no");
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("late");
      },
    ],
    ["rejects", () => Promise.reject(new Error("late"))],
    [
      "throws a Response",
      () => {
        throw new Response("other");
      },
    ],
  ])("that %s leaves the answer as it was", async (_, onResponse) => {
    const response = new Response("ok");
    const app = setup({ routes: [route.get("/ok", { resolve: () => response })], onResponse });
    expect(await app.fetch(get)).toBe(response);
    expect(await response.text()).toBe("ok");
  });
});

describe("setup", () => {
  it("keeps the very array of routes it was given", () => {
    const routes = [ok];
    expect(setup({ routes }).routes).toBe(routes);
  });

  it("calls hooks as methods of the config, so that they may use this", async () => {
    class Hooks {
      routes = [ok];
      #name = "portcullis";
      onResponse() {
        return new Response(this.#name);
      }
    }
    expect(await (await setup(new Hooks()).request("/ok")).text()).toBe("portcullis");
  });
});
