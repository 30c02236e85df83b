import type { Dependencies } from "../domain/ports/dependencies.ts";
import { unlockUser } from "../domain/lockout.ts";
import { lockEnd } from "../domain/lock-rule.ts";
import { listSessions, revokeUserSession } from "../domain/own-sessions.ts";
import { inviteUser } from "../domain/signups.ts";
import type { UserDetails } from "../domain/ports/users.ts";
import {
  deleteUser,
  listLockedUsers,
  listUsers,
  revokeUserSessions,
  searchUsers,
  updateUser,
} from "../domain/users.ts";
import { presentUser } from "./accounts.ts";
import { foreignCursor } from "./foreign-cursor.ts";
import type { Handlers } from "./handler.ts";
import { instantOf } from "./instants.ts";
import { presentSession } from "./session-info.ts";

export function createUserHandlers(
  deps: Dependencies,
): Pick<
  Handlers,
  | "listUsers"
  | "getUser"
  | "inviteUser"
  | "updateUser"
  | "unlockUser"
  | "listUserSessions"
  | "revokeUserSession"
  | "revokeUserSessions"
  | "deleteUser"
> {
  return {
    async listUsers({ input, occasion }) {
      const { limit, cursor, q, email, role, disabled, emailVerified, locked } = input.query;
      const { now } = occasion;
      const filter = {
        ...(q !== undefined && { text: q }),
        ...(email !== undefined && { emailPrefix: email }),
        ...(role !== undefined && { role }),
        ...(disabled !== undefined && { disabled }),
        ...(emailVerified !== undefined && { emailVerified }),
        ...(locked === false && { unlockedAt: now }),
      };
      const listed = q === undefined ? listUsers : searchUsers;
      const page =
        locked === true
          ? await listLockedUsers(deps, { ...filter, lockedAt: now }, limit, cursor)
          : await listed(deps, filter, limit, cursor);
      if (page === undefined) return foreignCursor;
      const items = page.items.map((user) => presentDetails(user, now));
      return { status: 200, body: { items, nextCursor: page.nextCursor } };
    },
    async getUser({ input, occasion }) {
      const user = await deps.storage.users.findDetails(input.params.userId);
      if (user === undefined) return { problem: "not_found" };
      return { status: 200, body: presentDetails(user, occasion.now) };
    },
    async inviteUser({ input, caller, occasion }) {
      const { email, role = "user", locale = null } = input.body;
      const outcome = await inviteUser(deps, occasion, caller.user, { email, role, locale });
      return outcome === "invited" ? { status: 202 } : { problem: outcome };
    },
    async updateUser({ input, caller, occasion }) {
      const { role, disabled, emailVerified } = input.body;
      const changes = {
        ...(role !== undefined && { role }),
        ...(disabled !== undefined && { disabled }),
        ...(emailVerified !== undefined && { emailVerified }),
      };
      const { userId } = input.params;
      const outcome = await updateUser(deps, occasion, caller.user, userId, changes);
      if (typeof outcome === "string") return { problem: outcome };
      return { status: 200, body: presentDetails(outcome, occasion.now) };
    },
    async unlockUser({ input, caller, occasion }) {
      const found = await unlockUser(deps, occasion, caller.user, input.params.userId);
      return found ? { status: 204 } : { problem: "not_found" };
    },
    async listUserSessions({ input, occasion }) {
      const { userId } = input.params;
      const { limit, cursor } = input.query;
      if ((await deps.storage.users.find(userId)) === undefined) return { problem: "not_found" };
      const page = await listSessions(deps, occasion, userId, limit, cursor);
      if (page === undefined) return foreignCursor;
      const items = page.items.map(presentSession);
      return { status: 200, body: { items, nextCursor: page.nextCursor } };
    },
    async revokeUserSession({ input, caller, occasion }) {
      const { userId, sessionId } = input.params;
      const found = await revokeUserSession(deps, occasion, caller.user, userId, sessionId);
      return found ? { status: 204 } : { problem: "not_found" };
    },
    async revokeUserSessions({ input, caller, occasion }) {
      const found = await revokeUserSessions(deps, occasion, caller.user, input.params.userId);
      return found ? { status: 204 } : { problem: "not_found" };
    },
    async deleteUser({ input, caller, occasion }) {
      const outcome = await deleteUser(deps, occasion, caller.user, input.params.userId);
      return outcome === "deleted" ? { status: 204 } : { problem: outcome };
    },
  };
}

/** An account as administrators see it, at `now`. */
function presentDetails(user: UserDetails, now: number) {
  const { lastLoginAt } = user;
  return {
    ...presentUser(user),
    lockedUntil: instantOf(lockEnd(user, now)),
    lastLoginAt: instantOf(lastLoginAt),
  };
}
