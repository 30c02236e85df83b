/** Accounts, and what the rules need of where they are kept. */
import type { z } from "zod";
import type { Role as RoleSchema } from "../../contract/values.ts";

export type Role = z.output<typeof RoleSchema>;

export interface User {
  readonly id: string;
  /** In its normal form; see `normalizeEmail` in the contract. */
  readonly email: string;
  /** Somebody proved that the address is theirs, or was vouched for. */
  readonly emailVerified: boolean;
  readonly name: string | null;
  /** The language of its mails, as a tag of RFC 5646. */
  readonly locale: string | null;
  readonly role: Role;
  readonly disabled: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The credential of an account: its password's hash, and the number that says whether a proof still stands. */
export interface Credential {
  /** Encoded by `Passwords`; never leaves the domain. Null where the account has no password. */
  readonly passwordHash: string | null;
  /**
   * Grows whenever what proves the owner changes: a new password, a second factor, a disabling. A session is begun only
   * if the epoch is still the one that was read with the proof (PW-11). A better hash of one and the same
   * password does not move it.
   */
  readonly epoch: number;
  /** The end of its last lock, in milliseconds since the epoch; 0 where there was none. */
  readonly lockedUntil: number;
  /** It has an authenticator app or a passkey, by its live rows (D4). */
  readonly hasSecondFactor: boolean;
}

/** An account with its credential, as a login reads it. */
export interface UserWithCredential extends Credential {
  readonly user: User;
}

/** An account as administrators see it. */
export interface UserDetails extends User {
  /** The end of its last lock, in milliseconds since the epoch; 0 where there was none. */
  readonly lockedUntil: number;
  /** When a session was last begun. Milliseconds since the epoch; null before the first. */
  readonly lastLoginAt: number | null;
}

/** The author of what only administrators may do: one of them, or a command on the server's own machine. */
export type Actor = Pick<User, "id"> | "command";

export interface UserFilter {
  /** Only accounts whose name or address has this in it, in small letters or capitals. */
  readonly text?: string;
  /** Only normalised addresses that begin with this, taken literally. */
  readonly emailPrefix?: string;
  readonly role?: Role;
  readonly disabled?: boolean;
  readonly emailVerified?: boolean;
  /** Only accounts that no lock keeps out at this instant. Milliseconds since the epoch. */
  readonly unlockedAt?: number;
}

/** Locked accounts, at an instant. */
export interface LockedFilter extends Omit<UserFilter, "unlockedAt"> {
  /** Milliseconds since the epoch. */
  readonly lockedAt: number;
}

/** Where a locked account stands in the list of them. */
export interface LockPosition {
  readonly id: string;
  readonly lockedUntil: number;
}

/** Changes that an administrator may make to an account. A field that is left out stays. */
export interface UserChanges {
  readonly role?: Role;
  readonly disabled?: boolean;
  /** The one who changes it vouches for the address. */
  readonly emailVerified?: true;
}

/** Changes that owners may make. A field that is left out stays. */
export interface OwnChanges {
  readonly name?: string | null;
  readonly locale?: string | null;
}

export interface UserStore {
  findByEmail(email: string): Promise<UserWithCredential | undefined>;
  find(userId: string): Promise<User | undefined>;
  findCredential(userId: string): Promise<Credential | undefined>;
  /** Reads the credential inside a transaction, and locks the account's row until its end. */
  lockCredential(userId: string): Promise<Credential | undefined>;
  findDetails(userId: string): Promise<UserDetails | undefined>;
  /** Up to `limit` accounts in order of id, those after `afterId` only. */
  list(filter: UserFilter, limit: number, afterId: string | undefined): Promise<UserDetails[]>;
  /** As `list`, up to the account `lastId` only. Reads every account on the way there: it is not to be far. */
  search(
    filter: UserFilter,
    limit: number,
    afterId: string | undefined,
    lastId: string | undefined,
  ): Promise<UserDetails[]>;
  /** The id of the account at this place, counted from 1, of those after `afterId`; undefined where there are fewer. */
  findIdAt(place: number, afterId: string | undefined): Promise<string | undefined>;
  /** Up to `limit` locked accounts, the one whose lock ends last first, those after the position only. */
  listLocked(
    filter: LockedFilter,
    limit: number,
    after: LockPosition | undefined,
  ): Promise<UserDetails[]>;
  /** Changes what is given, and answers the account as it then is; undefined where it is gone. */
  updateOwn(userId: string, changes: OwnChanges): Promise<User | undefined>;
  /** Marks the address as proved; false where it was, or is another one by now. */
  verifyEmail(userId: string, email: string): Promise<boolean>;
  /**
   * Gives the account another address, proved, and moves the epoch; false where the address is taken, by this account
   * or another. Then nothing was written.
   */
  changeEmail(userId: string, email: string): Promise<boolean>;
  /**
   * Moves the epoch, and locks the account's row until the end of the transaction; false where it is gone. Every change
   * of a factor begins so: two that would remove the last ways in take turns (PK-14).
   */
  moveEpoch(userId: string): Promise<boolean>;
  /** Takes the password away, and moves the epoch. */
  voidPassword(userId: string): Promise<void>;
  /** False where the address is taken; then nothing was written. Without a password with null. */
  insert(user: User, passwordHash: string | null): Promise<boolean>;
  /** Inserts the account only while there is no admin at all (LG-05). Inside of a transaction: others take turns with it. */
  insertFirstAdmin(
    user: User,
    passwordHash: string,
  ): Promise<"inserted" | "admin_exists" | "email_taken">;
  /** Stores a better hash of the same password, if the hash is still `from` (PW-09). The epoch stays. */
  upgradePasswordHash(userId: string, from: string, to: string): Promise<boolean>;
  /** Stores the hash of a new password and moves the epoch, if that is still `epoch`; false where it is not. */
  changePasswordHash(userId: string, epoch: number, to: string): Promise<boolean>;
  /** Stores the hash of a new password and moves the epoch, whatever they were. */
  setPasswordHash(userId: string, to: string): Promise<void>;
  /**
   * Changes what is given, unless the last enabled admin would go with it; answers the account as it then
   * is. A disabling moves the epoch.
   */
  updateUnlessLastAdmin(
    userId: string,
    changes: UserChanges,
  ): Promise<UserDetails | "not_found" | "last_admin">;
  /** Deletes the account and all that hangs on it, unless it is the last enabled admin (AZ-07). */
  deleteUnlessLastAdmin(userId: string): Promise<"deleted" | "not_found" | "last_admin">;
}
