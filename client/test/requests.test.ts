import { describe, expect, it, vi } from "vitest";
import { createClient } from "../src/index.ts";
import { operationTable } from "../src/generated/operations.ts";
import { requestParts } from "../src/input.ts";
import { json, startServer, user } from "./loopback-server.ts";

describe("a request", () => {
  it("is a function for each operation of the document", () => {
    const api = createClient({ baseUrl: "http://127.0.0.1" });
    expect(Object.keys(api)).toEqual([
      ...Object.keys(operationTable),
      "signOut",
      "signInByMail",
      "finishSignIn",
    ]);
  });

  it("carries a flat input as the JSON body", async () => {
    const { url, seen } = await startServer(json(201, user));
    await createClient({ baseUrl: url }).signup({ email: "ada@example.com", password: "p" });
    expect(seen[0]).toMatchObject({
      method: "POST",
      url: "/signup",
      headers: { "content-type": "application/json" },
      body: '{"email":"ada@example.com","password":"p"}',
    });
  });

  it("carries what the table calls query in the query, and leaves out what is undefined", async () => {
    const { url, seen } = await startServer(json(200, { items: [], nextCursor: null }));
    const api = createClient({ baseUrl: url });
    await api.listUsers({ limit: 10, email: "a+b&c", disabled: false });
    expect(seen[0]).toMatchObject({
      method: "GET",
      url: "/users?limit=10&email=a%2Bb%26c&disabled=false",
      body: "",
    });
    expect(seen[0]?.headers).not.toHaveProperty("content-type");
  });

  it("never sends a field the operation does not know in a URL", async () => {
    const { url, seen } = await startServer(json(200, { items: [], nextCursor: null }));
    const wide = { limit: 1, password: "secret" };
    await createClient({ baseUrl: url }).listUsers(wide);
    expect(seen[0]?.url).toBe("/users?limit=1");
  });

  it("rejects an object in the query, which no server could read", async () => {
    const { url, seen } = await startServer(json(200, { items: [], nextCursor: null }));
    const email: unknown = ["ada@example.com"];
    const call = createClient({ baseUrl: url }).listUsers({ email: email as string });
    await expect(call).rejects.toThrow(new TypeError("email must not be an object"));
    expect(seen).toEqual([]);
  });

  it("takes path, query and body of one operation apart", () => {
    const row = {
      method: "POST",
      path: "/things/{id}",
      params: ["id"],
      query: ["limit"],
      body: true,
      accepts: [],
      answers: {},
    } as const;
    expect(requestParts(row, { id: "a", limit: 2, x: 1, y: 2 })).toEqual({
      path: { id: "a" },
      query: { limit: 2 },
      body: { x: 1, y: 2 },
    });
  });

  it.each([
    ["../me", "/users/..%2Fme"],
    ["a%2Fb", "/users/a%252Fb"],
    ["%2e%2e", "/users/%252e%252e"],
    ["a?b#c", "/users/a%3Fb%23c"],
    ["a\\b;c", "/users/a%5Cb%3Bc"],
    ["$&", "/users/%24%26"],
  ])("keeps the path parameter %s inside its segment", async (userId, path) => {
    const { url, seen } = await startServer(json(200, user));
    await createClient({ baseUrl: url }).getUser({ userId });
    expect(seen[0]?.url).toBe(path);
  });

  it.each(["", ".", ".."])(
    "refuses the path parameter %j, which URLs resolve away",
    async (userId) => {
      const { url, seen } = await startServer(json(200, user));
      const deletion = createClient({ baseUrl: url }).deleteUser({ userId });
      await expect(deletion).rejects.toThrow(TypeError);
      expect(seen).toEqual([]);
    },
  );

  it("carries half a surrogate pair as U+FFFD in a URL, so that the server is asked and answers", async () => {
    const { url, seen } = await startServer(json(200, { items: [], nextCursor: null }));
    const api = createClient({ baseUrl: url });
    const cut = "ada😀".slice(0, -1);
    expect(await api.listUsers({ email: `${cut}@example.com` })).toMatchObject({ status: 200 });
    await api.getUser({ userId: `${cut}😀` });
    expect(seen.map((request) => request.url)).toEqual([
      "/users?email=ada%EF%BF%BD%40example.com",
      "/users/ada%EF%BF%BD%F0%9F%98%80",
    ]);
  });

  it.each(["/auth/v1", "/auth/v1/"])("goes under the path %s of the base URL", async (prefix) => {
    const { url, seen } = await startServer(json(200, user));
    await createClient({ baseUrl: url + prefix }).getMe();
    expect(seen[0]?.url).toBe("/auth/v1/me");
  });

  it.each<[unknown, RegExp]>([
    ["ftp://127.0.0.1", /must be http or https/],
    ["http://user:secret@127.0.0.1", /^baseUrl must not carry a user or password$/],
    ["/relative", /is no URL \(\/relative\)/],
    ["", /is no URL \(\)/],
    ["auth.example.com", /is no URL/],
    ...[undefined, null, "undefined", "null", "undefined/auth", "https://undefined/auth"].map(
      (forgotten): [unknown, RegExp] => [forgotten, /^baseUrl is missing \((.*undefined|.*null)/],
    ),
    [{}, /^baseUrl is missing/],
  ])("is refused before there is one: base URL %j", (baseUrl, message) => {
    const make = () => createClient({ baseUrl: baseUrl as string });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it.each([
    ["", "/me"],
    ["/auth", "/auth/me"],
    ["auth/", "/auth/me"],
  ])(
    "belongs to the page's origin, whatever the page's path: base URL %j",
    async (baseUrl, path) => {
      const { url, seen } = await startServer(json(200, user));
      const page = new URL("/app/settings?tab=1#top", url);
      vi.stubGlobal("location", page);
      try {
        await createClient({ baseUrl }).getMe();
        expect(seen[0]?.url).toBe(path);
        expect(() => createClient({ baseUrl: "undefined" })).toThrow(/^baseUrl is missing/);
      } finally {
        vi.unstubAllGlobals();
      }
    },
  );

  it("goes through the fetch it is given, with the headers of the call", async () => {
    const urls: string[] = [];
    const api = createClient({
      baseUrl: "http://127.0.0.1/x",
      fetch: async (request) => {
        urls.push(`${request.url} ${request.headers.get("x-trace")}`);
        return Response.json(user);
      },
    });
    expect(await api.getMe({}, { headers: { "x-trace": "7" } })).toMatchObject({ ok: true });
    expect(urls).toEqual(["http://127.0.0.1/x/me 7"]);
  });
});
