/** Sign-in with a provider on a whole server, by the plain operations of the SDK, with a provider that is real. */
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { accountOf, cookieClient, dataOf, freshEmail, tokenClient } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { startProvider, type TestProvider } from "../support/provider.ts";
import {
  answerOf,
  completeAt,
  linkOver,
  linkTokenOf,
  PROVIDER_ID,
  providerSettings,
  somebodyAt,
} from "../support/provider-steps.ts";
import { addTotpOver } from "../support/second-factors.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { waitFor } from "../support/wait-for.ts";

const providerId = PROVIDER_ID;

let provider: TestProvider;
let mails: MailServer;
let server: InProcessServer;
let closed: InProcessServer;
beforeAll(async () => {
  provider = await startProvider();
  mails = await startMailServer("accepts");
  const settings = {
    SMTP_URL: mails.url,
    MAIL_FROM: "auth@example.com",
    ...providerSettings(provider),
  };
  server = await startInProcessServer(settings);
  // Nobody signs up by themselves, nobody by mail, and this provider is no way around it.
  closed = await startInProcessServer({ ...settings, SIGNUP: "closed", MAIL_LOGIN: "off" });
});
afterAll(async () => {
  await server.stop();
  await closed.stop();
  await mails.close();
  await provider.close();
});
afterEach(() => provider.reset());

const mailsTo = (email: string) =>
  mails.received.filter(({ recipients }) => recipients.includes(email));

test("FD-07 somebody new signs in by cookie and by token, has one account with a proved address, and cannot lose the last way in", async () => {
  const email = somebodyAt(provider, { email: `Grace-${Date.now()}@Example.NET` }).toLowerCase();
  const api = cookieClient(closed.address);
  expect(await completeAt(api, provider)).toMatchObject({
    ok: false,
    status: 403,
    problem: { code: "signup_closed" },
  });

  const browser = cookieClient(server.address);
  const pending = dataOf(await completeAt(browser, provider));
  expect(pending).toMatchObject({ secondFactors: [], returnTo: null });
  expect(server.sql("SELECT id FROM sessions WHERE methods = 'provider'")).toEqual([]);
  dataOf(await browser.finishLogin({ loginToken: pending.loginToken, method: "none" }));
  const me = dataOf(await browser.getMe());
  expect(me).toMatchObject({ email, emailVerified: true, role: "user" });

  const { loginToken } = dataOf(await completeAt(cookieClient(server.address), provider));
  const program = tokenClient(server.address);
  dataOf(await program.finishTokenLogin({ loginToken, method: "none" }));
  expect(dataOf(await program.getTokenMe())).toMatchObject({ id: me.id });

  const { items } = dataOf(await browser.listMyIdentities());
  expect(items).toMatchObject([{ provider: providerId, email, lastUsedAt: expect.any(String) }]);
  expect(server.sql("SELECT id FROM users WHERE email LIKE 'grace-%'")).toHaveLength(1);
  const identityId = items[0]?.id ?? "";
  const removed = await browser.removeMyIdentity({ identityId });
  expect(removed).toMatchObject({ ok: false, problem: { code: "last_credential" } });
  expect(dataOf(await browser.listMyIdentities()).items).toHaveLength(1);
});

test("FD-09 a collision leads nowhere before the second factor, and to the link after it", async () => {
  const email = freshEmail();
  const owner = cookieClient(server.address);
  const { id: userId } = accountOf(dataOf(await owner.signup({ email, password: PASSWORD })));
  server.sql("UPDATE users SET email_verified = 1 WHERE id = ?", userId);
  dataOf(await owner.login({ email, password: PASSWORD }));
  const { app } = await addTotpOver(owner);

  somebodyAt(provider, { email });
  const browser = cookieClient(server.address);
  const linkToken = linkTokenOf(await completeAt(browser, provider));
  const login = await browser.login({ email, password: PASSWORD });
  if (!login.ok || login.status !== 202) throw new Error("Expected a half-login");
  expect(await browser.claimIdentity({ linkToken })).toMatchObject({ ok: false, status: 401 });
  expect(await browser.listMyIdentities()).toMatchObject({ ok: false, status: 401 });
  const stranger = cookieClient(server.address);
  const theirs = freshEmail();
  dataOf(await stranger.signup({ email: theirs, password: PASSWORD }));
  dataOf(await stranger.login({ email: theirs, password: PASSWORD }));
  expect(await stranger.claimIdentity({ linkToken })).toMatchObject({
    ok: false,
    problem: { code: "invalid_challenge" },
  });
  expect(server.sql("SELECT id FROM identities WHERE user_id = ?", userId)).toEqual([]);

  const { loginToken } = login.data;
  const code = app.codeAt(Date.now());
  dataOf(await browser.finishLogin({ loginToken, method: "totp", code }));
  expect(dataOf(await browser.claimIdentity({ linkToken }))).toMatchObject({ email });
  const again = dataOf(await completeAt(cookieClient(server.address), provider));
  expect(again.secondFactors).toEqual(["totp", "recovery_code"]);
});

