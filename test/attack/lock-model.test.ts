/** Locks in the database, held to the rule in the domain on histories that nobody thought of. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LockState, nextLock, shortenLock } from "../../src/domain/lock-rule.ts";
import type { FailureOutcome, LockPolicy } from "../../src/domain/ports/locks.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { databases, type TestDatabase, testOptions } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { aUser, HASH } from "../support/rows.ts";

/** Settings that follow on each other. The longest lock is no first lock doubled, so that the bound is met between two of them. */
const SETTINGS = [
  { firstLockMs: 100, longestLockMs: 350 },
  { firstLockMs: 7, longestLockMs: 350 },
  { firstLockMs: 350, longestLockMs: 350 },
  { firstLockMs: 1_000, longestLockMs: 1_000 },
] as const;
const MEMORY_MS = 500;
/** Steps of the clock around every instant that the rule knows, some of them backwards. */
const STEPS = [-60, -1, 0, 0, 0, 1, 99, 100, 101, 200, 349, 350, 351, 499, 500, 501, 2_000];
const ACCOUNTS = 3;

const step = fc.record({
  action: fc.oneof(
    { weight: 64, arbitrary: fc.constant("fail" as const) },
    { weight: 8, arbitrary: fc.constant("succeed" as const) },
    { weight: 4, arbitrary: fc.constant("unlock" as const) },
    { weight: 6, arbitrary: fc.constant("restart" as const) },
  ),
  setting: fc.nat(SETTINGS.length - 1),
  threshold: fc.integer({ min: 1, max: 3 }),
  account: fc.nat(ACCOUNTS - 1),
  passedMs: fc.constantFrom(...STEPS),
});
const history = fc.array(step, { minLength: 10, maxLength: 60 });

const untouched: LockState = { failures: 0, failedAt: 0, lockedUntil: 0, lockMs: 0, locks: 0 };

/** The two locks of an account: what is asked of each, and where it is kept. */
interface LockKind {
  readonly name: string;
  readonly prefix: string;
  count(storage: Storage, id: string, policy: LockPolicy, now: number): Promise<FailureOutcome>;
  /** A success, and the state after it. */
  succeed(storage: Storage, id: string, now: number, before: LockState): Promise<LockState>;
  end(storage: Storage, id: string): Promise<unknown>;
  shorten(storage: Storage, policy: LockPolicy, now: number): Promise<number>;
}
const passwords: LockKind = {
  name: "RL-02 RL-04 RL-12 of passwords",
  prefix: "",
  count: (storage, id, policy, now) => storage.locks.countFailure(id, policy, now),
  async succeed(storage, id, now, before) {
    const isUnlocked = before.lockedUntil <= now;
    expect(await storage.locks.noteLogin(id, now)).toBe(isUnlocked);
    return isUnlocked ? { ...before, failures: 0 } : before;
  },
  end: (storage, id) => storage.locks.end(id),
  shorten: (storage, policy, now) => storage.locks.shorten(policy, now),
};
const factors: LockKind = {
  name: "MF-06 RL-12 of second factors",
  prefix: "factor_",
  count: (storage, id, policy, now) => storage.factorLocks.countTry(id, policy, now),
  async succeed(storage, id) {
    await storage.factorLocks.end(id);
    return untouched;
  },
  end: (storage, id) => storage.factorLocks.end(id),
  shorten: (storage, policy, now) => storage.factorLocks.shorten(policy, now),
};

describe.each(databases)("locks on $name", ({ create }) => {
  let database: TestDatabase;
  let storage: Storage;
  beforeEach(async () => {
    database = await create();
    storage = await openStorage(database.target, testOptions);
  });
  afterEach(async () => {
    await storage.close();
    await database.remove();
  });

  async function rowsOf({ prefix }: LockKind, ids: readonly string[]): Promise<LockState[]> {
    const rows = await database.query("select * from users");
    return ids.map((id) => {
      const row = rows.find((found) => found["id"] === id) ?? {};
      const of = (column: string) => Number(row[`${prefix}${column}`]);
      const [failures, failedAt] = [of("failures"), of("failed_at")];
      const [lockedUntil, lockMs] = [of("locked_until"), of("lock_ms")];
      return { failures, failedAt, lockedUntil, lockMs, locks: of("locks") };
    });
  }

  it.each([
    [passwords.name, passwords, factors],
    [factors.name, factors, passwords],
  ])(
    "%s: every answer and every row is what the rule says, whatever happened before and whatever was set",
    async (_, kind, other) => {
      const run = fc.asyncProperty(history, async (steps) => {
        let policy: LockPolicy = { threshold: 2, ...SETTINGS[0], memoryMs: MEMORY_MS };
        await database.query("delete from users");
        const users = Array.from({ length: ACCOUNTS }, () => aUser());
        for (const user of users) await storage.users.insert(user, HASH);
        const ids = users.map(({ id }) => id);
        const model = ids.map(() => untouched);
        let now = NOW;
        /** The latest instant so far: the clock may have been put back since a lock began. */
        let latest = NOW;

        for (const { action, account, passedMs, setting, threshold } of steps) {
          now += passedMs;
          latest = Math.max(latest, now);
          const id = ids[account] ?? "";
          const before = model[account] ?? untouched;
          const isLocked = before.lockedUntil > now;
          if (action === "restart") {
            await storage.close();
            storage = await openStorage(database.target, testOptions);
            policy = { threshold, ...(SETTINGS[setting] ?? SETTINGS[0]), memoryMs: MEMORY_MS };
            const shortened = model.map((state) =>
              state.lockedUntil > now ? shortenLock(state, policy) : state,
            );
            const changed = shortened.filter((state, at) => state !== model[at]).length;
            expect(await kind.shorten(storage, policy, now)).toBe(changed);
            model.splice(0, ACCOUNTS, ...shortened);
            // RL-12 nobody is held longer than the setting now in force allows a lock of its place.
            for (const { lockedUntil, locks } of shortened) {
              const { firstLockMs, longestLockMs } = policy;
              const most = Math.min(firstLockMs * 2 ** (locks - 1), longestLockMs);
              if (lockedUntil > now) expect(lockedUntil - latest).toBeLessThanOrEqual(most);
            }
          } else if (action === "unlock") {
            await kind.end(storage, id);
            model[account] = untouched;
          } else if (action === "succeed") {
            model[account] = await kind.succeed(storage, id, now, before);
          } else {
            const after = nextLock(before, policy, now);
            model[account] = after;
            const began = { lockedUntil: after.lockedUntil };
            const counted = after.lockedUntil > now ? began : { failures: after.failures };
            const answer = await kind.count(storage, id, policy, now);
            expect(answer).toEqual(isLocked ? "was_locked" : counted);
          }
        }
        expect(await rowsOf(kind, ids)).toEqual(model);
        expect(await rowsOf(other, ids)).toEqual(ids.map(() => untouched)); // one lock leaves the other alone
      });
      await fc.assert(run, { numRuns: 30 });
    },
  );
});
