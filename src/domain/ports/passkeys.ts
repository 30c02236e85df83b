/** Passkeys, and what the rules need of where they are kept. */
import type { User } from "./users.ts";

/** A passkey of an account, without what verifies it. Instants are milliseconds since the epoch. */
export interface Passkey {
  readonly id: string;
  readonly userId: string;
  /** The id by which authenticators know it. */
  readonly credentialId: Uint8Array;
  readonly transports: readonly string[];
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  /** Its keeper has a copy. */
  readonly backedUp: boolean;
  /** It signs in by itself: it verifies its user, and the authenticator finds it without its id. */
  readonly signsIn: boolean;
}

/** The part of a passkey that verifies its answers. */
export interface PasskeyKey {
  /** A COSE key (RFC 9053). */
  readonly publicKey: Uint8Array;
  readonly algorithm: number;
  readonly signCount: number;
  /** May be backed up. It never changes (PK-06). */
  readonly backupEligible: boolean;
}

export interface NewPasskey extends Omit<Passkey, "lastUsedAt">, PasskeyKey {
  /** The make of the authenticator; zeros where it does not tell. */
  readonly aaguid: Uint8Array;
}

/** A passkey with its owner, as a sign-in reads them: in one query, so that neither can be stale. */
export interface PasskeyWithOwner {
  readonly passkey: Passkey & PasskeyKey;
  readonly user: User;
  /** The owner's credential epoch. */
  readonly epoch: number;
  /** The end of the owner's last lock, in milliseconds since the epoch; 0 where there was none. */
  readonly lockedUntil: number;
  /** The random name under which authenticators keep the owner's passkeys. */
  readonly webauthnHandle: Uint8Array;
}

export interface PasskeyUse {
  readonly id: string;
  readonly signCount: number;
  readonly backedUp: boolean;
  readonly backupEligible: boolean;
  readonly now: number;
}

export interface PasskeyStore {
  /** All of an account, oldest first: there are few. */
  list(userId: string): Promise<Passkey[]>;
  findByCredentialId(credentialId: Uint8Array): Promise<PasskeyWithOwner | undefined>;
  /** The owner's handle, made of `fresh` where there is none yet; undefined where the account is gone. */
  takeHandle(userId: string, fresh: Uint8Array): Promise<Uint8Array | undefined>;
  /** False where the credential's id is known, whoever has it (PK-08); then nothing was written. */
  insert(passkey: NewPasskey): Promise<boolean>;
  /**
   * Moves the counter on, in one statement; false where it would not grow, unless it counts nothing, or where the
   * passkey is not what it was (PK-05, PK-06).
   */
  use(use: PasskeyUse): Promise<boolean>;
  /** Answers the passkey as it then is; undefined where the account has none with this id (PK-13). */
  rename(userId: string, id: string, name: string): Promise<Passkey | undefined>;
  /** Answers what was removed; undefined where the account has none with this id. */
  delete(userId: string, id: string): Promise<Passkey | undefined>;
  /** Removes those that were added at or after the instant, or all; answers them. Milliseconds since the epoch. */
  deleteAllOf(userId: string, addedSince?: number): Promise<Passkey[]>;
}
