/** The fake server's answers to a sign-in by mail, and to the end of every sign-in that has more than one step. */
import { normalEmail } from "./accounts.ts";
import {
  beginCookieSession,
  beginTokenSession,
  cookieOf,
  deviceCookie,
  notGood,
  started,
} from "./answers.ts";
import type { Call, Handlers } from "./calls.ts";
import type { Account } from "./rows.ts";

const notFound = { problem: "not_found" } as const;
const notPending = { problem: "invalid_login_token" } as const;

export const mailLoginHandlers: Pick<
  Handlers,
  "startMailLogin" | "completeMailLogin" | "finishLogin" | "finishTokenLogin"
> = {
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
      accounts.endGrants(account, "email_proof", now);
      accounts.verifyEmail(account, "mail_login", now);
      accounts.mails.send("account_claimed", account.user.email, origin);
    }
    const { email } = account.user;
    const pending = accounts.challenges.begin({ purpose: "login", account, email }, now);
    const { challengeToken: loginToken, expiresInSeconds } = started(pending, now);
    return {
      data: { loginToken, expiresInSeconds, secondFactors: [] },
      cookies: [challengeCookie("", 0)],
    };
  },
  finishLogin({ input, accounts, ...arrival }) {
    const account = spendPending({ input, accounts, ...arrival });
    if (account === undefined) return notPending;
    const { data, cookies } = beginCookieSession(accounts, account, ["mail"], arrival);
    return { data, cookies: [...cookies, deviceCookie()] };
  },
  finishTokenLogin({ input, accounts, ...arrival }) {
    const account = spendPending({ input, accounts, ...arrival });
    if (account === undefined) return notPending;
    return beginTokenSession(accounts, account, ["mail"], arrival);
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

function spendPending({
  input: { loginToken },
  accounts: { challenges },
  now,
}: Pick<Call<"finishLogin" | "finishTokenLogin">, "input" | "accounts" | "now">):
  Account | undefined {
  const challenge = challenges.findByHandle("login", loginToken, now);
  if (challenge) challenges.spend(challenge);
  return challenge?.account;
}

/** Strict, as the server's. */
function challengeCookie(token: string, maxAgeSeconds: number): string {
  return cookieOf(`__Host-challenge=${token}; HttpOnly`, maxAgeSeconds, "Strict");
}
