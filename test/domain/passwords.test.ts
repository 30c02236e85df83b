import { hashSync } from "bcryptjs";
import { afterAll, describe, expect, test } from "vitest";
import { createPasswords } from "../../src/domain/passwords.ts";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { argon2idOf, bcryptOf, passwordKeys } from "../support/hashing.ts";
import { hasArgon2 } from "../../src/domain/argon2.ts";
import type { HashParts, Passwords } from "../../src/domain/ports/passwords.ts";

const COST = 10;
const pool = createHashPool(2, 100);
afterAll(() => pool.close());
const keys = passwordKeys();
const passwords = createPasswords(pool, keys, bcryptOf(COST));

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
  const elsewhere = createPasswords(pool, passwordKeys(8), bcryptOf(COST));
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

  test("a hash of a lower cost verifies and is stale", async () => {
    const costlier = createPasswords(pool, keys, bcryptOf(COST + 1));
    const encoded = await hash("of the cost before");
    expect(await costlier.verify("of the cost before", encoded)).toEqual({
      matches: true,
      stale: true,
    });
    expect(await costlier.verify("of no cost", encoded)).toEqual({ matches: false, stale: false });
  });

  test("never by a weaker one: a setting that was lowered leaves stored hashes as they are", async () => {
    const cheaper = createPasswords(pool, keys, bcryptOf(COST - 1));
    expect(await cheaper.verify("of the cost before", await hash("of the cost before"))).toEqual({
      matches: true,
      stale: false,
    });
  });
});

describe.skipIf(!hasArgon2())("argon2id", () => {
  const of = (memoryKib: number, passes: number) =>
    createPasswords(pool, keys, argon2idOf(memoryKib, passes));
  const hashBy = async (by: Passwords, password: string) => {
    const outcome = await by.hash(password);
    if (outcome === "overloaded") throw new Error("overloaded");
    return outcome.encoded;
  };

  test("PW-01 PW-02 PW-03 PW-13 a password counts whole, as it does with bcrypt", async () => {
    const argon2id = of(1_024, 1);
    const long = "é".repeat(255);
    const encoded = await hashBy(argon2id, `${long}y`);
    expect(encoded).toMatch(
      /^\$pc1\$argon2id\$v=19\$m=1024,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
    expect(await argon2id.verify(`${long}y`, encoded)).toEqual({ matches: true, stale: false });
    expect(await argon2id.verify(`${long.normalize("NFD")}y`, encoded)).toMatchObject({
      matches: true,
    });
    for (const wrong of [`${long}x`, `${long}y\0`, long, "", encoded])
      expect(await argon2id.verify(wrong, encoded)).toEqual({ matches: false, stale: false });
    expect(await hashBy(argon2id, `${long}y`)).not.toBe(encoded);
  });

  test("a hash that was stored long ago keeps verifying, under its own pepper alone", async () => {
    // Made by hash-wasm, of what Python's HMAC makes of the password.
    const stored =
      "$pc1$argon2id$v=19$m=1024,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$W0tPzrLON1IjUIShliRENvIxxm0Dr2OFFCsDoFllp2M";
    expect(await passwords.verify("Crème brûlée 🌊", stored)).toMatchObject({ matches: true });
    expect(await passwords.verify("Creme brulee 🌊", stored)).toMatchObject({ matches: false });
    const elsewhere = createPasswords(pool, passwordKeys(8), bcryptOf(4));
    expect(await elsewhere.verify("Crème brûlée 🌊", stored)).toMatchObject({ matches: false });
  });

  test.each([
    ["of bcrypt", of(1_024, 1), passwords, false],
    ["of bcrypt of another cost", of(1_024, 1), createPasswords(pool, keys, bcryptOf(4)), false],
    ["of less memory", of(1_024, 4), of(512, 16), false],
    ["of less work", of(1_024, 4), of(1_024, 3), false],
    ["of more memory and less work", of(1_024, 4), of(2_048, 1), false],
    ["of the same price", of(1_024, 4), of(1_024, 4), false],
    ["of more memory and as much work", of(1_024, 4), of(2_048, 2), true],
    ["of more passes", of(1_024, 1), of(1_024, 2), true],
  ])("PW-09 PH-03 a hash of argon2id, by a setting %s: replaced %#", async (_, by, live, stale) => {
    const encoded = await hashBy(by, "the password");
    expect(await live.verify("the password", encoded)).toEqual({ matches: true, stale });
    expect(await live.verify("another one", encoded)).toEqual({ matches: false, stale: false });
  });

  test("PW-09 PH-03 a hash of bcrypt is replaced where argon2id is live", async () => {
    expect(await of(1_024, 1).verify("the password", await hash("the password"))).toEqual({
      matches: true,
      stale: true,
    });
  });

  test("the dummy of argon2id, put into the database, lets nobody in", async () => {
    let seen: HashParts | undefined;
    const watched = createPasswords(
      {
        hash: (input, recipe) => pool.hash(input, recipe),
        compare: async (_input, parts) => {
          seen = parts;
          return true; // as if somebody had found a password of it
        },
      },
      keys,
      argon2idOf(1_024, 1),
    );
    expect(await watched.verify("anything", undefined)).toEqual({ matches: false, stale: false });
    if (seen?.scheme !== "argon2id") throw new Error("no dummy of the live scheme");
    expect(seen).toMatchObject({ memoryKib: 1_024, passes: 1, lanes: 1 });
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");
    const stored = `$pc1$argon2id$v=19$m=1024,t=1,p=1$${base64(seen.salt)}$${base64(seen.key)}`;
    expect(await of(1_024, 1).verify("anything", stored)).toMatchObject({ matches: false });
  });
});

describe("ET-01 a hash cheaper than the live cost takes as much work as the dummy", () => {
  /** Rounds of bcrypt, of all comparisons a verification makes. */
  async function roundsOf(password: string, encoded: string | undefined): Promise<number> {
    let rounds = 0;
    const counted = createPasswords(
      {
        hash: (input, recipe) => pool.hash(input, recipe),
        compare(input, hash) {
          rounds += hash.scheme === "bcrypt" ? 2 ** hash.cost : NaN;
          return pool.compare(input, hash);
        },
      },
      keys,
      bcryptOf(COST + 2),
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
        hash: (input, recipe) => pool.hash(input, recipe),
        compare: async (input, hash) =>
          (compared += 1) > 1 ? "overloaded" : pool.compare(input, hash),
      },
      keys,
      bcryptOf(COST + 1),
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
