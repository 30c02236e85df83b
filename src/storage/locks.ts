/** Failures and locks, in the accounts' own rows. */
import { type AliasableExpression, type RawBuilder, sql } from "kysely";
import type { LockPolicy, LockStore } from "../domain/ports/locks.ts";
import { type Executor, NOBODY, prepare, type Slots } from "./statements.ts";

export function createLockStore(executor: Executor): LockStore {
  return {
    async countFailure(userId, { threshold, firstLockMs, longestLockMs, memoryMs }, now) {
      const id = userId ?? NOBODY;
      const forgottenBefore = now - memoryMs;
      const rule = { threshold, firstLockMs, longestLockMs, forgottenBefore };
      const counting = countFailure(executor, { id, now, ...rule });
      // Asked in any case: an account must not take less time than an address without one (ET-01).
      const [{ rows }, found] = await Promise.all([counting, findId(executor, { id })]);
      const [row] = rows;
      if (row !== undefined)
        return row.locked_until > now ? { lockedUntil: row.locked_until } : "counted";
      return found.length > 0 ? "was_locked" : "nobody";
    },

    async noteLogin(id, now) {
      const {
        rows: [row],
      } = await noteLogin(executor, { id, now });
      return row !== undefined && row.locked_until <= now;
    },

    async shorten({ firstLockMs, longestLockMs }, now) {
      return (await shorten(executor, { now, firstLockMs, longestLockMs })).changed;
    },
    end: async (id) => (await end(executor, { id })).changed === 1,
  };
}

interface CountValues extends Omit<LockPolicy, "memoryMs"> {
  readonly id: string;
  readonly now: number;
  readonly forgottenBefore: number;
}

/**
 * The rule is `nextLock` in `domain/lock-rule.ts`, decided here in one statement so that of any number of
 * failures at once each counts once. `test/storage/lock-model.test.ts` proves that the two agree.
 */
const countFailure = prepare.write((db, slots: Slots<CountValues>) => {
  const { id, now, threshold, firstLockMs, longestLockMs, forgottenBefore } = slots;
  // Every column on the right is as it was before: SQL computes all of them, then assigns.
  const count = sql<number>`case when failed_at > ${forgottenBefore} then failures + 1 else 1 end`;
  const begins = sql<boolean>`${count} >= ${threshold}`;
  const place = sql<number>`case
    when locks = 0 or locked_until <= ${forgottenBefore} then 1
    when lock_ms < ${longestLockMs} then locks + 1
    else locks end`;
  const lockMs = durationOf(place, firstLockMs, longestLockMs);
  return db
    .updateTable("users")
    .set({
      failures: sql`case when ${begins} then 0 else ${count} end`,
      failed_at: now,
      locks: sql`case when ${begins} then ${place} else locks end`,
      lock_ms: sql`case when ${begins} then ${lockMs} else lock_ms end`,
      locked_until: sql`case when ${begins} then ${now} + ${lockMs} else locked_until end`,
    })
    .where("id", "=", id)
    .where("locked_until", "<=", now)
    .returning("locked_until");
});

interface ShortenValues extends Pick<LockPolicy, "firstLockMs" | "longestLockMs"> {
  readonly now: number;
}

/** The rule is `shortenLock` in `domain/lock-rule.ts`. A lock that has ended stays as it is: how long it lasted decides nothing any more. */
const shorten = prepare.write((db, { now, firstLockMs, longestLockMs }: Slots<ShortenValues>) => {
  const lockMs = durationOf(sql<number>`locks`, firstLockMs, longestLockMs);
  return db
    .updateTable("users")
    .set({ lock_ms: lockMs, locked_until: sql`locked_until - lock_ms + ${lockMs}` })
    .where("locked_until", ">", now)
    .where("locks", ">", 0)
    .where("lock_ms", ">", lockMs);
});

/** `durationOf` of the rule. A bit that is shifted doubles. */
function durationOf(
  place: RawBuilder<number>,
  firstLockMs: AliasableExpression<number>,
  longestLockMs: AliasableExpression<number>,
): RawBuilder<number> {
  const doubled = sql<number>`${firstLockMs} * (cast(1 as bigint) << (${place} - 1))`;
  return sql<number>`case when ${doubled} > ${longestLockMs} then ${longestLockMs} else ${doubled} end`;
}

const findId = prepare.read((db, { id }: Slots<{ id: string }>) =>
  db.selectFrom("users").select("id").where("id", "=", id),
);

/** Of a locked account too, whose owner may come from a device it knows: its failures are 0 as long as its lock lasts. */
const noteLogin = prepare.write((db, { id, now }: Slots<{ id: string; now: number }>) =>
  db
    .updateTable("users")
    .set({ failures: 0, last_login_at: now })
    .where("id", "=", id)
    .returning("locked_until"),
);

const end = prepare.write((db, { id }: Slots<{ id: string }>) =>
  db
    .updateTable("users")
    .set({ failures: 0, failed_at: 0, locked_until: 0, lock_ms: 0, locks: 0 })
    .where("id", "=", id),
);
