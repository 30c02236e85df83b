import { beforeEach, describe, expect, it } from "vitest";
import { type Client, createClient, memoryTokens, unwrap } from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import { createFakeServer, type FakeServer, type FakeServerOptions } from "../src/testing/index.ts";

const baseUrl = "http://localhost";
const email = "ada@example.com";
const password = "correct horse battery staple";
const newPassword = "four clear words of mine";

let time: number;
let fake: FakeServer;
beforeEach(() => {
  time = Date.UTC(2026, 10, 23);
  fake = fakeServer();
});

function fakeServer(options: FakeServerOptions = {}): FakeServer {
  return createFakeServer({ now: () => time, ...options });
}

function browser(server = fake): Client {
  return createClient({ baseUrl, fetch: server.fetch, cookies: cookieJar() });
}

function program(): Client<"tokens"> {
  return createClient({ baseUrl, fetch: fake.fetch, tokens: memoryTokens() });
}

async function signedIn(server = fake): Promise<Client> {
  const api = browser(server);
  await api.signup({ email, password });
  expect(await api.login({ email, password })).toMatchObject({ status: 200 });
  return api;
}

/** The account, with an authenticator app that it has added itself. */
async function enrolled(): Promise<{ api: Client; codes: readonly string[] }> {
  const api = await signedIn();
  const { setupToken, secret } = unwrap(await api.startTotp());
  const { codes } = unwrap(
    await api.confirmTotp({ setupToken, code: await fake.totpCode(secret) }),
  );
  return { api, codes };
}

/** The token of a login that a second factor has to finish. */
async function pending(api: Client | Client<"tokens">): Promise<string> {
  const begun = unwrap(
    await ("login" in api ? api.login({ email, password }) : api.tokenLogin({ email, password })),
  );
  if (!("loginToken" in begun)) throw new Error("Nothing was missing");
  return begun.loginToken;
}

/** Not the right code, nor one that will be in these tests. */
const wrong = "000000";
const refused = { status: 401, problem: { code: "invalid_second_factor" } };

