import type { Dependencies } from "../domain/ports/dependencies.ts";
import { unlockUser } from "../domain/lockout.ts";
import { deleteUser, listUsers, revokeUserSessions, updateUser } from "../domain/users.ts";
import { presentUser } from "./accounts.ts";
import { foreignCursor } from "./foreign-cursor.ts";
import type { Handlers } from "./handler.ts";

export function createUserHandlers(
  deps: Dependencies,
): Pick<
  Handlers,
  "listUsers" | "getUser" | "updateUser" | "unlockUser" | "revokeUserSessions" | "deleteUser"
> {
  return {
    async listUsers({ input }) {
      const { limit, cursor, email, role, disabled } = input.query;
      const filter = {
        ...(email !== undefined && { emailPrefix: email }),
        ...(role !== undefined && { role }),
        ...(disabled !== undefined && { disabled }),
      };
      const page = await listUsers(deps, filter, limit, cursor);
      if (page === undefined) return foreignCursor;
      const { items, nextCursor } = page;
      return { status: 200, body: { items: items.map(presentUser), nextCursor } };
    },
    async getUser({ input }) {
      const user = await deps.storage.users.find(input.params.userId);
      return user ? { status: 200, body: presentUser(user) } : { problem: "not_found" };
    },
    async updateUser({ input, caller, occasion }) {
      const { role, disabled } = input.body;
      const changes = {
        ...(role !== undefined && { role }),
        ...(disabled !== undefined && { disabled }),
      };
      const outcome = await updateUser(deps, occasion, caller.user, input.params.userId, changes);
      if (typeof outcome === "string") return { problem: outcome };
      return { status: 200, body: presentUser(outcome) };
    },
    async unlockUser({ input, caller, occasion }) {
      const found = await unlockUser(deps, occasion, caller.user, input.params.userId);
      return found ? { status: 204 } : { problem: "not_found" };
    },
    async revokeUserSessions({ input, occasion }) {
      const found = await revokeUserSessions(deps, occasion, input.params.userId);
      return found ? { status: 204 } : { problem: "not_found" };
    },
    async deleteUser({ input, caller, occasion }) {
      const outcome = await deleteUser(deps, occasion, caller.user, input.params.userId);
      return outcome === "deleted" ? { status: 204 } : { problem: outcome };
    },
  };
}
