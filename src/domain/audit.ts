/** The stored events, as administrators read them. */
import type { Uses } from "./change.ts";
import { type Page, pageOf } from "./pages.ts";
import type { EventFilter, EventPosition, ListedEvent, StoredEvent } from "./ports/event-store.ts";

/** One page of events, newest first; undefined where the cursor is not one this list gave. */
export async function listEvents(
  deps: Uses<"storage" | "secretKeys">,
  filter: EventFilter,
  limit: number,
  cursor: string | undefined,
): Promise<Page<StoredEvent> | undefined> {
  const list = {
    name: "events",
    read: (most: number, position: string | undefined) =>
      deps.storage.events.list(filter, most, position === undefined ? undefined : read(position)),
    positionOf: ({ timestamp, id }: ListedEvent) => `${timestamp} ${id}`,
  };
  const page = await pageOf(deps, list, limit, cursor);
  return page && { ...page, items: page.items.map(({ event }) => event) };
}

/** Reads a position that `positionOf` wrote: a sealed one comes from nobody else. */
function read(position: string): EventPosition {
  const [timestamp = "", id = ""] = position.split(" ");
  return { timestamp: Number(timestamp), id };
}
