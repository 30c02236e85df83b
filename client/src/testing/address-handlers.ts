/** The fake server's answers about the address of an account: proved, changed, changed back. */
import { type Accounts, normalEmail } from "./accounts.ts";
import { done, notGood, started } from "./answers.ts";
import type { Handlers } from "./calls.ts";
import type { Challenge, Purpose } from "./challenges.ts";
import type { Session } from "./rows.ts";
import { removeWaysIn } from "./ways-in.ts";

type MailedProof =
  { readonly challengeToken: string; readonly code: string } | { readonly token: string };

export const addressHandlers: Pick<
  Handlers,
  | "requestEmailVerification"
  | "confirmEmailVerification"
  | "startEmailChange"
  | "confirmEmailChange"
  | "undoEmailChange"
> = {
  requestEmailVerification({ accounts, caller, origin, now }) {
    const { account } = caller;
    const { email, emailVerified } = account.user;
    if (emailVerified) return { problem: "email_already_verified" };
    const subject = { purpose: "email_verification", account, session: caller, email } as const;
    const challenge = accounts.challenges.begin(subject, now);
    accounts.mails.send("email_verification", email, origin, challenge);
    accounts.record(account, { event: "email_verification_requested" }, now);
    return { data: started(challenge, now) };
  },
  confirmEmailVerification({ input, accounts, caller, now }) {
    const { account } = caller;
    const challenge = provedBy(accounts, "email_verification", caller, input, now);
    const { email, emailVerified } = account.user;
    if (challenge === undefined || emailVerified || challenge.email !== email) return notGood;
    accounts.challenges.spend(challenge);
    accounts.verifyEmail(account, "owner", now);
    return done;
  },
  startEmailChange({ input: { newEmail }, accounts, caller, origin, now }) {
    const { challenges, mails } = accounts;
    const { account } = caller;
    const email = normalEmail(newEmail);
    const owner = accounts.findByEmail(email);
    const isFree = owner === undefined && !challenges.isReserved(email, account, now);
    const about = isFree ? { account, session: caller } : {};
    const challenge = challenges.begin({ purpose: "email_change", ...about, email }, now);
    if (isFree) mails.send("email_change_confirm", email, origin, challenge);
    if (owner) mails.send("signup_existing", email, origin);
    accounts.record(account, { event: "email_change_started" }, now);
    return { data: started(challenge, now) };
  },
  confirmEmailChange({ input, accounts, caller, origin, now }) {
    const { challenges, mails } = accounts;
    const { account } = caller;
    const challenge = provedBy(accounts, "email_change", caller, input, now);
    if (challenge === undefined || !mayHave(accounts, challenge, now)) return notGood;
    challenges.spend(challenge);
    const { email } = account.user;
    account.user = { ...account.user, email: challenge.email, emailVerified: true };
    accounts.record(account, { event: "email_changed" }, now);
    accounts.endGrants(account, "email_change", now, caller);
    const { createdAt: since } = challenge; // a factor added since then may be a thief's
    const undo = challenges.begin({ purpose: "email_change_undo", account, email, since }, now);
    mails.send("email_changed", email, origin, undo);
    return done;
  },
  undoEmailChange({ input: { token }, accounts, origin, now }) {
    const { challenges, mails } = accounts;
    const challenge = challenges.findByLink("email_change_undo", token, now);
    const account = challenge?.account;
    if (challenge === undefined || account === undefined) return notGood;
    const { email } = account.user;
    account.user = { ...account.user, email: challenge.email, emailVerified: true };
    account.password = null;
    accounts.record(account, { event: "email_change_undone" }, now);
    removeWaysIn({ accounts, now }, account, "email_change_undo", challenge.since);
    accounts.endGrants(account, "email_change_undo", now);
    challenges.endUndosAfter(challenge);
    challenges.spend(challenge);
    mails.send("email_change_undone", email, origin);
    return done;
  },
};

/** The challenge that the proof ends: a code's for the session that asked, a link's for any of the account. */
function provedBy(
  { challenges }: Accounts,
  purpose: Purpose,
  session: Session,
  proof: MailedProof,
  now: number,
): Challenge | undefined {
  if ("code" in proof) {
    const { right } = challenges.tryCode(purpose, proof, now);
    return right?.session === session ? right : undefined;
  }
  const found = challenges.findByLink(purpose, proof.token, now);
  return found?.account === session.account ? found : undefined;
}

/** False where somebody else took the address meanwhile, or may take it back. */
function mayHave(accounts: Accounts, { email, account }: Challenge, now: number): boolean {
  return !accounts.findByEmail(email) && !accounts.challenges.isReserved(email, account, now);
}
