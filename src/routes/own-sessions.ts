import type { Dependencies } from "../domain/ports/dependencies.ts";
import { listSessions, revokeOtherSessions, revokeSession } from "../domain/own-sessions.ts";
import { foreignCursor } from "./foreign-cursor.ts";
import type { Handlers } from "./handler.ts";
import { presentSession } from "./session-info.ts";

export function createOwnSessionHandlers(
  deps: Dependencies,
): Pick<Handlers, "listMySessions" | "revokeMySession" | "revokeMyOtherSessions"> {
  return {
    async listMySessions({ input, caller, occasion }) {
      const { limit, cursor } = input.query;
      const page = await listSessions(deps, occasion, caller.user.id, limit, cursor);
      if (page === undefined) return foreignCursor;
      const items = page.items.map((session) => ({
        ...presentSession(session),
        current: session.id === caller.session.id,
      }));
      return { status: 200, body: { items, nextCursor: page.nextCursor } };
    },
    async revokeMySession({ input, caller, occasion }) {
      const found = await revokeSession(deps, occasion, caller.user.id, input.params.sessionId);
      return found ? { status: 204 } : { problem: "not_found" };
    },
    async revokeMyOtherSessions({ caller, occasion }) {
      await revokeOtherSessions(deps, occasion, caller.session);
      return { status: 204 };
    },
  };
}
