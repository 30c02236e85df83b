/** A way back in for whoever forgot the password: a token by mail, good once and for nothing else. */
import type { Dependencies } from "./dependencies.ts";
import { rememberDevice } from "./devices.ts";
import { commit, type Occasion } from "./events.ts";
import { takeLimits } from "./limits.ts";
import { unlockAccount } from "./lockout.ts";
import { queueDecoy, queueMail } from "./mail.ts";
import { resetMessage } from "./mail-texts.ts";
import { passwordResetNotice } from "./notices.ts";
import { endSessions } from "./own-sessions.ts";
import { findWeaknesses, type PasswordWeakness } from "./password-policy.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import type { User } from "./users.ts";

export interface ResetToken {
  /** SHA-256 of the token (SE-02, RS-02). */
  readonly secretHash: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface ResetStore {
  /**
   * Makes it the one token of the account, in place of any before (RS-08); false where the account is
   * gone. For no account, with null, it does the same work as for one that is gone (ET-01).
   */
  saveResetToken(userId: string | null, token: ResetToken): Promise<boolean>;
  /** A token of nobody, which leads nowhere. */
  insertDecoyResetToken(token: ResetToken): Promise<void>;
  /** Whose token it is, while it is good. Spends nothing. */
  findResetTokenOwner(secretHash: Uint8Array, now: number): Promise<User | undefined>;
  /** Spends the token; false where it is not good, or no longer: one conditional statement (RS-03). */
  consumeResetToken(userId: string, secretHash: Uint8Array, now: number): Promise<boolean>;
  deleteResetTokensOf(userId: string): Promise<void>;
  /** Deletes up to `limit` tokens past their life; answers how many. */
  deleteExpiredResetTokens(now: number, limit: number): Promise<number>;
}

/**
 * Mails a reset link to the account's own address, if there is one. Its time does not tell: both
 * cases run the same statements, in one transaction, and the mail is sent later (RS-01, ET-01).
 */
export async function requestReset(
  deps: Dependencies,
  occasion: Occasion,
  email: string,
): Promise<void> {
  // By the address as it was asked for, whether or not anybody has it: no mail, and the same answer (RS-10).
  const takes = [{ rule: "forgot_email", key: "email", subject: email }] as const;
  if ((await takeLimits(deps, occasion, "forgotPassword", takes)) !== "allowed") return;

  const { now } = occasion;
  const { resetTokenSeconds } = deps.lifetimes;
  const found = await deps.storage.findUserByEmail(email);
  const secret = newSecret();
  const expiresAt = now + resetTokenSeconds * 1000;
  const token = { secretHash: hashSecret(secret), createdAt: now, expiresAt };
  const message = resetMessage(resetLink(deps.issuer, secret), resetTokenSeconds);

  await commit(deps, occasion, async (stores, record) => {
    const user = found?.user;
    // Asked in any case: it costs more than the decoy, whose row is written to nobody's name.
    const isSaved = await stores.saveResetToken(user?.id ?? null, token);
    if (user !== undefined && isSaved) {
      await queueMail(deps, stores, occasion, user.email, message, resetTokenSeconds);
      await record("reset_token_created", { email: user.email, userId: user.id });
      return;
    }
    await stores.insertDecoyResetToken({ ...token, secretHash: hashSecret(newSecret()) });
    await queueDecoy(deps, stores, occasion, email, message);
    await record("reset_requested_unknown_email", { email });
  });
}

/** In the fragment, which a browser sends to nobody: the token reaches no log, and opening the link spends nothing (RS-07). */
function resetLink(publicUrl: string, secret: string): string {
  return `${publicUrl}/reset#token=${secret}`;
}

export type ResetOutcome =
  | { readonly deviceSecret: string }
  | { readonly failure: "weak_password"; readonly reasons: PasswordWeakness[] }
  | { readonly failure: "invalid_reset_token" | "overloaded" };

/**
 * Sets a new password by token, ends all the account has, and logs nobody in (RS-09, PW-11). The device it
 * is done from is known from then on: it may log in past whoever floods the address meanwhile (RL-03).
 */
export async function resetPassword(
  deps: Dependencies,
  occasion: Occasion,
  secret: string,
  newPassword: string,
): Promise<ResetOutcome> {
  const secretHash = hashSecret(secret);
  const user = await deps.storage.findResetTokenOwner(secretHash, occasion.now);
  if (user === undefined) return refuse(deps, occasion);
  const reasons = findWeaknesses(newPassword, user.email, deps.passwordPolicy);
  if (reasons.length > 0) {
    await commit(deps, occasion, (_, record) =>
      record("reset_failed", { reason: "weak_password" }),
    );
    return { failure: "weak_password", reasons };
  }
  const hash = await deps.passwords.hash(newPassword);
  if (hash === "overloaded") return { failure: "overloaded" };

  return commit(deps, occasion, async (stores, record): Promise<ResetOutcome> => {
    await stores.holdPasswordHash(user.id); // the account before its tokens, as everybody does
    if (!(await stores.consumeResetToken(user.id, secretHash, occasion.now))) {
      await record("reset_failed", { reason: "invalid_or_expired_token" });
      return { failure: "invalid_reset_token" };
    }
    await stores.setPasswordHash(user.id, hash.encoded);
    await record("password_reset", { userId: user.id });
    await endSessions(stores, record, user.id, undefined, "password_reset");
    // All: a token says who owns the mailbox, and not which of the devices is the owner's.
    await stores.deleteDevicesOf(user.id, undefined);
    await unlockAccount(deps, stores, user); // RS-15
    await passwordResetNotice(deps, stores, occasion, user.email);
    return { deviceSecret: await rememberDevice(deps, occasion, stores, user.id, undefined) };
  });
}

async function refuse(deps: Dependencies, occasion: Occasion): Promise<ResetOutcome> {
  await commit(deps, occasion, (_, record) =>
    record("reset_failed", { reason: "invalid_or_expired_token" }),
  );
  return { failure: "invalid_reset_token" };
}
