import { beforeEach, describe, expect, it } from "vitest";
import { type Client, createClient, memoryTokens, unwrap } from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import {
  createFakeServer,
  type FakePerson,
  type FakeServer,
  type FakeServerOptions,
} from "../src/testing/index.ts";

const baseUrl = "http://localhost";
const email = "ada@example.com";
const password = "correct horse battery staple";
const account = { email, password };
const ada = { subject: "ada-there", email };
const providerId = "google";

let now = Date.now();
let fake: FakeServer;
beforeEach(() => open());

function open(options: FakeServerOptions = {}) {
  now = Date.now();
  fake = createFakeServer({
    now: () => now,
    providers: [
      { id: "google", name: "Google" },
      { id: "github", redirects: ["com.example.app:/callback"] },
    ],
    ...options,
  });
}

function browser(): Client {
  return createClient({ baseUrl, fetch: fake.fetch, cookies: cookieJar() });
}
const program = () => createClient({ baseUrl, fetch: fake.fetch, tokens: memoryTokens() });

/** Comes back from the provider as that person. */
async function arrive(api: Client, person: FakePerson, provider = providerId) {
  const { authorizationUrl } = unwrap(await api.startProviderLogin({ providerId: provider }));
  const answer = fake.provider(provider).approve(authorizationUrl, person);
  return api.completeProviderLogin({ providerId: provider, ...answer });
}

async function enter(api: Client, person: FakePerson, provider = providerId) {
  return unwrap(await api.finishSignIn(unwrap(await arrive(api, person, provider))));
}

async function signedIn(): Promise<Client> {
  const api = browser();
  await api.signup(account);
  await api.login(account);
  return api;
}

/** An account whose address is proved, as a provider with somebody else of the same address meets it. */
async function provedAccount(): Promise<Client> {
  const api = browser();
  await enter(api, { subject: "ada-at-github", email }, "github");
  return api;
}

const historyOf = async (api: Client) =>
  unwrap(await api.listMyEvents({ limit: 100 })).items.map(({ event }) => event);

describe("the five cases of a sign-in with a provider on the fake server:", () => {
  it("1: somebody who is known signs in, whatever their address there is by now", async () => {
    const api = browser();
    await enter(api, ada);
    const { id } = unwrap(await api.getMe());
    const again = browser();
    await enter(again, { subject: ada.subject, email: "other@example.com" });
    await enter(again, { subject: ada.subject });
    expect(unwrap(await again.getMe())).toMatchObject({ id, email, emailVerified: true });
    expect(unwrap(await again.listMyIdentities()).items).toMatchObject([
      { provider: "google", email, lastUsedAt: new Date(now).toISOString() },
    ]);
  });

  it("2: no account by an address that the provider does not vouch for, also one that somebody has", async () => {
    await provedAccount();
    const strangers = [
      { subject: "a" },
      { subject: "b", email: "new@example.com", emailVerified: false },
      { subject: "c", email, emailVerified: false },
      { subject: "d", email: "no address" },
      { subject: "e", email: " ADA@Example.com ", emailVerified: false },
    ];
    for (const person of strangers)
      expect(await arrive(browser(), person)).toMatchObject({
        status: 403,
        problem: { code: "provider_email_unverified" },
      });
  });

  it("3: a new account by a proved address, without a password; none where signups are closed", async () => {
    const api = browser();
    expect(await enter(api, ada)).toMatchObject({ user: { email, emailVerified: true } });
    expect(await historyOf(api)).toEqual([
      "login_success",
      "login_pending",
      "identity_linked",
      "email_verified",
      "signup",
    ]);
    expect(await browser().login(account)).toMatchObject({ status: 401 });
    for (const closed of [
      { signup: "closed" },
      { providers: [{ id: "google", signup: false }] },
    ] as const) {
      open(closed);
      expect(await arrive(browser(), ada)).toMatchObject({
        status: 403,
        problem: { code: "signup_closed" },
      });
    }
  });

  it("4: an account that is proved has to claim whoever collides with it, or is linked where the setting says so", async () => {
    const api = await provedAccount();
    const met = await arrive(browser(), { ...ada, email: " ADA@Example.com " });
    if (met.status !== 409 || met.problem.code !== "identity_collision") throw new Error("no");
    const { linkToken } = met.problem;
    const stranger = browser();
    await enter(stranger, { subject: "eve", email: "eve@example.com" });
    expect(await stranger.claimIdentity({ linkToken })).toMatchObject({ status: 400 });
    expect(await api.claimIdentity({ linkToken })).toMatchObject({
      status: 201,
      data: { provider: "google", email, lastUsedAt: null },
    });
    expect(await api.claimIdentity({ linkToken })).toMatchObject({ status: 400 });
    expect(fake.mails(email).map(({ kind }) => kind)).toEqual(["identity_linked"]);
    await enter(browser(), ada);

    open({ providers: [{ id: "google", link: "verified" }, { id: "github" }] });
    await provedAccount();
    const linked = browser();
    await enter(linked, ada);
    expect(unwrap(await linked.listMyIdentities()).items).toHaveLength(2);
    expect(fake.mails(email).map(({ kind }) => kind)).toEqual(["identity_linked"]);
  });

  it("5: an account that nobody had proved is theirs, clean", async () => {
    const before = await signedIn();
    fake.addTotp(email);
    const api = browser();
    await enter(api, ada);
    expect(await before.getMe()).toMatchObject({ status: 401 });
    expect(await browser().login(account)).toMatchObject({ status: 401 });
    expect(unwrap(await api.listMyFactors())).toMatchObject({ totp: null });
    expect(fake.mails(email).map(({ kind }) => kind)).toEqual(["account_claimed"]);
  });

  it("asks for the second factor, as after a password", async () => {
    const api = browser();
    await enter(api, ada);
    fake.addTotp(email);
    const pending = unwrap(await arrive(browser(), ada));
    expect(pending.secondFactors).toEqual(["totp", "recovery_code"]);
    expect(await api.finishSignIn(pending)).toMatchObject({ status: 401 });
    const code = await fake.totpCode(email);
    expect(await api.finishSignIn(pending, { method: "totp", code })).toMatchObject({ ok: true });
    fake.resetFactors(email);
    fake.addPasskey(email);
    expect(unwrap(await arrive(browser(), ada)).secondFactors).toContain("passkey");
  });
});

