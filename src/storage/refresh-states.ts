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
      return (await advanceAndRecord(executor, values)).changed === 1;
    },
  };
}

const find = prepare.read((db, { sessionId }: Slots<{ sessionId: string }>) =>
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
