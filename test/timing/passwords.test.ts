/** How much time a password takes, whoever asks: time must not tell which accounts exist. */
import { createSecretKey } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPasswords } from "../../src/domain/passwords.ts";
import { createBcryptPool } from "../../src/platform/bcrypt-workers.ts";
import { superiority, timesInTurns } from "../support/rank-test.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";

const COST = 10;
const pool = createBcryptPool(1, 100);
afterAll(() => pool.close());
const pepper = createSecretKey(new Uint8Array(32).fill(7));
const passwords = createPasswords(pool, pepper, COST);
let realHash = "";
/** The time that a known account takes, in milliseconds. */
let knownMs = 0;
beforeAll(async () => {
  const outcome = await passwords.hash("somebody's password");
  if (outcome !== "overloaded") realHash = outcome.encoded;
  knownMs = await fastest(() => passwords.verify("a wrong password", realHash));
});

test("ET-01 an unknown account costs the work of a known one", retryOnBusyMachine, async () => {
  const times = await timesInTurns(30, {
    known: () => passwords.verify("a wrong password", realHash),
    unknown: () => passwords.verify("a wrong password", undefined),
  });
  const chance = superiority(times.unknown, times.known);
  expect(chance).toBeGreaterThan(0.2);
  expect(chance).toBeLessThan(0.8);
});

test(
  "ET-01 the work for an unknown account follows the live cost",
  retryOnBusyMachine,
  async () => {
    const cheaper = createPasswords(pool, pepper, COST - 2);
    const times = await timesInTurns(12, {
      lower: () => cheaper.verify("anything", undefined),
      higher: () => passwords.verify("anything", undefined),
    });
    // Alike would be 0.5; four times the work is more nearly always, held up or not.
    expect(superiority(times.higher, times.lower)).toBeGreaterThan(0.8);
  },
);

test.each([
  ["an empty password", ""],
  ["NUL", "\0"],
  ["half a surrogate pair", "\ud800"],
  ["4096 characters", "x".repeat(4096)],
  ["the beginning of a hash", "$2b$10$"],
])("ET-01 %s for an unknown account is no match, and no less work", async (_, password) => {
  const started = performance.now();
  expect(await passwords.verify(password, undefined)).toMatchObject({ matches: false });
  expect(performance.now() - started).toBeGreaterThan(knownMs * 0.4);
});

/** The fastest of some runs: what the work takes when nothing else disturbs it. Milliseconds. */
async function fastest(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  while (times.length < 5) times.push(await timeOf(work));
  return Math.min(...times);
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