describe("an authenticator app", () => {
  it("is the account's after its first code, which is used by that, and brings ten recovery codes", async () => {
    const api = await signedIn();
    const other = browser();
    await other.login({ email, password });
    const { setupToken, secret, uri } = unwrap(await api.startTotp());
    expect(uri).toContain(`secret=${secret}&issuer=Portcullis`);
    expect(await api.confirmTotp({ setupToken, code: wrong })).toMatchObject(refused);
    expect(await api.listMyFactors()).toMatchObject({ data: { totp: null, recoveryCodes: null } });
    const code = await fake.totpCode(secret);
    expect(await other.confirmTotp({ setupToken, code })).toMatchObject({ status: 400 });
    const { codes } = unwrap(await api.confirmTotp({ setupToken, code }));
    expect(new Set(codes).size).toBe(10);
    expect(await api.listMyFactors()).toMatchObject({
      data: { totp: { lastUsedAt: null }, recoveryCodes: { remaining: 10 }, passkeys: 0 },
    });
    expect(await api.startTotp()).toMatchObject({
      status: 409,
      problem: { code: "factor_exists" },
    });
    expect(await other.getMe()).toMatchObject({ status: 401 });
    expect(fake.mail(email).kind).toBe("totp_added");
    const loginToken = await pending(other);
    expect(await other.finishLogin({ loginToken, method: "totp", code })).toMatchObject(refused);
    expect(await api.listMyEvents({ limit: 1 })).toMatchObject({
      data: { items: [{ event: "second_factor_failed", kind: "totp", reason: "replayed" }] },
    });
  });

  it("computes the codes of RFC 6238", async () => {
    time = 59_000;
    // The last six digits of appendix B, of the secret "12345678901234567890" there.
    time += 30_000; // the earliest good code is that of the half minute before
    expect(await fake.totpCode("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")).toBe("287082");
  });

  it("has codes for half a minute before and after, each good once and forward only", async () => {
    const { api } = await enrolled();
    const codes = [await fake.totpCode(email)];
    const finish = async (code: string) =>
      program().finishTokenLogin({ loginToken: await pending(api), method: "totp", code });
    expect(await finish(`${codes[0]?.slice(0, 3)} ${codes[0]?.slice(3)}`)).toMatchObject({
      status: 200,
    });
    expect(await finish(codes[0] ?? "")).toMatchObject(refused);
    expect(await finish(await fake.totpCode(email))).toMatchObject({ status: 200 });
    await expect(fake.totpCode(email)).rejects.toThrow("30 seconds");
    time += 30_000;
    const late = await fake.totpCode(email);
    time += 90_000;
    expect(await finish(late)).toMatchObject(refused);
    const parallel = await fake.totpCode(email);
    const tokens = await pending(api);
    const ends = await Promise.all(
      [1, 2, 3, 4].map(() =>
        program().finishTokenLogin({ loginToken: tokens, method: "totp", code: parallel }),
      ),
    );
    expect(ends.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it("goes with its recovery codes, and ends what it guarded", async () => {
    const { api } = await enrolled();
    const other = browser();
    const loginToken = await pending(other);
    expect(await api.removeTotp()).toMatchObject({ status: 204 });
    expect(await api.removeTotp()).toMatchObject({ status: 404 });
    expect(await api.listMyFactors()).toMatchObject({ data: { totp: null, recoveryCodes: null } });
    expect(await other.finishLogin({ loginToken, method: "none" })).toMatchObject({
      status: 401,
      problem: { code: "invalid_login_token" },
    });
    expect(await other.login({ email, password })).toMatchObject({ status: 200 });
    expect(await api.renewRecoveryCodes()).toMatchObject({ status: 404 });
  });
});

describe("a login to an account with a second factor", () => {
  it("answers 202 on every way in, and brings no session before the second step", async () => {
    const { api } = await enrolled();
    const secondFactors = ["totp", "recovery_code"];
    expect(await api.login({ email, password })).toMatchObject({
      status: 202,
      data: { secondFactors },
    });
    const tokens = program();
    const answer = await tokens.tokenLogin({ email, password });
    expect(answer).toMatchObject({ status: 202, data: { secondFactors } });
    expect(await tokens.getTokenMe()).toMatchObject({ status: 401 });
  });

  it("takes no second step of none, and no code of another kind", async () => {
    const { api, codes } = await enrolled();
    const loginToken = await pending(api);
    expect(await api.finishLogin({ loginToken, method: "none" })).toMatchObject(refused);
    const [code = ""] = codes;
    const app = await fake.totpCode(email);
    expect(await api.finishLogin({ loginToken, method: "totp", code: "12 34" })).toMatchObject({
      status: 400,
      problem: { issues: [{ path: ["code"], code: "invalid_format" }] },
    });
    expect(await api.finishLogin({ loginToken, method: "recovery_code", code })).toMatchObject({
      status: 200,
    });
    expect(await api.finishLogin({ loginToken, method: "totp", code: app })).toMatchObject({
      problem: { code: "invalid_login_token" },
    });
  });

  it("takes a recovery code once, however it is written, and tells by mail", async () => {
    const { api, codes } = await enrolled();
    const [code = "", ...others] = codes;
    const typed = code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l");
    const finish = async (given: string) =>
      api.finishLogin({ loginToken: await pending(api), method: "recovery_code", code: given });
    expect(await finish(typed)).toMatchObject({ status: 200 });
    expect(fake.mail(email).kind).toBe("recovery_code_used");
    expect(await finish(code)).toMatchObject(refused);
    expect(await api.listMyFactors()).toMatchObject({ data: { recoveryCodes: { remaining: 9 } } });
    for (const each of others) expect(await finish(each)).toMatchObject({ status: 200 });
    expect(await api.listMyFactors()).toMatchObject({ data: { recoveryCodes: null } });
    expect(await api.login({ email, password })).toMatchObject({
      data: { secondFactors: ["totp"] },
    });
    const { codes: fresh } = unwrap(await api.renewRecoveryCodes());
    expect(await finish(fresh[9] ?? "")).toMatchObject({ status: 200 });
  });

  it("takes five tries, and not the right code as the sixth", async () => {
    const { api } = await enrolled();
    const loginToken = await pending(api);
    const finish = (code: string) => api.finishLogin({ loginToken, method: "totp", code });
    for (const _ of [1, 2, 3, 4, 5]) expect(await finish(wrong)).toMatchObject(refused);
    expect(await finish(await fake.totpCode(email))).toMatchObject({
      status: 401,
      problem: { code: "invalid_login_token" },
    });
    expect(fake.mail(email).kind).toBe("second_factor_failing");
  });

  it("locks the account's codes after ten wrong ones, for a quarter of an hour, then for twice that", async () => {
    const { api } = await enrolled();
    const finish = async (code: string) =>
      api.finishLogin({ loginToken: await pending(api), method: "totp", code });
    const lock = async () => {
      for (let count = 0; count < 10; count += 1)
        expect(await finish(wrong)).toMatchObject(refused);
    };
    await lock();
    expect(await finish(await fake.totpCode(email))).toMatchObject(refused);
    expect(await api.listMyEvents({ limit: 3 })).toMatchObject({
      data: {
        items: [
          { event: "second_factor_failed", reason: "locked" },
          { event: "login_pending" },
          { event: "second_factors_locked" },
        ],
      },
    });
    time += 900_000;
    await lock();
    time += 900_000;
    expect(await finish(await fake.totpCode(email))).toMatchObject(refused);
    time += 900_000;
    expect(await finish(await fake.totpCode(email))).toMatchObject({ status: 200 });
  });

  it("forgets wrong codes after a right one, and no lock with the password", async () => {
    const { api } = await enrolled();
    const finish = async (code: string) =>
      browser().finishLogin({ loginToken: await pending(api), method: "totp", code });
    for (let count = 0; count < 9; count += 1) await finish(wrong);
    expect(await finish(await fake.totpCode(email))).toMatchObject({ status: 200 });
    for (let count = 0; count < 9; count += 1) await finish(wrong);
    expect(await finish(await fake.totpCode(email))).toMatchObject({ status: 200 });
    for (let count = 0; count < 10; count += 1) await finish(wrong);
    time += 30_000;
    expect(await finish(await fake.totpCode(email))).toMatchObject(refused);
    await api.changePassword({ currentPassword: password, newPassword });
    await api.changePassword({ currentPassword: newPassword, newPassword: password });
    expect(await finish(await fake.totpCode(email))).toMatchObject(refused);
    fake.resetFactors(email);
    expect(await api.login({ email, password })).toMatchObject({ status: 200 });
  });
});

describe("step-up", () => {
  const stale = (methods: readonly string[]) => ({
    status: 403,
    problem: { code: "reauthentication_required", methods },
  });

  it("is asked for after ten minutes, and the session that proves itself gets another cookie", async () => {
    const jar = cookieJar();
    const api = createClient({ baseUrl, fetch: fake.fetch, cookies: jar });
    await api.signup({ email, password });
    await api.login({ email, password });
    const old = await jar.cookieHeader(baseUrl);
    time += 600_000;
    expect(await api.startTotp()).toMatchObject(stale(["password"]));
    expect(await api.reauthenticate({ method: "password", password: newPassword })).toMatchObject({
      status: 401,
      problem: { code: "invalid_credentials" },
    });
    expect(await api.reauthenticate({ method: "password", password })).toMatchObject({
      data: { recentUntil: new Date(time + 600_000).toISOString() },
    });
    expect(await api.startTotp()).toMatchObject({ status: 200 });
    const bare = createClient({ baseUrl, fetch: fake.fetch });
    expect(await bare.getMe({}, { headers: { cookie: old } })).toMatchObject({ status: 401 });
  });

  it("takes a second factor where the account has one, and not the password", async () => {
    const { api } = await enrolled();
    time += 600_000;
    const ways = ["totp", "recovery_code"];
    expect(await api.removeTotp()).toMatchObject(stale(ways));
    expect(await api.reauthenticate({ method: "password", password })).toMatchObject(stale(ways));
    expect(await api.reauthenticate({ method: "totp", code: wrong })).toMatchObject(refused);
    const code = await fake.totpCode(email);
    expect(await api.reauthenticate({ method: "totp", code })).toMatchObject({ status: 200 });
    expect(await api.listMyEvents({ limit: 3 })).toMatchObject({
      data: {
        items: [
          { event: "reauthenticated", method: "totp" },
          { event: "reauthentication_failed", method: "totp" },
          { event: "second_factor_failed" },
        ],
      },
    });
    expect(await api.removeTotp()).toMatchObject({ status: 204 });
  });

  it("is asked for of a fresh session too, where the account has a factor that it has not proved", async () => {
    const api = await signedIn();
    fake.addTotp(email);
    expect(await api.removeTotp()).toMatchObject(stale(["totp", "recovery_code"]));
    const code = await fake.totpCode(email);
    unwrap(await api.reauthenticate({ method: "totp", code }));
    expect(await api.removeTotp()).toMatchObject({ status: 204 });
  });

  it("leaves no access token of before it alive", async () => {
    await signedIn();
    const tokens = memoryTokens();
    const api = createClient({ baseUrl, fetch: fake.fetch, tokens });
    await api.tokenLogin({ email, password });
    const { accessToken = "" } = (await tokens.read()) ?? {};
    const copy = createClient({ baseUrl, fetch: fake.fetch, accessToken: () => accessToken });
    time += 1_000;
    unwrap(await api.reauthenticate({ method: "password", password }));
    expect(await copy.getTokenMe()).toMatchObject({ status: 401 });
    expect(await api.getTokenMe()).toMatchObject({ status: 200 });
  });

  it("takes the code of a mail, of the session that asked for it", async () => {
    fake = fakeServer({ signup: "verified", mailLogin: true });
    const api = browser();
    await api.signup({ email, password });
    await api.confirmSignup({
      token: fake.mail(email, "signup_confirm").token,
      newPassword: password,
    });
    await api.login({ email, password });
    const other = browser();
    await other.login({ email, password });
    time += 600_000;
    expect(await api.startPasskey()).toMatchObject(stale(["password", "mail"]));
    expect(await api.startReauthentication({ method: "passkey" })).toMatchObject({ status: 403 });
    const { challengeToken } = unwrap(await api.startReauthentication({ method: "mail" }));
    const { code } = fake.mail(email, "reauthentication");
    const proof = { method: "mail", challengeToken, code } as const;
    expect(await other.reauthenticate(proof)).toMatchObject({ status: 400 });
    expect(await api.reauthenticate(proof)).toMatchObject({ status: 200 });
    expect(await api.reauthenticate(proof)).toMatchObject({ status: 400 });
    expect(await api.startPasskey()).toMatchObject({ status: 200 });
    expect(await other.startPasskey()).toMatchObject({ status: 403 });
  });

  it("stands in for the password of an account that has none", async () => {
    fake = fakeServer({ signup: "open", mailLogin: true });
    const api = browser();
    await api.signup({ email, password });
    await api.login({ email, password });
    expect(await api.changePassword({ newPassword })).toMatchObject({ status: 401 });
    expect(await api.deleteMe({})).toMatchObject({ status: 401 });
    await api.startMailLogin({ email });
    unwrap(await api.signInByMail({ code: fake.mail(email, "mail_login").code }));
    time += 600_000;
    expect(await api.deleteMe({})).toMatchObject(stale(["mail"]));
    expect(await api.changePassword({ newPassword })).toMatchObject(stale(["mail"]));
    const { challengeToken } = unwrap(await api.startReauthentication({ method: "mail" }));
    const { code } = fake.mail(email, "reauthentication");
    unwrap(await api.reauthenticate({ method: "mail", challengeToken, code }));
    expect(await api.changePassword({ newPassword })).toMatchObject({ status: 204 });
    expect(await api.login({ email, password: newPassword })).toMatchObject({ status: 200 });
  });
});

describe("what a test can do to second factors", () => {
  it("gives an account one, as if it had had it all along", async () => {
    const api = await signedIn();
    const { secret, recoveryCodes } = fake.addTotp(email);
    expect(recoveryCodes).toHaveLength(10);
    expect(await api.getMe()).toMatchObject({ status: 200 });
    const loginToken = await pending(browser());
    const code = await fake.totpCode(secret);
    expect(await program().finishTokenLogin({ loginToken, method: "totp", code })).toMatchObject({
      status: 200,
    });
    await expect(fake.totpCode("nobody@example.com")).rejects.toThrow("No account");
  });

  it("removes them, as an administrator does", async () => {
    const { api } = await enrolled();
    fake.resetFactors(email);
    expect(await api.getMe()).toMatchObject({ status: 401 });
    expect(await api.login({ email, password })).toMatchObject({ status: 200 });
    expect(fake.mail(email).kind).toBe("second_factors_reset");
    expect(await api.listMyEvents({ limit: 4 })).toMatchObject({
      data: {
        items: [
          { event: "login_success" },
          { event: "session_revoked", by: "factor_change" },
          { event: "second_factor_removed", by: "admin", ip: null },
          { event: "second_factors_reset", by: "admin", ip: null },
        ],
      },
    });
  });

  it("asks everybody for one", async () => {
    fake = fakeServer({ secondFactor: "required" });
    const api = await signedIn();
    const asked = { status: 403, problem: { code: "second_factor_enrolment_required" } };
    expect(await api.listMySessions()).toMatchObject(asked);
    expect(await api.changePassword({ currentPassword: password, newPassword })).toMatchObject(
      asked,
    );
    expect(await api.getMe()).toMatchObject({ status: 200 });
    const { setupToken, secret } = unwrap(await api.startTotp());
    unwrap(await api.confirmTotp({ setupToken, code: await fake.totpCode(secret) }));
    expect(await api.listMySessions()).toMatchObject({ status: 200 });
    expect(await api.listUsers()).toMatchObject({ problem: { code: "forbidden" } });
  });
});

describe("factors of an address that nobody proved", () => {
  it.each(["reset", "mail"] as const)("end when its owner proves it by %s", async (way) => {
    fake = fakeServer({ mailLogin: true });
    await enrolled();
    const api = browser();
    if (way === "reset") {
      await api.forgotPassword({ email });
      await api.resetPassword({ token: fake.resetToken(email) ?? "", newPassword });
      expect(await api.login({ email, password: newPassword })).toMatchObject({ status: 200 });
    } else {
      await api.startMailLogin({ email });
      unwrap(await api.signInByMail({ code: fake.mail(email, "mail_login").code }));
    }
    expect(await api.listMyFactors()).toMatchObject({ data: { totp: null, recoveryCodes: null } });
  });

  it("stay where it was proved", async () => {
    fake = fakeServer({ mailLogin: true });
    const { api } = await enrolled();
    await api.requestEmailVerification();
    await api.confirmEmailVerification({ token: fake.mail(email, "email_verification").token });
    await api.forgotPassword({ email });
    await api.resetPassword({ token: fake.resetToken(email) ?? "", newPassword });
    expect(await api.login({ email, password: newPassword })).toMatchObject({ status: 202 });
    await api.startMailLogin({ email });
    const code = fake.mail(email, "mail_login").code;
    expect(await api.completeMailLogin({ code })).toMatchObject({
      data: { secondFactors: ["totp", "recovery_code"] },
    });
  });

  it("end with a change of address that is taken back, where they came since", async () => {
    const { api } = await enrolled();
    time += 1;
    unwrap(await api.startEmailChange({ newEmail: "thief@example.com" }));
    await api.confirmEmailChange({
      token: fake.mail("thief@example.com", "email_change_confirm").token,
    });
    const passkey = fake.passkey();
    const { setupToken, options } = unwrap(await api.startPasskey());
    unwrap(await api.addPasskey({ setupToken, credential: passkey.create(options) }));
    await api.undoEmailChange({ token: fake.mail(email, "email_changed").token });
    await api.forgotPassword({ email });
    await api.resetPassword({ token: fake.resetToken(email) ?? "", newPassword });
    expect(await api.login({ email, password: newPassword })).toMatchObject({
      data: { secondFactors: ["totp", "recovery_code"] },
    });
  });
});
