/** The journal in the database: append-only, guarded there by triggers (LA-05). */
import { sql } from "kysely";
import type { CompiledQuery } from "kysely";
import {
  accountOf,
  type OwnerEvent,
  ownerEventNames,
  type StoredEvent,
} from "../contract/events.ts";
import type {
  EventFilter,
  EventPosition,
  EventStore,
  ListedEvent,
} from "../domain/ports/events.ts";
import { bind, LATER } from "./queries.ts";
import type { Run } from "./queries.ts";
import type { Db } from "./schema.ts";

export interface EventQueries {
  readonly insert: CompiledQuery<unknown>;
}

export function compileEventQueries(db: Db): EventQueries {
  const { text, instant } = LATER;
  return {
    insert: db
      .insertInto("events")
      .values({ id: text, event: text, level: text, timestamp: instant, user_id: text, body: text })
      .compile(),
  };
}

export function createEventStore(run: Run, queries: EventQueries): EventStore {
  return {
    insert: (id, event) => insertEvent(run, queries, id, event),
    deleteBefore: (before, limit) => deleteEventsBefore(run, before, limit),
    list: (filter, limit, before) => listEvents(run, filter, limit, before),
    listForOwner: (userId, limit, before) => listEventsForOwner(run, userId, limit, before),
  };
}

async function insertEvent(
  run: Run,
  { insert }: EventQueries,
  id: string,
  event: StoredEvent,
): Promise<void> {
  await run.send((db) => db.executeQuery(bind(insert, eventValues(id, event))));
}

export const eventColumns = ["id", "event", "level", "timestamp", "user_id", "body"] as const;

/** In the order of the columns. */
export function eventValues(id: string, event: StoredEvent): unknown[] {
  const { event: name, level, timestamp } = event;
  return [id, name, level, Date.parse(timestamp), accountOf(event), JSON.stringify(event)];
}

async function listEvents(
  run: Run,
  { event, userId, since, until }: EventFilter,
  limit: number,
  before: EventPosition | undefined,
): Promise<ListedEvent[]> {
  const rows = await run((db) => {
    let query = db.selectFrom("events").select(["id", "timestamp", "body"]);
    if (userId !== undefined) query = query.where("user_id", "=", userId);
    if (event !== undefined) {
      // An account has few events, a kind may have millions. No index is on an expression, so the
      // account's serves where both are asked for: SQLite, which knows neither number, took the kind's.
      const kind = userId === undefined ? sql.ref("event") : sql`(event || '')`;
      query = query.where(kind, "=", event);
    }
    if (since !== undefined) query = query.where("timestamp", ">=", since);
    // One end only. With two, a database may begin at the later and read all pages up to the earlier.
    if (before !== undefined && (until === undefined || before.timestamp < until))
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("timestamp", "id"), "<", tuple(before.timestamp, before.id)),
      );
    else if (until !== undefined) query = query.where("timestamp", "<", until);
    return query.orderBy("timestamp", "desc").orderBy("id", "desc").limit(limit).execute();
  });
  return rows.map(({ id, timestamp, body }) => ({
    id,
    timestamp,
    event: JSON.parse(body) as StoredEvent, // what `insertEvent` wrote, and nothing can change
  }));
}

/**
 * The names are literals: only so does a database see that the index `events_owner` has all it is asked
 * for. An account may have a million refreshes, which are not the owner's to see, between two logins.
 */
const ownerEvents = sql.join(ownerEventNames.map((name) => sql.lit(name)));

async function listEventsForOwner(
  run: Run,
  userId: string,
  limit: number,
  before: EventPosition | undefined,
): Promise<ListedEvent<OwnerEvent>[]> {
  const rows = await run((db) => {
    let query = db
      .selectFrom("events")
      .select(["id", "timestamp", "body"])
      .where("user_id", "=", userId)
      .where(sql<boolean>`event in (${ownerEvents})`);
    if (before !== undefined)
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("timestamp", "id"), "<", tuple(before.timestamp, before.id)),
      );
    return query.orderBy("timestamp", "desc").orderBy("id", "desc").limit(limit).execute();
  });
  return rows.map(({ id, timestamp, body }) => ({
    id,
    timestamp,
    event: JSON.parse(body) as OwnerEvent, // of a kind that was asked for; `insertEvent` wrote both
  }));
}

async function deleteEventsBefore(run: Run, before: number, limit: number): Promise<number> {
  await allowDeletionBefore(run, before);
  const { numDeletedRows } = await run((db) =>
    db
      .deleteFrom("events")
      .where("id", "in", ({ selectFrom }) =>
        selectFrom("events")
          .select("id")
          .where("timestamp", "<", before)
          .orderBy("timestamp")
          .limit(limit),
      )
      .executeTakeFirstOrThrow(),
  );
  await allowDeletionBefore(run, 0);
  return Number(numDeletedRows);
}

async function allowDeletionBefore(run: Run, instant: number): Promise<void> {
  await run((db) => db.updateTable("event_retention").set({ delete_before: instant }).execute());
}
