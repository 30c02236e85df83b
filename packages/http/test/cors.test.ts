import { describe, expect, it } from "vitest";
import { cors, route, setup } from "../src/index.ts";
import type { CorsOptions } from "../src/index.ts";

const APP = "https://app.example";

function send(options: CorsOptions, headers: Record<string, string>, method = "GET") {
  const { preflight, headers: addHeaders } = cors(options);
  const app = setup({
    routes: [
      preflight(route),
      route.get("/plain", { resolve: () => new Response("ok", { headers: { vary: "Accept" } }) }),
    ],
    onResponse: ({ request, response }) => addHeaders(request, response),
  });
  return app.request("/plain", { method, headers });
}

function corsHeaders(response: Response): Record<string, string> {
  return Object.fromEntries([...response.headers].filter(([name]) => name.startsWith("access-")));
}

describe("a simple request", () => {
  it("from an allowed origin gets that origin, credentials and exposed headers", async () => {
    const response = await send(
      { origin: ["https://a.example", APP], credentials: true, exposeHeaders: ["etag", "x-id"] },
      { origin: APP },
    );
    expect(corsHeaders(response)).toEqual({
      "access-control-allow-origin": APP,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "etag, x-id",
    });
    expect(await response.text()).toBe("ok");
  });

  it.each(["https://evil.example", "https://app.example.evil", "http://app.example", "null"])(
    "from %s, which is not on the list, gets no CORS header",
    async (origin) => {
      const options = { origin: APP, credentials: true, exposeHeaders: ["etag"] };
      expect(corsHeaders(await send(options, { origin }))).toEqual({});
    },
  );

  it("without an origin gets no CORS header, but still varies by it for caches", async () => {
    const response = await send({ origin: APP }, {});
    expect(corsHeaders(response)).toEqual({});
    expect(response.headers.get("vary")).toBe("Accept, Origin");
  });

  it('gets "*" where every origin is allowed, and does not vary', async () => {
    const response = await send({ origin: "*" }, { origin: APP });
    expect(corsHeaders(response)).toEqual({ "access-control-allow-origin": "*" });
    expect(response.headers.get("vary")).toBe("Accept");
  });
});

describe("a preflight", () => {
  const asks = {
    origin: APP,
    "access-control-request-method": "PUT",
    "access-control-request-headers": "content-type,x-csrf-token",
  };

  it("is answered with 204, the default methods and the headers it asks for", async () => {
    const response = await send({ origin: APP }, asks, "OPTIONS");
    expect(response.status).toBe(204);
    expect(corsHeaders(response)).toEqual({
      "access-control-allow-origin": APP,
      "access-control-allow-methods": "GET, HEAD, PUT, PATCH, POST, DELETE",
      "access-control-allow-headers": "content-type,x-csrf-token",
    });
    expect(response.headers.get("vary")).toBe("Origin, Access-Control-Request-Headers");
  });

  it("is answered with the methods, headers and seconds configured", async () => {
    const response = await send(
      { origin: APP, methods: ["GET"], allowHeaders: ["x-id", "x-b"], maxAge: 0 },
      asks,
      "OPTIONS",
    );
    expect(corsHeaders(response)).toEqual({
      "access-control-allow-origin": APP,
      "access-control-allow-methods": "GET",
      "access-control-allow-headers": "x-id, x-b",
      "access-control-max-age": "0",
    });
    expect(response.headers.get("vary")).toBe("Origin");
  });

  it("from another origin is answered with 204 and no CORS header", async () => {
    const response = await send(
      { origin: APP },
      { ...asks, origin: "https://evil.example" },
      "OPTIONS",
    );
    expect(response.status).toBe(204);
    expect(corsHeaders(response)).toEqual({});
  });

  it("leaves OPTIONS routes of the app alone", async () => {
    const { preflight } = cors({ origin: APP });
    const own = route.options("/own", { resolve: () => new Response("own") });
    const app = setup({ routes: [preflight(route), own] });
    expect(await (await app.request("/own", { method: "OPTIONS" })).text()).toBe("own");
  });
});

describe("headers", () => {
  const request = new Request("http://localhost/", { headers: { origin: APP } });
  const { headers } = cors({ origin: APP });

  it("adds to the response it is given, without a copy", () => {
    const response = new Response("ok");
    expect(headers(request, response)).toBe(response);
  });

  it("adds to a copy of a response whose headers are immutable", () => {
    const response = headers(request, Response.redirect("http://localhost/to", 303));
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("http://localhost/to");
    expect(response.headers.get("access-control-allow-origin")).toBe(APP);
  });

  it.each([
    ["origin", "origin"],
    ["Accept, ORIGIN", "Accept, ORIGIN"],
    ["*", "*"],
    ["X-Origin", "X-Origin, Origin"],
  ])("turns Vary: %s into Vary: %s", (vary, expected) => {
    const response = headers(request, new Response(null, { headers: { vary } }));
    expect(response.headers.get("vary")).toBe(expected);
  });
});

describe("cors", () => {
  it.each<CorsOptions>([
    { origin: "" },
    { origin: [] },
    { origin: [APP, ""] },
    { origin: "*", credentials: true },
    { origin: [APP, "*"], credentials: true },
  ])("refuses %j at construction", (options) => {
    expect(() => cors(options)).toThrow(/^cors: /);
  });
});
