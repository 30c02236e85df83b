/** The state of a session's refresh tokens in its row. The tokens themselves are not stored. */
import type { SessionStore } from "../domain/ports/sessions.ts";
import type { Storage } from "../domain/ports/storage.ts";
import { eventColumns, type EventRow, toEventRow } from "./events.ts";
import {
  authenticationSelection,
  sessionsWithUsers,
  toAuthentication,
  toSessionWithUser,
} from "./session-rows.ts";
import { sql } from "kysely";
import { prepareChanges, prepareLookup } from "./batched-statements.ts";
import { type Executor, prepare, type Slots } from "./statements.ts";
import type { Db } from "./schema.ts";

type RefreshStates = Pick<SessionStore, "findRefreshState" | "advanceRefreshCounter" | "rotate">;

/** `transaction` makes several statements one change: in a transaction of their own, or in the one they are in. */
export function createRefreshStates(
  executor: Executor,
  transaction: Storage["transaction"],
): RefreshStates {
  const { changesInQueries } = executor.builder.dialect;
  return {
    async findRefreshState(sessionId) {
      const [row] = await find(executor, { sessionId });
      if (row === undefined || row.refresh_salt === null) return undefined;
      return {
        ...toSessionWithUser(row),
        authentication: toAuthentication(row),
        refreshSalt: row.refresh_salt,
        refreshCounter: row.refresh_counter,
        refreshRotatedAt: row.refresh_rotated_at,
      };
    },

    async advanceRefreshCounter(sessionId, counter, now) {
      const values = { sessionId, counter, nextCounter: counter + 1, now };
      return (await advance(executor, values)).changed === 1;
    },

    async rotate(sessionId, counter, now, { id, event }) {
      if (!changesInQueries)
        return transaction(async ({ sessions, events }) => {
          const isMoved = await sessions.advanceRefreshCounter(sessionId, counter, now);
          if (isMoved) await events.insert(id, event);
          return isMoved;
        });
      const advanced = { sessionId, counter, nextCounter: counter + 1, now };
      const values = { ...advanced, ...toEventRow(id, event) };
      const { batches } = executor;
      if (batches !== undefined && (await rotateMany(batches, values))) return true;
      return (await advanceAndRecord(executor, values)).changed === 1;
    },
  };
}

const find = prepareLookup(
  { sessionId: "text" },
  (db, { sessionId }: Slots<{ sessionId: string }>) =>
    sessionsWithUsers(db)
      .select(authenticationSelection)
      .select(["refresh_salt", "refresh_counter", "refresh_rotated_at"])
      .where("sessions.id", "=", sessionId),
);

interface AdvanceValues {
  readonly sessionId: string;
  readonly counter: number;
  readonly nextCounter: number;
  readonly now: number;
}

const advance = prepare.write((db, slots: Slots<AdvanceValues>) => advanceCounter(db, slots));

function advanceCounter(db: Db, { sessionId, counter, nextCounter, now }: Slots<AdvanceValues>) {
  return db
    .updateTable("sessions")
    .set({ refresh_counter: nextCounter, refresh_rotated_at: now, last_seen_at: now })
    .where("id", "=", sessionId)
    .where("refresh_counter", "=", counter);
}

/** Advances the counter and stores the event of it in one statement, which saves PostgreSQL two round trips. */
const advanceAndRecord = prepare.write((db, slots: Slots<AdvanceValues & EventRow>) =>
  db
    .with("advanced", () => advanceCounter(db, slots).returning("id"))
    .insertInto("events")
    .columns(eventColumns)
    .expression(({ selectFrom }) =>
      selectFrom("advanced").select([
        slots.id.as("id"),
        slots.event.as("event"),
        slots.level.as("level"),
        slots.timestamp.as("timestamp"),
        slots.user_id.as("user_id"),
        slots.body.as("body"),
      ]),
    ),
);

/**
 * `advanceAndRecord` for many. Passes over sessions that are locked: they are being changed or ended, in whatever order.
 * Of two with one counter, one rotates, and the other is asked alone and finds the counter moved.
 */
const rotateMany = prepareChanges<AdvanceValues & EventRow>(
  {
    ...{ sessionId: "text", counter: "int8", nextCounter: "int8", now: "int8" },
    ...{
      id: "text",
      event: "text",
      level: "text",
      timestamp: "int8",
      user_id: "text",
      body: "text",
    },
  },
  (asked) => sql`with asked as (select * from ${asked}),
    held as (select sessions.id as session_id, asked.* from asked join sessions on sessions.id = asked."sessionId"
      where refresh_counter = counter
      order by sessions.id for no key update of sessions skip locked),
    moved as (update sessions set refresh_counter = "nextCounter", refresh_rotated_at = now, last_seen_at = now from held
      where sessions.id = session_id and refresh_counter = counter returning at),
    recorded as (insert into events (${sql.join(eventColumns.map((name) => sql.id(name)))})
      select ${sql.join(eventColumns.map((name) => sql.id("asked", name)))} from asked join moved on moved.at = asked.at)
    select at from moved`,
);
