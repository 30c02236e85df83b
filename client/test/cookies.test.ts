import { afterEach, describe, expect, it, vi } from "vitest";
import { createClient } from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import {
  BrowserRequest,
  json,
  nothing,
  problem,
  routes,
  session,
  startServer,
  user,
} from "./loopback-server.ts";

const sessionCookie = "__Host-session=s1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400";
const csrfCookie = (value: string) => `__Host-csrf=${value}; Path=/; Secure; SameSite=Lax`;
const cleared = ["session", "csrf"].map((name) => `__Host-${name}=; Path=/; Secure; Max-Age=0`);
const credentials = { email: "ada@example.com", password: "p" };
const userId = user.id;

const server = () =>
  startServer(
    routes({
      "POST /login": json(200, session, { "set-cookie": [sessionCookie, csrfCookie("proof-1")] }),
      "POST /logout": nothing({ "set-cookie": cleared }),
      "POST /token/revoke": nothing(),
      "POST /signup": json(201, user),
      "POST /token/login": problem(401, "invalid_credentials"),
      "GET /me": json(200, user),
      [`DELETE /users/${userId}`]: nothing({ "set-cookie": csrfCookie("proof-2") }),
    }),
  );

describe("a server in development with plain cookies", () => {
  const jarWith = (cookies: string) => ({
    cookieHeader: () => cookies,
    setCookies: () => undefined,
  });
  const proofAt = async (baseUrl: string, cookies: string) => {
    let proof: string | null = null;
    const fetch = async (request: Request) => {
      proof = request.headers.get("x-csrf-token");
      return new Response(null, { status: 204 });
    };
    await createClient({ baseUrl, cookies: jarWith(cookies), fetch }).logout();
    return proof;
  };

  it("CF-08 gets the proof of its cookie, where there is none of the usual name", async () => {
    expect(await proofAt("http://192.168.1.5:3000", "session=s; csrf=plain")).toBe("plain");
    expect(await proofAt("http://localhost:3000", "csrf=plain; __Host-csrf=usual")).toBe("usual");
  });

  it("CF-08 is not believed over TLS, where any subdomain could have set that cookie", async () => {
    expect(await proofAt("https://auth.example.com", "csrf=tossed")).toBe(null);
  });
});

describe("the cookie jar", () => {
  it.each(["127.0.0.1", "localhost"])(
    "keeps the Secure __Host- cookies of http://%s and sends them back",
    async (host) => {
      const { port, seen } = await server();
      const api = createClient({ baseUrl: `http://${host}:${port}`, cookies: cookieJar() });
      await api.login(credentials);
      await api.getMe();
      expect(seen[0]?.headers).not.toHaveProperty("cookie");
      expect(seen[1]?.headers.cookie).toBe("__Host-session=s1; __Host-csrf=proof-1");
    },
  );

  it("takes no Secure cookie from plain http elsewhere, and sends none there", async () => {
    const jar = cookieJar();
    await jar.setCookies([sessionCookie], "http://auth.example.com/login");
    expect(await jar.cookieHeader("https://auth.example.com/me")).toBe("");
    await jar.setCookies([sessionCookie], "https://auth.example.com/login");
    expect(await jar.cookieHeader("https://auth.example.com/me")).toBe("__Host-session=s1");
    expect(await jar.cookieHeader("http://auth.example.com/me")).toBe("");
    expect(await jar.cookieHeader("https://other.example.com/me")).toBe("");
  });

  it("ignores a cookie that breaks the __Host- rules, and one it cannot read", async () => {
    const jar = cookieJar();
    const bad = ["__Host-session=x; Secure; Path=/login", "__Host-session=x; Path=/", "", "; ;"];
    await jar.setCookies(bad, "https://auth.example.com/login");
    expect(await jar.cookieHeader("https://auth.example.com/login")).toBe("");
  });

  it("keeps the cookies of a failure too", async () => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(502, { "set-cookie": sessionCookie }).end("<h1>Bad Gateway</h1>");
    });
    const jar = cookieJar();
    await createClient({ baseUrl: url, cookies: jar }).getMe();
    expect(await jar.cookieHeader(url)).toBe("__Host-session=s1");
  });
});

describe("the cookies of an answer", () => {
  it("are kept although its body breaks off", async () => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(200, { "set-cookie": sessionCookie, "content-length": "100" });
      response.write("{");
      setTimeout(() => response.destroy(), 20);
    });
    const jar = cookieJar();
    const r = await createClient({ baseUrl: url, cookies: jar }).getMe();
    expect(r).toMatchObject({ status: 0, failure: "network" });
    expect(await jar.cookieHeader(url)).toBe("__Host-session=s1");
  });
});

