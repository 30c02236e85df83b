/** Locks, and the failures that lead to one. */

/**
 * The lock of an account's codes of second factors. Each try is counted before it is looked at (MF-06), and a right one
 * ends it all.
 */
export interface FactorLockStore {
  /** Counts a try as a failure and, at the threshold, begins a lock with it, in one statement. */
  countTry(userId: string, policy: LockPolicy, now: number): Promise<FailureOutcome>;
  /** As of `LockStore`. */
  shorten(policy: LockPolicy, now: number): Promise<number>;
  /** Ends the lock and forgets all that led to it. */
  end(userId: string): Promise<void>;
}

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
  /** No lock grows beyond this; not less than the first. */
  readonly longestLockMs: number;
  /** Failures are forgotten this long after the last one, locks this long after their end. */
  readonly memoryMs: number;
}

/** The effect of a failure: it was counted as one of so many in a row, it began a lock, or it did nothing because a lock was on or there is no account. */
export type FailureOutcome =
  { readonly failures: number } | "was_locked" | "nobody" | { readonly lockedUntil: number };

export interface LockStore {
  /**
   * Counts a wrong password and, at the threshold, begins a lock, in one statement: of any number at
   * once, each is counted once (RL-02). For no account, with null, it does the same work as for one
   * that is locked, and answers `nobody`; likewise for an account that is gone.
   */
  countFailure(userId: string | null, policy: LockPolicy, now: number): Promise<FailureOutcome>;
  /**
   * Forgets the failures and keeps the instant as that of the last login; false where the account is
   * locked, or gone. For inside of a login's transaction, which is undone then, unless a known device lets
   * it pass. One statement, so that the instant costs a login no other.
   */
  noteLogin(userId: string, now: number): Promise<boolean>;
  /** Shortens every lock that is on to what the policy allows: at the start, when another one may have been in force. Answers how many. */
  shorten(policy: LockPolicy, now: number): Promise<number>;
  /** Ends the lock and forgets all that led to it; false where there is no such account. */
  end(userId: string): Promise<boolean>;
}
