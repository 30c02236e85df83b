/** DEV_COOKIES=plain, in a real server, with the cookies as a browser on plain http keeps them. */
import { createClient } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { dataOf } from "../support/clients.ts";
import { ADMIN, NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { withPlainCookies } from "../../src/process/plain-cookies.ts";

describe("CF-08 DEV_COOKIES=plain", () => {
  let server: InProcessServer;
  beforeAll(async () => {
    server = await startInProcessServer({ DEV_COOKIES: "plain", HOST: "0.0.0.0" });
  });
  afterAll(() => server.stop());

  /** The name and the value of each cookie that is set, and all its attributes. */
  async function login(headers: Record<string, string> = {}) {
    const { headers: answered, body } = await server.post("/login", ADMIN, headers);
    const lines = (answered["set-cookie"] ?? []).map((line) => line.split("; "));
    const { csrfToken } = JSON.parse(body) as { csrfToken: string };
    return { lines, csrfToken, pairs: lines.map(([pair = ""]) => pair) };
  }

  test("CF-08 sets the cookies without prefix and without Secure, and all else as ever", async () => {
    const { lines } = await login();
    const set = lines.filter(([pair = ""]) => !pair.endsWith("="));
    expect(set.map(([pair = "", ...rest]) => [pair.split("=")[0], ...rest])).toEqual([
      ["session", "Path=/", "Max-Age=86400", "HttpOnly", "SameSite=Lax"],
      ["csrf", "Path=/", "Max-Age=86400", "SameSite=Lax"],
      ["device", "Path=/", expect.stringMatching(/^Max-Age=\d+$/), "HttpOnly", "SameSite=Lax"],
    ]);
    // A browser on localhost may hold those of a run without the setting.
    const removed = lines.filter(([pair = ""]) => pair.endsWith("="));
    expect(removed).toEqual(
      ["session", "csrf", "device"].map((name) => [
        `__Host-${name}=`,
        "Path=/",
        "Max-Age=0",
        "Secure",
      ]),
    );
  });

  test("CF-08 reads them, and no cookie of the usual names", async () => {
    const { pairs, csrfToken } = await login();
    const cookie = pairs.filter((pair) => !pair.endsWith("=")).join("; ");
    const stale = `__Host-session=${"x".repeat(43)}; ${cookie}`;
    for (const each of [cookie, stale])
      expect(await server.send("GET", "/me", { cookie: each })).toMatchObject({ status: 200 });
    const usual = cookie.replace("session=", "__Host-session=");
    expect(await server.send("GET", "/me", { cookie: usual })).toMatchObject({ status: 401 });

    const change = (headers: Record<string, string>) =>
      server.send("DELETE", "/me/sessions", { cookie, ...headers });
    expect(await change({})).toMatchObject({ status: 403 });
    expect(await change({ "x-csrf-token": csrfToken })).toMatchObject({ status: 204 });

    const out = await server.send("POST", "/logout", { cookie, "x-csrf-token": csrfToken });
    expect(out.headers["set-cookie"]?.[0]).toBe(
      "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
    );
    expect(await server.send("GET", "/me", { cookie })).toMatchObject({ status: 401 });
  });

  test("the client's jar keeps them for an address of this machine, body and all", async () => {
    const baseUrl = server.address.replace("0.0.0.0", "127.0.0.1");
    const api = createClient({ baseUrl, cookies: cookieJar() });
    const email = server.freshEmail();
    dataOf(await api.signup({ email, password: PASSWORD }));
    dataOf(await api.login({ email, password: PASSWORD }));
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect(await api.changePassword(change)).toMatchObject({ ok: true });
    expect(await api.logout()).toMatchObject({ status: 204 });
  });

  test("CS-06 a change from the address that is listened on is no other site's", async () => {
    const { status } = await server.post("/login", ADMIN, { origin: server.address });
    expect(status).toBe(200);
    const foreign = await server.post("/login", ADMIN, { origin: "http://192.168.1.5:3000" });
    expect(foreign.status).toBe(403);
  });
});

test("the page of the problem that a developer meets without it names it", async () => {
  const server = await startInProcessServer();
  onTestFinished(() => server.stop());
  const { status, body } = await server.send("GET", "/me");
  expect(status).toBe(401);
  const { type } = JSON.parse(body) as { type: string };
  expect((await server.send("GET", type)).body).toContain("DEV_COOKIES=plain");
});

test("a request keeps what it has besides cookies, its body and its own properties", async () => {
  const request = Object.assign(
    new Request("http://localhost/x", {
      method: "POST",
      body: "text",
      headers: { cookie: "session=a; b=c=d" },
    }),
    { ip: "192.0.2.1" },
  );
  const fetch = withPlainCookies(async (given) =>
    Response.json({
      ...{ cookie: given.headers.get("cookie"), url: given.url, text: await given.text() },
      ...{ ip: (given as typeof request).ip, isRequest: given instanceof Request },
    }),
  );
  expect(await (await fetch(request)).json()).toEqual({
    ...{ cookie: "__Host-session=a; b=c=d", url: "http://localhost/x", text: "text" },
    ...{ ip: "192.0.2.1", isRequest: true },
  });
});
