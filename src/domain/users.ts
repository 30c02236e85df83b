/** Accounts, as administrators list them, change them and end them. */
import { commit, type Uses } from "./change.ts";
import { endSessions } from "./own-sessions.ts";
import { type Page, pageOf } from "./paging.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { User, UserChanges, UserFilter } from "./ports/users.ts";

/** One page of accounts, oldest first; undefined where the cursor is not one this list gave. */
export async function listUsers(
  deps: Uses<"storage" | "secretKeys">,
  filter: UserFilter,
  limit: number,
  cursor: string | undefined,
): Promise<Page<User> | undefined> {
  const list = {
    name: "users",
    read: (most: number, afterId: string | undefined) =>
      deps.storage.users.list(filter, most, afterId),
    positionOf: ({ id }: User) => id,
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

/** Changes an account; a disabled one loses everything it has at once (AZ-04). */
export async function updateUser(
  deps: Journal,
  occasion: Occasion,
  actor: User,
  userId: string,
  changes: UserChanges,
): Promise<User | "not_found" | "last_admin"> {
  return commit(deps, occasion, async (change) => {
    const { stores, record } = change;
    const user = await stores.users.updateUnlessLastAdmin(userId, changes);
    if (typeof user === "string") return user;
    await record("user_updated", { userId, actorId: actor.id, changes: { ...changes } });
    if (!user.disabled) return user;
    await endSessions(change, userId, undefined, "disable");
    // Or, enabled again, a link mailed before would still choose its password, and a device from before pass its locks.
    await stores.resetTokens.deleteAllOf(userId);
    await stores.devices.deleteAllOf(userId, undefined);
    return user;
  });
}

/** Ends every session of an account (AZ-05); false where there is no such account. */
export async function revokeUserSessions(
  deps: Journal,
  occasion: Occasion,
  userId: string,
): Promise<boolean> {
  return commit(deps, occasion, async (change) => {
    if ((await change.stores.users.find(userId)) === undefined) return false;
    await endSessions(change, userId, undefined, "admin");
    return true;
  });
}
