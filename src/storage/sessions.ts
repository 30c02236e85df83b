/** Sessions in the database. */
import type { CompiledQuery } from "kysely";
import type {
  NewSession,
  Session,
  SessionLimits,
  SessionStore,
  SessionWithUser,
} from "../domain/ports/sessions.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import { execute, LATER } from "./queries.ts";
import type { ReadNow, Run, Unit } from "./queries.ts";
import {
  advanceRefreshCounter,
  compileRefreshQueries,
  exchangeRefreshToken,
  findRefreshState,
} from "./refresh-states.ts";
import type { RefreshQueries } from "./refresh-states.ts";
import type { Db } from "./schema.ts";
import { sessionsWithUsers, toSessionWithUser } from "./session-rows.ts";
import type { SessionUserRow } from "./session-rows.ts";

export interface SessionQueries extends RefreshQueries {
  readonly bySecretHash: CompiledQuery<SessionUserRow>;
  readonly byId: CompiledQuery<SessionUserRow>;
  readonly touch: CompiledQuery<unknown>;
}

export function compileSessionQueries(db: Db): SessionQueries {
  return {
    bySecretHash: sessionsWithUsers(db).where("secret_hash", "=", LATER.bytes).compile(),
    byId: sessionsWithUsers(db).where("sessions.id", "=", LATER.text).compile(),
    touch: db
      .updateTable("sessions")
      .set({ last_seen_at: LATER.instant })
      .where("id", "=", LATER.text)
      .where("last_seen_at", "<", LATER.instant)
      .compile(),
    ...compileRefreshQueries(db),
  };
}

export function createSessionStore(
  run: Run,
  readNow: ReadNow,
  unit: Unit,
  dialect: StorageDialect,
  queries: SessionQueries,
): SessionStore {
  return {
    findBySecretHash: (hash) => findOne(run, readNow, queries.bySecretHash, hash),
    find: (sessionId) => findOne(run, readNow, queries.byId, sessionId),
    lock: (sessionId) => holdSession(run, dialect, sessionId),
    insert: (session, epoch) => insertSession(run, dialect, session, epoch),
    touch: (sessionId, lastSeenAt) => touchSession(run, queries, sessionId, lastSeenAt),
    delete: (sessionId) => deleteSession(run, sessionId),
    deleteLive: (secretHash, limits) => deleteLive(run, secretHash, limits),
    countFailure: (sessionId, threshold) => countSessionFailure(run, sessionId, threshold),
    forgetFailures: (sessionId) => forgetSessionFailures(run, sessionId),
    deleteOf: (userId, sessionId) => deleteSessionOf(run, userId, sessionId),
    deleteAllOf: (userId, exceptId) => deleteSessionsOf(run, userId, exceptId),
    list: (userId, limits, limit, afterId) => listSessions(run, userId, limits, limit, afterId),
    findRefreshState: (sessionId) => findRefreshState(run, readNow, queries, sessionId),
    advanceRefreshCounter: (sessionId, counter, now) =>
      advanceRefreshCounter(run, queries, sessionId, counter, now),
    rotate: (sessionId, counter, now, recorded) =>
      exchangeRefreshToken(run, unit, dialect, queries, sessionId, counter, now, recorded),
    deleteExpired: (now, idleSince, limit) =>
      deleteExpiredSessions(run, dialect, now, idleSince, limit),
  };
}

async function findOne(
  run: Run,
  readNow: ReadNow,
  query: CompiledQuery<SessionUserRow>,
  key: Uint8Array | string,
): Promise<SessionWithUser | undefined> {
  const [row] = readNow(query, [key]) ?? (await execute(run, query, [key])).rows;
  return row && toSessionWithUser(row);
}

async function holdSession(run: Run, dialect: StorageDialect, sessionId: string): Promise<boolean> {
  const row = await run((db) =>
    db
      .selectFrom("sessions")
      .select("id")
      .where("id", "=", sessionId)
      .modifyEnd(dialect.lockRows)
      .executeTakeFirst(),
  );
  return row !== undefined;
}

/**
 * The values come from a row of `users`, so that there is none to insert unless the account fits. The
 * row is held: a change of password that comes a moment later waits, and then ends this session too.
 */
async function insertSession(
  run: Run,
  dialect: StorageDialect,
  session: NewSession,
  epoch: number,
): Promise<boolean> {
  const secretHash = session.kind === "cookie" ? session.secretHash : null;
  const refreshSalt = session.kind === "token" ? session.refreshSalt : null;
  const { numInsertedOrUpdatedRows } = await run((db) =>
    db
      .insertInto("sessions")
      .columns(insertedColumns)
      .expression((eb) =>
        eb
          .selectFrom("users")
          .select(({ val }) => [
            val(session.id).as("id"),
            "users.id as user_id",
            val(session.kind).as("kind"),
            val(secretHash).as("secret_hash"),
            val(refreshSalt).as("refresh_salt"),
            val(session.createdAt).as("created_at"),
            val(session.lastSeenAt).as("last_seen_at"),
            val(session.expiresAt).as("expires_at"),
            val(session.ip).as("ip"),
            val(session.userAgent).as("user_agent"),
          ])
          .where("users.id", "=", session.userId)
          .where("disabled", "=", 0)
          .where("credential_epoch", "=", epoch)
          .modifyEnd(dialect.lockRows),
      )
      .executeTakeFirstOrThrow(),
  );
  return numInsertedOrUpdatedRows === 1n;
}

