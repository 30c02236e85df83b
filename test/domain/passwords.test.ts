import { createSecretKey } from "node:crypto";
import { hashSync } from "bcryptjs";
import { afterAll, describe, expect, test } from "vitest";
import { createPasswords } from "../../src/domain/passwords.ts";
import { createBcryptPool } from "../../src/platform/bcrypt-workers.ts";

const COST = 10;
const pool = createBcryptPool(2, 100);
afterAll(() => pool.close());
const pepper = createSecretKey(new Uint8Array(32).fill(7));
const passwords = createPasswords(pool, pepper, COST);

async function hash(password: string): Promise<string> {
  const outcome = await passwords.hash(password);
  if (outcome === "overloaded") throw new Error("overloaded");
  return outcome.encoded;
}
const verify = (password: string, encoded: string | undefined) =>
  passwords.verify(password, encoded);

describe("passwords that bcrypt alone would take for the same:", () => {
  test("PW-01 the 73rd byte matters, and the last of 256 characters too", async () => {
    const long = "a".repeat(72);
    const encoded = await hash(`${long}b`);
    expect(await verify(`${long}b`, encoded)).toMatchObject({ matches: true });
    expect(await verify(`${long}c`, encoded)).toMatchObject({ matches: false });
    expect(await verify(long, encoded)).toMatchObject({ matches: false });
    const longest = "é".repeat(255);
    expect(await verify(`${longest}x`, await hash(`${longest}y`))).toMatchObject({
      matches: false,
    });
  });

  test.each(["ab\0ab", "ab\0", "\0ab", "ab\0cd"])(
    "PW-02 %j is not the password ab",
    async (twin) => {
      expect(await verify(twin, await hash("ab"))).toMatchObject({ matches: false });
      expect(await verify("ab", await hash(twin))).toMatchObject({ matches: false });
    },
  );
});

test.each([
  ["64 characters outside of ASCII", "密码".repeat(32)],
  ["64 emoji of two UTF-16 units", "🌊".repeat(64)],
  ["spaces at both ends and within", "  four  words   of  spaces  "],
])("PW-03 a password of %s works, and only as it is", async (_, password) => {
  const encoded = await hash(password);
  expect(await verify(password, encoded)).toEqual({ matches: true, stale: false });
  expect(await verify(password.slice(0, -1), encoded)).toMatchObject({ matches: false });
  expect(await verify(password.slice(1), encoded)).toMatchObject({ matches: false });
});

test("PW-13 the composed and the decomposed form of a password log in alike", async () => {
  const typed = "Crème brûlée à la carte";
  expect(typed.normalize("NFC")).not.toBe(typed.normalize("NFD"));
  expect(await verify(typed.normalize("NFD"), await hash(typed.normalize("NFC")))).toMatchObject({
    matches: true,
  });
  expect(await verify(typed.normalize("NFC"), await hash(typed.normalize("NFD")))).toMatchObject({
    matches: true,
  });
});

test("PW-08 two hashes of one password differ, at the cost that was asked for", async () => {
  const [first, second] = await Promise.all([hash("the same password"), hash("the same password")]);
  expect(first).not.toBe(second);
  for (const encoded of [first, second])
    expect(encoded).toMatch(/^\$pc1\$2b\$10\$[./A-Za-z0-9]{53}$/);
});

test("a hash that was stored long ago keeps verifying: the format never changes silently", async () => {
  const stored = "$pc1$2b$10$abcdefghijklmnopqrstuu2mb9c0DPw7yQk0PUQYyUlZhzVmkRqTi";
  expect(await verify("Crème brûlée 🌊", stored)).toEqual({ matches: true, stale: false });
  expect(await verify("Creme brulee 🌊", stored)).toMatchObject({ matches: false });
});

test("a hash is worth nothing under another pepper", async () => {
  const elsewhere = createPasswords(pool, createSecretKey(new Uint8Array(32).fill(8)), COST);
  expect(
    await elsewhere.verify("the same password", await hash("the same password")),
  ).toMatchObject({
    matches: false,
  });
});

describe("PW-09 a hash to be replaced at the next login", () => {
  test.each(["a", "b", "y"])(
    "a plain bcrypt hash $2%s$ from elsewhere verifies and is stale",
    async (revision) => {
      const plain = hashSync("brought from elsewhere", COST).replace("$2b$", `$2${revision}$`);
      expect(await verify("brought from elsewhere", plain)).toEqual({ matches: true, stale: true });
      expect(await verify("brought from nowhere", plain)).toMatchObject({ matches: false });
    },
  );

  test("a hash of another cost verifies and is stale", async () => {
    const costlier = createPasswords(pool, pepper, COST + 1);
    const encoded = await hash("of the cost before");
    expect(await costlier.verify("of the cost before", encoded)).toEqual({
      matches: true,
      stale: true,
    });
  });
});

describe("ET-01 a hash cheaper than the live cost takes as much work as the dummy", () => {
  /** Rounds of bcrypt, of all comparisons a verification makes. */
  async function roundsOf(password: string, encoded: string | undefined): Promise<number> {
    let rounds = 0;
    const counted = createPasswords(
      {
        hash: (input, cost) => pool.hash(input, cost),
        compare(input, hash) {
          rounds += 2 ** Number(hash.split("$")[2]);
          return pool.compare(input, hash);
        },
      },
      pepper,
      COST + 2,
    );
    await counted.verify(password, encoded);
    return rounds;
  }

  test.each([
    ["brought from elsewhere", () => hashSync("the password", COST)],
    ["of the lowest cost there is", () => hashSync("the password", 4)],
    ["of before BCRYPT_COST was raised", () => hash("the password")],
  ])("%s, whether or not the password is right", async (_, make) => {
    const encoded = await make();
    const live = await roundsOf("the password", undefined);
    expect(live).toBe(2 ** (COST + 2));
    expect(await roundsOf("not the password", encoded)).toBe(live);
    // A locked account's password must not be told to be right by the time its refusal takes.
    expect(await roundsOf("the password", encoded)).toBe(live);
  });

  test("a queue that fills up meanwhile is told, and no verdict", async () => {
    let compared = 0;
    const filling = createPasswords(
      {
        hash: (input, cost) => pool.hash(input, cost),
        compare: async (input, hash) =>
          (compared += 1) > 1 ? "overloaded" : pool.compare(input, hash),
      },
      pepper,
      COST + 1,
    );
    expect(await filling.verify("the password", await hash("the password"))).toBe("overloaded");
  });
});

test.each([
  "",
  "$pc1",
  "$pc1$2b$10$short",
  "$pc2$2b$10$abcdefghijklmnopqrstuu",
  "plain text",
  "*",
  "$2x$10$",
])("a stored hash that is no hash (%j) matches no password, not even itself", async (broken) => {
  expect(await verify(broken, broken)).toMatchObject({ matches: false });
  expect(await verify("", broken)).toMatchObject({ matches: false });
});

test.each([
  ["beyond byte 72", "a".repeat(72), `${"a".repeat(72)} and more`],
  ["beyond byte 72, which is its 37th character", "é".repeat(36), `${"é".repeat(36)}x`],
  // Bcrypt ends its key with a NUL and begins it anew: to it these are one password.
  ["beyond a NUL", "ab", "ab\0ab"],
])(
  "PW-01 PW-02 a hash from elsewhere is not upgraded with what plain bcrypt did not compare: %s",
  async (_, chosen, typed) => {
    const brought = hashSync(chosen, COST);
    expect(await verify(typed, brought)).toEqual({ matches: true, stale: false });
    expect(await verify(chosen, brought)).toEqual({ matches: true, stale: true });
  },
);
