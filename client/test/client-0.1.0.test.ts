/** Programs with the client of 0.1.0, which knows one answer to a login, at a server that answers what is pending. */
import { describe, expect, it } from "vitest";
import { memoryTokens } from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import { createClient } from "./client-0.1.0.js";
import {
  json,
  nothing,
  problem,
  routes,
  session,
  startServer,
  tokenPair,
  user,
} from "./loopback-server.ts";

const credentials = { email: "ada@example.com", password: "p" };
const cookies = ["__Host-session=s1; Path=/; Secure", "__Host-csrf=proof-1; Path=/; Secure"];
const pending = { loginToken: "login", expiresInSeconds: 300, secondFactors: ["totp"] };
/** It signs in first, and what is pending is answered from then on. */
const server = () => {
  let logins = 0;
  const first = (answer: object, headers = {}) =>
    ((...call) =>
      (++logins === 1 ? json(200, answer, headers) : json(202, pending))(
        ...call,
      )) satisfies ReturnType<typeof json>;
  return startServer(
    routes({
      "POST /login": first(session, { "set-cookie": cookies }),
      "POST /token/login": first(tokenPair),
      "POST /logout": nothing(),
      "GET /me": (request, response) =>
        (request.headers.cookie ? json(200, user) : problem(401, "unauthenticated"))(
          request,
          response,
        ),
    }),
  );
};
/** Not in, and a developer who looks reads an answer that is not what the document of 0.1.0 says, with its status. */
const closed = {
  ok: false,
  status: 0,
  failure: "unexpected_answer",
  response: { status: 202 },
};

describe("the client of 0.1.0, where an account has a second factor", () => {
  it("is not signed in with cookies, and has nothing that a program could take for it", async () => {
    const { url } = await startServer(json(202, pending));
    const jar = cookieJar();
    const result = await createClient({ baseUrl: url, cookies: jar }).login(credentials);
    expect(result).toMatchObject(closed);
    expect(result).not.toHaveProperty("data");
    expect(await jar.cookieHeader(url)).toBe("");
  });

  it("is not signed in with tokens, and keeps none", async () => {
    const { url } = await startServer(json(202, pending));
    const tokens = memoryTokens();
    const result = await createClient({ baseUrl: url, tokens }).tokenLogin(credentials);
    expect(result).toMatchObject(closed);
    expect(result).not.toHaveProperty("data");
    expect(await tokens.read()).toBeUndefined();
  });

  it("keeps the session that it has", async () => {
    const { url, seen } = await server();
    const api = createClient({ baseUrl: url, cookies: cookieJar() });
    expect(await api.login(credentials)).toMatchObject({ ok: true });
    expect(await api.login(credentials)).toMatchObject(closed);
    expect(await api.getMe()).toMatchObject({ ok: true });
    expect(await api.logout()).toMatchObject({ ok: true });
    expect(seen.at(-1)?.headers["x-csrf-token"]).toBe("proof-1");

    const other = await server();
    const tokens = memoryTokens();
    const program = createClient({ baseUrl: other.url, tokens });
    await program.tokenLogin(credentials);
    expect(await program.tokenLogin(credentials)).toMatchObject(closed);
    expect(await tokens.read()).toMatchObject({ refreshToken: tokenPair.refreshToken });
  });

  it("reads in words why nothing works before a factor is added, where the server asks for one", async () => {
    const detail = "Add a second factor first.";
    const { url } = await startServer(problem(403, "second_factor_enrolment_required", { detail }));
    const api = createClient({ baseUrl: url, cookies: cookieJar() });
    expect(await api.logout()).toMatchObject({ ok: false, status: 403, problem: { detail } });
    // Its document had no 403 here: as closed, and the status says it.
    expect(await api.getMe()).toMatchObject({
      ok: false,
      failure: "unexpected_answer",
      response: { status: 403 },
    });
  });
});
