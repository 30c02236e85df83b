/** The domain's view of the database: what it needs, not how it is kept. */
import type { EventStore } from "./events.ts";
import type { JobStore } from "./jobs.ts";
import type { SigningKeyStore } from "./keys.ts";
import type { DeviceStore } from "./devices.ts";
import type { LimitStore } from "./limits.ts";
import type { LockoutStore } from "./lockout.ts";
import type { PoolState } from "./metrics.ts";
import type { MailStore } from "./mail.ts";
import type { ResetStore } from "./resets.ts";
import type { SessionStore } from "./sessions.ts";
import type { UserStore } from "./users.ts";

export interface Stores
  extends
    UserStore,
    SessionStore,
    SigningKeyStore,
    EventStore,
    LimitStore,
    LockoutStore,
    DeviceStore,
    MailStore,
    ResetStore,
    JobStore {}

/** What work came to, told before it is sure to hold. */
export interface Ahead<T> {
  readonly result: T;
  /** Resolves once it holds, and rejects where it does not. Before, nobody may be told anything that rests on it. */
  readonly held: Promise<void>;
}

export interface Storage extends Stores {
  /**
   * Runs `work` as one transaction: all of it holds, or none (ST-03). No hashing, no mail inside (ST-06).
   * After a conflict with another transaction it is run again: it must touch nothing but `stores`.
   * Statements that are begun together are run in the order in which they are begun, and none after one
   * that failed.
   */
  transaction<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
  /**
   * Runs statements beside each other, in no transaction. On PostgreSQL, those that are begun in one go
   * take one connection and one round trip; where one of them fails, so may the others. What `work` asks
   * of `stores` is all it may ask of the database, or it would hold one connection and wait for another.
   */
  together<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
  /** Rejects with `StorageUnavailableError` unless a write is accepted right now, whatever refuses it. */
  proveWritable(): Promise<void>;
  /** What a pool of connections is doing; undefined where there is none. */
  poolState(): PoolState | undefined;
  close(): Promise<void>;
}

/** Thrown by storage when the database is locked, full or away: the caller may try again. Anything else it throws is a bug. */
export class StorageUnavailableError extends Error {
  override readonly name = "StorageUnavailableError";
  /** What the database or the system calls it, for the log: at most 32 letters, digits and `_:`, nothing of anybody's. */
  readonly code: string;

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Thrown when a database is opened that would lose what it acknowledged: it refuses a setting safety rests on (ST-01). */
export class UnsafeStorageError extends Error {
  override readonly name = "UnsafeStorageError";
}
