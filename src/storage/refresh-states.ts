/** What a session's row knows of its refresh tokens, which are not stored themselves. */
import type { CompiledQuery } from "kysely";
import type { RefreshState } from "../domain/sessions.ts";
import { execute, LATER } from "./queries.ts";
import type { ReadNow, Run } from "./queries.ts";
import type { Db } from "./schema.ts";
import { sessionsWithUsers, toSessionWithUser } from "./session-rows.ts";
import type { SessionUserRow } from "./session-rows.ts";

export interface RefreshQueries {
  readonly refreshState: CompiledQuery<RefreshStateRow>;
  readonly advance: CompiledQuery<unknown>;
}

interface RefreshStateRow extends SessionUserRow {
  refresh_salt: Uint8Array | null;
  refresh_counter: number;
  refresh_rotated_at: number | null;
}

export function compileRefreshQueries(db: Db): RefreshQueries {
  return {
    refreshState: sessionsWithUsers(db)
      .select(["refresh_salt", "refresh_counter", "refresh_rotated_at"])
      .where("sessions.id", "=", LATER.text)
      .compile(),
    advance: db
      .updateTable("sessions")
      .set({
        refresh_counter: LATER.instant,
        refresh_rotated_at: LATER.instant,
        last_seen_at: LATER.instant,
      })
      .where("id", "=", LATER.text)
      .where("refresh_counter", "=", LATER.instant)
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
  const parameters = [counter + 1, now, now, sessionId, counter];
  const { numAffectedRows } = await execute(run, advance, parameters);
  return numAffectedRows === 1n;
}
