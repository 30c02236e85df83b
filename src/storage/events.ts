/** The journal in the database: append-only, guarded there by triggers (LA-05). */
import { sql } from "kysely";
import type { Insertable, RawBuilder } from "kysely";
import {
  accountOf,
  type OwnerEvent,
  ownerEventNames,
  type StoredEvent,
  talliedEvents,
} from "../contract/events.ts";
import type { EventFilter, EventPosition, EventStore, Tally } from "../domain/ports/event-store.ts";
import { prepareDeletion } from "./bounded-deletion.ts";
import type { EventsTable } from "./schema.ts";
import { compose, type Executor, prepare, type Slots } from "./statements.ts";

export function createEventStore(executor: Executor): EventStore {
  return {
    insert: (id, event) => insert(executor, toEventRow(id, event)),

    async list(filter, limit, before) {
      const rows = await list(executor, { filter, limit, before });
      return rows.map(({ id, timestamp, body }) => ({
        id,
        timestamp,
        event: JSON.parse(body) as StoredEvent, // what `insert` wrote, and nothing can change
      }));
    },

    async listForOwner(userId, limit, before) {
      const rows = await listForOwner(executor, { userId, limit, before });
      return rows.map(({ id, timestamp, body }) => ({
        id,
        timestamp,
        event: JSON.parse(body) as OwnerEvent, // of a kind that was asked for; `insert` wrote it
      }));
    },

    async tally(since, until, most) {
      const rows = await tally(executor, { since, until, most });
      return tallyOf(new Map(rows.map(({ event, times }) => [event, Number(times)])));
    },

    async findBusiest(since, most) {
      const [row] = await findBusiest(executor, { since, most });
      return row && { ip: row.ip, refused: Number(row.refused) };
    },

    async deleteBefore(before, limit) {
      await allowDeletionBefore(executor, { instant: before });
      const deleted = await deleteBefore(executor, { before, limit });
      await allowDeletionBefore(executor, { instant: 0 });
      return deleted;
    },
  };
}

export const eventColumns = ["id", "event", "level", "timestamp", "user_id", "body"] as const;

/** A row of `events`, by its columns. */
export type EventRow = Pick<Insertable<EventsTable>, (typeof eventColumns)[number]> & {
  readonly user_id: string | null;
};

export function toEventRow(id: string, event: StoredEvent): EventRow {
  return {
    id,
    event: event.event,
    level: event.level,
    timestamp: Date.parse(event.timestamp),
    user_id: accountOf(event),
    body: JSON.stringify(event),
  };
}

const insert = prepare.send((db, { id, event, level, timestamp, user_id, body }: Slots<EventRow>) =>
  db.insertInto("events").values({ id, event, level, timestamp, user_id, body }),
);

interface ListValues {
  readonly filter: EventFilter;
  readonly limit: number;
  readonly before: EventPosition | undefined;
}

/**
 * Composed for each call: its filters are optional. One of them has the index, the one that should match the
 * fewest: an account, an e-mail address, a client address, a kind. The others are written as expressions that
 * no index is on; SQLite, which knows none of the numbers, would take the index of the kind.
 */
const list = compose.read((db, { filter, limit, before }: ListValues, { textOf }) => {
  const { event, userId, ip, email, since, until } = filter;
  const leading = findLeading(filter);
  const ofFilter = (name: keyof EventFilter, column: RawBuilder<unknown>) =>
    name === leading ? column : sql`(${column} || '')`;
  let query = db.selectFrom("events").select(["id", "timestamp", "body"]);
  // The conditions of the two indexes, word for word.
  if (leading === "ip" || leading === "email")
    query = query.where(sql<boolean>`event <> 'token_refreshed'`);
  if (leading === "email")
    query = query.where(sql<boolean>`${textOf("body", "email")} is not null`);
  if (userId !== undefined)
    query = query.where(ofFilter("userId", sql.ref("user_id")), "=", userId);
  if (email !== undefined)
    query = query.where(ofFilter("email", textOf("body", "email")), "=", email);
  if (ip !== undefined) query = query.where(ofFilter("ip", textOf("body", "ip")), "=", ip);
  if (event !== undefined) query = query.where(ofFilter("event", sql.ref("event")), "=", event);
  if (since !== undefined) query = query.where("timestamp", ">=", since);
  // One end only. With two, a database may begin at the later and read all pages up to the earlier.
  if (before !== undefined && (until === undefined || before.timestamp < until))
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("timestamp", "id"), "<", tuple(before.timestamp, before.id)),
    );
  else if (until !== undefined) query = query.where("timestamp", "<", until);
  return query.orderBy("timestamp", "desc").orderBy("id", "desc").limit(limit);
});

