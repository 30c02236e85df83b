/** The statements of a lock, on whichever columns of the account's row it has. */
import { type AliasableExpression, type RawBuilder, sql } from "kysely";
import type { LockPolicy } from "../domain/ports/locks.ts";
import { prepare, type Slots } from "./statements.ts";

/** The columns that keep the fields of `LockState`. */
interface LockColumns {
  readonly failures: "failures" | "factor_failures";
  readonly failedAt: "failed_at" | "factor_failed_at";
  readonly lockedUntil: "locked_until" | "factor_locked_until";
  readonly lockMs: "lock_ms" | "factor_lock_ms";
  readonly locks: "locks" | "factor_locks";
}

interface CountValues extends Omit<LockPolicy, "memoryMs"> {
  readonly id: string;
  readonly now: number;
  readonly forgottenBefore: number;
}

interface ShortenValues extends Pick<LockPolicy, "firstLockMs" | "longestLockMs"> {
  readonly now: number;
}

export function lockStatements(columns: LockColumns) {
  const failures = sql.ref<number>(columns.failures);
  const failedAt = sql.ref<number>(columns.failedAt);
  const lockedUntil = sql.ref<number>(columns.lockedUntil);
  const lockMs = sql.ref<number>(columns.lockMs);
  const locks = sql.ref<number>(columns.locks);

  return {
    /**
     * The rule is `nextLock` in `domain/lock-rule.ts`, decided here in one statement so that of any number of
     * failures at once each counts once. `test/attack/lock-model.test.ts` proves that the two agree.
     */
    countFailure: prepare.write((db, slots: Slots<CountValues>) => {
      const { id, now, threshold, firstLockMs, longestLockMs, forgottenBefore } = slots;
      // Every column on the right is as it was before: SQL computes all of them, then assigns.
      const count = sql<number>`case when ${failedAt} > ${forgottenBefore} then ${failures} + 1 else 1 end`;
      const begins = sql<boolean>`${count} >= ${threshold}`;
      const place = sql<number>`case
        when ${locks} = 0 or ${lockedUntil} <= ${forgottenBefore} then 1
        when ${lockMs} < ${longestLockMs} then ${locks} + 1
        else ${locks} end`;
      const nextLockMs = durationOf(place, firstLockMs, longestLockMs);
      return db
        .updateTable("users")
        .set(
          assign({
            [columns.failures]: sql`case when ${begins} then 0 else ${count} end`,
            [columns.failedAt]: now,
            [columns.locks]: sql`case when ${begins} then ${place} else ${locks} end`,
            [columns.lockMs]: sql`case when ${begins} then ${nextLockMs} else ${lockMs} end`,
            [columns.lockedUntil]: sql`case when ${begins} then ${now} + ${nextLockMs} else ${lockedUntil} end`,
          }),
        )
        .where("id", "=", id)
        .where(lockedUntil, "<=", now)
        .returning([lockedUntil.as("locked_until"), failures.as("failures")]);
    }),

    /** The rule is `shortenLock` in `domain/lock-rule.ts`. A lock that has ended stays as it is: how long it lasted decides nothing any more. */
    shorten: prepare.write((db, { now, firstLockMs, longestLockMs }: Slots<ShortenValues>) => {
      const allowedMs = durationOf(locks, firstLockMs, longestLockMs);
      return db
        .updateTable("users")
        .set(
          assign({
            [columns.lockMs]: allowedMs,
            [columns.lockedUntil]: sql`${lockedUntil} - ${lockMs} + ${allowedMs}`,
          }),
        )
        .where(lockedUntil, ">", now)
        .where(locks, ">", 0)
        .where(lockMs, ">", allowedMs);
    }),

    end: prepare.write((db, { id }: Slots<{ id: string }>) =>
      db
        .updateTable("users")
        .set(assign(Object.fromEntries(nothing(columns))))
        .where("id", "=", id),
    ),
  };
}

/** Takes values under computed names, which a type forgets to be names of columns. */
function assign(values: Readonly<Record<string, unknown>>): Record<string, never> {
  return values as Record<string, never>; // the names are those of `LockColumns`
}

/** A lock of which nothing is known. */
function nothing(columns: LockColumns): [string, number][] {
  return Object.values(columns).map((column: string) => [column, 0]);
}

/** `durationOf` of the rule. A bit that is shifted doubles. */
function durationOf(
  place: RawBuilder<number>,
  firstLockMs: AliasableExpression<number>,
  longestLockMs: AliasableExpression<number>,
): RawBuilder<number> {
  const doubled = sql<number>`${firstLockMs} * (cast(1 as bigint) << (${place} - 1))`;
  return sql<number>`case when ${doubled} > ${longestLockMs} then ${longestLockMs} else ${doubled} end`;
}
