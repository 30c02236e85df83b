/**
 * The rule of locks, as plain code: how failures lead to one, how it grows, and what is forgotten. Storage
 * decides by it in one statement, so that of any number of wrong passwords at once each counts once (RL-02);
 * tests hold the statement to this function on both databases.
 */
import type { LockPolicy } from "./ports/locks.ts";

/** The lock of an account, as its row has it. Instants are milliseconds since the epoch; 0 is never. */
export interface LockState {
  /** Wrong passwords since the last success or lock. */
  readonly failures: number;
  readonly failedAt: number;
  readonly lockedUntil: number;
  /** How long the last lock lasts, or lasted. */
  readonly lockMs: number;
  /** The place of the last lock among those that came soon after another: 1 for a first one, 0 for none. */
  readonly locks: number;
}

/** The end of the lock that is on at `now`; null where none is. */
export function lockEnd({ lockedUntil }: Pick<LockState, "lockedUntil">, now: number) {
  return lockedUntil > now ? lockedUntil : null;
}

/**
 * Counts a wrong password at `now`. While a lock is on, nothing counts. At the threshold a lock begins: twice
 * as long as the one before it, up to the longest, or the first again where the last one ended more than
 * `memoryMs` ago. How long follows from its place and from the policy in force, and not from how long the one
 * before lasted: that may have been under another setting (RL-12).
 */
export function nextLock(state: LockState, policy: LockPolicy, now: number): LockState {
  if (state.lockedUntil > now) return state;
  const forgottenBefore = now - policy.memoryMs;
  const failures = state.failedAt > forgottenBefore ? state.failures + 1 : 1;
  if (failures < policy.threshold) return { ...state, failures, failedAt: now };
  const locks = nextPlace(state, policy, forgottenBefore);
  const lockMs = durationOf(locks, policy);
  return { failures: 0, failedAt: now, lockedUntil: now + lockMs, lockMs, locks };
}

/**
 * Shortens a lock that began under another setting to what the policy in force gives a lock of its place,
 * from its beginning (RL-12). It makes none longer.
 */
export function shortenLock(state: LockState, policy: LockPolicy): LockState {
  const lockMs = durationOf(state.locks, policy);
  if (state.locks === 0 || state.lockMs <= lockMs) return state;
  return { ...state, lockMs, lockedUntil: state.lockedUntil - state.lockMs + lockMs };
}

/** After the longest lock the place stays, or doubling would overflow some day. */
function nextPlace(state: LockState, policy: LockPolicy, forgottenBefore: number): number {
  if (state.locks === 0 || state.lockedUntil <= forgottenBefore) return 1;
  return state.lockMs < policy.longestLockMs ? state.locks + 1 : state.locks;
}

function durationOf(locks: number, { firstLockMs, longestLockMs }: LockPolicy): number {
  return Math.min(firstLockMs * 2 ** (locks - 1), longestLockMs);
}
