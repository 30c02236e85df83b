/** Limits in the database: one row per key, deleted when it says nothing any more. */
import { type RawBuilder, sql } from "kysely";
import type { LimitStore, Pace, TakeRefusal, Taking } from "../domain/ports/limits.ts";
import type { Stores } from "../domain/ports/storage.ts";
import type { Ahead } from "../domain/ports/ahead.ts";
import { prepareChanges } from "./batched-statements.ts";
import { prepareDeletion } from "./bounded-deletion.ts";
import { type Executor, prepare, type Slots } from "./statements.ts";

/** Runs `work` as one change, and answers before its COMMIT. */
export type TransactAhead = <T>(work: (stores: Stores) => Promise<T>) => Promise<Ahead<T>>;

export function createLimitStore(executor: Executor, transactAhead: TransactAhead): LimitStore {
  const { changesInQueries } = executor.builder.dialect;
  return {
    async take(keyHash, pace, now) {
      return (await take(executor, takeValues(keyHash, pace, now))).rows.length > 0;
    },

    takeInOrder: (takings, now) =>
      changesInQueries
        ? takeTogether(executor, takings, now)
        : takeOneByOne(executor, transactAhead, takings, now),

    async find(keyHash) {
      const [row] = await find(executor, { keyHash });
      return row && { paidAt: row.paid_at, toldUntil: row.told_until };
    },

    async markTold(keyHash, until, now) {
      return (await markTold(executor, { keyHash, until, now })).changed === 1;
    },

    reset: (keyHash) => reset(executor, { keyHash }),
    deletePaid: (now, limit) => deletePaid(executor, { now, limit }),
  };
}

/** A key that is paid back later than this has nothing left. */
function latestOf({ intervalMs, burstMs }: Pace, now: number): number {
  return now + burstMs - intervalMs;
}

/** Already resolved: for results that need no COMMIT. */
const durable = Promise.resolve();

/**
 * Takes beside others where there is one key, as a refresh has. What the batch does not let through, `takeAtOnce` judges.
 * A taking of several keys goes on only where the one before let through, and is for a login, which takes a hash's time.
 */
async function takeTogether(
  executor: Executor,
  takings: readonly Taking[],
  now: number,
): Promise<Ahead<TakeRefusal | undefined>> {
  const [only, second] = takings;
  const { batches } = executor;
  if (batches !== undefined && only !== undefined && second === undefined) {
    const { keyHash, pace } = only;
    const taking = { keyHash, now, intervalMs: pace.intervalMs, latest: latestOf(pace, now) };
    if (await takeMany(batches, taking)) return { result: undefined, durable };
  }
  return takeAtOnce(executor, takings, now);
}

/** Takes from all keys in one statement, which is one round trip. */
async function takeAtOnce(
  executor: Executor,
  takings: readonly Taking[],
  now: number,
): Promise<Ahead<TakeRefusal | undefined>> {
  const [row] = (await takeSome(takings.length)(executor, valuesOf(takings, now))).rows;
  const at = row?.taken ?? 0;
  const refusing = takings[at];
  if (refusing === undefined) return { result: undefined, durable };
  const [found] = await find(executor, { keyHash: refusing.keyHash });
  const waitMs = Math.max((found?.paid_at ?? 0) - latestOf(refusing.pace, now), 1);
  return { result: { at, waitMs, toldUntil: found?.told_until ?? 0 }, durable };
}

/**
 * Takes from one key after the other, in a transaction. A writer has the whole database for itself, so a
 * request that the first key refuses does not become one: it only reads (decision 11).
 */
async function takeOneByOne(
  executor: Executor,
  transactAhead: TransactAhead,
  takings: readonly Taking[],
  now: number,
): Promise<Ahead<TakeRefusal | undefined>> {
  const [first] = takings;
  if (first === undefined) return { result: undefined, durable };
  const [row] = await find(executor, { keyHash: first.keyHash });
  const waitMs = (row?.paid_at ?? 0) - latestOf(first.pace, now);
  if (row !== undefined && waitMs > 0)
    return { result: { at: 0, waitMs, toldUntil: row.told_until }, durable };
  return transactAhead(async ({ limits }) => {
    for (const [at, { keyHash, pace }] of takings.entries()) {
      if (await limits.take(keyHash, pace, now)) continue;
      const refusing = await limits.find(keyHash);
      const waitMs = Math.max((refusing?.paidAt ?? 0) - latestOf(pace, now), 1);
      return { at, waitMs, toldUntil: refusing?.toldUntil ?? 0 };
    }
    return undefined;
  });
}

function takeValues(keyHash: Uint8Array, pace: Pace, now: number): TakeValues {
  const { intervalMs } = pace;
  return { keyHash, first: now + intervalMs, now, intervalMs, latest: latestOf(pace, now) };
}

interface TakeValues {
  readonly keyHash: Uint8Array;
  /** When the key is paid back if it had nothing to pay. */
  readonly first: number;
  readonly now: number;
  readonly intervalMs: number;
  readonly latest: number;
}

