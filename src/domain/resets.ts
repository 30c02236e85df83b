/** A way back in for whoever forgot the password: a token by mail, good once and for nothing else. */
import { removeWaysIn } from "./account-claims.ts";
import { commitMail, mailChallenge, type MailUses } from "./challenge-mails.ts";
import { prepareChallenge, spend } from "./challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { choosePassword, type WeakPassword } from "./choose-password.ts";
import { rememberDevice } from "./devices.ts";
import { unlockAccount } from "./lockout.ts";
import { tokenLink } from "./links.ts";
import { passwordResetNotice } from "./notices.ts";
import { endGrants } from "./grants.ts";
import type { Challenge } from "./ports/challenges.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { User } from "./ports/users.ts";
import { hashSecret, newSecret } from "./secrets.ts";

/**
 * Mails a reset link to the account's own address, if there is one and it has not got too many. Its time does not tell:
 * all cases do the same work, in one transaction, and the mail is sent later (RS-01, RS-10, ET-01). `languages` is the
 * request's Accept-Language.
 */
export async function requestReset(
  deps: Journal & MailUses,
  occasion: Occasion,
  email: string,
  languages: string | null,
): Promise<void> {
  const { resetTokenSeconds } = deps.lifetimes;
  const user = (await deps.storage.users.findByEmail(email))?.user;
  const prepared = prepareChallenge(deps, occasion, {
    purpose: PURPOSE,
    lifetimeSeconds: resetTokenSeconds,
    userId: user?.id ?? null,
    subject: email,
    by: ["link"],
  });
  const link = tokenLink(deps.mailPages, "reset", prepared.linkToken);
  const message = { kind: "password_reset_link", link, validFor: resetTokenSeconds } as const;

  await commitMail(deps, occasion, { operation: "forgotPassword", email }, async (change) => {
    const outcome = await mailChallenge(change, {
      prepared,
      // By the address as it was asked for, whether or not anybody has it.
      take: { rule: "forgot_email", subject: email },
      recipient: { email, locale: user?.locale ?? null, languages },
      message,
    });
    if (outcome === "mailed" && user !== undefined)
      await change.record("reset_token_created", { email, userId: user.id });
    if (outcome === "nobody") await change.record("reset_requested_unknown_email", { email });
    return outcome;
  });
}

const PURPOSE = "password_reset";

export type ResetOutcome =
  | { readonly deviceSecret: string }
  | WeakPassword
  | { readonly failure: "invalid_reset_token" | "overloaded" };

/**
 * Sets a new password by token, ends all the account has, and logs nobody in (RS-09, PW-11). The device it
 * is done from is known from then on: it may log in past whoever floods the address meanwhile (RL-03).
 */
export async function resetPassword(
  deps: Journal & Uses<"passwords" | "passwordPolicy" | "secretKeys" | "quotas" | "mailTemplates">,
  occasion: Occasion,
  token: string,
  newPassword: string,
): Promise<ResetOutcome> {
  const { challenges, users } = deps.storage;
  const challenge = await challenges.findByLink(PURPOSE, hashSecret(token), occasion.now);
  const user = challenge?.userId ? await users.find(challenge.userId) : undefined;
  if (challenge === undefined || user === undefined || !isMailedTo(challenge, user))
    return refuse(deps, occasion);
  const chosen = await choosePassword(deps, newPassword, user.email);
  if ("failure" in chosen) {
    if (chosen.failure === "weak_password")
      await commit(deps, occasion, ({ record }) =>
        record("reset_failed", { reason: "weak_password" }),
      );
    return chosen;
  }
  const deviceSecret = newSecret();

  return commit(deps, occasion, async (change): Promise<ResetOutcome> => {
    const { stores, record } = change;
    await stores.users.lockCredential(user.id); // the account before its challenges, as everywhere
    if (!(await spend(change, challenge))) {
      await record("reset_failed", { reason: "invalid_or_expired_token" });
      return { failure: "invalid_reset_token" };
    }
    await stores.users.setPasswordHash(user.id, chosen.encoded);
    await record("password_reset", { userId: user.id });
    await endGrants(change, user.id, { by: "password_reset" });
    if (await stores.users.verifyEmail(user.id, user.email))
      // whoever has the mail has the mailbox, and nobody proved that the account's factors are theirs (EM-06)
      await claim(change, user);
    await unlockAccount(change, user); // RS-15
    await passwordResetNotice(change, user);
    await rememberDevice(change, user.id, undefined, deviceSecret);
    return { deviceSecret };
  });
}

async function claim(change: Change, { id: userId, email }: User): Promise<void> {
  await change.record("email_verified", { userId, email, by: "password_reset" });
  await removeWaysIn(change, userId, "email_proof");
}

/**
 * False where the account got another address while the mail to this one was being written: whoever lost the account
 * by that must not have it back. A token that was moved from reset_tokens names none; no address changed
 * in those days.
 */
function isMailedTo({ subject }: Challenge, { email }: User): boolean {
  return subject === null || subject === email;
}

async function refuse(deps: Journal, occasion: Occasion): Promise<ResetOutcome> {
  await commit(deps, occasion, ({ record }) =>
    record("reset_failed", { reason: "invalid_or_expired_token" }),
  );
  return { failure: "invalid_reset_token" };
}