/** In the order of the selection above; what is missing has a default. */
const insertedColumns = [
  "id",
  "user_id",
  "kind",
  "secret_hash",
  "refresh_salt",
  "created_at",
  "last_seen_at",
  "expires_at",
  "ip",
  "user_agent",
] as const;

async function touchSession(
  run: Run,
  queries: SessionQueries,
  sessionId: string,
  lastSeenAt: number,
): Promise<void> {
  await execute(run, queries.touch, [lastSeenAt, sessionId, lastSeenAt]);
}

async function deleteSession(run: Run, sessionId: string): Promise<boolean> {
  const { numDeletedRows } = await run((db) =>
    db.deleteFrom("sessions").where("id", "=", sessionId).executeTakeFirstOrThrow(),
  );
  return numDeletedRows === 1n;
}

async function deleteLive(
  run: Run,
  secretHash: Uint8Array,
  { now, idleSince }: SessionLimits,
): Promise<Pick<Session, "id" | "userId"> | undefined> {
  const row = await run((db) =>
    db
      .deleteFrom("sessions")
      .where("secret_hash", "=", secretHash)
      .where("expires_at", ">", now)
      .where("last_seen_at", ">", idleSince)
      .returning(["id", "user_id"])
      .executeTakeFirst(),
  );
  return row && { id: row.id, userId: row.user_id };
}

async function deleteSessionOf(run: Run, userId: string, sessionId: string): Promise<boolean> {
  const { numDeletedRows } = await run((db) =>
    db
      .deleteFrom("sessions")
      .where("id", "=", sessionId)
      .where("user_id", "=", userId)
      .executeTakeFirstOrThrow(),
  );
  return numDeletedRows === 1n;
}

async function countSessionFailure(
  run: Run,
  sessionId: string,
  threshold: number,
): Promise<boolean> {
  const row = await run((db) =>
    db
      .updateTable("sessions")
      .set((eb) => ({ failures: eb("failures", "+", 1) }))
      .where("id", "=", sessionId)
      .returning("failures")
      .executeTakeFirst(),
  );
  return row !== undefined && row.failures >= threshold && deleteSession(run, sessionId);
}

async function forgetSessionFailures(run: Run, sessionId: string): Promise<void> {
  await run.send((db) =>
    db.updateTable("sessions").set({ failures: 0 }).where("id", "=", sessionId).execute(),
  );
}

async function deleteSessionsOf(
  run: Run,
  userId: string,
  exceptId: string | undefined,
): Promise<string[]> {
  const rows = await run((db) =>
    db
      .deleteFrom("sessions")
      .where("user_id", "=", userId)
      .$if(exceptId !== undefined, (query) => query.where("id", "!=", exceptId ?? ""))
      .returning("id")
      .execute(),
  );
  return rows.map(({ id }) => id).sort();
}

async function listSessions(
  run: Run,
  userId: string,
  { now, idleSince }: SessionLimits,
  limit: number,
  afterId: string | undefined,
): Promise<Session[]> {
  const rows = await run((db) =>
    db
      .selectFrom("sessions")
      .select(sessionColumns)
      .where("user_id", "=", userId)
      .where("expires_at", ">", now)
      .where(({ eb, or }) => or([eb("kind", "=", "token"), eb("last_seen_at", ">", idleSince)]))
      .$if(afterId !== undefined, (query) => query.where("id", ">", afterId ?? ""))
      .orderBy("id")
      .limit(limit)
      .execute(),
  );
  return rows.map((row) => ({
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    ip: row.ip,
    userAgent: row.user_agent,
  }));
}

const sessionColumns = [
  "id",
  "user_id",
  "kind",
  "created_at",
  "last_seen_at",
  "expires_at",
  "ip",
  "user_agent",
] as const;

/** Only cookies fall idle: a token's session lives on its refresh tokens, to its absolute limit. */
async function deleteExpiredSessions(
  run: Run,
  dialect: StorageDialect,
  now: number,
  idleSince: number,
  limit: number,
): Promise<number> {
  const { numDeletedRows } = await run((db) =>
    db
      .deleteFrom("sessions")
      .where("id", "in", ({ selectFrom }) =>
        selectFrom("sessions as ended")
          .select("ended.id")
          .where(({ and, eb, or }) =>
            or([
              eb("expires_at", "<=", now),
              and([eb("kind", "=", "cookie"), eb("last_seen_at", "<=", idleSince)]),
            ]),
          )
          .limit(limit)
          .modifyEnd(dialect.skipLockedRows),
      )
      .executeTakeFirstOrThrow(),
  );
  return Number(numDeletedRows);
}
