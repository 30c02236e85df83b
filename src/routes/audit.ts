import { listEvents } from "../domain/audit.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { foreignCursor } from "./foreign-cursor.ts";
import type { Handlers } from "./handler.ts";

export function createAuditHandlers(deps: Dependencies): Pick<Handlers, "listEvents"> {
  return {
    async listEvents({ input }) {
      const { limit, cursor, event, userId, since, until } = input.query;
      const filter = {
        ...(event !== undefined && { event }),
        ...(userId !== undefined && { userId }),
        ...(since !== undefined && { since: Date.parse(since) }),
        ...(until !== undefined && { until: Date.parse(until) }),
      };
      const page = await listEvents(deps, filter, limit, cursor);
      if (page === undefined) return foreignCursor;
      return {
        status: 200,
        body: { items: page.items.map((stored) => ({ ...stored })), nextCursor: page.nextCursor },
      };
    },
  };
}
