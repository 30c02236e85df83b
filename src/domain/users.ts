/** What an account is, how accounts are kept, and what administrators do with them. */
import type { z } from "zod";
import type { Role as RoleSchema } from "../contract/values.ts";
import { openCursor, sealCursor } from "./cursors.ts";
import type { Dependencies } from "./dependencies.ts";
import { commit, type Occasion } from "./events.ts";
import { endSessions } from "./own-sessions.ts";

export type Role = z.output<typeof RoleSchema>;

export interface User {
  readonly id: string;
  /** In its normal form; see `normalizeEmail` in the contract. */
  readonly email: string;
  readonly role: Role;
  readonly disabled: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** An account together with what proves its owner. Only login reads it. */
export interface UserWithPassword {
  readonly user: User;
  /** Encoded by `PasswordHasher`; never leaves the domain. */
  readonly passwordHash: string;
  /** The end of its last lock, in milliseconds since the epoch; 0 where there was none. */
  readonly lockedUntil: number;
}

export interface UserFilter {
  /** Only normalised addresses that begin with this, taken literally. */
  readonly emailPrefix?: string;
  readonly role?: Role;
  readonly disabled?: boolean;
}

/** What an administrator may change of an account. What is left out stays. */
export interface UserChanges {
  readonly role?: Role;
  readonly disabled?: boolean;
}

export interface UserStore {
  findUserByEmail(email: string): Promise<UserWithPassword | undefined>;
  findUser(userId: string): Promise<User | undefined>;
  findPasswordHash(userId: string): Promise<string | undefined>;
  /** The same inside a transaction, until whose end nobody else changes the account. */
  holdPasswordHash(userId: string): Promise<string | undefined>;
  /** Up to `limit` accounts in order of id, those after `afterId` only. */
  listUsers(filter: UserFilter, limit: number, afterId: string | undefined): Promise<User[]>;
  /** False where the address is taken; then nothing was written. */
  insertUser(user: User, passwordHash: string): Promise<boolean>;
  /** Inserts the account only while there is no admin at all (LG-05). Inside of a transaction: others take turns with it. */
  insertFirstAdmin(
    user: User,
    passwordHash: string,
  ): Promise<"inserted" | "admin_exists" | "email_taken">;
  /** Replaces the hash only if it is still `from`, so that an upgrade never undoes a change of password. */
  replacePasswordHash(userId: string, from: string, to: string): Promise<boolean>;
  /** Whatever it was: for whoever has proven to be the owner in another way. */
  setPasswordHash(userId: string, to: string): Promise<void>;
  /** Changes what is given, unless the last enabled admin would go with it; answers the account as it then is. */
  updateUserUnlessLastAdmin(
    userId: string,
    changes: UserChanges,
  ): Promise<User | "not_found" | "last_admin">;
  /** Deletes the account and all that hangs on it, unless it is the last enabled admin (AZ-07). */
  deleteUserUnlessLastAdmin(userId: string): Promise<"deleted" | "not_found" | "last_admin">;
}

export interface UserPage {
  readonly users: readonly User[];
  readonly nextCursor: string | null;
}

/** One page of accounts, oldest first; undefined where the cursor is not one this list gave. */
export async function listUsers(
  deps: Dependencies,
  filter: UserFilter,
  limit: number,
  cursor: string | undefined,
): Promise<UserPage | undefined> {
  const afterId =
    cursor === undefined ? undefined : openCursor(deps.secretKeys.cursor, "users", cursor);
  if (cursor !== undefined && afterId === undefined) return undefined;
  // One more than asked for tells whether there is a next page, without counting.
  const found = await deps.storage.listUsers(filter, limit + 1, afterId);
  const users = found.slice(0, limit);
  const last = users.at(-1);
  const nextCursor =
    found.length > limit && last ? sealCursor(deps.secretKeys.cursor, "users", last.id) : null;
  return { users, nextCursor };
}

/** Deletes an account and everything it has, at once (AZ-04). */
export async function deleteUser(
  deps: Dependencies,
  occasion: Occasion,
  actor: User,
  userId: string,
): Promise<"deleted" | "not_found" | "last_admin"> {
  return commit(deps, occasion, async (stores, record) => {
    const outcome = await stores.deleteUserUnlessLastAdmin(userId);
    if (outcome === "deleted") await record("user_deleted", { userId, actorId: actor.id });
    return outcome;
  });
}

/** Changes an account; a disabled one loses everything it has at once (AZ-04). */
export async function updateUser(
  deps: Dependencies,
  occasion: Occasion,
  actor: User,
  userId: string,
  changes: UserChanges,
): Promise<User | "not_found" | "last_admin"> {
  return commit(deps, occasion, async (stores, record) => {
    const user = await stores.updateUserUnlessLastAdmin(userId, changes);
    if (typeof user === "string") return user;
    await record("user_updated", { userId, actorId: actor.id, changes: { ...changes } });
    if (!user.disabled) return user;
    await endSessions(stores, record, userId, undefined, "disable");
    // Or, enabled again, a link mailed before would still choose its password, and a device from before pass its locks.
    await stores.deleteResetTokensOf(userId);
    await stores.deleteDevicesOf(userId, undefined);
    return user;
  });
}

/** Ends every session of an account (AZ-05); false where there is no such account. */
export async function revokeUserSessions(
  deps: Dependencies,
  occasion: Occasion,
  userId: string,
): Promise<boolean> {
  return commit(deps, occasion, async (stores, record) => {
    if ((await stores.findUser(userId)) === undefined) return false;
    await endSessions(stores, record, userId, undefined, "admin");
    return true;
  });
}
