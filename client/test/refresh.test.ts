import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Client, createClient, memoryTokens, type SignedOut } from "../src/index.ts";
import { type Answer, json, problem, startServer, tokenPair, user } from "./loopback-server.ts";

const stale = { accessToken: "stale", refreshToken: "refresh-1" };
const fresh = { ...tokenPair, accessToken: "fresh", refreshToken: "refresh-2" };

/** Takes the fresh token, refuses every other with 401, and refreshes as the test says. */
async function world(refreshes: readonly Answer[], timeoutMs = 5_000) {
  let count = 0;
  const server = await startServer((request, response) => {
    const refresh = refreshes[Math.min(count, refreshes.length - 1)];
    if (request.url === "/token/refresh" && refresh) {
      count += 1;
      return void refresh(request, response);
    }
    const isFresh = request.headers.authorization === "Bearer fresh";
    return void (isFresh ? json(200, user) : problem(401, "unauthenticated"))(request, response);
  });
  const tokens = memoryTokens(stale);
  const signedOut: SignedOut[] = [];
  const onSignedOut = (event: SignedOut) => void signedOut.push(event);
  const api = createClient({ baseUrl: server.url, tokens, timeoutMs, onSignedOut });
  const asked = () => server.seen.map(({ url }) => url);
  return { ...server, api, tokens, signedOut, asked };
}
const hangUp: Answer = (_request, response) => void response.destroy();
const refuse = problem(401, "invalid_refresh_token");