describe("a flow on the fake server", () => {
  it("ends for whoever has its cookie or its challengeToken, and for nobody else", async () => {
    const api = browser();
    const { authorizationUrl, challengeToken } = unwrap(
      await api.startProviderLogin({ providerId }),
    );
    const answer = fake.provider("google").approve(authorizationUrl, ada);
    const end = { providerId, ...answer };
    expect(await browser().completeProviderLogin(end)).toMatchObject({ status: 400 });
    expect(await program().completeProviderLogin({ ...end, challengeToken })).toMatchObject({
      status: 200,
      data: { returnTo: null, secondFactors: [] },
    });
    // Once.
    expect(await api.completeProviderLogin(end)).toMatchObject({ status: 400 });
  });

  it("is not spent by a wrong state, a wrong or missing iss, or another provider", async () => {
    const api = browser();
    const { authorizationUrl } = unwrap(await api.startProviderLogin({ providerId }));
    const answer = fake.provider("google").approve(authorizationUrl, ada);
    const wrongs = [
      { providerId, ...answer, state: "x".repeat(43) },
      { providerId, ...answer, iss: "https://github.com" },
      { providerId, ...answer, iss: undefined },
      { providerId: "github", ...answer },
    ];
    for (const wrong of wrongs)
      expect(await api.completeProviderLogin(wrong)).toMatchObject({
        status: 400,
        problem: { code: "invalid_challenge" },
      });
    expect(await api.completeProviderLogin({ providerId, ...answer })).toMatchObject({ ok: true });
  });

  it("is over by a refusal, by a code of another flow, and after ten minutes", async () => {
    const api = browser();
    const begin = async () => unwrap(await api.startProviderLogin({ providerId })).authorizationUrl;
    const google = fake.provider("google");
    expect(
      await api.completeProviderLogin({ providerId, ...google.refuse(await begin()) }),
    ).toMatchObject({ status: 403, problem: { code: "provider_denied", reason: "denied" } });
    const busy = google.refuse(await begin(), "temporarily_unavailable");
    expect(await api.completeProviderLogin({ providerId, ...busy })).toMatchObject({
      status: 502,
      problem: { code: "provider_unavailable", retryAfterSeconds: 10 },
    });
    const { code } = google.approve(await begin(), ada);
    const mine = google.approve(await begin(), ada);
    expect(await api.completeProviderLogin({ providerId, ...mine, code })).toMatchObject({
      status: 403,
      problem: { code: "provider_denied", reason: "invalid_answer" },
    });
    const late = google.approve(await begin(), ada);
    now += 600_000;
    expect(await api.completeProviderLogin({ providerId, ...late })).toMatchObject({ status: 400 });
  });

  it("returns to pages of the settings alone", async () => {
    open({
      providers: [{ id: "github", redirects: ["com.example.app:/callback"] }],
      corsOrigins: ["https://app.example.com"],
    });
    const start = (input: { returnTo?: string; redirectUri?: string }) =>
      browser().startProviderLogin({ providerId: "github", ...input });
    for (const input of [
      { returnTo: "https://app.example.com/welcome" },
      { returnTo: "http://localhost/welcome" },
      { redirectUri: "com.example.app:/callback" },
    ])
      expect(await start(input)).toMatchObject({ status: 200 });
    for (const input of [
      { returnTo: "https://app.example.com.evil.example/" },
      { returnTo: "https://ada@app.example.com/" },
      { returnTo: "/welcome" },
      { redirectUri: "com.example.app:/callback/" },
    ])
      expect(await start(input)).toMatchObject({
        status: 400,
        problem: { code: "return_not_allowed" },
      });
    const api = browser();
    const { authorizationUrl } = unwrap(
      await api.startProviderLogin({
        providerId: "github",
        returnTo: "https://app.example.com/a/../b",
      }),
    );
    const answer = fake.provider("github").approve(authorizationUrl, ada);
    expect(await api.completeProviderLogin({ providerId: "github", ...answer })).toMatchObject({
      data: { returnTo: "https://app.example.com/b" },
    });
  });

  it("needs a provider of the settings, whose own page it is", async () => {
    expect(unwrap(await browser().listProviders()).items).toEqual([
      { id: "google", name: "Google", kind: "google" },
      { id: "github", name: "github", kind: "github" },
    ]);
    const unknown = await browser().startProviderLogin({ providerId: "okta" });
    expect(unknown).toMatchObject({ status: 404 });
    const { authorizationUrl } = unwrap(await browser().startProviderLogin({ providerId }));
    expect(() => fake.provider("github").approve(authorizationUrl, ada)).toThrow(
      "is no authorizationUrl of github",
    );
    expect(() => fake.provider("okta")).toThrow("No provider is okta: there are google, github");
  });
});