describe("the CSRF proof", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("goes with changes a session may authenticate, and with nothing else", async () => {
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url, cookies: cookieJar() });
    await api.login(credentials);
    await api.getMe();
    await api.signup(credentials);
    await api.deleteUser({ userId });
    const proofs = seen.map(({ url, headers }) => [url, headers["x-csrf-token"]]);
    expect(proofs).toEqual([
      ["/login", undefined],
      ["/me", undefined],
      ["/signup", undefined],
      [`/users/${userId}`, "proof-1"],
    ]);
  });

  it("follows the cookie when that is newer than the login", async () => {
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url, cookies: cookieJar() });
    await api.login(credentials);
    await api.deleteUser({ userId });
    await api.deleteUser({ userId });
    expect(seen[2]?.headers["x-csrf-token"]).toBe("proof-2");
  });

  it("is found in the jar by a client that did not log in itself", async () => {
    const { url, seen } = await server();
    const cookies = cookieJar();
    await createClient({ baseUrl: url, cookies }).login(credentials);
    await createClient({ baseUrl: url, cookies }).deleteUser({ userId });
    expect(seen[1]?.headers["x-csrf-token"]).toBe("proof-1");
  });

  it("comes from the login's answer where no cookie can be read, and is forgotten at logout", async () => {
    vi.stubGlobal("Request", BrowserRequest);
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url });
    await api.login(credentials);
    await api.logout();
    await api.logout();
    const proofs = seen.map(({ headers }) => headers["x-csrf-token"]);
    expect(proofs).toEqual([undefined, "proof-1", undefined]);
  });

  it("outlives a login that is pending, which taught nothing, and follows the one that is finished", async () => {
    vi.stubGlobal("Request", BrowserRequest);
    const pending = { loginToken: "login", expiresInSeconds: 300, secondFactors: ["totp"] };
    let logins = 0;
    const { url, seen } = await startServer(
      routes({
        "POST /login": (...call) =>
          (++logins === 1 ? json(200, session) : json(202, pending))(...call),
        "POST /login/finish": json(200, { ...session, csrfToken: "proof-2" }),
        "POST /logout": nothing(),
      }),
    );
    const api = createClient({ baseUrl: url });
    await api.login(credentials);
    expect(await api.login(credentials)).toMatchObject({ status: 202, data: pending });
    await api.logout();
    await api.finishSignIn(pending, { method: "totp", code: "492039" });
    await api.logout();
    const proofs = seen.map(({ headers }) => headers["x-csrf-token"]);
    expect(proofs).toEqual([undefined, undefined, "proof-1", undefined, "proof-2"]);
  });

  it("outlives the revoking of a token, which is of another session", async () => {
    vi.stubGlobal("Request", BrowserRequest);
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url });
    await api.login(credentials);
    const program = createClient({ baseUrl: url, accessToken: "a".repeat(43) });
    expect(await program.signOut()).toMatchObject({ ok: true });
    await api.logout();
    expect(seen[2]?.headers["x-csrf-token"]).toBe("proof-1");
  });

  it("is gone, with the cookies, once a logout cleared them", async () => {
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url, cookies: cookieJar() });
    await api.login(credentials);
    await api.logout();
    await api.deleteUser({ userId });
    expect(seen[2]?.headers).not.toHaveProperty("x-csrf-token");
    expect(seen[2]?.headers).not.toHaveProperty("cookie");
  });
});

describe("in a page", () => {
  afterEach(() => vi.unstubAllGlobals());
  const page = (hostname: string) => {
    vi.stubGlobal("location", new URL(`http://${hostname}:5173/app/`));
    vi.stubGlobal("Request", BrowserRequest);
    vi.stubGlobal("document", { cookie: "theme=dark; __Host-csrf=from-page; x=1" });
  };

  it("the proof is read from the page's cookies", async () => {
    page("127.0.0.1");
    const { url, seen } = await server();
    await createClient({ baseUrl: url }).logout();
    expect(seen[0]?.headers["x-csrf-token"]).toBe("from-page");
    expect(seen[0]?.headers).not.toHaveProperty("cookie");
  });

  it("the cookies of the page's host are no proof for an API on another host", async () => {
    page("app.example.com");
    const { url, seen } = await server();
    await createClient({ baseUrl: url }).logout();
    expect(seen[0]?.headers).not.toHaveProperty("x-csrf-token");
  });

  it("for an API on another host the proof of the login outlives the page, until the logout", async () => {
    page("app.example.com");
    const kept = new Map<string, string>();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
    const { url, seen } = await server();
    await createClient({ baseUrl: url }).login(credentials);
    await createClient({ baseUrl: url }).logout();
    await createClient({ baseUrl: url }).logout();
    const proofs = seen.map(({ headers }) => headers["x-csrf-token"]);
    expect(proofs).toEqual([undefined, "proof-1", undefined]);
  });

  it("the browser sees to the cookies, and the base URL may be relative", async () => {
    page("127.0.0.1");
    const requests: Request[] = [];
    const fetch = async (request: Request) => {
      requests.push(request);
      return new Response(null, { status: 204 });
    };
    await createClient({ baseUrl: "/auth", fetch }).logout();
    await createClient({ baseUrl: "", fetch, credentials: "same-origin" }).logout();
    expect(requests.map(({ url, credentials }) => [url, credentials])).toEqual([
      ["http://127.0.0.1:5173/auth/logout", "include"],
      ["http://127.0.0.1:5173/logout", "same-origin"],
    ]);
    expect(requests.map(({ redirect }) => redirect)).toEqual(["manual", "manual"]);
  });
});

describe("a credential of the call's own", () => {
  it("replaces the client's, and its answer is not kept", async () => {
    const { url, seen } = await server();
    const cookies = cookieJar();
    const api = createClient({ baseUrl: url, cookies });
    await api.login(credentials);
    await api.deleteUser({ userId }, { headers: { authorization: "Bearer t" } });
    await api.login(credentials, { headers: { cookie: "__Host-session=other" } });
    expect(seen[1]?.headers.authorization).toBe("Bearer t");
    expect(seen[1]?.headers).not.toHaveProperty("cookie");
    expect(seen[1]?.headers).not.toHaveProperty("x-csrf-token");
    expect(seen[2]?.headers.cookie).toBe("__Host-session=other");
    expect(await cookies.cookieHeader(url)).toBe("__Host-session=s1; __Host-csrf=proof-1");
  });

  it("is refused when it is a cookie and a token at once", async () => {
    const { url, seen } = await server();
    const headers = { cookie: "a=b", authorization: "Bearer t" };
    await expect(createClient({ baseUrl: url }).getMe({}, { headers })).rejects.toThrow(TypeError);
    expect(seen).toEqual([]);
  });
});
