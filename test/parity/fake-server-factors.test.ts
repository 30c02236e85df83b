/**
 * The client's fake server knows second factors and step-up as the real one does: the same journey comes to the same
 * statuses, codes and shapes, and the same mails go out.
 */
import type { FakeServerOptions } from "@portcullis/client/testing";
import { describe, it } from "vitest";
import { dataOf, freshEmail, pendingOf } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { expectSameJourney, type Journey, type Traveller, wrong } from "../support/same-journey.ts";

const [verified, mailed] = [
  { SIGNUP: "verified", MAIL_LOGIN: "on" },
  { SIGNUP: "open", MAIL_LOGIN: "on" },
] as const;

describe("the fake server answers as the real one does, about", () => {
  it.each<[string, Journey, FakeServerOptions, Readonly<Record<string, string>>]>([
    ["an authenticator app", app, { signup: "verified", mailLogin: true }, verified],
    ["a login's second step", secondStep, { mailLogin: true }, mailed],
    ["codes that are guessed", guesses, {}, { SIGNUP: "open" }],
    ["step-up", stepUp, { signup: "verified", mailLogin: true }, verified],
    ["step-up of an account without a password", withoutPassword, { mailLogin: true }, mailed],
    ["factors of who was there first", claimed, { mailLogin: true }, mailed],
    ["factors of a thief", undone, {}, { SIGNUP: "open" }],
    [
      "a second factor that everybody must have",
      enrolment,
      { secondFactor: "required" },
      { SIGNUP: "open", SECOND_FACTOR: "required" },
    ],
  ])(
    "%s",
    async (_, journey, options, environment) => {
      await expectSameJourney(journey, options, environment);
    },
    120_000,
  );
});

async function app(traveller: Traveller) {
  const { browser, stranger, program, totpCode } = traveller;
  const email = await provedAccount(traveller);
  await stranger.login({ email, password: PASSWORD });
  await program.tokenLogin({ email, password: PASSWORD });
  await browser.listMyFactors();
  await browser.removeTotp();
  await browser.renewRecoveryCodes();
  const before = dataOf(await browser.startTotp());
  const { setupToken, secret } = dataOf(await browser.startTotp());
  await browser.confirmTotp({ setupToken, code: "no code" });
  await browser.confirmTotp({ setupToken: "nonsense", code: "123456" });
  const code = await totpCode(secret);
  await browser.confirmTotp({ setupToken: before.setupToken, code });
  await browser.confirmTotp({ setupToken, code: wrong(code) });
  await stranger.confirmTotp({ setupToken, code });
  await browser.listMyFactors();
  await browser.confirmTotp({ setupToken, code });
  await traveller.nextMail(email);
  await browser.confirmTotp({ setupToken, code });
  await browser.startTotp();
  await browser.listMyFactors();
  await stranger.getMe();
  await program.getMe();
  await stranger.login({ email, password: NEW_PASSWORD });
  await stranger.login({ email, password: PASSWORD });
  const { codes } = dataOf(await browser.renewRecoveryCodes());
  await traveller.nextMail(email);
  const { loginToken } = pendingOf(await program.tokenLogin({ email, password: PASSWORD }));
  await program.finishTokenLogin({ loginToken, method: "recovery_code", code: codes[0] ?? "" });
  await traveller.nextMail(email);
  await browser.listMyFactors();
  await browser.removeTotp();
  await traveller.nextMail(email);
  await browser.removeTotp();
  await program.getMe();
  await browser.listMyFactors();
  await browser.login({ email, password: PASSWORD });
  await browser.listMyEvents({ limit: 100 });
}

