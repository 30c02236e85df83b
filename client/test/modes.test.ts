import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import {
  type Client,
  type ClientOptions,
  createClient,
  memoryTokens,
  type Mode,
  type Result,
} from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import {
  BrowserRequest,
  json,
  nothing,
  problem,
  routes,
  session,
  startServer,
  tokenPair,
} from "./loopback-server.ts";

const credentials = { email: "ada@example.com", password: "p" };
const sessionCookie = "__Host-session=s1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400";
const server = (answers = {}) =>
  startServer(
    routes({
      "POST /login": json(200, session, { "set-cookie": sessionCookie }),
      "POST /logout": nothing({ "set-cookie": "__Host-session=; Path=/; Secure; Max-Age=0" }),
      "POST /token/login": json(200, tokenPair),
      "POST /token/revoke": nothing(),
      ...answers,
    }),
  );
afterEach(() => vi.unstubAllGlobals());

describe("an operation that does not fit the way of signing in", () => {
  it("does not compile", () => {
    const check = async (
      browser: Client<"cookies">,
      program: Client<"tokens">,
      relay: Client<"accessToken">,
      any: Client<Mode>,
    ) => {
      await browser.login(credentials);
      await browser.logout();
      // @ts-expect-error the pair would be kept by nobody
      void browser.tokenLogin;
      // @ts-expect-error it takes a token alone
      void browser.getTokenMe;
      // @ts-expect-error a cookie client has no token
      void browser.tokenRevoke;
      await program.tokenLogin(credentials);
      await program.tokenRevoke({ token: "" });
      // @ts-expect-error it would answer 204, and the session would live on
      void program.logout;
      // @ts-expect-error its cookies would go nowhere
      void program.login;
      await relay.getTokenMe();
      // @ts-expect-error the same as of the store
      void relay.logout;
      // @ts-expect-error the token comes from elsewhere
      void relay.tokenLogin;
      // @ts-expect-error it depends on the mode
      void any.logout;
      await any.getMe();
      expectTypeOf(await browser.signOut()).toEqualTypeOf<Result<"logout">>();
      expectTypeOf(await program.signOut()).toEqualTypeOf<Result<"tokenRevoke">>();
      expectTypeOf(any).toExtend<Pick<Client, "getMe">>();
      expectTypeOf(browser).toExtend<Client<Mode>>();
    };
    expect(check).toBeTypeOf("function");
  });

  it("is that of the options' mode, and of none where that is known only later", () => {
    const baseUrl = "http://127.0.0.1";
    const check = (options: ClientOptions) => {
      expectTypeOf(createClient({ baseUrl })).toEqualTypeOf<Client<"cookies">>();
      expectTypeOf(createClient({ baseUrl, tokens: memoryTokens() })).toEqualTypeOf<
        Client<"tokens">
      >();
      expectTypeOf(createClient({ baseUrl, accessToken: "t" })).toEqualTypeOf<
        Client<"accessToken">
      >();
      expectTypeOf(createClient(options)).toEqualTypeOf<Client<Mode>>();
    };
    expect(check).toBeTypeOf("function");
  });

  it.each<[string, string, Partial<ClientOptions>]>([
    ["logout", "tokens", { tokens: memoryTokens(tokenPair) }],
    ["login", "tokens", { tokens: memoryTokens() }],
    ["logout", "accessToken", { accessToken: "t" }],
    ["tokenLogin", "accessToken", { accessToken: "t" }],
    ["tokenLogin", "cookies", {}],
    ["tokenRevoke", "cookies", {}],
  ])("rejects where the compiler was not asked: %s by %s", async (name, mode, options) => {
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url, ...options });
    const call: unknown = Reflect.get(api, name);
    await expect((call as () => Promise<unknown>)()).rejects.toThrow(
      `${name} is not for a client that signs in by ${mode}`,
    );
    expect(seen).toEqual([]);
  });
});

