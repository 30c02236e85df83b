import { beforeEach, describe, expect, it } from "vitest";
import { type Client, createClient, memoryTokens, unwrap } from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import {
  createFakeServer,
  type FakePasskey,
  type FakeServer,
  type FakeServerOptions,
} from "../src/testing/index.ts";

const baseUrl = "http://localhost";
const email = "ada@example.com";
const password = "correct horse battery staple";

let time: number;
let fake: FakeServer;
beforeEach(() => {
  time = Date.UTC(2026, 10, 23);
  fake = fakeServer();
});

function fakeServer(options: FakeServerOptions = {}): FakeServer {
  return createFakeServer({ now: () => time, ...options });
}

function browser(): Client {
  return createClient({ baseUrl, fetch: fake.fetch, cookies: cookieJar() });
}

async function signedIn(address = email): Promise<Client> {
  const api = browser();
  await api.signup({ email: address, password });
  expect(await api.login({ email: address, password })).toMatchObject({ status: 200 });
  return api;
}

async function add(api: Client, passkey: FakePasskey, name?: string) {
  const { setupToken, options } = unwrap(await api.startPasskey());
  return unwrap(await api.addPasskey({ setupToken, credential: passkey.create(options), name }));
}

async function signIn(passkey: FakePasskey, api = browser()) {
  const { challengeToken, options } = unwrap(await api.startPasskeyLogin());
  return api.completePasskeyLogin({ challengeToken, credential: passkey.get(options) });
}

async function secondStep(passkey: FakePasskey, api = browser()) {
  const begun = unwrap(await api.login({ email, password }));
  if (!("loginToken" in begun)) throw new Error("Nothing was missing");
  const { loginToken } = begun;
  const { challengeToken, options } = unwrap(await api.startSecondFactorPasskey({ loginToken }));
  const credential = passkey.get(options);
  return api.finishLogin({ loginToken, method: "passkey", challengeToken, credential });
}

const invalid = { status: 400, problem: { code: "invalid_passkey" } };
const refused = { status: 401, problem: { code: "invalid_second_factor" } };