async function secondStep(traveller: Traveller) {
  const { browser, stranger, program, totpCode, nextMail } = traveller;
  const email = await openAccount(traveller);
  const { secret, codes, code } = await addTotp(traveller);
  await nextMail(email);
  const begin = async () =>
    pendingOf(await stranger.login({ email, password: PASSWORD })).loginToken;
  const loginToken = await begin();
  await stranger.finishLogin({ loginToken: "nonsense", method: "none" });
  await stranger.finishLogin({ loginToken: "nonsense", method: "totp", code });
  await stranger.finishLogin({ loginToken, method: "none" });
  await stranger.finishLogin({ loginToken, method: "nothing" } as never);
  await stranger.finishLogin({ loginToken } as never);
  await stranger.finishLogin({ method: "totp", code: 7 } as never);
  await stranger.finishLogin({ loginToken, method: "none", code } as never);
  await stranger.finishLogin({ loginToken, method: "recovery_code", code: "too short" });
  await stranger.finishLogin({ loginToken, method: "totp", code });
  await stranger.finishLogin({ loginToken, method: "recovery_code", code: "0".repeat(24) });
  await stranger.startSecondFactorPasskey({ loginToken });
  await stranger.startSecondFactorPasskey({ loginToken: "nonsense" });
  await stranger.getMe();
  const next = await totpCode(secret);
  const spaced = `${next.slice(0, 3)} ${next.slice(3)}`;
  await stranger.finishLogin({ loginToken, method: "totp", code: spaced });
  await stranger.finishLogin({ loginToken, method: "totp", code: spaced });
  await stranger.getMe();
  const typed = (codes[0] ?? "").toLowerCase().replaceAll("-", " ");
  await program.finishTokenLogin({
    loginToken: await begin(),
    method: "recovery_code",
    code: typed,
  });
  await nextMail(email);
  await program.getTokenMe();
  await program.finishTokenLogin({
    loginToken: await begin(),
    method: "recovery_code",
    code: codes[0] ?? "",
  });
  const tried = await begin();
  for (const _ of [1, 2, 3, 4, 5])
    await stranger.finishLogin({ loginToken: tried, method: "totp", code: wrong(next) });
  await stranger.finishLogin({ loginToken: tried, method: "recovery_code", code: codes[1] ?? "" });
  await nextMail(email);

  await browser.requestEmailVerification();
  await browser.confirmEmailVerification({ token: (await nextMail(email)).token });
  await stranger.startMailLogin({ email });
  const mail = await nextMail(email);
  const byMail = dataOf(await stranger.completeMailLogin({ code: mail.code }));
  await stranger.finishLogin({ loginToken: byMail.loginToken, method: "none" });
  await stranger.finishLogin({
    loginToken: byMail.loginToken,
    method: "recovery_code",
    code: codes[2] ?? "",
  });
  await nextMail(email);
  await stranger.listMyEvents({ limit: 100 });

  const pending = await begin();
  await browser.removeTotp();
  await stranger.finishLogin({ loginToken: pending, method: "none" });
  await stranger.startMailLogin({ email });
  await nextMail(email);
  const complete = dataOf(await stranger.completeMailLogin({ code: (await nextMail(email)).code }));
  const { loginToken: last } = complete;
  await stranger.finishLogin({ loginToken: last, method: "totp", code: next });
  await stranger.finishLogin({ loginToken: last, method: "none" });
}

async function guesses(traveller: Traveller) {
  const { browser, stranger, totpCode, nextMail } = traveller;
  const email = await openAccount(traveller);
  const { secret, codes, code } = await addTotp(traveller);
  await nextMail(email);
  const finish = async (given: string, password = PASSWORD) => {
    const { loginToken } = pendingOf(await stranger.login({ email, password }));
    await stranger.finishLogin({ loginToken, method: "totp", code: given });
  };
  for (let count = 0; count < 9; count += 1) await finish(wrong(code));
  await nextMail(email);
  await finish(await totpCode(secret));
  for (let count = 0; count < 9; count += 1) await finish(wrong(code));
  await browser.reauthenticate({ method: "recovery_code", code: "0".repeat(24) });
  await nextMail(email);
  await finish(await totpCode(secret));
  await browser.reauthenticate({ method: "recovery_code", code: codes[0] ?? "" });
  await browser.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  await nextMail(email);
  await finish(await totpCode(secret), NEW_PASSWORD);
  await stranger.listMyEvents({ limit: 100 });
}

