/** What a session's row knows of its refresh tokens, which are not stored themselves. */
import type { CompiledQuery } from "kysely";
import type { NewEvent } from "../domain/ports/event-store.ts";
import type { RefreshState } from "../domain/ports/sessions.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import { eventColumns, eventValues } from "./events.ts";
import { execute, LATER } from "./queries.ts";
import type { ReadNow, Run, Unit } from "./queries.ts";
import type { Db } from "./schema.ts";
import { sessionsWithUsers, toSessionWithUser } from "./session-rows.ts";
import type { SessionUserRow } from "./session-rows.ts";

export interface RefreshQueries {
  readonly refreshState: CompiledQuery<RefreshStateRow>;
  readonly advance: CompiledQuery<unknown>;
  /** Where a query may change rows: the same, and the event of it. */
  readonly advanceAndRecord: CompiledQuery<unknown>;
}

interface RefreshStateRow extends SessionUserRow {
  refresh_salt: Uint8Array | null;
  refresh_counter: number;
  refresh_rotated_at: number | null;
}

export function compileRefreshQueries(db: Db): RefreshQueries {
  const advance = db
    .updateTable("sessions")
    .set({
      refresh_counter: LATER.instant,
      refresh_rotated_at: LATER.instant,
      last_seen_at: LATER.instant,
    })
    .where("id", "=", LATER.text)
    .where("refresh_counter", "=", LATER.instant);
  const { text, instant } = LATER;
  return {
    refreshState: sessionsWithUsers(db)
      .select(["refresh_salt", "refresh_counter", "refresh_rotated_at"])
      .where("sessions.id", "=", LATER.text)
      .compile(),
    advance: advance.compile(),
    advanceAndRecord: db
      .with("advanced", () => advance.returning("id"))
      .insertInto("events")
      .columns(eventColumns)
      .expression(({ selectFrom, val }) =>
        selectFrom("advanced").select([
          val(text).as("id"),
          val(text).as("event"),
          val(text).as("level"),
          val(instant).as("timestamp"),
          val<string | null>(text).as("user_id"),
          val(text).as("body"),
        ]),
      )
      .compile(),
  };
}

export async function findRefreshState(
  run: Run,
  readNow: ReadNow,
  { refreshState }: RefreshQueries,
  sessionId: string,
): Promise<RefreshState | undefined> {
  const [row] =
    readNow(refreshState, [sessionId]) ?? (await execute(run, refreshState, [sessionId])).rows;
  if (row === undefined || row.refresh_salt === null) return undefined;
  return {
    ...toSessionWithUser(row),
    refreshSalt: row.refresh_salt,
    refreshCounter: row.refresh_counter,
    refreshRotatedAt: row.refresh_rotated_at,
  };
}

export async function advanceRefreshCounter(
  run: Run,
  { advance }: RefreshQueries,
  sessionId: string,
  counter: number,
  now: number,
): Promise<boolean> {
  const { numAffectedRows } = await execute(run, advance, advanceBy(sessionId, counter, now));
  return numAffectedRows === 1n;
}

/** In one statement, or in two that are one change. */
export async function exchangeRefreshToken(
  run: Run,
  unit: Unit,
  { changesInQueries }: StorageDialect,
  { advanceAndRecord }: RefreshQueries,
  sessionId: string,
  counter: number,
  now: number,
  { id, event }: NewEvent,
): Promise<boolean> {
  if (!changesInQueries)
    return unit(async (stores) => {
      const isMoved = await stores.sessions.advanceRefreshCounter(sessionId, counter, now);
      if (isMoved) await stores.events.insert(id, event);
      return isMoved;
    });
  const parameters = [...advanceBy(sessionId, counter, now), ...eventValues(id, event)];
  const { numAffectedRows } = await execute(run, advanceAndRecord, parameters);
  return numAffectedRows === 1n;
}

/** In the order of the statement. */
function advanceBy(sessionId: string, counter: number, now: number): (string | number)[] {
  return [counter + 1, now, now, sessionId, counter];
}
