import { beforeEach, describe, expect, it } from "vitest";
import { type Client, createClient, memoryTokens, unwrap } from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import { createFakeServer, type FakeServer } from "../src/testing/index.ts";

const baseUrl = "http://localhost";
const email = "ada@example.com";
const password = "correct horse battery staple";
const newPassword = "four clear words of mine";

let time: number;
let fake: FakeServer;
beforeEach(() => {
  time = Date.UTC(2026, 10, 23);
  fake = createFakeServer({ now: () => time });
});

function browser(): Client {
  return createClient({ baseUrl, fetch: fake.fetch, cookies: cookieJar() });
}

function program(): Client<"tokens"> {
  return createClient({ baseUrl, fetch: fake.fetch, tokens: memoryTokens() });
}

async function signedIn(): Promise<Client> {
  const api = browser();
  await api.signup({ email, password });
  expect(await api.login({ email, password })).toMatchObject({ status: 200 });
  return api;
}

describe("a fake server", () => {
  it("knows whom it was told of, and nobody another fake was", async () => {
    const api = await signedIn();
    expect(await api.getMe()).toMatchObject({ status: 200, data: { email, role: "user" } });
    const other = createClient({ baseUrl, fetch: createFakeServer().fetch, cookies: cookieJar() });
    expect(await other.login({ email, password })).toMatchObject({ status: 401 });
  });

  it("keeps the history of each account, in pages", async () => {
    const api = await signedIn();
    await program().tokenLogin({ email, password: "not the password" });
    await api.signup({ email: "grace@example.com", password });
    await api.changePassword({ currentPassword: password, newPassword });
    const found: string[] = [];
    for await (const { event } of api.listMyEvents.each({ limit: 1 })) {
      found.push(event);
      await program().tokenLogin({ email, password }); // newer than the list: not on its next page
    }
    expect(found).toEqual(["password_changed", "login_failed", "login_success", "signup"]);
    const timestamp = new Date(time).toISOString();
    expect(await api.listMyEvents({ limit: 1 })).toMatchObject({
      data: { items: [{ event: "login_failed", timestamp, ip: "127.0.0.1" }] },
    });
    expect(await api.listMyEvents({ cursor: "99" })).toMatchObject({ status: 400 });
  });

  it("asks for the CSRF proof, as the server does", async () => {
    const jar = cookieJar();
    const api = createClient({ baseUrl, fetch: fake.fetch, cookies: jar });
    await api.signup({ email, password });
    await api.login({ email, password });
    const headers = { cookie: await jar.cookieHeader(baseUrl) };
    const bare = createClient({ baseUrl, fetch: fake.fetch });
    expect(await bare.logout({}, { headers })).toMatchObject({
      status: 403,
      problem: { code: "csrf_rejected" },
    });
    expect(await api.getMe()).toMatchObject({ status: 200 });
    expect(await api.logout()).toMatchObject({ status: 204 });
    expect(await api.getMe()).toMatchObject({ status: 401, problem: { code: "unauthenticated" } });
  });

  it("hands over the reset token that the server would have mailed, good once and for its time", async () => {
    const api = await signedIn();
    expect(await api.forgotPassword({ email: "nobody@example.com" })).toMatchObject({
      status: 202,
    });
    expect(fake.resetToken("nobody@example.com")).toBeUndefined();
    await api.forgotPassword({ email: " ADA@example.com" });
    const token = fake.resetToken(email) ?? "";
    expect(await api.resetPassword({ token, newPassword })).toMatchObject({ status: 204 });
    expect(await api.getMe()).toMatchObject({ status: 401 });
    expect(await api.resetPassword({ token, newPassword })).toMatchObject({
      problem: { code: "invalid_reset_token" },
    });
    await api.forgotPassword({ email });
    time += 3_600_000;
    expect(fake.resetToken(email)).toBeUndefined();
  });

  it("takes five codes for a challenge, and not the right one as the sixth", async () => {
    const verifying = createFakeServer({ signup: "verified" });
    const api = createClient({ baseUrl, tokens: memoryTokens(), fetch: verifying.fetch });
    const begun = unwrap(await api.signup({ email, password }));
    if (!("challengeToken" in begun)) throw new Error("The account was made at once");
    const { challengeToken } = begun;
    const { code } = verifying.mail(email, "signup_confirm");
    const wrong = code === "00000000" ? "00000001" : "00000000";
    for (const _ of [1, 2, 3, 4, 5])
      expect(await api.confirmSignup({ challengeToken, code: wrong })).toMatchObject({
        status: 400,
      });
    expect(await api.confirmSignup({ challengeToken, code })).toMatchObject({ status: 400 });
  });

  it("lets sessions and access tokens end in their time", async () => {
    const api = await signedIn();
    const tokens = program();
    await tokens.tokenLogin({ email, password });
    time += 901_000;
    fake.fail("tokenRefresh", "invalid_refresh_token");
    expect(await tokens.getTokenMe()).toMatchObject({ status: 401 });
    expect(await api.getMe()).toMatchObject({ status: 200 });
    time += 86_400_000;
    expect(await api.getMe()).toMatchObject({ status: 401 });
  });

  it("gives the successor again for a lost answer, and ends the session of a stolen token", async () => {
    await signedIn();
    const api = program();
    const first = await api.tokenLogin({ email, password });
    if (first.status !== 200) throw new Error("no login");
    const { refreshToken } = first.data;
    const second = await api.tokenRefresh({ refreshToken });
    expect(await api.tokenRefresh({ refreshToken })).toMatchObject({
      data: { refreshToken: second.ok && second.data.refreshToken },
    });
    time += 10_000;
    expect(await api.tokenRefresh({ refreshToken })).toMatchObject({ status: 401 });
    expect(await api.getTokenMe()).toMatchObject({ status: 401 });
  });

  it("pages", async () => {
    const api = await signedIn();
    for (const _ of [1, 2]) await browser().login({ email, password });
    const page = await api.listMySessions({ limit: 2 });
    if (!page.ok || page.data.nextCursor === null) throw new Error("no page");
    expect(page.data.items.map(({ current }) => current)).toEqual([true, false]);
    const rest = await api.listMySessions({ limit: 2, cursor: page.data.nextCursor });
    expect(rest).toMatchObject({ data: { items: [{ current: false }], nextCursor: null } });
    expect(await api.listMySessions({ cursor: "foreign" })).toMatchObject({ status: 400 });
  });

  it("has no administrators, and no path the document does not have", async () => {
    const api = await signedIn();
    expect(await api.listUsers()).toMatchObject({ status: 403, problem: { code: "forbidden" } });
    const response = await fake.fetch(new Request(`${baseUrl}/nowhere`));
    expect(response.status).toBe(404);
  });
});

describe("fail", () => {
  it("fails the next call of the operation, and no other", async () => {
    const api = await signedIn();
    fake.fail("getMe", "overloaded");
    expect(await api.listMySessions()).toMatchObject({ status: 200 });
    expect(await api.getMe({}, { retry: false })).toMatchObject({
      status: 503,
      problem: { code: "overloaded", retryAfterSeconds: 1 },
    });
    expect(await api.getMe()).toMatchObject({ status: 200 });
  });

  it("fails as many calls as it is told to, and changes nothing by them", async () => {
    const api = browser();
    fake.fail("signup", "rate_limited", Infinity);
    for (const _ of [1, 2, 3])
      expect(await api.signup({ email, password })).toMatchObject({ status: 429 });
    fake.fail("signup", "rate_limited", 0);
    expect(await api.signup({ email, password })).toMatchObject({ status: 201 });
  });

  it("takes no problem that the operation does not document", () => {
    // @ts-expect-error nothing can be taken by logging in
    fake.fail("login", "email_taken");
    // @ts-expect-error no such operation
    fake.fail("logon", "overloaded");
  });
});
