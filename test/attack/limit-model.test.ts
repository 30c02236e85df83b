/** Limits in the database, both spellings of their statement, held to the rule in the domain. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { take } from "../../src/domain/gcra.ts";
import { limitKey, paceOf, waitOf } from "../../src/domain/limits.ts";
import { deriveKeys } from "../../src/domain/secrets.ts";
import type { LimitState, TakeRefusal, Taking } from "../../src/domain/ports/limits.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { generousQuotas } from "../support/domain.ts";
import { databases, type TestDatabase, testOptions } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";

const RULES = ["login_ip", "signup_ip", "forgot_ip"] as const;
/** Settings that each rule may have, one after another: 3 at once, 1 at once, 5 at once, 3 at once for far longer. */
const SETTINGS = [
  { count: 3, seconds: 0.03 },
  { count: 1, seconds: 0.05 },
  { count: 5, seconds: 0.035 },
  { count: 3, seconds: 3 },
] as const;
const TOLD_MS = 10;
/** Steps of the clock around every instant that the rule knows, some of them backwards. */
const STEPS = [-25, -1, 0, 0, 0, 0, 1, 6, 7, 9, 10, 11, 20, 35, 40, 49, 50, 51, 500];

const keyAt = fc.nat(RULES.length - 1);
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
  {
    weight: 4,
    arbitrary: fc.record({
      action: fc.constant("restart" as const),
      at: keyAt,
      setting: fc.nat(SETTINGS.length - 1),
      passedMs,
    }),
  },
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

  it("RL-02 RL-07 RL-12 every answer and every row is what the rule says, whatever happened before and whatever was set", async () => {
    const run = fc.asyncProperty(history, async (steps) => {
      const subject = randomBytes(16).toString("hex");
      const secretKeys = deriveKeys("a secret that is long enough for this");
      /** The place in `SETTINGS` that each rule has now. */
      const inForce = RULES.map((_, at) => at);
      const quotaOf = (at: number) => SETTINGS[inForce[at] ?? 0] ?? SETTINGS[0];
      const keyOf = (at: number): Taking => {
        const rule = RULES[at] ?? RULES[0];
        const quotas = { ...generousQuotas, [rule]: quotaOf(at) };
        const keyHash = limitKey({ secretKeys, quotas }, { rule, subject });
        return { keyHash, pace: paceOf(quotaOf(at)) };
      };
      /** By rule and setting: what was counted under one says nothing under another. */
      const model = new Map<string, LimitState>();
      const nameOf = (at: number) => `${at} ${inForce[at]}`;
      let now = NOW;
      /** The latest instant so far: the clock may have been put back since. */
      let latest = NOW;
      /** Takes one in the model; answers how long to wait. */
      const takeOne = (at: number) => {
        const before = model.get(nameOf(at));
        const { paidAt, waitMs } = take(before?.paidAt ?? 0, keyOf(at).pace, now);
        if (waitMs === 0) model.set(nameOf(at), { paidAt, toldUntil: before?.toldUntil ?? 0 });
        return waitMs;
      };
      const takeAll = (order: readonly number[]): TakeRefusal | undefined => {
        for (const [place, at] of order.entries()) {
          const waitMs = takeOne(at);
          const toldUntil = model.get(nameOf(at))?.toldUntil ?? 0;
          if (waitMs > 0) return { at: place, waitMs, toldUntil };
        }
        return undefined;
      };

      for (const next of steps) {
        now += next.passedMs;
        latest = Math.max(latest, now);
        if (next.action === "take") {
          const { keyHash, pace } = keyOf(next.at);
          expect(await storage.limits.take(keyHash, pace, now)).toBe(takeOne(next.at) === 0);
        } else if (next.action === "takeInOrder") {
          const { result, durable } = await storage.limits.takeInOrder(next.order.map(keyOf), now);
          await durable;
          expect(result).toEqual(takeAll(next.order));
        } else if (next.action === "tell") {
          const before = model.get(nameOf(next.at));
          const isFirst = (before?.toldUntil ?? 0) <= now;
          const told = await storage.limits.markTold(keyOf(next.at).keyHash, now + TOLD_MS, now);
          expect(told).toBe(isFirst);
          const state = { paidAt: before?.paidAt ?? now, toldUntil: now + TOLD_MS };
          if (isFirst) model.set(nameOf(next.at), state);
        } else if (next.action === "reset") {
          await storage.limits.reset(keyOf(next.at).keyHash);
          model.delete(nameOf(next.at));
        } else if (next.action === "clean") {
          await storage.limits.deletePaid(now, 1_000);
          for (const [name, state] of model)
            if (state.paidAt <= now && state.toldUntil <= now) model.delete(name);
        } else {
          await storage.close();
          storage = await openStorage(database.target, testOptions);
          inForce[next.at] = next.setting;
        }
        for (const at of RULES.keys()) {
          const { keyHash, pace } = keyOf(at);
          const found = await storage.limits.find(keyHash);
          expect(found).toEqual(model.get(nameOf(at)));
          // RL-12 whatever was set before, nobody waits longer than the setting now in force makes a full key wait.
          const waitMs = waitOf(pace, found?.paidAt ?? 0, latest);
          expect(waitMs).toBeLessThanOrEqual(pace.intervalMs);
        }
      }
    });
    await fc.assert(run, { numRuns: 30 });
  });
});
