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
  /** How long the last lock lasted. */
  readonly lockMs: number;
}

/** The end of the lock that is on at `now`; null where none is. */
export function lockEnd({ lockedUntil }: Pick<LockState, "lockedUntil">, now: number) {
  return lockedUntil > now ? lockedUntil : null;
}

/**
 * Counts a wrong password at `now`. While a lock is on, nothing counts. At the threshold a lock begins: twice
 * as long as the last one, up to the longest, or the first again where the last one ended more than
 * `memoryMs` ago.
 */
export function nextLock(state: LockState, policy: LockPolicy, now: number): LockState {
  if (state.lockedUntil > now) return state;
  const forgottenBefore = now - policy.memoryMs;
  const failures = state.failedAt > forgottenBefore ? state.failures + 1 : 1;
  if (failures < policy.threshold) return { ...state, failures, failedAt: now };
  const isFirst = state.lockMs === 0 || state.lockedUntil <= forgottenBefore;
  const lockMs = isFirst ? policy.firstLockMs : Math.min(state.lockMs * 2, policy.longestLockMs);
  return { failures: 0, failedAt: now, lockedUntil: now + lockMs, lockMs };
}