describe("signOut", () => {
  it("with cookies is the logout, with its proof", async () => {
    const { url, seen } = await server();
    const cookies = cookieJar();
    const api = createClient({ baseUrl: url, cookies });
    await api.login(credentials);
    expect(await api.signOut()).toMatchObject({ ok: true, status: 204 });
    expect(seen[1]).toMatchObject({ method: "POST", url: "/logout" });
    expect(seen[1]?.headers).toMatchObject({
      cookie: "__Host-session=s1",
      "x-csrf-token": session.csrfToken,
    });
    expect(await cookies.cookieHeader(url)).toBe("");
  });

  it("with a store revokes its refresh token, and clears it", async () => {
    const { url, seen } = await server();
    const tokens = memoryTokens();
    const api = createClient({ baseUrl: url, tokens });
    await api.tokenLogin(credentials);
    expect(await api.signOut()).toMatchObject({ ok: true, status: 204 });
    expect(seen[1]).toMatchObject({
      url: "/token/revoke",
      body: JSON.stringify({ token: tokenPair.refreshToken }),
    });
    expect(await tokens.read()).toBeUndefined();
  });

  it("clears a successor too that was written while the token before was revoked", async () => {
    const tokens = memoryTokens(tokenPair);
    const { url } = await server({
      "POST /token/revoke": (...call: Parameters<ReturnType<typeof nothing>>) => {
        void tokens.write({ accessToken: "next", refreshToken: "next" });
        nothing()(...call);
      },
    });
    await createClient({ baseUrl: url, tokens }).signOut();
    expect(await tokens.read()).toBeUndefined();
  });

  it("with a token from elsewhere revokes that", async () => {
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url, accessToken: async () => "header.payload.mac" });
    expect(await api.signOut()).toMatchObject({ ok: true, status: 204 });
    expect(seen[0]).toMatchObject({
      url: "/token/revoke",
      body: '{"token":"header.payload.mac"}',
    });
  });

  it.each([
    ["a store that is empty", { tokens: memoryTokens() }],
    ["no token", { accessToken: () => undefined }],
  ])("with %s is done already, and asks for nothing", async (_, options) => {
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url, ...options } as ClientOptions);
    expect(await api.signOut()).toMatchObject({ ok: true, status: 204, data: undefined });
    expect(seen).toEqual([]);
  });

  it("that fails leaves the client signed in, and says so", async () => {
    const { url } = await server({
      "POST /token/revoke": problem(503, "overloaded", { retryAfterSeconds: 1 }),
    });
    const tokens = memoryTokens(tokenPair);
    const api = createClient({ baseUrl: url, tokens });
    expect(await api.signOut()).toMatchObject({ ok: false, status: 503 });
    expect(await tokens.read()).toEqual(tokenPair);
    const nobody = createClient({ baseUrl: "http://127.0.0.1:1", tokens });
    expect(await nobody.signOut({ timeoutMs: 5_000 })).toMatchObject({ status: 0 });
    expect(await tokens.read()).toEqual(tokenPair);
  });
});

describe("a login whose cookies nobody keeps", () => {
  it("is not sent where there is no jar and no browser, and says what to do", async () => {
    const { url, seen } = await server();
    const login = createClient({ baseUrl: url }).login(credentials);
    await expect(login).rejects.toThrow(/Give createClient a jar.*or sign in with tokens/);
    expect(seen).toEqual([]);
  });

  it("is sent in a browser, which keeps them and lets no script write the header", async () => {
    vi.stubGlobal("Request", BrowserRequest);
    const { url, seen } = await server();
    expect(await createClient({ baseUrl: url }).login(credentials)).toMatchObject({ ok: true });
    expect(seen).toHaveLength(1);
  });

  it("says so where the jar keeps none of them, as over plain http to another machine", async () => {
    const { url } = await server();
    const api = createClient({
      baseUrl: "http://192.168.1.5:3000",
      cookies: cookieJar(),
      fetch: (request) =>
        fetch(new Request(request.url.replace("http://192.168.1.5:3000", url), request)),
    });
    const login = api.login(credentials);
    await expect(login).rejects.toThrow(
      /The jar kept no cookie of http:\/\/192\.168\.1\.5:3000\/login\. .*https/,
    );
  });
});