describe("a passkey", () => {
  it("is added, brings recovery codes with the first second factor, and ends other sessions by that", async () => {
    const api = await signedIn();
    const other = browser();
    await other.login({ email, password });
    const first = await add(api, fake.passkey(), "Ada's phone");
    expect(first).toMatchObject({
      name: "Ada's phone",
      lastUsedAt: null,
      synced: true,
      signsIn: true,
    });
    expect(first.recoveryCodes).toHaveLength(10);
    expect(fake.mail(email).kind).toBe("passkey_added");
    expect(await other.getMe()).toMatchObject({ status: 401 });
    const tokens = createClient({ baseUrl, fetch: fake.fetch, tokens: memoryTokens() });
    const passkey = fake.passkey();
    expect((await add(api, passkey)).recoveryCodes).toEqual([]);
    const { loginToken } = unwrap(await signIn(passkey));
    unwrap(await tokens.finishTokenLogin({ loginToken, method: "none" }));
    await add(api, fake.passkey({ verifiesUser: false, synced: false }));
    expect(await tokens.getMe()).toMatchObject({ status: 200 });
    expect(await api.listMyPasskeys()).toMatchObject({
      data: {
        items: [
          { id: first.id, signsIn: true },
          { lastUsedAt: new Date(time).toISOString() },
          { synced: false, signsIn: false },
        ],
      },
    });
  });

  it("signs in without an address, and nothing is missing", async () => {
    const passkey = fake.passkey();
    await add(await signedIn(), passkey);
    const api = browser();
    const pending = unwrap(await signIn(passkey, api));
    expect(pending.secondFactors).toEqual([]);
    unwrap(await api.finishLogin({ loginToken: pending.loginToken, method: "none" }));
    expect(await api.listMyEvents({ limit: 2 })).toMatchObject({
      data: {
        items: [
          { event: "login_success", methods: ["passkey"] },
          { event: "login_pending", methods: ["passkey"] },
        ],
      },
    });
    expect(await api.startTotp()).toMatchObject({ status: 200 });
    expect(await signIn(fake.addPasskey(email, { verifiesUser: false }))).toMatchObject(invalid);
  });

  it("does not sign in where the browser says that nothing would find it", async () => {
    const api = await signedIn();
    const passkey = fake.passkey();
    const { setupToken, options } = unwrap(await api.startPasskey());
    const credential = {
      ...passkey.create(options),
      clientExtensionResults: { credProps: { rk: false } },
    };
    expect(await api.addPasskey({ setupToken, credential })).toMatchObject({
      data: { signsIn: false },
    });
    expect(await signIn(passkey)).toMatchObject(invalid);
    expect(await secondStep(passkey)).toMatchObject({ status: 200 });
  });

  it("is a second factor", async () => {
    const passkey = fake.passkey({ verifiesUser: false });
    const api = await signedIn();
    await add(api, passkey);
    expect(await api.login({ email, password })).toMatchObject({
      status: 202,
      data: { secondFactors: ["passkey", "recovery_code"] },
    });
    expect(await secondStep(passkey)).toMatchObject({ status: 200, data: { user: { email } } });
    expect(await api.listMyEvents({ limit: 1 })).toMatchObject({
      data: { items: [{ event: "login_success", methods: ["pwd", "passkey"] }] },
    });
  });

  it("proves again who is signed in", async () => {
    const passkey = fake.passkey();
    const api = await signedIn();
    await add(api, passkey);
    time += 600_000;
    expect(await api.startPasskey()).toMatchObject({
      problem: { code: "reauthentication_required", methods: ["passkey", "recovery_code"] },
    });
    const begun = unwrap(await api.startReauthentication({ method: "passkey" }));
    if (!("options" in begun)) throw new Error("A mail was sent");
    const { challengeToken, options } = begun;
    const proof = { method: "passkey", challengeToken, credential: passkey.get(options) } as const;
    expect(await api.reauthenticate(proof)).toMatchObject({ status: 200 });
    expect(await api.reauthenticate(proof)).toMatchObject(refused);
    expect(await api.startPasskey()).toMatchObject({ status: 200 });
  });

  it("is renamed and removed by its owner alone", async () => {
    const api = await signedIn();
    const { id: passkeyId } = await add(api, fake.passkey());
    const other = await signedIn("grace@example.com");
    expect(await other.renamePasskey({ passkeyId, name: "Mine" })).toMatchObject({ status: 404 });
    expect(await other.removePasskey({ passkeyId })).toMatchObject({ status: 404 });
    expect(await api.renamePasskey({ passkeyId, name: "\u2028" })).toMatchObject({ status: 400 });
    expect(await api.renamePasskey({ passkeyId, name: "Mine" })).toMatchObject({
      data: { id: passkeyId, name: "Mine" },
    });
    expect(await api.removePasskey({ passkeyId })).toMatchObject({ status: 204 });
    expect(fake.mail(email).kind).toBe("passkey_removed");
    expect(await api.listMyFactors()).toMatchObject({ data: { passkeys: 0, recoveryCodes: null } });
    expect(await api.login({ email, password })).toMatchObject({ status: 200 });
  });

  it("stays where it is the last way in", async () => {
    const api = await signedIn();
    await api.startEmailChange({ newEmail: "new@example.com" });
    await api.confirmEmailChange({ token: fake.mail("new@example.com").token ?? "" });
    await api.undoEmailChange({ token: fake.mail(email, "email_changed").token });
    const passkey = fake.addPasskey(email);
    const signedInBy = async (each: FakePasskey) => {
      const { loginToken } = unwrap(await signIn(each, api));
      unwrap(await api.finishLogin({ loginToken, method: "none" }));
      return unwrap(await api.listMyPasskeys()).items.map(({ id }) => id);
    };
    const [passkeyId = ""] = await signedInBy(passkey);
    expect(await api.removePasskey({ passkeyId })).toMatchObject({
      status: 409,
      problem: { code: "last_credential" },
    });
    await add(api, fake.passkey({ verifiesUser: false }));
    expect(await api.removePasskey({ passkeyId })).toMatchObject({ status: 409 });
    await add(api, fake.passkey());
    expect(await api.removePasskey({ passkeyId })).toMatchObject({ status: 204 });
  });

  it("is one of twenty at most", async () => {
    const api = await signedIn();
    const passkeys = Array.from({ length: 19 }, () => fake.addPasskey(email));
    const { loginToken } = unwrap(await signIn(passkeys[0] ?? fake.passkey(), api));
    unwrap(await api.finishLogin({ loginToken, method: "none" }));
    const { setupToken, options } = unwrap(await api.startPasskey());
    const last = fake.addPasskey(email);
    const tooMany = { status: 409, problem: { code: "too_many_passkeys" } };
    expect(await api.startPasskey()).toMatchObject(tooMany);
    const credential = fake.passkey().create(options);
    expect(await api.addPasskey({ setupToken, credential })).toMatchObject(tooMany);
    expect(await signIn(last)).toMatchObject({ status: 200 });
  });
});