async function stepUp(traveller: Traveller) {
  const { browser, stranger, program, totpCode, grow, nextMail } = traveller;
  const email = await provedAccount(traveller);
  await stranger.login({ email, password: PASSWORD });
  await program.tokenLogin({ email, password: PASSWORD });
  grow();
  await browser.startTotp();
  await browser.startPasskey();
  await browser.startEmailChange({ newEmail: "no address" });
  await browser.reauthenticate({ method: "password", password: NEW_PASSWORD });
  await browser.reauthenticate({ method: "totp", code: "123456" });
  await browser.reauthenticate({ method: "nothing" } as never);
  await browser.startReauthentication({ method: "passkey" });
  await browser.startReauthentication({ method: "password" } as never);
  const begun = dataOf(await browser.startReauthentication({ method: "mail" }));
  const { challengeToken } = begun;
  const { code } = await nextMail(email);
  await browser.reauthenticate({ method: "mail", challengeToken, code: wrong(code) });
  await stranger.reauthenticate({ method: "mail", challengeToken, code });
  const old = await traveller.cookies();
  await browser.reauthenticate({ method: "mail", challengeToken, code });
  await browser.reauthenticate({ method: "mail", challengeToken, code });
  await traveller.stranger.getMe({}, { headers: { cookie: old } });
  await browser.getMe();
  await stranger.startTotp();
  const { secret, codes } = await addTotp(traveller);
  await nextMail(email);
  await browser.listMyEvents({ limit: 100 });

  grow();
  await browser.renewRecoveryCodes();
  await browser.reauthenticate({ method: "password", password: PASSWORD });
  await browser.startReauthentication({ method: "mail" });
  const first = await totpCode(secret);
  await browser.reauthenticate({ method: "totp", code: wrong(first) });
  await browser.reauthenticate({ method: "totp", code: first });
  await browser.reauthenticate({ method: "totp", code: first });
  await browser.reauthenticate({ method: "recovery_code", code: codes[0] ?? "" });
  await nextMail(email);
  await browser.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  await nextMail(email);
  await browser.changePassword({ newPassword: PASSWORD });
  await browser.deleteMe({});
  await browser.removeTotp();
  await browser.listMyEvents({ limit: 100 });

  const { refreshToken } = dataOf(await program.tokenLogin({ email, password: NEW_PASSWORD }));
  grow();
  await program.startTotp();
  await program.reauthenticate({ method: "password", password: NEW_PASSWORD });
  // Access tokens of a second before are dead.
  await program.tokenRefresh({ refreshToken });
  await program.listMyEvents({ limit: 3 });
  await program.deleteMe({});
  await program.deleteMe({ password: NEW_PASSWORD });
}

async function withoutPassword(traveller: Traveller) {
  const { browser, stranger, grow, nextMail } = traveller;
  const email = await openAccount(traveller);
  await browser.changePassword({ newPassword: NEW_PASSWORD });
  await browser.deleteMe({});
  await stranger.startMailLogin({ email });
  const { code } = await nextMail(email);
  const { loginToken } = dataOf(await stranger.completeMailLogin({ code }));
  await nextMail(email);
  await stranger.finishLogin({ loginToken, method: "none" });
  await stranger.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  grow();
  await stranger.deleteMe({});
  await stranger.changePassword({ newPassword: "too short" });
  await stranger.reauthenticate({ method: "password", password: PASSWORD });
  const { challengeToken } = dataOf(await stranger.startReauthentication({ method: "mail" }));
  const again = await nextMail(email);
  await stranger.reauthenticate({ method: "mail", challengeToken, code: again.code });
  await stranger.changePassword({ newPassword: "too short" });
  await stranger.changePassword({ newPassword: NEW_PASSWORD });
  await nextMail(email);
  await stranger.login({ email, password: NEW_PASSWORD });
  await stranger.listMyEvents({ limit: 100 });
}

