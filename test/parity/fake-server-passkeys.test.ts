/**
 * The client's fake server knows passkeys as the real one does, but for signatures and origins: the same journey of a
 * software authenticator comes to the same statuses, codes and shapes, and the same mails go out.
 */
import type { FakeServerOptions } from "@portcullis/client/testing";
import { describe, it } from "vitest";
import { type Authenticator, UP, UV } from "../support/authenticator.ts";
import { dataOf, freshEmail, pendingOf } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { expectSameJourney, type Journey, type Traveller } from "../support/same-journey.ts";

describe("the fake server answers as the real one does, about", () => {
  it.each<[string, Journey, FakeServerOptions, Readonly<Record<string, string>>]>([
    ["passkeys that are kept", kept, {}, { SIGNUP: "open" }],
    ["passkeys that sign in", signingIn, {}, { SIGNUP: "open" }],
    ["the last way in", last, {}, { SIGNUP: "open" }],
  ])(
    "%s",
    async (_, journey, options, environment) => {
      await expectSameJourney(journey, options, environment);
    },
    120_000,
  );
});

async function kept(traveller: Traveller) {
  const { browser, stranger, program, nextMail, grow } = traveller;
  const email = await account(traveller);
  await program.tokenLogin({ email, password: PASSWORD });
  await browser.listMyPasskeys();
  await browser.getRelatedOrigins();
  const phone = traveller.authenticator();
  const before = dataOf(await browser.startPasskey());
  const { setupToken, options } = dataOf(await browser.startPasskey());
  const credential = phone.create(options);
  const { response } = credential;
  await browser.addPasskey({ setupToken, credential, name: "" });
  await browser.addPasskey({ setupToken, credential: {} as never });
  await browser.addPasskey({
    setupToken,
    credential: { ...credential, response: { ...response, transports: ["usb", 7] } } as never,
  });
  await browser.addPasskey({ setupToken, credential, colour: "red" } as never);
  await browser.addPasskey({ setupToken: before.setupToken, credential });
  await browser.addPasskey({ setupToken: "nonsense", credential });
  const more = { ...credential, response: { ...response, later: true } };
  const { id: passkeyId } = dataOf(
    await browser.addPasskey({ setupToken, credential: more, name: "Ada's phone" }),
  );
  await nextMail(email);
  await browser.addPasskey({ setupToken, credential });
  await program.getMe();
  await add(browser, traveller.authenticator({ flags: UP | UV, step: 1 }));
  await nextMail(email);
  const key = dataOf(await browser.startPasskey());
  await browser.addPasskey({
    setupToken: key.setupToken,
    credential: traveller
      .authenticator()
      .create(key.options, { clientData: { challenge: "AAAA" } }),
  });
  const other = dataOf(await browser.startPasskey());
  await browser.addPasskey({
    setupToken: other.setupToken,
    credential: traveller
      .authenticator()
      .create(other.options, { clientData: { type: "webauthn.get" } }),
  });
  await browser.listMyPasskeys();
  await browser.listMyFactors();
  await browser.renamePasskey({ passkeyId, name: "Phone" });
  await browser.renamePasskey({ passkeyId, name: "\u2028" });
  await browser.renamePasskey({ passkeyId: crypto.randomUUID(), name: "Mine" });

  await account(traveller, stranger);
  await stranger.renamePasskey({ passkeyId, name: "Mine" });
  await stranger.removePasskey({ passkeyId });
  const theirs = dataOf(await stranger.startPasskey());
  await stranger.addPasskey({
    setupToken: theirs.setupToken,
    credential: phone.create({ ...theirs.options, excludeCredentials: [] }),
  });
  await stranger.login({ email, password: PASSWORD });
  grow();
  await browser.startPasskey();
  await browser.removePasskey({ passkeyId });
  const asked = dataOf(await browser.startReauthentication({ method: "passkey" }));
  if (!("options" in asked)) throw new Error("A mail was sent");
  const { challengeToken } = asked;
  const proof = {
    method: "passkey",
    challengeToken,
    credential: phone.get(asked.options, { userHandle: null }),
  } as const;
  await browser.reauthenticate(proof);
  await browser.reauthenticate(proof);
  await browser.removePasskey({ passkeyId });
  await nextMail(email);
  await browser.removePasskey({ passkeyId });
  await browser.listMyPasskeys();
  await browser.listMyEvents({ limit: 100 });
  for (let count = 1; count < 20; count += 1) await add(browser, traveller.authenticator());
  await browser.startPasskey();
}

