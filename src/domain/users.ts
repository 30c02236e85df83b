/** Accounts, as administrators list them, change them and end them. */
import type { SEARCHED_MAX } from "../contract/users.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { openCursor, sealCursor } from "./cursors.ts";
import { endGrants } from "./grants.ts";
import { endSessions } from "./own-sessions.ts";
import { type List, type Page, pageOf } from "./paging.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type {
  Actor,
  LockedFilter,
  User,
  UserChanges,
  UserDetails,
  UserFilter,
} from "./ports/users.ts";

/** One page of accounts, oldest first; undefined where the cursor is not one this list gave. */
export async function listUsers(
  deps: Uses<"storage" | "secretKeys">,
  filter: UserFilter,
  limit: number,
  cursor: string | undefined,
): Promise<Page<UserDetails> | undefined> {
  const list: List<UserDetails> = {
    name: "users",
    read: (most, afterId) => deps.storage.users.list(filter, most, afterId),
    positionOf: ({ id }) => id,
  };
  return pageOf(deps, list, limit, cursor);
}

/** Another number than the contract's does not compile. */
const SEARCHED: typeof SEARCHED_MAX = 10_000;

/**
 * One page of the accounts with a text in their name or address; undefined where the cursor is not of this list. It looks
 * at so many accounts and no more, and the next page goes on where it ended: nothing else bounds the work for a text
 * that nobody has.
 */
export async function searchUsers(
  { storage: { users }, secretKeys }: Uses<"storage" | "secretKeys">,
  filter: UserFilter,
  limit: number,
  cursor: string | undefined,
): Promise<Page<UserDetails> | undefined> {
  const name = "users with a text";
  const afterId = cursor === undefined ? undefined : openCursor(secretKeys.cursor, name, cursor);
  if (cursor !== undefined && afterId === undefined) return undefined;
  const lastId = await users.findIdAt(SEARCHED, afterId);
  // One more than asked for tells whether the page is full before the end.
  const found = await users.search(filter, limit + 1, afterId, lastId);
  const items = found.slice(0, limit);
  const nextAfter = found.length > limit ? items.at(-1)?.id : lastId;
  const nextCursor =
    nextAfter === undefined ? null : sealCursor(secretKeys.cursor, name, nextAfter);
  return { items, nextCursor };
}

/**
 * One page of locked accounts, the one whose lock ends last first; undefined where the cursor is not of
 * this list. In order of id, each page would read all accounts that were ever locked.
 */
export async function listLockedUsers(
  deps: Uses<"storage" | "secretKeys">,
  filter: LockedFilter,
  limit: number,
  cursor: string | undefined,
): Promise<Page<UserDetails> | undefined> {
  const list: List<UserDetails> = {
    name: "locked users",
    read(most, position) {
      const [lockedUntil = "", id = ""] = position?.split(" ") ?? [];
      const after = position === undefined ? undefined : { lockedUntil: Number(lockedUntil), id };
      return deps.storage.users.listLocked(filter, most, after);
    },
    positionOf: ({ lockedUntil, id }) => `${lockedUntil} ${id}`,
  };
  return pageOf(deps, list, limit, cursor);
}

/** Deletes an account and everything it has, at once (AZ-04). */
export async function deleteUser(
  deps: Journal,
  occasion: Occasion,
  actor: User,
  userId: string,
): Promise<"deleted" | "not_found" | "last_admin"> {
  return commit(deps, occasion, async ({ stores, record }) => {
    const outcome = await stores.users.deleteUnlessLastAdmin(userId);
    if (outcome === "deleted") await record("user_deleted", { userId, actorId: actor.id });
    return outcome;
  });
}

/** Changes an account for an administrator; a disabled one loses everything it has at once (AZ-04). */
export async function updateUser(
  deps: Journal,
  occasion: Occasion,
  actor: User,
  userId: string,
  changes: UserChanges,
): Promise<UpdateOutcome | "email_unverified"> {
  return commit(deps, occasion, async (change) =>
    (await isUnprovedPromotion(change, userId, changes))
      ? "email_unverified"
      : changeUser(change, actor, userId, changes),
  );
}

/**
 * True where the changes would give a privilege to whoever has an address that nobody has proved: anybody can have
 * signed up with it (AZ-08). The account stays locked until the change is made, so that it is as it was judged.
 */
async function isUnprovedPromotion(
  { stores: { users } }: Change,
  userId: string,
  { role, emailVerified }: UserChanges,
): Promise<boolean> {
  // Only here: whoever takes the role away locks all administrators in one order, and this one first would be another.
  if (role !== "admin" || emailVerified === true) return false;
  await users.lockCredential(userId);
  const user = await users.find(userId);
  return user !== undefined && user.role !== "admin" && !user.emailVerified;
}

export type UpdateOutcome = UserDetails | "not_found" | "last_admin";

/**
 * Changes an account for a command, in the same way. Nobody is told twice: an account that is so already stays as it is.
 * `isUnprovedTaken`: the operator says that an address which nobody has proved is whose it should be.
 */
export async function updateUserByCommand(
  deps: Journal,
  occasion: Occasion,
  userId: string,
  changes: UserChanges,
  isUnprovedTaken = false,
): Promise<UpdateOutcome | "email_unverified"> {
  return commit(deps, occasion, async (change) => {
    const { users } = change.stores;
    await users.lockCredential(userId); // of two at once, the second finds what the first has done
    const user = await users.findDetails(userId);
    if (user === undefined) return "not_found";
    const {
      role = user.role,
      disabled = user.disabled,
      emailVerified = user.emailVerified,
    } = changes;
    const isSo =
      role === user.role && disabled === user.disabled && emailVerified === user.emailVerified;
    if (isSo) return user;
    if (!isUnprovedTaken && (await isUnprovedPromotion(change, userId, changes)))
      return "email_unverified";
    return changeUser(change, "command", userId, changes);
  });
}

async function changeUser(
  change: Change,
  actor: Actor,
  userId: string,
  changes: UserChanges,
): Promise<UpdateOutcome> {
  const { stores, record } = change;
  const actorId = actorIdOf(actor);
  const isProving = changes.emailVerified === true && (await isUnproved(change, userId));
  const user = await stores.users.updateUnlessLastAdmin(userId, changes);
  if (typeof user === "string") return user;
  await record("user_updated", { userId, actorId, changes: { ...changes } });
  const by = actor === "command" ? "command" : "admin";
  if (isProving) await record("email_verified", { userId, email: user.email, by, actorId });
  if (!user.disabled) return user;
  // Or, enabled again, a link mailed before would still choose its password, and a device from before pass its locks.
  await endGrants(change, userId, { by: "disable", actorId });
  return user;
}

/** Locks the account, so that of two at once only one is told to have proved its address. */
async function isUnproved({ stores: { users } }: Change, userId: string): Promise<boolean> {
  await users.lockCredential(userId);
  return (await users.find(userId))?.emailVerified === false;
}

/** The actor as events name it: an administrator's id, and null for a command (LA-09). */
export function actorIdOf(actor: Actor): string | null {
  return actor === "command" ? null : actor.id;
}

/** Ends every session of an account (AZ-05), and tells of it also where there was none (LA-09); false where there is no such account. */
export async function revokeUserSessions(
  deps: Journal,
  occasion: Occasion,
  actor: User,
  userId: string,
): Promise<boolean> {
  return commit(deps, occasion, async (change) => {
    if ((await change.stores.users.find(userId)) === undefined) return false;
    await change.record("user_sessions_revoked", { userId, actorId: actor.id });
    await endSessions(change, userId, undefined, { by: "admin", actorId: actor.id });
    return true;
  });
}