function findLeading(filter: EventFilter) {
  const order = ["userId", "email", "ip", "event"] as const;
  return order.find((name) => filter[name] !== undefined);
}

/** The names are literals, so that the statement is one for all accounts. */
const ownerEvents = sql.join(ownerEventNames.map((name) => sql.lit(name)));

interface OwnerListValues {
  readonly userId: string;
  readonly limit: number;
  readonly before: EventPosition | undefined;
}

const listForOwner = compose.read((db, { userId, limit, before }: OwnerListValues) => {
  let query = db
    .selectFrom("events")
    .select(["id", "timestamp", "body"])
    .where("user_id", "=", userId)
    .where(sql<boolean>`event in (${ownerEvents})`)
    // The condition of the index `events_owner`, word for word: only so do both databases take that
    // index. An account may have a million refreshes, which are not the owner's to see, between two logins.
    .where(sql<boolean>`event <> 'token_refreshed'`);
  if (before !== undefined)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("timestamp", "id"), "<", tuple(before.timestamp, before.id)),
    );
  return query.orderBy("timestamp", "desc").orderBy("id", "desc").limit(limit);
});

const tallied = Object.values(talliedEvents).flat();

function tallyOf(times: ReadonlyMap<string, number>): Tally {
  const sumOf = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + (times.get(name) ?? 0), 0);
  const { signedIn, refused, signedUp, locked } = talliedEvents;
  return {
    signedIn: sumOf(signedIn),
    refused: sumOf(refused),
    signedUp: sumOf(signedUp),
    locked: sumOf(locked),
  };
}

/** A part for each kind: each ends at its own bound, and is read from the index alone. */
const tally = prepare.read(
  (_db, { since, until, most }: Slots<{ since: number; until: number; most: number }>) =>
    sql<{ event: string; times: number }>`${sql.join(
      tallied.map(
        (name) => sql`select ${sql.lit(name)} as event, count(*) as times from (
          select 1 from events
          where event = ${sql.lit(name)} and timestamp >= ${since} and timestamp < ${until}
          limit ${most}) as ${sql.ref(name)}`,
      ),
      sql` union all `,
    )}`,
);

/** Of each kind only the newest: the address is in the event's text, and no index has it by the kind. */
const findBusiest = prepare.read(
  (_db, { since, most }: Slots<{ since: number; most: number }>, { textOf }) =>
    sql<{ ip: string; refused: number }>`select ip, count(*) as refused from (${sql.join(
      talliedEvents.refused.map(
        (name) => sql`select ip from (
          select ${textOf("body", "ip")} as ip from events
          where event = ${sql.lit(name)} and timestamp >= ${since}
          order by timestamp desc, id desc limit ${most}) as ${sql.ref(name)}`,
      ),
      sql` union all `,
    )}) as refusals where ip is not null group by ip order by refused desc, ip limit 1`,
);

const allowDeletionBefore = prepare.write((db, { instant }: Slots<{ instant: number }>) =>
  db.updateTable("event_retention").set({ delete_before: instant }),
);

const deleteBefore = prepareDeletion(
  "events",
  "id",
  (eb, { before }: Slots<{ before: number }>) => eb("timestamp", "<", before),
  { oldestFirst: "timestamp" },
);