describe("a refused access token", () => {
  it("is renewed once for 20 parallel calls, and each is sent once more", async () => {
    const { api, asked, tokens } = await world([json(200, fresh)]);
    const results = await Promise.all(Array.from({ length: 20 }, () => api.getMe()));
    expect(results.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(asked().filter((url) => url === "/token/refresh")).toHaveLength(1);
    expect(asked()).toHaveLength(41);
    expect(await tokens.read()).toMatchObject({ accessToken: "fresh", refreshToken: "refresh-2" });
  });

  it.each([
    ["there are no Web Locks", {}],
    ["they are refused", { locks: { request: () => Promise.reject(new Error("opaque origin")) } }],
  ])("is renewed once by one client also where %s", async (_case, navigator) => {
    vi.stubGlobal("navigator", navigator);
    onTestFinished(() => void vi.unstubAllGlobals());
    const { api, asked } = await world([json(200, fresh)]);
    await Promise.all(Array.from({ length: 20 }, () => api.getMe()));
    expect(asked().filter((url) => url === "/token/refresh")).toHaveLength(1);
  });

  it("is renewed before it is sent, where it is known to have expired", async () => {
    const { api, asked, tokens } = await world([json(200, fresh)]);
    await tokens.write({ ...stale, accessExpiresAtMs: Date.now() + 1_000 });
    expect(await api.getMe()).toMatchObject({ status: 200 });
    expect(asked()).toEqual(["/token/refresh", "/me"]);
  });

  it("is not renewed where another part of the program already has", async () => {
    const { api, asked, tokens } = await world([json(200, fresh)]);
    const reads = [stale, fresh];
    const store = { ...tokens, read: () => reads.shift() ?? fresh };
    const other = createClient({ baseUrl: (await world([refuse])).url, tokens: store });
    expect(await other.getMe()).toMatchObject({ status: 200 });
    expect(await api.getMe()).toMatchObject({ status: 200 });
    expect(asked()).toHaveLength(3);
  });

  it("is repeated once only, where the new one is refused as well", async () => {
    const { api, asked } = await world([json(200, { ...fresh, accessToken: "no-better" })]);
    expect(await api.getMe()).toMatchObject({ status: 401 });
    expect(asked()).toEqual(["/me", "/token/refresh", "/me"]);
  });

  it("keeps the body of a change that is sent again", async () => {
    const { api, seen } = await world([json(200, fresh)]);
    await api.changePassword({ currentPassword: "a", newPassword: "b" });
    expect(seen.map(({ body }) => body)).toEqual([
      '{"currentPassword":"a","newPassword":"b"}',
      '{"refreshToken":"refresh-1"}',
      '{"currentPassword":"a","newPassword":"b"}',
    ]);
  });

  it("is told from a wrong password, which renews nothing", async () => {
    const { url, seen } = await startServer(problem(401, "invalid_credentials"));
    const api = createClient({ baseUrl: url, tokens: memoryTokens(stale) });
    expect(await api.deleteMe({ password: "wrong" })).toMatchObject({ status: 401 });
    expect(seen).toHaveLength(1);
  });
});

describe("a refresh", () => {
  it("that is refused clears the store and says so once", async () => {
    const { api, tokens, signedOut } = await world([refuse]);
    const results = await Promise.all(Array.from({ length: 5 }, () => api.getMe()));
    expect(results.map(({ status }) => status)).toEqual(Array(5).fill(401));
    expect(await tokens.read()).toBeUndefined();
    expect(signedOut).toMatchObject([{ problem: { code: "invalid_refresh_token" } }]);
  });

  it.each([
    ["429", [problem(429, "rate_limited")], 1],
    ["503", [problem(503, "overloaded")], 1],
    ["500", [problem(500, "internal_error")], 1],
    ["a broken connection, twice", [hangUp], 2],
    ["an error page", [json(502, {})], 2],
  ])("that fails by %s signs nobody out", async (_case, refreshes, attempts) => {
    const { api, tokens, signedOut, asked } = await world(refreshes);
    expect(await api.getMe()).toMatchObject({ ok: false, status: 0, failure: "refresh_failed" });
    expect(await tokens.read()).toEqual(stale);
    expect(signedOut).toEqual([]);
    expect(asked()).toHaveLength(1 + attempts);
  });

  it("whose answer is lost is repeated with the same token", async () => {
    const { api, seen } = await world([hangUp, json(200, fresh)]);
    expect(await api.getMe()).toMatchObject({ status: 200 });
    const sent = seen.filter(({ url }) => url === "/token/refresh").map(({ body }) => body);
    expect(sent).toEqual(Array(2).fill('{"refreshToken":"refresh-1"}'));
  });

  it("does not outlast the deadline of a call, and serves the other calls all the same", async () => {
    const late: Answer = (request, response) =>
      void setTimeout(() => json(200, fresh)(request, response), 300);
    const { api } = await world([late]);
    const [hasty, patient] = await Promise.all([api.getMe({}, { timeoutMs: 150 }), api.getMe()]);
    expect(hasty).toMatchObject({ status: 0, failure: "timeout" });
    expect(patient).toMatchObject({ status: 200 });
  });

  it.each([
    ["tokens of a login", { accessToken: "fresh", refreshToken: "of-a-login" }],
    ["a sign-out", undefined],
  ])("does not overwrite %s that came meanwhile", async (_case, meanwhile) => {
    let whileRefreshing = () => {};
    const { api, tokens } = await world([
      (request, response) => {
        whileRefreshing();
        json(200, fresh)(request, response);
      },
    ]);
    whileRefreshing = () => void (meanwhile ? tokens.write(meanwhile) : tokens.clear());
    await api.getMe();
    expect(await tokens.read()).toEqual(meanwhile);
  });
});

describe("a sign-out by tokenRevoke", () => {
  const revoke = async (call: (api: Client<"tokens">) => Promise<unknown>) => {
    const { url } = await startServer((_request, response) => void response.writeHead(204).end());
    const tokens = memoryTokens(stale);
    await call(createClient({ baseUrl: url, tokens }));
    return tokens.read();
  };

  it("clears the store of the session that was revoked, and of no other", async () => {
    expect(await revoke((api) => api.tokenRevoke({ token: "refresh-1" }))).toBeUndefined();
    expect(await revoke((api) => api.tokenRevoke({ token: "another" }))).toEqual(stale);
  });
});
