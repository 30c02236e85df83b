/** The sessions of one account: listed for its owner, ended one by one or all at once. */
import { openCursor, sealCursor } from "./cursors.ts";
import type { Dependencies } from "./dependencies.ts";
import { commit, type Occasion, type Record } from "./events.ts";
import type { Session } from "./sessions.ts";
import type { Stores } from "./storage.ts";

export interface SessionPage {
  readonly sessions: readonly Session[];
  readonly nextCursor: string | null;
}

/** One page of an account's live sessions, oldest first; undefined where the cursor is not of this list. */
export async function listSessions(
  deps: Dependencies,
  { now }: Occasion,
  userId: string,
  limit: number,
  cursor: string | undefined,
): Promise<SessionPage | undefined> {
  const key = deps.secretKeys.cursor;
  const list = `sessions of ${userId}`;
  const afterId = cursor === undefined ? undefined : openCursor(key, list, cursor);
  if (cursor !== undefined && afterId === undefined) return undefined;
  const limits = { now, idleSince: now - deps.lifetimes.sessionIdleSeconds * 1000 };
  const found = await deps.storage.listSessions(userId, limits, limit + 1, afterId);
  const sessions = found.slice(0, limit);
  const last = sessions.at(-1);
  const nextCursor = found.length > limit && last ? sealCursor(key, list, last.id) : null;
  return { sessions, nextCursor };
}

/** Ends one session of the account; false where it has no such session (SE-07). */
export async function revokeSession(
  deps: Dependencies,
  occasion: Occasion,
  userId: string,
  sessionId: string,
): Promise<boolean> {
  return commit(deps, occasion, async (stores, record) => {
    if (!(await stores.deleteSessionOf(userId, sessionId))) return false;
    await record("session_revoked", { userId, sessionId, by: "user" });
    return true;
  });
}

/** Ends every session of the account but the one that asks. */
export async function revokeOtherSessions(
  deps: Dependencies,
  occasion: Occasion,
  { userId, id }: Session,
): Promise<void> {
  await commit(deps, occasion, (stores, record) => endSessions(stores, record, userId, id, "user"));
}

/** Ends the account's sessions within a change that is being made, and tells of each. */
export async function endSessions(
  stores: Stores,
  record: Record,
  userId: string,
  exceptId: string | undefined,
  by: "user" | "admin" | "password_change" | "password_reset" | "disable",
): Promise<void> {
  for (const sessionId of await stores.deleteSessionsOf(userId, exceptId))
    await record("session_revoked", { userId, sessionId, by });
}
