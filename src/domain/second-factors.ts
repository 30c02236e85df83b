/**
 * The second factors of an account, added and removed. Each change begins by moving the credential epoch, which locks
 * the account's row: a login that was begun before cannot end without the factor, and two changes take turns.
 */
import type { EventFields } from "../contract/events.ts";
import type { RECOVERY_CODES } from "../contract/bounds.ts";
import {
  countTry,
  notGood,
  openSealed,
  prepareChallenge,
  saveOfSession,
  spend,
  tellOfFailure,
} from "./challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import type { AskingOwner } from "./accounts.ts";
import { endGrants } from "./grants.ts";
import {
  factorsResetNotice,
  type NoticeChange,
  recoveryCodesRenewedNotice,
  totpAddedNotice,
  totpRemovedNotice,
} from "./notices.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Actor } from "./ports/users.ts";
import { newRecoveryCode, normalRecoveryCode } from "./recovery-code-text.ts";
import { seal } from "./sealing.ts";
import { hashSecret } from "./secrets.ts";
import { base32Of, newTotpSecret, stepOf, totpUri } from "./totp.ts";
import { actorIdOf } from "./users.ts";

/** Another number than the contract's does not compile. */
const CODES: typeof RECOVERY_CODES = 10;

export interface TotpSetup {
  readonly setupToken: string;
  /** In base32. */
  readonly secret: string;
  readonly uri: string;
  readonly expiresInSeconds: number;
}

/** Makes a secret for an app. It is the account's only after a right code (MF-08). */
export async function startTotp(
  deps: Journal & Uses<"secretKeys" | "lifetimes" | "totpIssuer">,
  occasion: Occasion,
  { user, session }: AskingOwner,
): Promise<TotpSetup | "factor_exists"> {
  if ((await deps.storage.factors.find(user.id)).totp !== null) return "factor_exists";
  const secret = newTotpSecret();
  const kept: KeptSetup = { secret: Buffer.from(secret).toString("base64url") };
  const { challenge, challengeToken, expiresInSeconds } = prepareChallenge(deps, occasion, {
    purpose: "totp_setup",
    lifetimeSeconds: deps.lifetimes.challengeSeconds,
    userId: user.id,
    sessionId: session.id,
    sealed: kept,
    by: ["handle"],
  });
  await commit(deps, occasion, (change) => saveOfSession(change, session, challenge));
  return {
    setupToken: challengeToken,
    secret: base32Of(secret),
    uri: totpUri({ issuer: deps.totpIssuer, account: user.email, secret }),
    expiresInSeconds,
  };
}

interface KeptSetup {
  /** In base64url. */
  readonly secret: string;
}

export type ConfirmOutcome =
  | { readonly codes: readonly string[] }
  | { readonly failure: "invalid_challenge" | "invalid_second_factor" | "factor_exists" };

/** Adds the app that has the secret, as its first code proves. That code is used up by it (MF-02). */
export async function confirmTotp(
  deps: Journal & Uses<"secretKeys" | "quotas" | "mailTemplates">,
  occasion: Occasion,
  owner: AskingOwner,
  { setupToken, code }: { readonly setupToken: string; readonly code: string },
): Promise<ConfirmOutcome> {
  const { user, session } = owner;
  const challenge = await countTry(deps, occasion, "totp_setup", setupToken);
  if (challenge === undefined || challenge.sessionId !== session.id) {
    await notGood(deps, occasion, "totp_setup");
    return { failure: "invalid_challenge" };
  }
  const kept = openSealed(deps, challenge) as KeptSetup; // sealed above, under the same id
  const secret = Buffer.from(kept.secret, "base64url");
  const step = stepOf(code, secret, occasion.now);
  if (step === undefined) {
    await tellOfFailure(deps, occasion, challenge, "wrong_code");
    return { failure: "invalid_second_factor" };
  }
  return commit<typeof deps, ConfirmOutcome, ConfirmOutcome>(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    if (!(await beginFactorChange(change, owner)) || !(await spend(change, challenge)))
      return undo({ failure: "invalid_challenge" });
    const isAdded = await stores.factors.insertTotp({
      userId: user.id,
      sealedSecret: seal(deps.secretKeys.totpSeal, secret, user.id),
      lastStep: step,
      createdAt: occasion.now,
    });
    if (!isAdded) return undo({ failure: "factor_exists" });
    const codes = await giveRecoveryCodes(change, user.id);
    await stores.sessions.noteSecondFactor(session.id, occasion.now, "otp");
    await record("second_factor_added", { userId: user.id, kind: "totp" });
    await totpAddedNotice(change, user);
    await endOthers(change, owner);
    return { codes };
  });
}

/** Removes the app; false where there is none. */
export async function removeTotp(
  deps: Journal & Uses<"secretKeys" | "quotas" | "mailTemplates">,
  occasion: Occasion,
  owner: AskingOwner,
): Promise<boolean> {
  const { id: userId } = owner.user;
  return commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    if (!(await beginFactorChange(change, owner))) return undo(false);
    if (!(await stores.factors.deleteTotp(userId))) return undo(false);
    await dropUselessCodes(change, userId);
    await record("second_factor_removed", { userId, kind: "totp", by: "user" });
    await totpRemovedNotice(change, owner.user);
    await endOthers(change, owner);
    return true;
  });
}

