import { describe, expect, it } from "vitest";
import { createClient, isPending, memoryTokens, storageTokens, type Tokens } from "../src/index.ts";
import { json, nothing, problem, routes, startServer, tokenPair, user } from "./loopback-server.ts";

const credentials = { email: "ada@example.com", password: "p" };
const bearer = `Bearer ${tokenPair.accessToken}`;
const userId = user.id;
const server = () =>
  startServer(
    routes({
      "POST /token/login": json(200, tokenPair, {
        "set-cookie": "__Host-session=s; Secure; Path=/",
      }),
      "GET /token/me": json(200, user),
      "GET /healthz": json(200, { status: "ok" }),
      [`DELETE /users/${userId}`]: nothing(),
    }),
  );

describe("bearer mode", () => {
  it("uses the tokens of its login from then on", async () => {
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url, tokens: memoryTokens() });
    await api.getTokenMe();
    await api.tokenLogin(credentials);
    await api.getTokenMe();
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
      bearer,
    ]);
  });

  it("keeps the tokens it has where a login is pending, and has those of its end", async () => {
    const pending = { loginToken: "login", expiresInSeconds: 300, secondFactors: ["totp"] };
    const { url, seen } = await startServer(
      routes({
        "POST /token/login": json(202, pending),
        "POST /token/login/finish": json(200, tokenPair),
      }),
    );
    const before = { accessToken: "before", refreshToken: "before" };
    const tokens = memoryTokens(before);
    const api = createClient({ baseUrl: url, tokens });
    const login = await api.tokenLogin(credentials);
    expect(login).toMatchObject({ ok: true, status: 202, data: pending });
    expect(await tokens.read()).toEqual(before);
    if (!login.ok || !isPending(login.data)) throw new Error("not pending");
    await api.finishSignIn(login.data, { method: "recovery_code", code: "0000" });
    expect(await tokens.read()).toMatchObject({ accessToken: tokenPair.accessToken });
    expect(JSON.parse(seen[1]?.body ?? "")).toEqual({
      method: "recovery_code",
      code: "0000",
      loginToken: "login",
    });
  });

  it("sends the token only to operations that take one", async () => {
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url, tokens: memoryTokens(tokenPair) });
    await api.getHealth();
    await api.tokenLogin(credentials);
    await api.deleteUser({ userId });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
      bearer,
    ]);
  });

  it("never sends a cookie or a CSRF proof, not even where an answer brings them", async () => {
    const { url, seen } = await server();
    const modes: string[] = [];
    const fetch = (request: Request) => {
      modes.push(request.credentials);
      return globalThis.fetch(request);
    };
    const api = createClient({ baseUrl: url, tokens: memoryTokens(tokenPair), fetch });
    await api.tokenLogin(credentials);
    await api.deleteUser({ userId });
    expect(modes).toEqual(["omit", "omit"]);
    expect(seen[1]?.headers).not.toHaveProperty("cookie");
    expect(seen[1]?.headers).not.toHaveProperty("x-csrf-token");
  });

  it("keeps no tokens of a failed login", async () => {
    const { url } = await startServer(problem(401, "invalid_credentials"));
    const tokens = memoryTokens();
    await createClient({ baseUrl: url, tokens }).tokenLogin(credentials);
    expect(await tokens.read()).toBeUndefined();
  });

  it("forgets tokens that are cleared", async () => {
    const { url, seen } = await server();
    const tokens = memoryTokens(tokenPair);
    await tokens.clear();
    await createClient({ baseUrl: url, tokens }).getTokenMe();
    expect(seen[0]?.headers).not.toHaveProperty("authorization");
  });

  it("waits for a store that takes its time", async () => {
    const { url, seen } = await server();
    let kept: Tokens | undefined;
    const tokens = {
      read: async () => kept,
      write: async (next: Tokens) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        kept = next;
      },
      clear: async () => {
        kept = undefined;
      },
    };
    const api = createClient({ baseUrl: url, tokens });
    await api.tokenLogin(credentials);
    await api.getTokenMe();
    expect(seen[1]?.headers.authorization).toBe(bearer);
  });
});

describe("tokens in web storage", () => {
  it("are those that were written, until they are cleared", async () => {
    const tokens = storageTokens(storageWith(null));
    await tokens.write(tokenPair);
    expect(await tokens.read()).toEqual(tokenPair);
    await tokens.clear();
    expect(await tokens.read()).toBeUndefined();
  });

  it.each([
    ["nothing", null],
    ["no JSON", "{half"],
    ["null", "null"],
    ["text", '"accessToken refreshToken"'],
    ["a list", "[]"],
    ["half a pair", '{"accessToken":"a"}'],
    ["another shape", '{"accessToken":"a","refreshToken":1}'],
  ])("count as no session where %s is kept, and a login mends it", async (_what, text) => {
    const { url, seen } = await server();
    const tokens = storageTokens(storageWith(text));
    const api = createClient({ baseUrl: url, tokens });
    expect(await tokens.read()).toBeUndefined();
    await api.getTokenMe();
    await api.tokenLogin(credentials);
    await api.getTokenMe();
    const sent = seen.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([undefined, undefined, bearer]);
  });

  it("count as no session where a page may not read its storage", async () => {
    const closed = storageWith(null);
    closed.getItem = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
    expect(await storageTokens(closed).read()).toBeUndefined();
  });
});

describe("an access token from elsewhere", () => {
  it("may be text, or a function asked for each request", async () => {
    const { url, seen } = await server();
    let count = 0;
    await createClient({ baseUrl: url, accessToken: "fixed" }).getTokenMe();
    const api = createClient({ baseUrl: url, accessToken: async () => `t${++count}` });
    await api.getTokenMe();
    await api.getTokenMe();
    const sent = seen.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(["Bearer fixed", "Bearer t1", "Bearer t2"]);
  });

  it("that could not be a token is refused without being quoted", async () => {
    const { url, seen } = await server();
    const call = createClient({ baseUrl: url, accessToken: "secret\r\nx: y" }).getTokenMe();
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).not.toContain("secret");
    expect(seen).toEqual([]);
  });

  it("rejects with what its function throws, and sends nothing", async () => {
    const { url, seen } = await server();
    const accessToken = () => Promise.reject(new Error("keychain is locked"));
    await expect(createClient({ baseUrl: url, accessToken }).getTokenMe()).rejects.toThrow(
      "keychain is locked",
    );
    expect(seen).toEqual([]);
  });
});

/** A page's storage with one entry, under the name the store uses. */
function storageWith(text: string | null): Storage {
  const entries = new Map(text === null ? [] : [["portcullis.tokens", text]]);
  return {
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, value) => void entries.set(name, value),
    removeItem: (name) => void entries.delete(name),
    clear: () => entries.clear(),
    key: () => null,
    length: 1,
  };
}
