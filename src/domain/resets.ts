/** A way back in for whoever forgot the password: a token by mail, good once and for nothing else. */
import { commit, type Uses } from "./change.ts";
import { prepareChallenge, saveOrDecoy, spend } from "./challenges.ts";
import { choosePassword, type WeakPassword } from "./choose-password.ts";
import { rememberDevice } from "./devices.ts";
import { takeLimits } from "./limits.ts";
import { unlockAccount } from "./lockout.ts";
import { tokenLink } from "./links.ts";
import { queueDecoy, queueMail } from "./mail.ts";
import { passwordResetNotice } from "./notices.ts";
import { endGrants } from "./grants.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import { hashSecret, newSecret } from "./secrets.ts";

/**
 * Mails a reset link to the account's own address, if there is one. Its time does not tell: both
 * cases run the same statements, in one transaction, and the mail is sent later (RS-01, ET-01). `languages` is the
 * request's Accept-Language.
 */
export async function requestReset(
  deps: Journal &
    Uses<"secretKeys" | "quotas" | "meter" | "lifetimes" | "mailTemplates" | "mailPages">,
  occasion: Occasion,
  email: string,
  languages: string | null,
): Promise<void> {
  // By the address as it was asked for, whether or not anybody has it: no mail, and the same answer (RS-10).
  const takes = [{ rule: "forgot_email", key: "email", subject: email }] as const;
  if ((await takeLimits(deps, occasion, "forgotPassword", takes)) !== "allowed") return;

  const { resetTokenSeconds } = deps.lifetimes;
  const found = await deps.storage.users.findByEmail(email);
  const prepared = prepareChallenge(deps, occasion, {
    purpose: PURPOSE,
    lifetimeSeconds: resetTokenSeconds,
    userId: found?.user.id ?? null,
    by: ["link"],
  });
  const link = tokenLink(deps.mailPages, "reset", prepared.linkToken);
  const message = { kind: "password_reset_link", link, validFor: resetTokenSeconds } as const;

  await commit(deps, occasion, async (change) => {
    const { record } = change;
    const user = found?.user;
    const isSaved = await saveOrDecoy(change, prepared);
    if (user !== undefined && isSaved) {
      const { locale } = user;
      await queueMail(change, { email, locale, languages }, message, resetTokenSeconds);
      await record("reset_token_created", { email: user.email, userId: user.id });
      return;
    }
    await queueDecoy(change, { email, locale: null, languages }, message);
    await record("reset_requested_unknown_email", { email });
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
  if (challenge === undefined || user === undefined) return refuse(deps, occasion);
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
      // whoever has the mail has the mailbox (EM-06)
      await record("email_verified", { userId: user.id, email: user.email, by: "password_reset" });
    await unlockAccount(change, user); // RS-15
    await passwordResetNotice(change, user);
    await rememberDevice(change, user.id, undefined, deviceSecret);
    return { deviceSecret };
  });
}

async function refuse(deps: Journal, occasion: Occasion): Promise<ResetOutcome> {
  await commit(deps, occasion, ({ record }) =>
    record("reset_failed", { reason: "invalid_or_expired_token" }),
  );
  return { failure: "invalid_reset_token" };
}
