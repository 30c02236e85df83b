/** Cookies and tokens: what is set, and what is believed. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { codeOf, expectSoundAnswer } from "../support/sound-answer.ts";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({ PUBLIC_URL: "https://auth.example.com", NODE_ENV: "test" });
});
afterAll(() => server.stop());

describe("cookies", () => {
  test("SE-03 every cookie is pinned to this host, by TLS, for the life of the session or of the known device", async () => {
    const { email, cookie, csrfToken } = await server.newLogin();
    const login = await server.post("/login", { email, password: PASSWORD });
    const logout = await server.send("POST", "/logout", { cookie, "x-csrf-token": csrfToken });
    const lines = [...(login.headers["set-cookie"] ?? []), ...(logout.headers["set-cookie"] ?? [])];
    expect(lines).toHaveLength(5);
    for (const line of lines) {
      expect(line).toMatch(
        /^__Host-((session|csrf)=[A-Za-z0-9_-]*; Path=\/; Max-Age=(86400|0)|device=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=34560000); Secure; (HttpOnly; )?SameSite=Lax$/,
      );
      // A page reads only the CSRF cookie.
      expect(line.includes("HttpOnly")).toBe(!line.startsWith("__Host-csrf"));
    }
  });

  test("LG-03 a session id that the client brought is never adopted", async () => {
    const { email } = await server.newLogin();
    const planted = `__Host-session=${"A".repeat(43)}`;
    const answer = await server.post("/login", { email, password: PASSWORD }, { cookie: planted });
    expect(answer.headers["set-cookie"]?.[0]).not.toContain("AAAAAAAA");
    expect((await server.send("GET", "/me", { cookie: planted })).status).toBe(401);
  });

  test("LG-03 the session a login comes with ends, whoever logs in", async () => {
    for (const email of [undefined, (await server.newLogin()).email]) {
      const before = await server.newLogin();
      const login = { email: email ?? before.email, password: PASSWORD };
      const { status } = await server.post("/login", login, { cookie: before.cookie });
      expect(status).toBe(200);
      const asked = await server.send("GET", "/me", { cookie: before.cookie });
      expect(codeOf(asked)).toBe("401 unauthenticated");
    }
  });

  test("SE-07 of one's sessions, the one that asks is marked, and no other", async () => {
    const mine = await server.newLogin();
    const again = await server.post("/login", { email: mine.email, password: PASSWORD });
    const theirs = /__Host-session=[^;]+/.exec(String(again.headers["set-cookie"]))?.[0] ?? "";
    const currentOf = async (cookie: string) => {
      const { body } = await server.send("GET", "/me/sessions", { cookie });
      const { items } = JSON.parse(body) as { items: { id: string; current: boolean }[] };
      expect(items).toHaveLength(2);
      return items.filter(({ current }) => current).map(({ id }) => id);
    };
    const [current, ...more] = await currentOf(theirs);
    expect(more).toEqual([]);
    const proof = { cookie: mine.cookie, "x-csrf-token": mine.csrfToken };
    expect((await server.send("DELETE", `/me/sessions/${current}`, proof)).status).toBe(204);
    expect((await server.send("GET", "/me", { cookie: theirs })).status).toBe(401);
  });

  test.each([
    ["a no-break space before its name", (cookie: string) => `\xa0${cookie}`],
    ["a tab before its name", (cookie: string) => `\t${cookie}`],
    ["other letters in its name", (cookie: string) => cookie.replace("__Host-", "__host-")],
    ["no prefix", (cookie: string) => cookie.replace("__Host-", "")],
    ["a percent-escape in its name", (cookie: string) => cookie.replace("__Host-", "__Host%2D")],
    ["quotes", (cookie: string) => cookie.replace("=", '="').concat('"')],
    ["its value cut short", (cookie: string) => cookie.slice(0, -1)],
    ["a character more", (cookie: string) => `${cookie}A`],
    ["a bad twin before it", (cookie: string) => `__Host-session=x; ${cookie}`],
  ])("a genuine session cookie with %s signs nobody in", async (_, change) => {
    const { cookie } = await server.newLogin();
    const session = /__Host-session=[^;]+/.exec(cookie)?.[0] ?? "";
    const answer = await server.send("GET", "/me", { cookie: `theme=dark;${change(session)}` });
    expectSoundAnswer(answer);
    expect(codeOf(answer)).toBe("401 unauthenticated");
    expect((await server.send("GET", "/me", { cookie: session })).status).toBe(200);
  });
});

describe("TK-21 the Authorization header", () => {
  test("takes its scheme in any case, and is a credential of its own", async () => {
    const { email, cookie } = await server.newLogin();
    const token = await server.bearer({ email, password: PASSWORD });
    for (const scheme of ["Bearer", "bearer", "BEARER"])
      expect(
        (await server.send("GET", "/token/me", { authorization: `${scheme} ${token}` })).status,
      ).toBe(200);
    expect((await server.send("GET", "/token/me", { cookie })).status).toBe(401);
    expect((await server.send("GET", "/me", { cookie: `__Host-session=${token}` })).status).toBe(
      401,
    );
  });

  test("is refused where it holds no single token, and never falls back to the cookie", async () => {
    const { email, cookie } = await server.newLogin();
    const token = await server.bearer({ email, password: PASSWORD });
    const secret = /__Host-session=([^;]+)/.exec(cookie)?.[1] ?? "";
    const values = [
      "",
      "Bearer",
      "Bearer ",
      token,
      `Bearer  ${token}`,
      `Bearer\t${token}`,
      `Bearer ${token} x`,
      `Bearer ${token},${token}`,
      `Bearer ${token}, Bearer ${token}`,
      `Basic ${token}`,
      `Token ${token}`,
      `Bearer "${token}"`,
      `Bearer ${token}\xa0`,
      `Bearer ${secret}`,
      `Bearer ${"A".repeat(3072)}`,
      "Bearer null",
      "Bearer a.b.c",
      "Negotiate",
      `Bearer=${token}`,
    ];
    for (const authorization of [...values, [`Bearer ${token}`, `Bearer ${token}`]]) {
      const answer = await server.send("GET", "/me", { authorization, cookie });
      expectSoundAnswer(answer);
      expect([authorization, codeOf(answer)]).toEqual([authorization, "401 unauthenticated"]);
      expect(answer.headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    }
    expect((await server.send("GET", `/token/me?access_token=${token}`)).status).toBe(401);
  });
});

test("TK-20 revoking is answered alike, byte for byte, for every token and for none", async () => {
  const { email } = await server.newLogin();
  const pair = JSON.parse(
    (await server.post("/token/login", { email, password: PASSWORD })).body,
  ) as { accessToken: string; refreshToken: string };
  const foreign = `${crypto.randomUUID()}.0.${"A".repeat(43)}`;
  for (const token of [
    ...["no token at all", "a.b.c", foreign],
    ...[`${pair.accessToken}A`, pair.accessToken, pair.accessToken, pair.refreshToken],
  ]) {
    const answer = await server.post("/token/revoke", { token });
    expectSoundAnswer(answer);
    expect([token, answer.status, answer.body]).toEqual([token, 204, ""]);
  }
  const authorization = `Bearer ${pair.accessToken}`;
  expect((await server.send("GET", "/token/me", { authorization })).status).toBe(401);
});