async function signingIn(traveller: Traveller) {
  const { browser, stranger, program, nextMail } = traveller;
  const email = await account(traveller);
  const phone = traveller.authenticator();
  const key = traveller.authenticator({ flags: UP, step: 1 });
  await add(browser, phone);
  await nextMail(email);
  await add(browser, key);
  await nextMail(email);
  const alone = async (authenticator: Authenticator, twist = {}) => {
    const { challengeToken, options } = dataOf(await stranger.startPasskeyLogin());
    return stranger.completePasskeyLogin({
      challengeToken,
      credential: authenticator.get(options, twist),
    });
  };
  const { loginToken } = dataOf(await alone(phone));
  await stranger.finishLogin({ loginToken, method: "totp", code: "123456" });
  await stranger.finishLogin({ loginToken, method: "none" });
  await stranger.getMe();
  await stranger.startTotp();
  await alone(key);
  await alone(phone, { flags: UP });
  await alone(phone, { userHandle: null });
  await alone(phone, { userHandle: "AAAA" });
  await alone(phone, { clientData: { challenge: "AAAA" } });
  await alone(phone, { clientData: { type: "webauthn.create" } });
  await alone(traveller.authenticator());
  const spent = dataOf(await stranger.startPasskeyLogin());
  const answer = { challengeToken: spent.challengeToken, credential: phone.get(spent.options) };
  await stranger.completePasskeyLogin(answer);
  await stranger.completePasskeyLogin(answer);
  await stranger.completePasskeyLogin({ ...answer, challengeToken: "nonsense" });
  await stranger.completePasskeyLogin({ challengeToken: "nonsense" } as never);

  const pending = async () => pendingOf(await program.tokenLogin({ email, password: PASSWORD }));
  const second = async (token: string, authenticator: Authenticator, twist = {}) => {
    const { challengeToken, options } = dataOf(
      await program.startSecondFactorPasskey({ loginToken: token }),
    );
    const credential = authenticator.get(options, twist);
    const proof = { method: "passkey", challengeToken, credential } as const;
    return program.finishTokenLogin({ loginToken: token, ...proof });
  };
  const half = await pending();
  await program.startSecondFactorPasskey({ loginToken: "nonsense" });
  await second(half.loginToken, key, { userHandle: "AAAA" });
  const login = dataOf(await stranger.startPasskeyLogin());
  await program.finishTokenLogin({
    loginToken: half.loginToken,
    method: "passkey",
    challengeToken: login.challengeToken,
    credential: phone.get(login.options),
  });
  await second(half.loginToken, key);
  await program.getMe();
  // A copy of the key has counted on.
  const copied = await pending();
  await second(copied.loginToken, key, { signCount: 1 });
  await nextMail(email);
  await second(copied.loginToken, key, { signCount: 9 });
  await program.listMyEvents({ limit: 100 });
}

async function last(traveller: Traveller) {
  const { browser, stranger, nextMail } = traveller;
  const [email, other] = [await account(traveller), freshEmail()];
  const phone = traveller.authenticator();
  await add(browser, phone);
  await nextMail(email);
  const begun = dataOf(await browser.startEmailChange({ newEmail: other }));
  const { code } = await nextMail(other);
  await browser.confirmEmailChange({ challengeToken: begun.challengeToken, code });
  await stranger.undoEmailChange({ token: (await nextMail(email)).token });
  await nextMail(other);
  const { challengeToken, options } = dataOf(await browser.startPasskeyLogin());
  const credential = phone.get(options);
  const { loginToken } = dataOf(await browser.completePasskeyLogin({ challengeToken, credential }));
  await browser.finishLogin({ loginToken, method: "none" });
  const { items } = dataOf(await browser.listMyPasskeys());
  const passkeyId = items[0]?.id ?? "";
  await browser.removePasskey({ passkeyId });
  await add(browser, traveller.authenticator({ flags: UP }));
  await browser.removePasskey({ passkeyId });
  await browser.changePassword({ newPassword: NEW_PASSWORD });
  await browser.removePasskey({ passkeyId });
  await browser.listMyEvents({ limit: 100 });
}

/** A fresh account, signed in. */
async function account(
  traveller: Traveller,
  client: Pick<Traveller["browser"], "signup" | "login"> = traveller.browser,
): Promise<string> {
  const email = freshEmail();
  await client.signup({ email, password: PASSWORD });
  await client.login({ email, password: PASSWORD });
  return email;
}

async function add(
  client: Pick<Traveller["browser"], "startPasskey" | "addPasskey">,
  authenticator: Authenticator,
) {
  const { setupToken, options } = dataOf(await client.startPasskey());
  return dataOf(await client.addPasskey({ setupToken, credential: authenticator.create(options) }));
}
