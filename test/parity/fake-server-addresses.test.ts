/**
 * The client's fake server knows signups that are proved, changes of address and sign-in by mail as the real one does:
 * the same journey comes to the same statuses, codes and shapes, and the same mails go out.
 */
import type { Result } from "@portcullis/client";
import type { FakeServerOptions } from "@portcullis/client/testing";
import { describe, it } from "vitest";
import { dataOf, freshEmail } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { expectSameJourney, type Journey, type Traveller, wrong } from "../support/same-journey.ts";

describe("the fake server answers as the real one does, and mails the same:", () => {
  it.each<[string, Journey, FakeServerOptions, Readonly<Record<string, string>>]>([
    [
      "proved signups, changes of address, sign-in by mail",
      addresses,
      { signup: "verified", mailLogin: true },
      { SIGNUP: "verified", MAIL_LOGIN: "on" },
    ],
    [
      "addresses that are not proved",
      unproved,
      { signup: "open", mailLogin: true },
      { SIGNUP: "open", MAIL_LOGIN: "on" },
    ],
    ["what is switched off", switchedOff, { signup: "closed" }, { SIGNUP: "closed" }],
  ])(
    "%s",
    async (_, journey, options, environment) => {
      await expectSameJourney(journey, options, environment);
    },
    60_000,
  );
});

async function addresses({ browser, program, stranger, nextMail }: Traveller) {
  const [email, other, moved, further] = [freshEmail(), freshEmail(), freshEmail(), freshEmail()];

  await stranger.signup({ email, password: "too short" });
  await stranger.signup({ email, password: PASSWORD, locale: "no language" });
  const begun = handleOf(await stranger.signup({ email, password: PASSWORD, locale: "de" }));
  const first = await nextMail(email);
  await stranger.confirmSignup({ ...begun, code: wrong(first.code) });
  await stranger.confirmSignup({ ...begun, code: "no code" });
  await stranger.confirmSignup({ challengeToken: "nonsense", code: first.code });
  await stranger.confirmSignup({ token: "nonsense", newPassword: PASSWORD });
  await stranger.confirmSignup({} as never);
  await stranger.confirmSignup({ token: first.token } as never);
  await stranger.confirmSignup({ ...begun, code: first.code, token: first.token } as never);
  const spaced = `${first.code.slice(0, 4)} ${first.code.slice(4)}`;
  await stranger.confirmSignup({ ...begun, code: spaced });
  await stranger.confirmSignup({ ...begun, code: first.code });
  await stranger.confirmSignup({ token: first.token, newPassword: PASSWORD });
  await stranger.signup({ email, password: NEW_PASSWORD });
  await nextMail(email);

  const theirs = handleOf(await stranger.signup({ email: other, password: PASSWORD }));
  const mine = handleOf(await stranger.signup({ email: other, password: PASSWORD }));
  const [theirMail, myMail] = [await nextMail(other), await nextMail(other)];
  await stranger.confirmSignup({ token: myMail.token, newPassword: "too short" });
  await stranger.confirmSignup({ token: myMail.token, newPassword: NEW_PASSWORD });
  await stranger.confirmSignup({ ...mine, code: myMail.code });
  await stranger.confirmSignup({ ...theirs, code: theirMail.code });
  await stranger.login({ email: other, password: PASSWORD });
  await stranger.login({ email: other, password: NEW_PASSWORD });

  await browser.login({ email, password: PASSWORD });
  await browser.updateMe({ name: "Ada" });
  await browser.updateMe({ locale: null });
  await browser.updateMe({ name: "" });
  await browser.updateMe({ name: "\u2028" });
  await browser.updateMe({ nickname: "Ada" } as never);
  await browser.requestEmailVerification();

  await program.tokenLogin({ email, password: PASSWORD });
  await program.startEmailChange({ newEmail: "no address" });
  await browser.startEmailChange({ newEmail: other });
  await nextMail(other);
  const change = handleOf(await browser.startEmailChange({ newEmail: moved }));
  const changing = await nextMail(moved);
  await browser.confirmEmailChange({ ...change, code: wrong(changing.code) });
  await browser.confirmEmailVerification({ ...change, code: changing.code });
  await program.confirmEmailChange({ ...change, code: changing.code });
  await stranger.confirmEmailChange({ token: changing.token });
  await browser.confirmEmailChange({ ...change, code: changing.code });
  await browser.confirmEmailChange({ token: changing.token });
  await browser.getMe();
  await program.getMe();
  const undo = await nextMail(email);
  await stranger.signup({ email, password: PASSWORD });
  await stranger.undoEmailChange({ token: "nonsense" });
  // A further change that is taken back does not end the first way back (EM-08).
  const furtherChange = handleOf(await browser.startEmailChange({ newEmail: further }));
  const { code: furtherCode } = await nextMail(further);
  await browser.confirmEmailChange({ ...furtherChange, code: furtherCode });
  await stranger.undoEmailChange({ token: (await nextMail(moved)).token });
  await nextMail(further);
  await stranger.undoEmailChange({ token: undo.token });
  await stranger.undoEmailChange({ token: undo.token });
  await nextMail(moved);
  await browser.getMe();
  await browser.login({ email, password: PASSWORD });
  await stranger.forgotPassword({ email });
  const reset = await nextMail(email);
  await stranger.resetPassword({ token: reset.token, newPassword: NEW_PASSWORD });
  await nextMail(email);
  await browser.login({ email, password: NEW_PASSWORD });
  await browser.listMyEvents();
  await browser.changePassword({ currentPassword: NEW_PASSWORD, newPassword: PASSWORD });
  await nextMail(email);

  await stranger.startMailLogin({ email: freshEmail() });
  await browser.startMailLogin({ email });
  const login = await nextMail(email);
  await program.completeMailLogin({ token: login.token });
  await program.completeMailLogin({ challengeToken: "nonsense", token: login.token });
  await browser.completeMailLogin({ code: wrong(login.code) });
  const pending = loginTokenOf(await browser.completeMailLogin({ token: login.token }));
  await browser.completeMailLogin({ code: login.code });
  await browser.finishLogin({ loginToken: "nonsense", method: "none" });
  await browser.finishLogin({ ...pending, method: "totp" } as never);
  await browser.finishLogin({ ...pending, method: "none" });
  await browser.finishLogin({ ...pending, method: "none" });
  await browser.getMe();
  const second = handleOf(await program.startMailLogin({ email }));
  const again = await nextMail(email);
  const proved = loginTokenOf(await program.completeMailLogin({ ...second, code: again.code }));
  await program.finishTokenLogin({ ...proved, method: "none" });
  await program.getMe();
  await program.listMyEvents({ limit: 10 });
}