async function claimed(traveller: Traveller) {
  const { browser, stranger, nextMail } = traveller;
  const byMail = await openAccount(traveller);
  await addTotp(traveller);
  await nextMail(byMail);
  await stranger.startMailLogin({ email: byMail });
  const { code } = await nextMail(byMail);
  const { loginToken } = dataOf(await stranger.completeMailLogin({ code }));
  await nextMail(byMail);
  await stranger.finishLogin({ loginToken, method: "none" });
  await stranger.listMyFactors();
  await stranger.listMyEvents({ limit: 100 });

  const byReset = await openAccount(traveller);
  await addTotp(traveller);
  await nextMail(byReset);
  await stranger.forgotPassword({ email: byReset });
  const { token } = await nextMail(byReset);
  await stranger.resetPassword({ token, newPassword: NEW_PASSWORD });
  await nextMail(byReset);
  await stranger.login({ email: byReset, password: NEW_PASSWORD });
  await stranger.listMyEvents({ limit: 100 });
  await addTotpWith(stranger, traveller);
  await nextMail(byReset);
  await stranger.forgotPassword({ email: byReset });
  await stranger.resetPassword({ token: (await nextMail(byReset)).token, newPassword: PASSWORD });
  await browser.login({ email: byReset, password: PASSWORD });
}

async function undone(traveller: Traveller) {
  const { browser, stranger, nextMail } = traveller;
  const [email, other] = [await openAccount(traveller), freshEmail()];
  const { challengeToken } = dataOf(await browser.startEmailChange({ newEmail: other }));
  const { code } = await nextMail(other);
  await browser.confirmEmailChange({ challengeToken, code });
  const { token } = await nextMail(email);
  await addTotp(traveller);
  await nextMail(other);
  await stranger.undoEmailChange({ token });
  await nextMail(other);
  await stranger.forgotPassword({ email });
  const reset = await nextMail(email);
  await stranger.resetPassword({ token: reset.token, newPassword: NEW_PASSWORD });
  await stranger.login({ email, password: NEW_PASSWORD });
  await stranger.listMyEvents({ limit: 100 });
}

async function enrolment(traveller: Traveller) {
  const { browser } = traveller;
  const email = await openAccount(traveller);
  await browser.getMe();
  await browser.listMySessions();
  await browser.listMySessions({ limit: 0 });
  await browser.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  await browser.deleteMe({});
  await browser.listUsers();
  await browser.listMyFactors();
  await browser.listMyPasskeys();
  await browser.renamePasskey({ passkeyId: crypto.randomUUID(), name: "Mine" });
  await browser.renewRecoveryCodes();
  await browser.startReauthentication({ method: "mail" });
  await browser.reauthenticate({ method: "password", password: PASSWORD });
  await addTotp(traveller);
  await browser.listMySessions();
  await browser.removeTotp();
  await browser.listMySessions();
  await browser.login({ email, password: PASSWORD });
  await browser.logout();
}

/** An account with a proved address, signed in to by the browser. */
async function provedAccount({ browser, nextMail }: Traveller): Promise<string> {
  const email = freshEmail();
  await browser.signup({ email, password: PASSWORD });
  const { token } = await nextMail(email);
  await browser.confirmSignup({ token, newPassword: PASSWORD });
  await browser.login({ email, password: PASSWORD });
  return email;
}

/** An account whose address nobody has proved. */
async function openAccount({ browser }: Traveller): Promise<string> {
  const email = freshEmail();
  await browser.signup({ email, password: PASSWORD });
  await browser.login({ email, password: PASSWORD });
  return email;
}

function addTotp(traveller: Traveller) {
  return addTotpWith(traveller.browser, traveller);
}

async function addTotpWith(
  client: Pick<Traveller["browser"], "startTotp" | "confirmTotp">,
  { totpCode }: Traveller,
) {
  const { setupToken, secret } = dataOf(await client.startTotp());
  const code = await totpCode(secret);
  const { codes } = dataOf(await client.confirmTotp({ setupToken, code }));
  return { secret, codes, code };
}
