/** Passwords that are refused before any work is done for them. How long the work takes: `test/timing/passwords.test.ts`. */
import { hashSync } from "bcryptjs";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { BODY_MAX_BYTES, NewPassword, Password } from "../../src/contract/values.ts";
import { choosePassword } from "../../src/domain/choose-password.ts";
import { createPasswords } from "../../src/domain/passwords.ts";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { bcryptOf, passwordKeys } from "../support/hashing.ts";

const COST = 10;
const pool = createHashPool(1, 100);
afterAll(() => pool.close());
const keys = passwordKeys();
const passwords = createPasswords(pool, keys, bcryptOf(COST));

test("the dummy hash, put into the database, lets nobody in", async () => {
  let seen = "";
  const watched = createPasswords(
    {
      hash: (input, recipe) => pool.hash(input, recipe),
      compare: (input, hash) => {
        seen = hash.scheme === "bcrypt" ? hash.hash : "";
        return pool.compare(input, hash);
      },
    },
    keys,
    bcryptOf(COST),
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

test("PW-10 SU-04 every operation that takes a proof which can be guessed has a limit", () => {
  const guessable = /^(?:password|currentPassword|code)$/;
  const unlimited = Object.values<OperationDescription>(operations)
    .filter(({ request }) => fieldsOf(request.body).some(([name]) => guessable.test(name)))
    .filter(({ limits = [] }) => limits.length === 0)
    .map(({ operationId }) => operationId);
  // `confirmTotp`: by the one who has the secret, which is the caller's own; five tries, and another one has to be made.
  // The code of a provider cannot be guessed, and each flow takes one; its start has a limit (FD-01).
  expect(unlimited).toEqual(["completeProviderLogin", "confirmTotp", "completeProviderLink"]);
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
      isBreached: never,
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
