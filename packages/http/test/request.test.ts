import { describe, expect, it } from "vitest";
import { route, setup } from "../src/index.ts";

const app = setup({
  routes: [
    route.all("/**", {
      resolve: async ({ request, input }) =>
        Response.json({
          method: request.method,
          url: request.url,
          type: request.headers.get("content-type"),
          token: request.headers.get("x-token"),
          body: await request.text(),
          query: input.query,
        }),
    }),
  ],
});

async function echo(...args: Parameters<typeof app.request>): Promise<Record<string, unknown>> {
  return (await app.request(...args)).json();
}

describe("app.request", () => {
  it("sends a GET without a body unless told otherwise", async () => {
    expect(await echo("/a")).toMatchObject({
      method: "GET",
      url: "http://localhost/a",
      type: null,
      body: "",
    });
  });

  it("sends a body as JSON, falsy ones included", async () => {
    expect(await echo("/a", { method: "POST", body: { n: 1 } })).toMatchObject({
      method: "POST",
      type: "application/json",
      body: '{"n":1}',
    });
    expect(await echo("/a", { method: "POST", body: null })).toMatchObject({ body: "null" });
    expect(await echo("/a", { method: "POST", body: 0 })).toMatchObject({ body: "0" });
  });

  it("sends the headers given, and prefers their content type", async () => {
    const headers = { "x-token": "t", "Content-Type": "application/merge-patch+json" };
    expect(await echo("/a", { method: "PATCH", body: {}, headers })).toMatchObject({
      token: "t",
      type: "application/merge-patch+json",
    });
  });

  it("repeats the key of an array in the query", async () => {
    expect(await echo("/a", { query: { tag: ["a", "b"], q: "x y&z" } })).toMatchObject({
      query: { tag: ["a", "b"], q: "x y&z" },
    });
  });

  it("merges the query with the one in the path, which stays as it is written", async () => {
    expect(await echo("/a?flag&p=%zz&tag=a#top", { query: { tag: "b" } })).toMatchObject({
      url: "http://localhost/a?flag&p=%zz&tag=a&tag=b#top",
      query: { flag: "", p: "%zz", tag: ["a", "b"] },
    });
    expect(await echo("/a?b=1", { query: {} })).toMatchObject({ url: "http://localhost/a?b=1" });
  });

  it("stays on its own origin, whatever the path says", async () => {
    expect(await echo("//evil.example/x")).toMatchObject({
      url: "http://localhost//evil.example/x",
    });
    expect(await echo("a")).toMatchObject({ url: "http://localhost/a" });
  });

  it("rejects a GET with a body, as Request itself does", async () => {
    await expect(app.request("/a", { body: {} })).rejects.toThrow(TypeError);
  });
});