/** Makes new recovery codes in place of the old ones; undefined for an account that has no second factor. */
export async function renewRecoveryCodes(
  deps: Journal & Uses<"secretKeys" | "quotas" | "mailTemplates">,
  occasion: Occasion,
  owner: AskingOwner,
): Promise<readonly string[] | undefined> {
  const { id: userId } = owner.user;
  return commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    if (!(await beginFactorChange(change, owner))) return undo(undefined);
    if (!(await stores.factors.has(userId))) return undo(undefined);
    const codes = await replaceRecoveryCodes(change, userId);
    await record("recovery_codes_renewed", { userId });
    await recoveryCodesRenewedNotice(change, owner.user);
    await endOthers(change, owner);
    return codes;
  });
}

/** The factors of an account that went. */
export interface RemovedFactors {
  readonly totp: boolean;
  /** How many. */
  readonly passkeys: number;
}

export interface ResetFactors extends RemovedFactors {
  readonly sessionsEnded: number;
}

/**
 * Removes all second factors of an account, for an administrator or a command; undefined where there is no such
 * account. An account without one gets no mail, and stays as it is for a command. An administrator ends its sessions
 * all the same, and the event tells of the act (LA-09).
 */
export async function resetFactors(
  deps: Journal & Uses<"secretKeys" | "quotas" | "mailTemplates">,
  occasion: Occasion,
  actor: Actor,
  userId: string,
): Promise<ResetFactors | undefined> {
  return commit<typeof deps, ResetFactors | undefined, ResetFactors>(
    deps,
    occasion,
    async (change) => {
      const { stores, record, undo } = change;
      if (!(await stores.users.moveEpoch(userId))) return undefined;
      const user = await stores.users.find(userId);
      if (user === undefined) return undefined;
      const hasFactor = await stores.factors.has(userId);
      if (!hasFactor && actor === "command")
        return undo({ totp: false, passkeys: 0, sessionsEnded: 0 });
      const actorId = actorIdOf(actor);
      await record("second_factors_reset", { userId, actorId });
      const by = actor === "command" ? "command" : "admin";
      const removed = await removeFactors(change, userId, { by, actorId });
      const sessionsEnded = await endGrants(change, userId, { by: "factor_change", actorId });
      if (hasFactor) await factorsResetNotice(change, user);
      return { ...removed, sessionsEnded };
    },
  );
}

/**
 * Begins a change of an owner's factors: moves the credential epoch, which locks the account's row. A statement of its
 * own: on PostgreSQL, one that counted and deleted at once would not see the removal it waited for (PK-14). False where
 * the session that asks has ended meanwhile; undo the change then.
 */
export async function beginFactorChange(
  { stores }: Change,
  { user, session }: Pick<AskingOwner, "user" | "session">,
): Promise<boolean> {
  await stores.users.moveEpoch(user.id);
  return stores.sessions.lock(session.id);
}

type Removal = Pick<EventFields<"second_factor_removed">, "by" | "actorId">;

/** Removes the factors of an account that were added at or after an instant, or all, within a change that is being made. Answers which went. */
export async function removeFactors(
  change: Change,
  userId: string,
  removal: Removal,
  addedSince?: number,
): Promise<RemovedFactors> {
  const { stores, record } = change;
  const totp = await stores.factors.deleteTotp(userId, addedSince);
  if (totp) await record("second_factor_removed", { userId, kind: "totp", ...removal });
  const passkeys = await stores.passkeys.deleteAllOf(userId, addedSince);
  for (const { id: passkeyId } of passkeys)
    await record("passkey_removed", { userId, passkeyId, ...removal });
  await dropUselessCodes(change, userId);
  return { totp, passkeys: passkeys.length };
}

/** Gives the account its recovery codes with its first second factor; none where it has codes already. */
export async function giveRecoveryCodes(
  change: Change,
  userId: string,
): Promise<readonly string[]> {
  const remaining = await change.stores.factors.countRecoveryCodes(userId);
  return remaining > 0 ? [] : replaceRecoveryCodes(change, userId);
}

/** Recovery codes stand in for a second factor: with the last one they go, and with them what wrong codes led to. */
export async function dropUselessCodes({ stores }: Change, userId: string): Promise<void> {
  if (await stores.factors.has(userId)) return;
  await stores.factors.deleteRecoveryCodes(userId);
  await stores.factorLocks.end(userId);
}

/** Ends everything of the account but the session and the device that ask (MF-10). */
export async function endOthers(
  change: NoticeChange,
  { user, session, device }: AskingOwner,
): Promise<void> {
  const staying = { sessionId: session.id, deviceId: device?.id };
  await endGrants(change, user.id, { by: "factor_change" }, staying);
}

async function replaceRecoveryCodes(
  { stores, occasion }: Change,
  userId: string,
): Promise<readonly string[]> {
  const codes = Array.from({ length: CODES }, newRecoveryCode);
  const hashes = codes.map((code) => hashSecret(normalRecoveryCode(code) ?? code));
  await stores.factors.replaceRecoveryCodes(userId, hashes, occasion.now);
  return codes;
}
