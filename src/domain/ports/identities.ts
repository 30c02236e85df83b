/** Identities, and what the rules need of where they are kept. */
import type { Credential, User } from "./users.ts";

/** Somebody at a provider, by issuer and subject and by nothing else (D5). */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
}

/** A person who signs in to an account. Instants are milliseconds since the epoch. */
export interface NewIdentity extends Person {
  readonly id: string;
  readonly userId: string;
  /** The id of the provider in the settings. */
  readonly provider: string;
  /** The address there, in its normal form; null where it is not known. It decides nothing. */
  readonly email: string | null;
  readonly createdAt: number;
}

export interface Identity extends NewIdentity {
  readonly lastUsedAt: number | null;
}

/** An identity with its account, as a sign-in reads them: in one query, so that neither can be stale. */
export interface IdentityWithOwner extends Pick<Credential, "lockedUntil"> {
  readonly identity: Identity;
  readonly user: User;
}

export interface IdentityStore {
  /** All of an account, oldest first: there are few. */
  list(userId: string): Promise<Identity[]>;
  findByPerson(person: Person): Promise<IdentityWithOwner | undefined>;
  /** False where the person is linked already, or the account has one of the provider; then nothing was written. */
  insert(identity: NewIdentity): Promise<boolean>;
  /** Notes that it was used; false where it is gone. */
  use(id: string, now: number): Promise<boolean>;
  /** Answers what was removed; undefined where the account has none with this id. */
  delete(userId: string, id: string): Promise<Identity | undefined>;
  /** Removes those that were linked at or after the instant, or all; answers them. Milliseconds since the epoch. */
  deleteAllOf(userId: string, linkedSince?: number): Promise<Identity[]>;
}