describe("links on the fake server", () => {
  const start = async (api: Client) => {
    const { authorizationUrl, challengeToken } = unwrap(
      await api.startProviderLink({ providerId }),
    );
    const person = { subject: "ada-there", email: "elsewhere@example.com", emailVerified: false };
    return { ...fake.provider("google").approve(authorizationUrl, person), challengeToken };
  };

  it("end in the session that began them, recent, whatever the address there is", async () => {
    const api = await signedIn();
    const answer = await start(api);
    expect(answer.state).toMatch(/^link\./);
    expect(await api.completeProviderLogin({ providerId, ...answer })).toMatchObject({
      status: 400,
    });
    const other = browser();
    await other.signup({ email: "eve@example.com", password });
    await other.login({ email: "eve@example.com", password });
    expect(await other.completeProviderLink({ providerId, ...answer })).toMatchObject({
      status: 400,
    });
    expect(await api.completeProviderLink({ providerId, ...answer })).toMatchObject({
      status: 201,
      data: { email: "elsewhere@example.com" },
    });
    expect(await api.startProviderLink({ providerId })).toMatchObject({
      status: 409,
      problem: { code: "identity_taken" },
    });
    await enter(browser(), ada);
    now += 600_000;
    for (const late of [
      await api.startProviderLink({ providerId: "github" }),
      await api.claimIdentity({ linkToken: "x".repeat(43) }),
    ])
      expect(late).toMatchObject({ problem: { code: "reauthentication_required" } });
  });

  it("are of one account each", async () => {
    await enter(browser(), { subject: "ada-there", email: "first@example.com" });
    const api = await signedIn();
    expect(await api.completeProviderLink({ providerId, ...(await start(api)) })).toMatchObject({
      status: 409,
      problem: { code: "identity_taken" },
    });
    expect(fake.mails(email)).toEqual([]);
  });

  it("are not made by an address that may be taken back, and those since then go with it", async () => {
    const api = await provedAccount();
    now += 1;
    await api.startEmailChange({ newEmail: "thief@example.com" });
    await api.confirmEmailChange({ token: fake.mail("thief@example.com").token ?? "" });
    expect(await arrive(browser(), ada)).toMatchObject({
      status: 409,
      problem: { code: "email_taken" },
    });
    unwrap(await api.completeProviderLink({ providerId, ...(await start(api)) }));
    unwrap(await api.undoEmailChange({ token: fake.mail(email, "email_changed").token }));
    const owner = await provedAccount();
    expect(unwrap(await owner.getMe()).email).toBe(email);
    expect(unwrap(await owner.listMyIdentities()).items).toMatchObject([{ provider: "github" }]);
    expect(await historyOf(owner)).toContain("identity_removed");
  });

  it("are removed with every other session, but for the last way in", async () => {
    const api = browser();
    await enter(api, ada);
    const other = browser();
    await enter(other, ada);
    const [identity] = unwrap(await api.listMyIdentities()).items;
    const identityId = identity?.id ?? "";
    expect(await api.removeMyIdentity({ identityId })).toMatchObject({
      status: 409,
      problem: { code: "last_credential" },
    });
    unwrap(await api.changePassword({ newPassword: "four clear words of mine" }));
    await enter(other, ada);
    expect(await api.removeMyIdentity({ identityId })).toMatchObject({ status: 204 });
    expect(await other.getMe()).toMatchObject({ status: 401 });
    expect(await api.getMe()).toMatchObject({ status: 200 });
    expect(await api.removeMyIdentity({ identityId })).toMatchObject({ status: 404 });
    expect(fake.mail(email)).toMatchObject({ kind: "identity_removed" });
    expect((await historyOf(api)).slice(0, 2)).toEqual(["session_revoked", "identity_removed"]);
    expect(await arrive(browser(), ada)).toMatchObject({
      status: 409,
      problem: { code: "identity_collision" },
    });
  });
});
