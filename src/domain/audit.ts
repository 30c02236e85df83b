/** The stored events, as administrators read them. */
import { openCursor, sealCursor } from "./cursors.ts";
import type { Dependencies } from "./dependencies.ts";
import type { EventFilter, EventPosition, StoredEvent } from "./events.ts";

export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly nextCursor: string | null;
}

/** One page of events, newest first; undefined where the cursor is not one this list gave. */
export async function listEvents(
  deps: Dependencies,
  filter: EventFilter,
  limit: number,
  cursor: string | undefined,
): Promise<EventPage | undefined> {
  const key = deps.secretKeys.cursor;
  const sealed = cursor === undefined ? undefined : openCursor(key, "events", cursor);
  if (cursor !== undefined && sealed === undefined) return undefined;
  const before = sealed === undefined ? undefined : readPosition(sealed);
  const found = await deps.storage.listEvents(filter, limit + 1, before);
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor =
    found.length > limit && last ? sealCursor(key, "events", `${last.timestamp} ${last.id}`) : null;
  return { events: shown.map(({ event }) => event), nextCursor };
}

/** What `listEvents` sealed: it comes from nobody else. */
function readPosition(sealed: string): EventPosition {
  const [timestamp = "", id = ""] = sealed.split(" ");
  return { timestamp: Number(timestamp), id };
}
