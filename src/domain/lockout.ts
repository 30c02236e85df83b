/**
 * Locks. Too many wrong passwords in a row lock an account for a while: nobody can log in then, and a
 * login is answered as if the password were wrong. Each lock soon after another lasts twice as long
 * (`nextLock` in `lock-rule.ts`). A device that has logged in before is let through (see `devices.ts`), so
 * that nobody can be kept out by whoever knows their address (RL-03); an administrator's unlock and a
 * password reset end a lock.
 */
import { type Change, commit, type Uses } from "./change.ts";
import { limitKey } from "./limits.ts";
import { actorIdOf } from "./users.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { LockoutRule, LockPolicy } from "./ports/locks.ts";
import type { Actor, User } from "./ports/users.ts";

/** A day locks an attacker down to about 365 times the threshold a year: too few for any password the policy lets in. */
const LONGEST_LOCK_MS = 86_400_000;
const MEMORY_MS = 86_400_000;

/** The policy a rule stands for. */
export function lockPolicy({ threshold, seconds }: LockoutRule): LockPolicy {
  const firstLockMs = seconds * 1000;
  const longestLockMs = Math.max(firstLockMs, LONGEST_LOCK_MS);
  return { threshold, firstLockMs, longestLockMs, memoryMs: MEMORY_MS };
}

/** Shortens the locks that began under another setting to what this one allows (RL-12). For the start of a server. */
export async function shortenLocks(
  { storage, lockout, factorLockout }: Uses<"storage" | "lockout" | "factorLockout">,
  now: number,
): Promise<void> {
  await storage.locks.shorten(lockPolicy(lockout), now);
  await storage.factorLocks.shorten(lockPolicy(factorLockout), now);
}

/**
 * Ends the lock of an account within a change that is being made, and forgets the logins counted for its
 * address: whoever locked it has used those up as well, and its owner would meet a 429 instead (RS-15).
 * The address is the account's own, never a request's (RL-09); what the client's address has used stays used (RL-04).
 * The lock of second factors is another one: a new password gives no new guesses of those (MF-06).
 */
export async function unlockAccount(
  { deps, stores }: Change<"secretKeys" | "quotas">,
  { id, email }: User,
): Promise<boolean> {
  if (!(await stores.locks.end(id))) return false;
  await stores.limits.reset(limitKey(deps, { rule: "login_email", subject: email }));
  return true;
}

/** Ends a lock, for an administrator or a command; false where there is no such account. An account without a lock stays as it is. */
export async function unlockUser(
  deps: Journal & Uses<"secretKeys" | "quotas">,
  occasion: Occasion,
  actor: Actor,
  userId: string,
): Promise<boolean> {
  return commit(deps, occasion, async (change) => {
    const { stores, record } = change;
    const user = await stores.users.find(userId);
    if (user === undefined || !(await unlockAccount(change, user))) return false;
    await stores.factorLocks.end(userId);
    await record("user_unlocked", { userId, actorId: actorIdOf(actor) });
    return true;
  });
}
