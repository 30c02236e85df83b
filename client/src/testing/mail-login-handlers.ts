/** The fake server's answers to a sign-in by mail. */
import { normalEmail } from "./accounts.ts";
import { beginPending, cookieOf, notGood, started } from "./answers.ts";
import type { Call, Handlers } from "./calls.ts";
import { removeFactors } from "./factors.ts";

const notFound = { problem: "not_found" } as const;

export const mailLoginHandlers: Pick<Handlers, "startMailLogin" | "completeMailLogin"> = {
  startMailLogin({ input, settings, accounts, origin, now }) {
    if (!settings.mailLogin) return notFound;
    const email = normalEmail(input.email);
    const account = accounts.findByEmail(email);
    const challenge = accounts.challenges.begin({ purpose: "mail_login", account, email }, now);
    if (account) {
      accounts.mails.send("mail_login", email, origin, challenge);
      accounts.record(account, { event: "mail_login_requested" }, now);
    }
    const data = started(challenge, now);
    return {
      status: 202,
      data,
      cookies: [challengeCookie(data.challengeToken, data.expiresInSeconds)],
    };
  },
  completeMailLogin(call) {
    const { settings, accounts, origin, now } = call;
    if (!settings.mailLogin) return notFound;
    const challenge = provedBy(call);
    const account = challenge?.account;
    if (challenge === undefined || account === undefined) return notGood;
    accounts.challenges.spend(challenge);
    if (!account.user.emailVerified) {
      // Somebody else may have made it: the owner of the mailbox takes it over clean.
      account.password = null;
      removeFactors({ accounts, now }, account, "email_proof");
      accounts.endGrants(account, "email_proof", now);
      accounts.verifyEmail(account, "mail_login", now);
      accounts.mails.send("account_claimed", account.user.email, origin);
    }
    return {
      data: beginPending(accounts, account, ["mail"], now),
      cookies: [challengeCookie("", 0)],
    };
  },
};

/** The challenge that the code or the link ends, for whoever has its handle. A wrong code is recorded. */
function provedBy({ input, accounts, challengeCookie, now }: Call<"completeMailLogin">) {
  const { challengeToken = challengeCookie } = input;
  if (challengeToken === undefined) return undefined;
  if ("token" in input) {
    const found = accounts.challenges.findByLink("mail_login", input.token, now);
    return found?.challengeToken === challengeToken ? found : undefined;
  }
  const proof = { challengeToken, code: input.code };
  const { right, wrong } = accounts.challenges.tryCode("mail_login", proof, now);
  if (wrong?.account) accounts.record(wrong.account, { event: "login_failed" }, now);
  return right;
}

/** Strict, as the server's. */
function challengeCookie(token: string, maxAgeSeconds: number): string {
  return cookieOf(`__Host-challenge=${token}; HttpOnly`, maxAgeSeconds, "Strict");
}
