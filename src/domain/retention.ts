/** How long the journal is kept. */
import type { Storage } from "./ports/storage.ts";

const DAY_MS = 86_400_000;

/** Deletes up to `limit` of the events that are older than `days`; 0 days keep all. Answers how many went. */
export async function deleteOldEvents(
  storage: Storage,
  days: number,
  now: number,
  limit: number,
): Promise<number> {
  if (days === 0) return 0;
  return storage.transaction((stores) => stores.events.deleteBefore(now - days * DAY_MS, limit));
}