describe("the fake server", () => {
  it("holds a passkey to its ceremony, which is spent whether or not it is good", async () => {
    const api = await signedIn();
    const passkey = fake.passkey();
    const first = unwrap(await api.startPasskey());
    const credential = passkey.create(first.options);
    const second = unwrap(await api.startPasskey());
    expect(await api.addPasskey({ setupToken: first.setupToken, credential })).toMatchObject(
      invalid,
    );
    expect(await api.addPasskey({ setupToken: second.setupToken, credential })).toMatchObject(
      invalid,
    );
    const right = passkey.create(second.options);
    expect(
      await api.addPasskey({ setupToken: second.setupToken, credential: right }),
    ).toMatchObject(invalid);
    await add(api, passkey);

    const login = unwrap(await api.startPasskeyLogin());
    const another = unwrap(await api.startPasskeyLogin());
    const answer = {
      challengeToken: login.challengeToken,
      credential: passkey.get(another.options),
    };
    expect(await api.completePasskeyLogin(answer)).toMatchObject(invalid);
    const late = { ...answer, credential: passkey.get(login.options) };
    expect(await api.completePasskeyLogin(late)).toMatchObject(invalid);
    time += 300_000;
    const { challengeToken, options } = another;
    const expired = { challengeToken, credential: passkey.get(options) };
    expect(await api.completePasskeyLogin(expired)).toMatchObject(invalid);
  });

  it("holds a passkey to its account, and to the sign-in that asked for it", async () => {
    await signedIn();
    await signedIn("grace@example.com");
    const [hers, mine] = [fake.addPasskey("grace@example.com"), fake.addPasskey(email)];
    const api = browser();
    const begun = unwrap(await api.login({ email, password }));
    if (!("loginToken" in begun)) throw new Error("Nothing was missing");
    const { loginToken } = begun;
    const start = async () => unwrap(await api.startSecondFactorPasskey({ loginToken }));
    const finish = async (challengeToken: string, credential: ReturnType<FakePasskey["get"]>) =>
      api.finishLogin({ loginToken, method: "passkey", challengeToken, credential });
    const { challengeToken, options } = await start();
    expect(() => hers.get(options)).toThrow("NotAllowedError");
    const theirs = hers.get({ ...options, allowCredentials: [] });
    expect(await finish(challengeToken, theirs)).toMatchObject(refused);
    const elsewhere = unwrap(await api.startPasskeyLogin());
    expect(await finish(elsewhere.challengeToken, mine.get(elsewhere.options))).toMatchObject(
      refused,
    );
    const again = await start();
    const credential = mine.get(again.options);
    const { response } = credential;
    const { userHandle = null } = theirs.response;
    const lying = {
      ...credential,
      response: { ...response, userHandle },
    };
    expect(await finish(again.challengeToken, lying)).toMatchObject(refused);
    const last = await start();
    expect(await finish(last.challengeToken, mine.get(last.options))).toMatchObject({
      status: 200,
    });
  });

  it("knows each passkey once, whoever has it", async () => {
    const passkey = fake.passkey();
    const api = await signedIn();
    await add(api, passkey);
    const { options } = unwrap(await api.startPasskey());
    expect(() => passkey.create(options)).toThrow("InvalidStateError");
    const other = await signedIn("grace@example.com");
    const theirs = unwrap(await other.startPasskey());
    const credential = passkey.create(theirs.options);
    expect(await other.addPasskey({ setupToken: theirs.setupToken, credential })).toMatchObject({
      status: 409,
      problem: { code: "passkey_exists" },
    });
  });

  it("suspects a copy where the counter does not grow", async () => {
    const api = await signedIn();
    const passkey = fake.passkey({ synced: false });
    await add(api, passkey);
    expect(await signIn(passkey)).toMatchObject({ status: 200 });
    const { challengeToken, options } = unwrap(await api.startPasskeyLogin());
    const credential = passkey.get(options);
    expect(await signIn(passkey)).toMatchObject({ status: 200 });
    expect(await api.completePasskeyLogin({ challengeToken, credential })).toMatchObject(invalid);
    expect(fake.mail(email).kind).toBe("passkey_clone_suspected");
  });

  it("checks the JSON of a browser, and lets it have members of its own", async () => {
    const api = await signedIn();
    const passkey = fake.passkey();
    const { setupToken, options } = unwrap(await api.startPasskey());
    const { response, ...credential } = passkey.create(options);
    const broken = { ...credential, response: { ...response, transports: ["usb", 7] } };
    expect(await api.addPasskey({ setupToken, credential: broken as never })).toMatchObject({
      status: 400,
      problem: { issues: [{ path: ["credential", "response", "transports", "1"] }] },
    });
    const more = { ...credential, response: { ...response, publicKeyAlgorithm: -7 }, later: true };
    expect(
      await api.addPasskey({ setupToken, credential: more, colour: "red" } as never),
    ).toMatchObject({
      problem: { issues: [{ path: [], code: "unrecognized_keys" }] },
    });
    expect(await api.addPasskey({ setupToken, credential: more })).toMatchObject({ status: 201 });
  });

  it("has one origin", async () => {
    expect(await browser().getRelatedOrigins()).toMatchObject({ status: 404 });
  });
});
