/** The stored events: all of them for administrators, those of an account for its owner. */
import type { Uses } from "./change.ts";
import { type List, type Page, pageOf } from "./paging.ts";
import type {
  EventFilter,
  EventPosition,
  OwnerEventEntry,
  StoredEventEntry,
} from "./ports/event-store.ts";

/** One page of events, newest first; undefined where the cursor is not one this list gave. */
export async function listEvents(
  deps: Uses<"storage" | "secretKeys">,
  filter: EventFilter,
  limit: number,
  cursor: string | undefined,
): Promise<Page<StoredEventEntry> | undefined> {
  const list: List<StoredEventEntry> = {
    name: "events",
    read: (most, position) =>
      deps.storage.events.list(filter, most, position === undefined ? undefined : read(position)),
    positionOf,
  };
  return pageOf(deps, list, limit, cursor);
}

/** One page of what its owner may see of an account, newest first; undefined where the cursor is not of this list (LA-07). */
export async function listOwnEvents(
  deps: Uses<"storage" | "secretKeys">,
  userId: string,
  limit: number,
  cursor: string | undefined,
): Promise<Page<OwnerEventEntry> | undefined> {
  const list: List<OwnerEventEntry> = {
    name: `events of ${userId}`,
    read: (most, position) =>
      deps.storage.events.listForOwner(
        userId,
        most,
        position === undefined ? undefined : read(position),
      ),
    positionOf,
  };
  return pageOf(deps, list, limit, cursor);
}

/** Writes a position for a cursor. */
function positionOf({ timestamp, id }: EventPosition): string {
  return `${timestamp} ${id}`;
}

/** Reads a position that `positionOf` wrote: a sealed one comes from nobody else. */
function read(position: string): EventPosition {
  const [timestamp = "", id = ""] = position.split(" ");
  return { timestamp: Number(timestamp), id };
}
