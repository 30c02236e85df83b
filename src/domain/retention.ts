/** How long the journal is kept. */
import type { Storage } from "./storage.ts";

const DAY_MS = 86_400_000;
/** Deleted in one transaction, so that nobody waits long for the database. */
const BATCH = 500;

/** Deletes the events that are older than `days`; 0 keeps all. Answers how many went. */
export async function deleteOldEvents(
  storage: Storage,
  days: number,
  now: number,
): Promise<number> {
  if (days === 0) return 0;
  const before = now - days * DAY_MS;
  let deleted = 0;
  for (let batch = BATCH; batch === BATCH; deleted += batch)
    batch = await storage.transaction((stores) => stores.deleteEventsBefore(before, BATCH));
  return deleted;
}
