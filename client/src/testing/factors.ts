/** Second factors of the fake server's accounts: which there are, what proves them, and what goes with them. */
import { bounds } from "../generated/fake.ts";
import type { components } from "../generated/schema.ts";
import type { Accounts } from "./accounts.ts";
import {
  type Account,
  type FactorLock,
  type RecoveryCodes,
  type Session,
  type Totp,
  unlocked,
} from "./rows.ts";
import { newTotpSecret, stepOf } from "./totp.ts";

type Schemas = components["schemas"];
export type SecondFactor = Schemas["LoginPending"]["secondFactors"][number];
export type ReauthenticationMethod = Schemas["ReauthenticateInput"]["method"];
/** How a factor went. */
export type RemovedBy = Schemas["OwnPasskeyRemovedEvent"]["by"];

/** Crockford's base32. */
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Where something happens: in whose memory, when, and where links in mails lead. */
export interface Scene {
  readonly accounts: Accounts;
  readonly origin: string;
  /** Milliseconds. */
  readonly now: number;
}

export function hasSecondFactor({ totp, passkeys }: Account): boolean {
  return totp !== null || passkeys.length > 0;
}

/** The ways in which the account can take a second step; none for an account without a second factor. */
export function secondFactorsOf({ totp, recoveryCodes, passkeys }: Account): SecondFactor[] {
  return [
    ...(totp ? (["totp"] as const) : []),
    ...(passkeys.length > 0 ? (["passkey"] as const) : []),
    ...(recoveryCodes ? (["recovery_code"] as const) : []),
  ];
}

/** The ways in which somebody who is signed in can prove it again: by a second factor where the account has one. */
export function waysToReauthenticate(
  account: Account,
  mailLogin: boolean,
): ReauthenticationMethod[] {
  if (hasSecondFactor(account)) return secondFactorsOf(account);
  return [
    ...(account.password === null ? [] : (["password"] as const)),
    ...(mailLogin && account.user.emailVerified ? (["mail"] as const) : []),
  ];
}

/** `RECENT_AUTH_SECONDS` as the server has it by default. Milliseconds. */
export const RECENT_MS = 600_000;

export function isRecent(session: Session, now: number): boolean {
  const { account, authenticatedAt, secondFactorAt } = session;
  const provedAt = hasSecondFactor(account) ? secondFactorAt : authenticatedAt;
  return provedAt !== null && now < provedAt + RECENT_MS;
}

/** The step of the authenticator app's code. It is computed first, so that all else of a call happens in one go. */
export async function stepGiven(
  secret: string | undefined,
  input: { readonly method?: string; readonly code?: string },
  now: number,
): Promise<number | undefined> {
  const { method = "totp", code } = input;
  if (secret === undefined || method !== "totp" || code === undefined) return undefined;
  return stepOf(code, secret, now);
}

/** The code, and the step of an authenticator app's. */
export interface CodeGiven {
  readonly method: "totp" | "recovery_code";
  readonly code: string;
  readonly step: number | undefined;
}

/**
 * True for a code that is good, which it then was: each is good once. Each try counts towards the account's lock before it
 * is looked at, and a right one forgets them. `isAfterPassword`: the owner is told of several wrong ones.
 */
export function proveByCode(
  scene: Scene,
  account: Account,
  given: CodeGiven,
  isAfterPassword: boolean,
): boolean {
  const { accounts, origin, now } = scene;
  const refuse = (reason: Schemas["OwnSecondFactorFailedEvent"]["reason"]) => {
    accounts.record(account, { event: "second_factor_failed", kind: given.method, reason }, now);
    return false;
  };
  if (now < account.factorLock.lockedUntil) return refuse("locked");
  account.factorLock = nextLock(account.factorLock, now);
  const proof =
    given.method === "totp"
      ? useStep(account, given.step, now)
      : useCode(scene, account, given.code);
  if (proof === "right") {
    account.factorLock = unlocked;
    return true;
  }
  refuse(proof);
  const { failures, lockedUntil } = account.factorLock;
  const isLocked = now < lockedUntil;
  if (isLocked) accounts.record(account, { event: "second_factors_locked" }, now);
  if (isAfterPassword && (isLocked || failures === TOLD_AFTER))
    accounts.mails.send("second_factor_failing", account.user.email, origin);
  return false;
}