test("FD-08 FD-18 a provider is linked, signs in, and is unlinked; each is told by mail", async () => {
  const email = freshEmail();
  const api = cookieClient(server.address);
  dataOf(await api.signup({ email, password: PASSWORD }));
  dataOf(await api.login({ email, password: PASSWORD }));
  somebodyAt(provider);
  const { id: identityId } = dataOf(await linkOver(api, provider));
  await waitFor(() => mailsTo(email).find(({ mail }) => mail.text?.includes("Acme")));
  const { loginToken } = dataOf(await completeAt(cookieClient(server.address), provider));
  const elsewhere = cookieClient(server.address);
  dataOf(await elsewhere.finishLogin({ loginToken, method: "none" }));
  expect(dataOf(await elsewhere.getMe())).toMatchObject({ email });

  dataOf(await api.removeMyIdentity({ identityId }));

  expect(await elsewhere.getMe()).toMatchObject({ ok: false, status: 401 });
  expect(dataOf(await api.listMyIdentities()).items).toEqual([]);
  await waitFor(() => (mailsTo(email).length === 2 ? true : undefined));
});

test("FD-02 the end of a flow in another browser, without its cookie, is refused, and in its own it is taken", async () => {
  somebodyAt(provider);
  const browser = cookieClient(server.address);
  const started = dataOf(await browser.startProviderLogin({ providerId }));
  const { challengeToken: _, ...answer } = answerOf(provider, started);
  expect(await cookieClient(server.address).completeProviderLogin(answer)).toMatchObject({
    ok: false,
    problem: { code: "invalid_challenge" },
  });
  expect(provider.exchanges).toEqual([]);
  dataOf(await browser.completeProviderLogin(answer));
  // A reload, or the back button: the same answer once more.
  const reload = await browser.completeProviderLogin(answer);
  expect(reload).toMatchObject({ ok: false, problem: { code: "invalid_challenge" } });
  expect(provider.exchanges).toHaveLength(1);
});

test("FD-02 of two tabs that share the cookie, the body says which one comes back", async () => {
  somebodyAt(provider);
  const browser = cookieClient(server.address);
  const first = answerOf(provider, dataOf(await browser.startProviderLogin({ providerId })));
  const second = answerOf(provider, dataOf(await browser.startProviderLogin({ providerId })));
  const withoutBody = { ...first, challengeToken: undefined };
  expect(await browser.completeProviderLogin(withoutBody)).toMatchObject({
    ok: false,
    problem: { code: "invalid_challenge" }, // the cookie is of the second
  });
  dataOf(await browser.completeProviderLogin(first));
  dataOf(await browser.completeProviderLogin(second));
});

describe("FD-15 a provider that is down", () => {
  test("FD-15 at the callback is told in bounded time, and other ways in ask it nothing", async () => {
    const email = freshEmail();
    const api = cookieClient(server.address);
    dataOf(await api.signup({ email, password: PASSWORD }));
    somebodyAt(provider);
    const started = dataOf(await api.startProviderLogin({ providerId }));
    const answer = answerOf(provider, started);
    provider.knobs.down = true;
    const begun = Date.now();
    const ended = await api.completeProviderLogin(answer, { retry: false });
    expect(ended).toMatchObject({
      ok: false,
      status: 502,
      problem: { code: "provider_unavailable", retryAfterSeconds: 10 },
    });
    expect(Date.now() - begun).toBeLessThan(10_000);
    const hits = provider.hits("/token");
    dataOf(await api.login({ email, password: PASSWORD }));
    dataOf(await api.getMe());
    expect(provider.hits("/token")).toBe(hits);
    expect(
      server.sql("SELECT id FROM identities WHERE email = ?", provider.person.email ?? ""),
    ).toEqual([]);
  });

  test("FD-15 at the start of the server stops it not; the other ways in are there, and it lets people in once it is back", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const gone = await startProvider();
    await gone.close();
    const other = await startInProcessServer(providerSettings(gone));
    onTestFinished(() => other.stop());
    const api = cookieClient(other.address);
    const credentials = { email: freshEmail(), password: PASSWORD };
    dataOf(await api.signup(credentials));
    dataOf(await api.login(credentials));
    const refused = await api.startProviderLogin({ providerId }, { retry: false });
    expect(refused).toMatchObject({
      ok: false,
      status: 502,
      problem: { code: "provider_unavailable", retryAfterSeconds: 10 },
    });
    const { headers } = await other.post(`/login/providers/${providerId}`, {});
    expect(headers["retry-after"]).toBe("10");
    expect(other.sql("SELECT id FROM challenges")).toEqual([]);

    const back = await startProvider({ port: gone.port });
    onTestFinished(() => back.close());
    vi.setSystemTime(Date.now() + 10_000); // as long as the server was told to wait
    const email = somebodyAt(back);
    const person = cookieClient(other.address);
    const { loginToken } = dataOf(await completeAt(person, back));
    dataOf(await person.finishLogin({ loginToken, method: "none" }));
    expect(dataOf(await person.getMe())).toMatchObject({ email });
  });
});

