/** Limits in the database: one row per key, gone when it says nothing any more. */
import { sql } from "kysely";
import type { CompiledQuery } from "kysely";
import type { Ahead } from "../domain/ports/ahead.ts";
import type { LimitState, LimitStore, Pace, TakeRefusal, Taking } from "../domain/ports/limits.ts";
import { execute, LATER } from "./queries.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import type { ReadNow, Run, UnitAhead } from "./queries.ts";
import type { Db } from "./schema.ts";

export interface LimitQueries {
  readonly take: CompiledQuery<{ paid_at: number }>;
  readonly find: CompiledQuery<{ paid_at: number; told_until: number }>;
  /** Where a query may change rows: takes from so many keys, in order, until one refuses. Answers how many did not. */
  takeSome(count: number): CompiledQuery<{ taken: number }>;
}

export function compileLimitQueries(db: Db): LimitQueries {
  const takesOf = new Map<number, CompiledQuery<{ taken: number }>>();
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
    takeSome(count) {
      let query = takesOf.get(count);
      if (query === undefined) takesOf.set(count, (query = compileTakes(db, count)));
      return query;
    },
  };
}

/**
 * `take` for each key, where the one before let through. The row is looked at first: what it refuses
 * for certain writes nothing, whereas a conflict writes that it holds the row (decision 11).
 */
function compileTakes(db: Db, count: number): CompiledQuery<{ taken: number }> {
  const places = Array.from({ length: count }, (_, at) => at);
  const takes = places.map((at) => {
    const before = at === 0 ? sql`` : sql`exists (select from ${sql.id(`take_${at - 1}`)}) and`;
    return sql`${sql.id(`take_${at}`)} as (
      insert into limits (key_hash, paid_at) select ${LATER.bytes}, ${LATER.instant}
      where ${before} not exists
        (select from limits where key_hash = ${LATER.bytes} and paid_at > ${LATER.instant})
      on conflict (key_hash) do update set paid_at =
        case when limits.paid_at < ${LATER.instant} then excluded.paid_at
        else limits.paid_at + ${LATER.instant} end
      where limits.paid_at <= ${LATER.instant} returning key_hash)`;
  });
  const taken = places.map((at) => sql`(select count(*) from ${sql.id(`take_${at}`)})`);
  return sql<{
    taken: number;
  }>`with ${sql.join(takes)} select ${sql.join(taken, sql` + `)} as taken`.compile(db);
}

export function createLimitStore(
  run: Run,
  readNow: ReadNow,
  unitAhead: UnitAhead,
  dialect: StorageDialect,
  queries: LimitQueries,
): LimitStore {
  return {
    take: (keyHash, pace, now) => takeOne(run, queries, keyHash, pace, now),
    takeInOrder: (takings, now) =>
      dialect.changesInQueries
        ? takeAtOnce(run, queries, takings, now)
        : takeOneByOne(run, readNow, unitAhead, queries, takings, now),
    find: (keyHash) => findLimit(run, readNow, queries, keyHash),
    markTold: (keyHash, until, now) => tellOnce(run, keyHash, until, now),
    reset: (keyHash) => resetLimit(run, keyHash),
    deletePaid: (now, limit) => deletePaidLimits(run, dialect, now, limit),
  };
}

async function takeOne(
  run: Run,
  queries: LimitQueries,
  keyHash: Uint8Array,
  pace: Pace,
  now: number,
): Promise<number> {
  const latest = latestOf(pace, now);
  // In the statement's order: the row; "is it paid", "one more"; "is there one left".
  const parameters = [keyHash, now + pace.intervalMs, now, pace.intervalMs, latest];
  const taken = await execute(run, queries.take, parameters);
  if (taken.rows.length > 0) return 0;
  const { rows } = await execute(run, queries.find, [keyHash]);
  return Math.max((rows[0]?.paid_at ?? 0) - latest, 1);
}

/** A key paid back later than this has nothing left. */
function latestOf({ intervalMs, burstMs }: Pace, now: number): number {
  return now + burstMs - intervalMs;
}

/** Already resolved: for results that need no COMMIT. */
const durable = Promise.resolve();

async function takeAtOnce(
  run: Run,
  queries: LimitQueries,
  takings: readonly Taking[],
  now: number,
): Promise<Ahead<TakeRefusal | undefined>> {
  // In the statement's order: the row; "is it refused for certain"; then as in `takeOne`.
  const parameters = takings.flatMap(({ keyHash, pace }) => {
    const latest = latestOf(pace, now);
    const { intervalMs } = pace;
    return [keyHash, now + intervalMs, keyHash, latest, now, intervalMs, latest];
  });
  const { rows } = await execute(run, queries.takeSome(takings.length), parameters);
  const at = rows[0]?.taken ?? 0;
  const refusing = takings[at];
  if (refusing === undefined) return { result: undefined, durable };
  const found = await execute(run, queries.find, [refusing.keyHash]);
  const { paid_at: paidAt, told_until: toldUntil } = found.rows[0] ?? { paid_at: 0, told_until: 0 };
  const waitMs = Math.max(paidAt - latestOf(refusing.pace, now), 1);
  return { result: { at, waitMs, toldUntil }, durable };
}

/** A writer has the whole database for itself, so whoever is refused for certain does not become one (decision 11). */
async function takeOneByOne(
  run: Run,
  readNow: ReadNow,
  unitAhead: UnitAhead,
  queries: LimitQueries,
  takings: readonly Taking[],
  now: number,
): Promise<Ahead<TakeRefusal | undefined>> {
  const [first] = takings;
  if (first === undefined) return { result: undefined, durable };
  const state = await findLimit(run, readNow, queries, first.keyHash);
  const firstWaitMs = (state?.paidAt ?? 0) - latestOf(first.pace, now);
  if (state !== undefined && firstWaitMs > 0)
    return { result: { at: 0, waitMs: firstWaitMs, toldUntil: state.toldUntil }, durable };
  return unitAhead(async (stores) => {
    for (const [at, { keyHash, pace }] of takings.entries()) {
      const waitMs = await stores.limits.take(keyHash, pace, now);
      if (waitMs === 0) continue;
      const refusing = await stores.limits.find(keyHash);
      return { at, waitMs, toldUntil: refusing?.toldUntil ?? 0 };
    }
    return undefined;
  });
}

async function findLimit(
  run: Run,
  readNow: ReadNow,
  { find }: LimitQueries,
  keyHash: Uint8Array,
): Promise<LimitState | undefined> {
  const [row] = readNow(find, [keyHash]) ?? (await execute(run, find, [keyHash])).rows;
  return row && { paidAt: row.paid_at, toldUntil: row.told_until };
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
  await run.send((db) => db.deleteFrom("limits").where("key_hash", "=", keyHash).execute());
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
          .modifyEnd(dialect.skipLockedRows),
      )
      .executeTakeFirstOrThrow(),
  );
  return Number(numDeletedRows);
}
