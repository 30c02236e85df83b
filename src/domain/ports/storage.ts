/** The database as the rules need it. */
import type { ChallengeStore } from "./challenges.ts";
import type { DeviceStore } from "./devices.ts";
import type { EventStore } from "./event-store.ts";
import type { FactorStore } from "./factors.ts";
import type { IdentityStore } from "./identities.ts";
import type { JobStore } from "./jobs.ts";
import type { LimitStore } from "./limits.ts";
import type { FactorLockStore, LockStore } from "./locks.ts";
import type { MailStore } from "./mails.ts";
import type { PoolState } from "./meter.ts";
import type { PasskeyStore } from "./passkeys.ts";
import type { SessionStore } from "./sessions.ts";
import type { SigningKeyStore } from "./signing-keys.ts";
import type { UserStore } from "./users.ts";

/** Where everything is kept, grouped by what is kept. */
export interface Stores {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly signingKeys: SigningKeyStore;
  readonly events: EventStore;
  readonly limits: LimitStore;
  readonly locks: LockStore;
  readonly factorLocks: FactorLockStore;
  readonly factors: FactorStore;
  readonly passkeys: PasskeyStore;
  readonly identities: IdentityStore;
  readonly devices: DeviceStore;
  readonly mails: MailStore;
  readonly challenges: ChallengeStore;
  readonly jobs: JobStore;
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
   * take one connection and one round trip, or travel with those of other requests; where one of them fails, so
   * may the others. What `work` asks of `stores` is all it may ask of the database, or it would hold one
   * connection and wait for another.
   */
  together<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
  /** Rejects with `StorageUnavailableError` unless a write is accepted right now, whatever refuses it. */
  proveWritable(): Promise<void>;
  /** The state of the connection pool; undefined where there is none. */
  poolState(): PoolState | undefined;
  close(): Promise<void>;
}

/** Thrown by storage when the database is locked, full or away: the caller may try again. Anything else it throws is a bug. */
export class StorageUnavailableError extends Error {
  override readonly name = "StorageUnavailableError";
  /** The database's or the system's name of the failure, for the log: at most 32 letters, digits and `_:`. It repeats no value. */
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