test("FD-16 switched off, its routes answer 404 and the links are listed; they come back with it", async () => {
  const kept = { DATABASE_URL: `sqlite:${join(temporaryFolder(), "kept.db")}` };
  const on = { ...kept, ...providerSettings(provider) };
  const credentials = { email: freshEmail(), password: PASSWORD };
  somebodyAt(provider);

  const before = await startInProcessServer(on);
  const owner = cookieClient(before.address);
  dataOf(await owner.signup(credentials));
  dataOf(await owner.login(credentials));
  const { id: userId } = dataOf(await owner.getMe());
  const linked = dataOf(await linkOver(owner, provider));
  await before.stop();

  const off = await startInProcessServer(kept);
  const meanwhile = cookieClient(off.address);
  expect(dataOf(await meanwhile.listProviders()).items).toEqual([]);
  const notFound = { ok: false, status: 404, problem: { code: "not_found" } };
  expect(await meanwhile.startProviderLogin({ providerId })).toMatchObject(notFound);
  const answer = { providerId, state: "A".repeat(43), code: "x" };
  expect(await meanwhile.completeProviderLogin(answer)).toMatchObject(notFound);
  dataOf(await meanwhile.login(credentials));
  expect(await meanwhile.startProviderLink({ providerId })).toMatchObject(notFound);
  expect(await meanwhile.completeProviderLink(answer)).toMatchObject(notFound);
  expect(dataOf(await meanwhile.listMyIdentities()).items).toEqual([linked]);
  await off.stop();

  const after = await startInProcessServer(on);
  onTestFinished(() => after.stop());
  const person = cookieClient(after.address);
  const { loginToken } = dataOf(await completeAt(person, provider));
  dataOf(await person.finishLogin({ loginToken, method: "none" }));
  expect(dataOf(await person.getMe())).toMatchObject({ id: userId });
});

test.each([
  ["a state of 10 KB", { state: "A".repeat(10_240), code: "x" }],
  ["a state of another alphabet", { state: "<script>".repeat(6), code: "x" }],
  ["a code of 10 KB", { state: "A".repeat(43), code: "x".repeat(10_240) }],
  ["a code with a line in it", { state: "A".repeat(43), code: "a\r\nb" }],
  ["an empty code", { state: "A".repeat(43), code: "" }],
  ["a code and an error", { state: "A".repeat(43), code: "x", error: "access_denied" }],
  ["neither", { state: "A".repeat(43) }],
  ["a list of states", { state: ["A".repeat(43), "B".repeat(43)], code: "x" }],
  ["a number", { state: 1, code: "x" }],
  ["a long iss", { state: "A".repeat(43), code: "x", iss: "x".repeat(10_240) }],
  ["a place to return to", { state: "A".repeat(43), code: "x", returnTo: "https://evil.example" }],
])(
  "FD-19 FD-12 %s at the end of a flow is a 4xx, and asks the provider nothing",
  async (_, body) => {
    const answer = await server.post(`/login/providers/${providerId}/complete`, body);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      answer.status < 500 ? answer.status : "below 500",
      expect.objectContaining({
        code: expect.stringMatching(/validation_failed|payload_too_large/),
      }),
    ]);
    expect(provider.exchanges).toEqual([]);
  },
);

test("FD-19 a parameter that comes twice in a body is refused", async () => {
  const body = `{"state":"${"A".repeat(43)}","state":"${"B".repeat(43)}","code":"x"}`;
  const headers = { "content-type": "application/json" };
  const path = `/login/providers/${providerId}/complete`;
  expect((await server.send("POST", path, headers, body)).status).toBe(400);
});
