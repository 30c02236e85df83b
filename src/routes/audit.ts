import type { ListedEvent } from "../contract/events.ts";
import { ownView } from "../contract/own-events.ts";
import { listEvents, listOwnEvents } from "../domain/audit.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { foreignCursor } from "./foreign-cursor.ts";
import type { Handlers } from "./handler.ts";

export function createAuditHandlers(
  deps: Dependencies,
): Pick<Handlers, "listEvents" | "listMyEvents"> {
  return {
    async listEvents({ input }) {
      const { limit, cursor, event, userId, ip, email, since, until } = input.query;
      const filter = {
        ...(event !== undefined && { event }),
        ...(userId !== undefined && { userId }),
        ...(ip !== undefined && { ip }),
        ...(email !== undefined && { email }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
      };
      const page = await listEvents(deps, filter, limit, cursor);
      if (page === undefined) return foreignCursor;
      const items = page.items.map(({ id, event: stored }): ListedEvent => ({ id, ...stored }));
      return { status: 200, body: { items, nextCursor: page.nextCursor } };
    },
    async listMyEvents({ input, caller }) {
      const { limit, cursor } = input.query;
      const { id } = caller.user;
      const page = await listOwnEvents(deps, id, limit, cursor);
      if (page === undefined) return foreignCursor;
      const items = page.items.map((entry) => ownView(entry.id, entry.event, id));
      return { status: 200, body: { items, nextCursor: page.nextCursor } };
    },
  };
}