/** The rule is `take` in `domain/gcra.ts`, decided here in one statement. `test/attack/limit-model.test.ts` proves that they agree. */
const take = prepare.write((db, { keyHash, first, now, intervalMs, latest }: Slots<TakeValues>) =>
  db
    .insertInto("limits")
    .values({ key_hash: keyHash, paid_at: first })
    .onConflict((conflict) =>
      conflict
        .column("key_hash")
        .doUpdateSet(({ eb, ref }) => ({
          paid_at: eb
            .case()
            .when("limits.paid_at", "<", now)
            .then(ref("excluded.paid_at"))
            .else(eb("limits.paid_at", "+", intervalMs))
            .end(),
        }))
        .where("limits.paid_at", "<=", latest),
    )
    .returning("paid_at"),
);

/** The values of several takings: `keyHash0`, `first0`, …, `keyHash1`, …, and one `now`. */
type SomeValues = { now: number } & Record<`keyHash${number}`, Uint8Array> &
  Record<`first${number}` | `intervalMs${number}` | `latest${number}`, number>;

function valuesOf(takings: readonly Taking[], now: number): SomeValues {
  const values: SomeValues = { now };
  for (const [at, { keyHash, pace }] of takings.entries()) {
    values[`keyHash${at}`] = keyHash;
    values[`first${at}`] = now + pace.intervalMs;
    values[`intervalMs${at}`] = pace.intervalMs;
    values[`latest${at}`] = latestOf(pace, now);
  }
  return values;
}

const takesOf = new Map<number, ReturnType<typeof prepareTakes>>();

/** `take` for so many keys at once, where a query may change rows. */
function takeSome(count: number) {
  let statement = takesOf.get(count);
  if (statement === undefined) takesOf.set(count, (statement = prepareTakes(count)));
  return statement;
}

/**
 * Takes from each key in order, where the one before let through; answers how many did. The same rule as
 * `take`. Each row is read first: a refusal that is certain writes nothing, whereas ON CONFLICT writes a
 * lock into the row (decision 11).
 */
function prepareTakes(count: number) {
  return prepare.write((_, slots: Slots<SomeValues>) => {
    const takes: RawBuilder<unknown>[] = [];
    const taken: RawBuilder<number>[] = [];
    for (let at = 0; at < count; at += 1) {
      const [keyHash, first] = [slots[`keyHash${at}`], slots[`first${at}`]];
      const [intervalMs, latest] = [slots[`intervalMs${at}`], slots[`latest${at}`]];
      const before = at === 0 ? sql`` : sql`exists (select from ${sql.id(`take_${at - 1}`)}) and`;
      takes.push(sql`${sql.id(`take_${at}`)} as (
        insert into limits (key_hash, paid_at) select ${keyHash}, ${first}
        where ${before} not exists
          (select from limits where key_hash = ${keyHash} and paid_at > ${latest})
        on conflict (key_hash) do update set paid_at =
          case when limits.paid_at < ${slots.now} then excluded.paid_at
          else limits.paid_at + ${intervalMs} end
        where limits.paid_at <= ${latest} returning key_hash)`);
      taken.push(sql`(select count(*) from ${sql.id(`take_${at}`)})`);
    }
    const counted = sql.join(taken, sql` + `);
    return sql<{ taken: number }>`with ${sql.join(takes)} select ${counted} as taken`;
  });
}

/**
 * `take` for many. The takings of a key are one of as many intervals, as if all of them came with the last: it goes through
 * where the last of them would have, and where it does not, each is asked alone. A key that has too little left is only
 * read (decision 11). Rows that are there are locked in the order of their keys, and then others are made in that
 * order, so that no two processes wait for each other.
 */
const takeMany = prepareChanges<Omit<TakeValues, "first">>(
  { keyHash: "bytea", now: "int8", intervalMs: "int8", latest: "int8" },
  (asked) => sql`with asked as (select * from ${asked}),
    summed as (select "keyHash" as key, max(now) as now, max(latest) - (count(*) - 1) * max("intervalMs") as latest,
      count(*) * max("intervalMs") as total from asked group by "keyHash"),
    held as (select summed.* from summed join limits on key_hash = key
      where greatest(paid_at, now) <= latest order by key_hash for no key update of limits),
    moved as (update limits set paid_at = greatest(paid_at, now) + total from held
      where key_hash = key and greatest(paid_at, now) <= latest returning key),
    made as (insert into limits (key_hash, paid_at) select key, now + total from summed
      where now <= latest and not exists (select from limits where key_hash = key)
        and (select count(*) from held) >= 0
      order by key on conflict (key_hash) do nothing returning key_hash)
    select at from asked join (select key from moved union all select key_hash from made) as taken on key = "keyHash"`,
);

const find = prepare.read((db, { keyHash }: Slots<{ keyHash: Uint8Array }>) =>
  db.selectFrom("limits").select(["paid_at", "told_until"]).where("key_hash", "=", keyHash),
);

const markTold = prepare.write(
  (db, { keyHash, until, now }: Slots<{ keyHash: Uint8Array; until: number; now: number }>) =>
    db
      .insertInto("limits")
      .values({ key_hash: keyHash, paid_at: now, told_until: until })
      .onConflict((conflict) =>
        conflict
          .column("key_hash")
          .doUpdateSet({ told_until: until })
          .where("limits.told_until", "<=", now),
      ),
);

const reset = prepare.send((db, { keyHash }: Slots<{ keyHash: Uint8Array }>) =>
  db.deleteFrom("limits").where("key_hash", "=", keyHash),
);

const deletePaid = prepareDeletion(
  "limits",
  "key_hash",
  ({ and, eb }, { now }: Slots<{ now: number }>) =>
    and([eb("paid_at", "<=", now), eb("told_until", "<=", now)]),
);
