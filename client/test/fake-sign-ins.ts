/** A server that knows one account and who is signed in, for clients of this process. It answers when a test lets it. */
import { createClient, type Client, type CookieOptions, type TokenOptions } from "../src/index.ts";
import { session, user } from "./loopback-server.ts";

export const signedIn = { status: "signed_in", user: { ...user, name: "Ada" } };
export const signedOut = { status: "signed_out" };
export const unknown = { status: "unknown" };
export const credentials = { email: user.email, password: "p" };

export function fakeSignIns() {
  const server = {
    isSignedIn: false,
    name: "Ada",
    /** Given in place of the answer to `getMe`. A rejection is a network that is down. */
    trouble: undefined as (() => Promise<Response>) | undefined,
    asked: [] as string[],
    questions: () => server.asked.filter((each) => each === "GET /me").length,
    /** Holds answers to reading requests back until the function that it answers is called. They are those of the time of the question. */
    hold(): () => void {
      let release = () => {};
      gate = new Promise((resolve) => (release = resolve));
      return release;
    },
    /** A client of it: in cookie mode a browser keeps the cookies. */
    client(options: Partial<CookieOptions> = {}): Client<"cookies"> {
      return createClient({ baseUrl: "https://auth.example.com", fetch: send, ...options });
    },
    tokenClient(options: Pick<TokenOptions, "tokens" | "onSignedOut">): Client<"tokens"> {
      return createClient({ baseUrl: "https://auth.example.com", fetch: send, ...options });
    },
  };
  let gate: Promise<void> = Promise.resolve();

  async function send(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const what = `${request.method} ${pathname}`;
    server.asked.push(what);
    const held = gate;
    const response = what === "GET /me" && server.trouble ? server.trouble() : answer(what);
    if (request.method === "GET") await held;
    return response;
  }

  function answer(what: string): Response {
    const pair = { accessToken: "a.b.c", refreshToken: "r", tokenType: "Bearer" };
    switch (what) {
      case "POST /login":
      case "POST /login/finish":
        server.isSignedIn = true;
        return Response.json({ ...session, user: me() });
      case "POST /token/login":
        server.isSignedIn = true;
        return Response.json(pair);
      case "POST /token/refresh":
        return problem(401, "invalid_refresh_token");
      case "POST /logout":
      case "POST /token/revoke":
      case "POST /me/delete":
        server.isSignedIn = false;
        return new Response(null, { status: 204 });
      case "GET /token/me":
      case "GET /me/sessions":
      case "GET /me":
        return server.isSignedIn ? Response.json(me()) : problem(401, "unauthenticated");
      case "PATCH /me":
        server.name = "Countess";
        return Response.json(me());
      default:
        return problem(401, "invalid_credentials");
    }
  }

  const me = () => ({ ...user, name: server.name });
  return server;
}

export function problem(status: number, code: string): Response {
  const body = { type: "/problems/x", title: "t", status, detail: "d", code, requestId: "r" };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}
