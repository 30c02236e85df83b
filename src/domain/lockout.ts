/**
 * Locks. Too many wrong passwords in a row lock an account for a while: nobody can log in then, and a
 * login is answered as if the password were wrong. Each lock soon after another lasts twice as long. A
 * device that has logged in before is let through (see `devices.ts`), so that nobody can be kept out
 * by whoever knows their address (RL-03); an administrator's unlock and a password reset end a lock.
 */
import type { Dependencies } from "./dependencies.ts";
import { commit, type Occasion } from "./events.ts";
import { limitKey } from "./limits.ts";
import type { Stores } from "./storage.ts";
import type { User } from "./users.ts";

/** From the settings. */
export interface LockoutRule {
  /** Wrong passwords in a row before a lock begins. */
  readonly threshold: number;
  /** How long the first lock lasts. */
  readonly seconds: number;
}

/** The rule with its growth and decay. Milliseconds. */
export interface LockPolicy {
  readonly threshold: number;
  readonly firstLockMs: number;
  /** No lock grows beyond this. */
  readonly longestLockMs: number;
  /** What happened longer ago than this is forgotten: failures since the last one, locks since their end. */
  readonly memoryMs: number;
}

/** A day locks an attacker down to about 365 times the threshold a year: too few for any password the policy lets in. */
const LONGEST_LOCK_MS = 86_400_000;
const MEMORY_MS = 86_400_000;

/** What a wrong password did: counted, begun a lock until then, or nothing, because one was on or there is no account. */
export type FailureOutcome = "counted" | "was_locked" | "nobody" | { readonly lockedUntil: number };

export interface LockoutStore {
  /**
   * Counts a wrong password and, at the threshold, begins a lock, in one statement: of any number at
   * once, each is counted once (RL-02). For no account, with null, it does the same work as for one
   * that is locked, and answers `nobody`; likewise for an account that is gone.
   */
  countFailure(userId: string | null, policy: LockPolicy, now: number): Promise<FailureOutcome>;
  /** Forgets the failures; false where the account is locked, or gone. */
  forgetFailures(userId: string, now: number): Promise<boolean>;
  /** Ends the lock and forgets all that led to it; false where there is no such account. */
  endLock(userId: string): Promise<boolean>;
}

/** The policy a rule stands for. */
export function lockPolicy({ threshold, seconds }: LockoutRule): LockPolicy {
  const firstLockMs = seconds * 1000;
  const longestLockMs = Math.max(firstLockMs, LONGEST_LOCK_MS);
  return { threshold, firstLockMs, longestLockMs, memoryMs: MEMORY_MS };
}

/**
 * Ends the lock of an account within a change that is being made, and forgets the logins counted for its
 * address: whoever locked it has used those up as well, and its owner would meet a 429 instead (RS-15).
 * The address is the account's own, never a request's (RL-09); what the client's address has used stays used (RL-04).
 */
export async function unlockAccount(
  deps: Dependencies,
  stores: Stores,
  { id, email }: User,
): Promise<boolean> {
  if (!(await stores.endLock(id))) return false;
  await stores.resetLimit(limitKey(deps.secretKeys, { rule: "login_email", subject: email }));
  return true;
}

/** An administrator ends a lock; false where there is no such account. An account without a lock stays as it is. */
export async function unlockUser(
  deps: Dependencies,
  occasion: Occasion,
  actor: User,
  userId: string,
): Promise<boolean> {
  return commit(deps, occasion, async (stores, record) => {
    const user = await stores.findUser(userId);
    if (user === undefined || !(await unlockAccount(deps, stores, user))) return false;
    await record("user_unlocked", { userId, actorId: actor.id });
    return true;
  });
}
