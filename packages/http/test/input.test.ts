import { describe, expect, it } from "vitest";
import { z } from "zod";
import { route, setup } from "../src/index.ts";
import type { InputState, RouteConfig } from "../src/index.ts";
import { readInput } from "../src/input.ts";

// Sends one request to `POST /users/:id` and returns the input its handler got.
async function inputOf(
  request: RouteConfig["request"],
  sent: { path?: string; body?: BodyInit } = {},
): Promise<InputState> {
  const inputs: InputState[] = [];
  const app = setup({
    routes: [
      route.post("/users/:id", {
        ...(request && { request }),
        resolve: ({ input }) => {
          inputs.push(input);
          return new Response();
        },
      }),
    ],
    onError: ({ error }) => {
      throw error;
    },
  });
  const { path = "/users/7", body = null } = sent;
  await app.fetch(new Request(`http://localhost${path}`, { method: "POST", body }));
  const [input] = inputs;
  if (input === undefined) throw new Error("the handler did not run");
  return input;
}

const login = z.object({ email: z.email(), password: z.string().min(8) });

describe("a part without a schema", () => {
  it("is passed raw", async () => {
    const input = await inputOf(undefined, { path: "/users/7?tag=a&tag=b&flag" });
    expect(input).toEqual({
      ok: true,
      params: { id: "7" },
      query: { tag: ["a", "b"], flag: "" },
      body: undefined,
      issues: [],
      failed: [],
    });
  });

  it("is not read where it is the body", async () => {
    const request = new Request("http://localhost/echo", { method: "POST", body: "not json" });
    const app = setup({
      routes: [route.post("/echo", { resolve: async (c) => new Response(await c.request.text()) })],
    });
    expect(await (await app.fetch(request)).text()).toBe("not json");
  });
});

describe("a part with a schema", () => {
  it("is passed as the schema's output", async () => {
    const input = await inputOf(
      {
        params: z.object({ id: z.coerce.number() }),
        query: z.object({ page: z.string().default("1") }),
        body: login,
      },
      { body: JSON.stringify({ email: "a@b.co", password: "correct horse", extra: 1 }) },
    );
    expect(input).toEqual({
      ok: true,
      params: { id: 7 },
      query: { page: "1" },
      body: { email: "a@b.co", password: "correct horse" },
      issues: [],
      failed: [],
    });
  });

  it("is checked together with the others: every fault is reported, and no value", async () => {
    const input = await inputOf(
      {
        params: z.object({ id: z.uuid() }),
        query: z.object({ page: z.string() }),
        body: z.object({ tags: z.array(z.string()) }),
      },
      { body: '{"tags":["a",1]}' },
    );
    expect(input).toEqual({
      ok: false,
      params: undefined,
      query: undefined,
      body: undefined,
      failed: ["params", "query", "body"],
      issues: [
        { part: "params", path: ["id"], message: expect.any(String), code: "invalid_format" },
        { part: "query", path: ["page"], message: expect.any(String), code: "invalid_type" },
        { part: "body", path: ["tags", "1"], message: expect.any(String), code: "invalid_type" },
      ],
    });
  });

  it("names only the parts that failed", async () => {
    const input = await inputOf(
      { params: z.object({ id: z.string() }), body: login },
      { body: "{}" },
    );
    expect(input.failed).toEqual(["body"]);
  });

  it("does not repeat a rejected value in an issue", async () => {
    const input = await inputOf({ body: login }, { body: '{"email":"hunter2","password":"abc"}' });
    expect(input.ok).toBe(false);
    expect(JSON.stringify(input)).not.toMatch(/hunter2|abc/);
  });
});

describe("a body", () => {
  it("that is not JSON gives one issue, which does not quote it", async () => {
    const input = await inputOf({ body: login }, { body: '{"password":"hunter2"' });
    expect(input).toMatchObject({ ok: false, failed: ["body"] });
    expect(input.issues).toEqual([
      { part: "body", path: [], message: "Malformed JSON", code: "invalid_json" },
    ]);
  });

  it("that is not JSON does not hide the faults of the other parts", async () => {
    const input = await inputOf({ query: z.object({ q: z.string() }), body: login }, { body: "{" });
    expect(input.failed).toEqual(["query", "body"]);
  });

  it("that is empty counts as missing", async () => {
    expect(await inputOf({ body: login.optional() })).toMatchObject({ ok: true, body: undefined });
    const required = await inputOf({ body: login });
    expect(required.issues).toMatchObject([{ part: "body", path: [], code: "invalid_type" }]);
  });

  it("is read behind a byte order mark, which not every platform drops", async () => {
    for (const [mark, ok] of [
      ["\ufeff", true],
      ["\ufeff\ufeff", false],
    ] as const) {
      const request = new Request("http://localhost/", { method: "POST" });
      Object.defineProperty(request, "text", { value: async () => `${mark}{"a":1}` });
      const input = await readInput(request, { body: z.object({ a: z.number() }) }, {}, "");
      expect([mark, input.ok]).toEqual([mark, ok]);
    }
  });

  it("that is the JSON null is not missing", async () => {
    expect(await inputOf({ body: z.null() }, { body: "null" })).toMatchObject({ body: null });
  });

  it("with a __proto__ key changes no prototype", async () => {
    const input = await inputOf({ body: z.looseObject({}) }, { body: '{"__proto__":{"a":1}}' });
    expect(input.ok).toBe(true);
    expect(Object.hasOwn(Object.prototype, "a")).toBe(false);
    expect(input.body).not.toHaveProperty("a");
  });

  it("whose stream fails is an error, not an issue", async () => {
    const tooLarge = new Error("body too large");
    const body = new ReadableStream({ start: (controller) => controller.error(tooLarge) });
    const errors: Error[] = [];
    const app = setup({
      routes: [route.post("/", { request: { body: login }, resolve: () => new Response() })],
      onError: ({ error }) => {
        errors.push(error);
        return new Response(null, { status: 413 });
      },
    });
    const init = { method: "POST", body, duplex: "half" };
    const response = await app.fetch(new Request("http://localhost/", init));
    expect(response.status).toBe(413);
    expect(errors).toEqual([tooLarge]);
  });
});

it("an asynchronous schema is an error, for parts are checked synchronously", async () => {
  const schema = z.object({}).refine(() => Promise.resolve(true));
  await expect(inputOf({ query: schema })).rejects.toThrow("the handler did not run");
});
