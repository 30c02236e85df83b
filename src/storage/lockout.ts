/** Failures and locks, in the accounts' own rows. */
import { sql } from "kysely";
import type { FailureOutcome, LockStore, LockPolicy } from "../domain/ports/locks.ts";
import { NOBODY, type Run } from "./queries.ts";

export function createLockStore(run: Run): LockStore {
  return {
    countFailure: (userId, policy, now) => countFailure(run, userId, policy, now),
    forgetFailures: (userId, now) => forgetFailures(run, userId, now),
    end: (userId) => endLock(run, userId),
  };
}

async function countFailure(
  run: Run,
  userId: string | null,
  { threshold, firstLockMs, longestLockMs, memoryMs }: LockPolicy,
  now: number,
): Promise<FailureOutcome> {
  const forgottenBefore = now - memoryMs;
  // Every column on the right is as it was before: SQL computes all of them, then assigns.
  const count = sql<number>`case when failed_at > ${forgottenBefore} then failures + 1 else 1 end`;
  const locks = sql<boolean>`${count} >= ${threshold}`;
  const lockMs = sql<number>`case
    when lock_ms = 0 or locked_until <= ${forgottenBefore} then ${firstLockMs}
    when lock_ms * 2 > ${longestLockMs} then ${longestLockMs}
    else lock_ms * 2 end`;
  const counting = run((db) =>
    db
      .updateTable("users")
      .set({
        failures: sql`case when ${locks} then 0 else ${count} end`,
        failed_at: now,
        lock_ms: sql`case when ${locks} then ${lockMs} else lock_ms end`,
        locked_until: sql`case when ${locks} then ${now} + ${lockMs} else locked_until end`,
      })
      .where("id", "=", userId ?? NOBODY)
      .where("locked_until", "<=", now)
      .returning("locked_until")
      .executeTakeFirst(),
  );
  // Asked in any case: an account must not take less time than an address without one (ET-01).
  const [row, whyNot] = await Promise.all([counting, whyNotCounted(run, userId)]);
  if (row === undefined) return whyNot;
  return row.locked_until > now ? { lockedUntil: row.locked_until } : "counted";
}

async function whyNotCounted(run: Run, userId: string | null): Promise<"was_locked" | "nobody"> {
  const row = await run((db) =>
    db
      .selectFrom("users")
      .select("id")
      .where("id", "=", userId ?? NOBODY)
      .executeTakeFirst(),
  );
  return row === undefined ? "nobody" : "was_locked";
}

async function forgetFailures(run: Run, userId: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await run((db) =>
    db
      .updateTable("users")
      .set({ failures: 0 })
      .where("id", "=", userId)
      .where("locked_until", "<=", now)
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows === 1n;
}

async function endLock(run: Run, userId: string): Promise<boolean> {
  const { numUpdatedRows } = await run((db) =>
    db
      .updateTable("users")
      .set({ failures: 0, failed_at: 0, locked_until: 0, lock_ms: 0 })
      .where("id", "=", userId)
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows === 1n;
}