function useStep({ totp }: Account, step: number | undefined, now: number) {
  if (totp === null || step === undefined) return "wrong";
  if (step <= totp.lastStep) return "replayed";
  totp.lastStep = step;
  totp.lastUsedAt = now;
  return "right";
}

function useCode({ accounts, origin, now }: Scene, account: Account, code: string) {
  const { recoveryCodes } = account;
  if (!recoveryCodes?.codes.delete(normalRecoveryCode(code))) return "wrong";
  const remaining = recoveryCodes.codes.size;
  if (remaining === 0) account.recoveryCodes = null;
  accounts.record(account, { event: "recovery_code_used", remaining }, now);
  accounts.mails.send("recovery_code_used", account.user.email, origin);
  return "right";
}

/** Wrong codes of which the owner is told, and those that begin a lock. */
const TOLD_AFTER = 3;
const LOCKED_AFTER = 10;
/** How long a first lock lasts, how long the longest, and for how long all is remembered. Milliseconds. */
const LOCK_MS = 900_000;
const LONGEST_LOCK_MS = 86_400_000;
const MEMORY_MS = 86_400_000;

/** Counts a try. The last one that is allowed begins a lock, twice as long as one of a short time ago. */
function nextLock({ failures, failedAt, lockedUntil, locks }: FactorLock, now: number): FactorLock {
  const isRemembered = (instant: number) => instant > now - MEMORY_MS;
  const counted = { failures: isRemembered(failedAt) ? failures + 1 : 1, failedAt: now };
  if (counted.failures < LOCKED_AFTER) return { ...counted, lockedUntil, locks };
  const place = isRemembered(lockedUntil) ? locks + 1 : 1;
  const lockMs = Math.min(LOCK_MS * 2 ** (place - 1), LONGEST_LOCK_MS);
  return { failures: 0, failedAt: now, lockedUntil: now + lockMs, locks: place };
}

/** Recovery codes for an account that has none yet; as they are shown, once. */
export function firstRecoveryCodes(account: Account, now: number): string[] {
  return account.recoveryCodes ? [] : newRecoveryCodes(account, now);
}

export function newRecoveryCodes(account: Account, now: number): string[] {
  const codes = Array.from({ length: bounds.recoveryCodes }, newRecoveryCode);
  const fresh: RecoveryCodes = { codes: new Set(codes), createdAt: now };
  account.recoveryCodes = fresh;
  return codes;
}

/** An authenticator app with a secret of its own, or with that one. */
export function newTotp(now: number, secret = newTotpSecret(), lastStep = 0): Totp {
  return { secret, createdAt: now, lastUsedAt: null, lastStep };
}

/** Removes the app, or a passkey by its id, and the recovery codes with the last second factor. */
export function removeFactor(
  { accounts, now }: Pick<Scene, "accounts" | "now">,
  account: Account,
  factor: "totp" | { readonly passkeyId: string },
  by: RemovedBy,
): void {
  if (factor === "totp") {
    account.totp = null;
    accounts.record(account, { event: "second_factor_removed", kind: "totp", by }, now);
  } else {
    account.passkeys = account.passkeys.filter(({ id }) => id !== factor.passkeyId);
    accounts.record(account, { event: "passkey_removed", by }, now);
  }
  if (hasSecondFactor(account)) return;
  account.recoveryCodes = null;
  account.factorLock = unlocked;
}

/** Removes all that were added since then. */
export function removeFactors(
  scene: Pick<Scene, "accounts" | "now">,
  account: Account,
  by: RemovedBy,
  since = 0,
): void {
  if (account.totp && account.totp.createdAt >= since) removeFactor(scene, account, "totp", by);
  for (const { id, createdAt } of account.passkeys)
    if (createdAt >= since) removeFactor(scene, account, { passkeyId: id }, by);
}

function newRecoveryCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  const text = Array.from(bytes, (byte) => CROCKFORD.charAt(byte % 32)).join("");
  return grouped(text);
}

function normalRecoveryCode(typed: string): string {
  const text = typed.replaceAll(/[\s-]/g, "").toUpperCase();
  return grouped(text.replaceAll("O", "0").replaceAll(/[IL]/g, "1"));
}

function grouped(text: string): string {
  return text.replaceAll(/.{4}(?=.)/g, "$&-");
}
