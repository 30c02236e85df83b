import type { Dependencies } from "../domain/dependencies.ts";
import { deleteUser, listUsers } from "../domain/users.ts";
import { presentUser } from "./accounts.ts";
import type { Handlers } from "./handler.ts";

export function createUserHandlers(
  deps: Dependencies,
): Pick<Handlers, "listUsers" | "getUser" | "deleteUser"> {
  return {
    async listUsers({ input }) {
      const { limit, cursor, email, role, disabled } = input.query;
      const filter = {
        // Addresses are stored in lower case, so a prefix is looked for in lower case.
        ...(email !== undefined && { emailPrefix: email.normalize("NFKC").toLowerCase() }),
        ...(role !== undefined && { role }),
        ...(disabled !== undefined && { disabled }),
      };
      const page = await listUsers(deps, filter, limit, cursor);
      if (page === undefined) return { problem: "validation_failed", issues: [foreignCursor] };
      const { users, nextCursor } = page;
      return { status: 200, body: { items: users.map(presentUser), nextCursor } };
    },
    async getUser({ input }) {
      const user = await deps.storage.findUser(input.params.userId);
      return user ? { status: 200, body: presentUser(user) } : { problem: "not_found" };
    },
    async deleteUser({ input, caller, occasion }) {
      const outcome = await deleteUser(deps, occasion, caller.user, input.params.userId);
      return outcome === "deleted" ? { status: 204 } : { problem: outcome };
    },
  };
}

const foreignCursor = {
  part: "query" as const,
  path: ["cursor"],
  message: "Must be the nextCursor of an earlier page of this list",
  code: "invalid_cursor",
};
