/** How much work a login is, whoever asks: time must not tell which accounts exist. */
import { createSecretKey } from "node:crypto";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { BODY_MAX_BYTES, NewPassword, Password } from "../../src/contract/values.ts";
import { choosePassword } from "../../src/domain/choose-password.ts";
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

test("the dummy hash, put into the database, lets nobody in", async () => {
  let seen = "";
  const watched = createPasswords(
    {
      hash: (input, cost) => pool.hash(input, cost),
      compare: (input, hash) => {
        seen = hash;
        return pool.compare(input, hash);
      },
    },
    pepper,
    COST,
  );
  await watched.verify("anything", undefined);
  expect(seen).toHaveLength(hashSync("x", 4).length);
  expect(await passwords.verify("anything", `$pc1${seen}`)).toMatchObject({ matches: false });
});

test("IV-05 a password longer than 256 characters is refused before any hashing", () => {
  expect(Password.safeParse("🌊".repeat(256)).success).toBe(true);
  expect(Password.safeParse("🌊".repeat(257)).success).toBe(false);
  expect(Password.safeParse("").success).toBe(false);
});

test("IV-05 every operation refuses a password longer than 256 characters before any hashing", async () => {
  const proving: string[] = [];
  const choosing: string[] = [];
  for (const { operationId, request } of Object.values<OperationDescription>(operations)) {
    for (const [name, given] of fieldsOf(request.body)) {
      if (!/password/i.test(name)) continue;
      const field = given instanceof z.ZodOptional ? given.unwrap() : given;
      if (field === NewPassword) choosing.push(operationId);
      else if (field === Password) proving.push(operationId);
      else expect.fail(`${operationId} takes another password as ${name}`);
    }
  }
  // By the schema, which the test above shows.
  expect(proving).toEqual(["login", "reauthenticate", "changePassword", "deleteMe", "tokenLogin"]);
  // By the policy, through `choosePassword`.
  expect(choosing).toEqual(["signup", "confirmSignup", "changePassword", "resetPassword"]);
});

/** The fields of a body, of all its forms. */
function fieldsOf(body: unknown): [string, unknown][] {
  if (body instanceof z.ZodUnion) return body.options.flatMap(fieldsOf);
  return body instanceof z.ZodObject ? Object.entries(body.shape) : [];
}

test.each([
  ["257 characters", "🌊".repeat(257), "too_long"],
  ["all that a body can hold", "x".repeat(BODY_MAX_BYTES), "too_long"],
  ["characters that NFKC makes longer", "ﷺ".repeat(5_000), "too_long"],
  ["none", "", "too_short"],
  ["half a sentence", "four clear", "too_short"],
])(
  "IV-05 a password of %s is refused as it is chosen, before any hashing or counting of guesses",
  async (_, password, reason) => {
    const never = () => expect.unreachable("the password was worked on");
    const policy = {
      minLength: 15,
      maxLength: 256,
      serviceName: "",
      isCommon: () => false,
      countGuesses: never,
    };
    const idle = { hash: never, verify: never };
    const deps = { passwords: idle, passwordPolicy: policy };
    expect(await choosePassword(deps, password, "ada@example.com")).toEqual({
      failure: "weak_password",
      reasons: [reason],
      minLength: 15,
      maxLength: 256,
    });
  },
);

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
