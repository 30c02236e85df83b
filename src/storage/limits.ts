/** Limits in the database: one row per key, gone when it says nothing any more. */
import type { CompiledQuery } from "kysely";
import type { LimitState, LimitStore, Pace } from "../domain/limits.ts";
import { execute, LATER } from "./queries.ts";
import type { StorageDialect } from "./dialect.ts";
import type { Run } from "./queries.ts";
import type { Db } from "./schema.ts";

export interface LimitQueries {
  readonly take: CompiledQuery<{ paid_at: number }>;
  readonly find: CompiledQuery<{ paid_at: number; told_until: number }>;
}

export function compileLimitQueries(db: Db): LimitQueries {
  return {
    take: db
      .insertInto("limits")
      .values({ key_hash: LATER.bytes, paid_at: LATER.instant })
      .onConflict((conflict) =>
        conflict
          .column("key_hash")
          .doUpdateSet(({ eb, ref }) => ({
            paid_at: eb
              .case()
              .when("limits.paid_at", "<", LATER.instant)
              .then(ref("excluded.paid_at"))
              .else(eb("limits.paid_at", "+", LATER.instant))
              .end(),
          }))
          .where("limits.paid_at", "<=", LATER.instant),
      )
      .returning("paid_at")
      .compile(),
    find: db
      .selectFrom("limits")
      .select(["paid_at", "told_until"])
      .where("key_hash", "=", LATER.bytes)
      .compile(),
  };
}

export function createLimitStore(
  run: Run,
  dialect: StorageDialect,
  queries: LimitQueries,
): LimitStore {
  return {
    takeOne: (keyHash, pace, now) => takeOne(run, queries, keyHash, pace, now),
    findLimit: (keyHash) => findLimit(run, queries, keyHash),
    tellOnce: (keyHash, until, now) => tellOnce(run, keyHash, until, now),
    resetLimit: (keyHash) => resetLimit(run, keyHash),
    deletePaidLimits: (now, limit) => deletePaidLimits(run, dialect, now, limit),
  };
}

async function takeOne(
  run: Run,
  queries: LimitQueries,
  keyHash: Uint8Array,
  { intervalMs, burstMs }: Pace,
  now: number,
): Promise<number> {
  /** A key paid back later than this has nothing left. */
  const latest = now + burstMs - intervalMs;
  // In the statement's order: the row; "is it paid", "one more"; "is there one left".
  const parameters = [keyHash, now + intervalMs, now, intervalMs, latest];
  const taken = await execute(run, queries.take, parameters);
  if (taken.rows.length > 0) return 0;
  const { paidAt } = (await findLimit(run, queries, keyHash)) ?? { paidAt: 0 };
  return Math.max(paidAt - latest, 1);
}

async function findLimit(
  run: Run,
  queries: LimitQueries,
  keyHash: Uint8Array,
): Promise<LimitState | undefined> {
  const { rows } = await execute(run, queries.find, [keyHash]);
  return rows[0] && { paidAt: rows[0].paid_at, toldUntil: rows[0].told_until };
}

async function tellOnce(
  run: Run,
  keyHash: Uint8Array,
  until: number,
  now: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await run((db) =>
    db
      .insertInto("limits")
      .values({ key_hash: keyHash, paid_at: now, told_until: until })
      .onConflict((conflict) =>
        conflict
          .column("key_hash")
          .doUpdateSet({ told_until: until })
          .where("limits.told_until", "<=", now),
      )
      .executeTakeFirstOrThrow(),
  );
  return numInsertedOrUpdatedRows === 1n;
}

async function resetLimit(run: Run, keyHash: Uint8Array): Promise<void> {
  await run((db) => db.deleteFrom("limits").where("key_hash", "=", keyHash).execute());
}

async function deletePaidLimits(
  run: Run,
  dialect: StorageDialect,
  now: number,
  limit: number,
): Promise<number> {
  const { numDeletedRows } = await run((db) =>
    db
      .deleteFrom("limits")
      .where("key_hash", "in", ({ selectFrom }) =>
        selectFrom("limits as ended")
          .select("ended.key_hash")
          .where("paid_at", "<=", now)
          .where("told_until", "<=", now)
          .limit(limit)
          .modifyEnd(dialect.skipHeldRows),
      )
      .executeTakeFirstOrThrow(),
  );
  return Number(numDeletedRows);
}
