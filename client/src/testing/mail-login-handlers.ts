/** The fake server's answers to a sign-in by mail. */
import { normalEmail } from "./accounts.ts";
import {
  beginPending,
  challengeCookie,
  clearedChallengeCookie,
  notFound,
  notGood,
  started,
} from "./answers.ts";
import type { Call, Handlers } from "./calls.ts";
import { claimAccount } from "./ways-in.ts";

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
    return { status: 202, data, cookies: [challengeCookie(data)] };
  },
  completeMailLogin(call) {
    const { settings, accounts, origin, now } = call;
    if (!settings.mailLogin) return notFound;
    const challenge = provedBy(call);
    const account = challenge?.account;
    if (challenge === undefined || account === undefined) return notGood;
    accounts.challenges.spend(challenge);
    if (!account.user.emailVerified) claimAccount({ accounts, origin, now }, account, "mail_login");
    return {
      data: beginPending(accounts, account, { methods: ["mail"] }, now),
      cookies: [clearedChallengeCookie],
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
