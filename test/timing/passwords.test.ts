/** How much time a password takes, whoever asks: time must not tell which accounts exist. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPasswords } from "../../src/domain/passwords.ts";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { superiority, timesInTurns } from "../support/rank-test.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { argon2idOf, bcryptOf, passwordKeys } from "../support/hashing.ts";
import { hasArgon2 } from "../../src/domain/argon2.ts";
import type { Passwords } from "../../src/domain/ports/passwords.ts";

const COST = 10;
const pool = createHashPool(1, 100);
afterAll(() => pool.close());
const keys = passwordKeys();
const passwords = createPasswords(pool, keys, bcryptOf(COST));
let realHash = "";
beforeAll(async () => {
  const outcome = await passwords.hash("somebody's password");
  if (outcome !== "overloaded") realHash = outcome.encoded;
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
    const cheaper = createPasswords(pool, keys, bcryptOf(COST - 2));
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
])(
  "ET-01 %s for an unknown account is no match, and no less work",
  retryOnBusyMachine,
  async (_, password) => {
    const times = await timesInTurns(12, {
      known: () => passwords.verify("a wrong password", realHash),
      odd: async () =>
        expect(await passwords.verify(password, undefined)).toMatchObject({ matches: false }),
    });
    // Alike would be 0.5; with an early return it is 0.
    expect(superiority(times.odd, times.known)).toBeGreaterThan(0.2);
  },
);

describe("ET-01 an account with a cheaper hash of another scheme takes as long as an unknown one", () => {
  const scryptOf = (ln: number) =>
    `$scrypt$ln=${ln},r=8,p=1$AQIDBAUGBwgJCgsMDQ4PEA$JFWv1XA8O2JXkG1jXuutv8Bfar+PdABGRCxz+FYWa7k`;
  const argon2id = createPasswords(pool, keys, argon2idOf(19_456, 2));

  test.each([
    ["scrypt, where bcrypt is live", passwords, async () => scryptOf(11)],
    [
      "argon2id, where bcrypt is live",
      passwords,
      () => hashOf(createPasswords(pool, keys, argon2idOf(1_024, 1))),
    ],
    ["scrypt, where argon2id is live", argon2id, async () => scryptOf(11)],
    [
      "bcrypt, where argon2id is live",
      argon2id,
      () => hashOf(createPasswords(pool, keys, bcryptOf(5))),
    ],
  ])(
    "%s",
    { ...retryOnBusyMachine, timeout: 120_000, skip: !hasArgon2() },
    async (_, live, make) => {
      const encoded = await make();
      const times = await timesInTurns(16, {
        unknown: () => live.verify("a wrong password", undefined),
        other: () => live.verify("a wrong password", encoded),
      });
      const chance = superiority(times.unknown, times.other);
      expect(chance).toBeGreaterThan(0.15);
      expect(chance).toBeLessThan(0.85);
    },
  );

  async function hashOf(by: Passwords): Promise<string> {
    const hashed = await by.hash("somebody's password");
    if (hashed === "overloaded") throw new Error("overloaded");
    return hashed.encoded;
  }
});