async function unproved({ browser, program, stranger, nextMail }: Traveller) {
  const email = freshEmail();
  await browser.signup({ email, password: PASSWORD });
  await browser.login({ email, password: PASSWORD });
  const old = await browser.requestEmailVerification();
  await nextMail(email);
  const asked = handleOf(await browser.requestEmailVerification());
  const mail = await nextMail(email);
  await browser.confirmEmailVerification({ ...handleOf(old), code: mail.code });
  await browser.confirmEmailVerification({ ...asked, code: wrong(mail.code) });
  await stranger.confirmEmailVerification({ token: mail.token });
  await browser.confirmEmailVerification({ token: mail.token });
  await browser.confirmEmailVerification({ token: mail.token });
  await browser.requestEmailVerification();
  await browser.getMe();

  const claimed = freshEmail();
  await browser.signup({ email: claimed, password: PASSWORD });
  await browser.login({ email: claimed, password: PASSWORD });
  const begun = handleOf(await program.startMailLogin({ email: claimed }));
  const login = await nextMail(claimed);
  const pending = loginTokenOf(await program.completeMailLogin({ ...begun, code: login.code }));
  await nextMail(claimed);
  await program.finishTokenLogin({ ...pending, method: "none" });
  await browser.getMe();
  await browser.login({ email: claimed, password: PASSWORD });
  await program.getMe();
  await program.listMyEvents();

  const forgetful = freshEmail();
  await browser.signup({ email: forgetful, password: PASSWORD });
  await browser.forgotPassword({ email: forgetful });
  const { token } = await nextMail(forgetful);
  await browser.resetPassword({ token, newPassword: NEW_PASSWORD });
  await nextMail(forgetful);
  await browser.login({ email: forgetful, password: NEW_PASSWORD });
  await browser.getMe();
  await browser.listMyEvents();
}

async function switchedOff({ stranger }: Traveller) {
  const email = freshEmail();
  await stranger.signup({ email, password: "too short" });
  await stranger.signup({ email, password: PASSWORD });
  await stranger.confirmSignup({ token: "nonsense", newPassword: PASSWORD });
  await stranger.startMailLogin({ email });
  await stranger.completeMailLogin({ challengeToken: "nonsense", code: "12345678" });
  await stranger.finishLogin({ loginToken: "nonsense", method: "none" });
}

type Started = Result<
  "signup" | "startEmailChange" | "requestEmailVerification" | "startMailLogin"
>;

function handleOf(result: Started): { readonly challengeToken: string } {
  if (result.status !== 202) throw new Error(`Nothing has begun: ${result.status}`);
  return { challengeToken: result.data.challengeToken };
}

function loginTokenOf(result: Result<"completeMailLogin">) {
  return { loginToken: dataOf(result).loginToken };
}
