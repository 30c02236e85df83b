/** The journal in the database: append-only, guarded there by triggers (LA-05). */
import type { EventStore, StoredEvent } from "../domain/events.ts";
import type { Run } from "./queries.ts";

export function createEventStore(run: Run): EventStore {
  return { insertEvent: (id, event) => insertEvent(run, id, event) };
}

async function insertEvent(run: Run, id: string, event: StoredEvent): Promise<void> {
  await run((db) =>
    db
      .insertInto("events")
      .values({
        id,
        event: event.event,
        level: event.level,
        timestamp: Date.parse(event.timestamp),
        user_id: "userId" in event ? event.userId : null,
        body: JSON.stringify(event),
      })
      .execute(),
  );
}
