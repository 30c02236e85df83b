/** Limits in the database, both spellings of their statement, held to the rule in the domain. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { take } from "../../src/domain/gcra.ts";
import type { LimitState, TakeRefusal } from "../../src/domain/ports/limits.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { databases, type TestDatabase, testOptions } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";

/** A pace for each key: 3 at once, 1 at once, 5 at once. */
const PACES = [
  { intervalMs: 10, burstMs: 30 },
  { intervalMs: 50, burstMs: 50 },
  { intervalMs: 7, burstMs: 35 },
];
const TOLD_MS = 10;
/** Steps of the clock around every instant that the rule knows, some of them backwards. */
const STEPS = [-25, -1, 0, 0, 0, 0, 1, 6, 7, 9, 10, 11, 20, 35, 40, 49, 50, 51, 500];

const keyAt = fc.nat(PACES.length - 1);
const passedMs = fc.constantFrom(...STEPS);
const step = fc.oneof(
  {
    weight: 32,
    arbitrary: fc.record({ action: fc.constant("take" as const), at: keyAt, passedMs }),
  },
  {
    weight: 32,
    arbitrary: fc.record({
      action: fc.constant("takeInOrder" as const),
      order: fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
      passedMs,
    }),
  },
  {
    weight: 24,
    arbitrary: fc.record({ action: fc.constant("tell" as const), at: keyAt, passedMs }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ action: fc.constant("reset" as const), at: keyAt, passedMs }),
  },
  { weight: 4, arbitrary: fc.record({ action: fc.constant("clean" as const), passedMs }) },
  { weight: 1, arbitrary: fc.record({ action: fc.constant("restart" as const), passedMs }) },
);
const history = fc.array(step, { minLength: 10, maxLength: 60 });

describe.each(databases)("limits on $name", ({ create }) => {
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

  it("RL-02 RL-07 every answer and every row is what the rule says, whatever happened before", async () => {
    const run = fc.asyncProperty(history, async (steps) => {
      const keys = PACES.map((pace) => ({ keyHash: new Uint8Array(randomBytes(32)), pace }));
      const model: (LimitState | undefined)[] = keys.map(() => undefined);
      let now = NOW;
      const keyOf = (at: number) => keys[at] ?? expect.unreachable();
      /** Takes one in the model; answers how long to wait. */
      const takeOne = (at: number) => {
        const { paidAt, waitMs } = take(model[at]?.paidAt ?? 0, keyOf(at).pace, now);
        if (waitMs === 0) model[at] = { paidAt, toldUntil: model[at]?.toldUntil ?? 0 };
        return waitMs;
      };
      const takeAll = (order: readonly number[]): TakeRefusal | undefined => {
        for (const [place, at] of order.entries()) {
          const waitMs = takeOne(at);
          if (waitMs > 0) return { at: place, waitMs, toldUntil: model[at]?.toldUntil ?? 0 };
        }
        return undefined;
      };

      for (const next of steps) {
        now += next.passedMs;
        if (next.action === "take") {
          const { keyHash, pace } = keyOf(next.at);
          expect(await storage.limits.take(keyHash, pace, now)).toBe(takeOne(next.at));
        } else if (next.action === "takeInOrder") {
          const { result, durable } = await storage.limits.takeInOrder(next.order.map(keyOf), now);
          await durable;
          expect(result).toEqual(takeAll(next.order));
        } else if (next.action === "tell") {
          const before = model[next.at];
          const isFirst = (before?.toldUntil ?? 0) <= now;
          const told = await storage.limits.markTold(keyOf(next.at).keyHash, now + TOLD_MS, now);
          expect(told).toBe(isFirst);
          if (isFirst) model[next.at] = { paidAt: before?.paidAt ?? now, toldUntil: now + TOLD_MS };
        } else if (next.action === "reset") {
          await storage.limits.reset(keyOf(next.at).keyHash);
          model[next.at] = undefined;
        } else if (next.action === "clean") {
          await storage.limits.deletePaid(now, 1_000);
          for (const [at, state] of model.entries())
            if (state && state.paidAt <= now && state.toldUntil <= now) model[at] = undefined;
        } else {
          await storage.close();
          storage = await openStorage(database.target, testOptions);
        }
        const found = await Promise.all(keys.map(({ keyHash }) => storage.limits.find(keyHash)));
        expect(found).toEqual(model);
      }
    });
    await fc.assert(run, { numRuns: 30 });
  });
});
