import { hashSync } from "bcryptjs";
import { afterAll, describe, expect, test } from "vitest";
import { createPasswords } from "../../src/domain/passwords.ts";
import { createBcryptPool } from "../../src/platform/bcrypt-workers.ts";

const COST = 10;
const pool = createBcryptPool(2, 100);
afterAll(() => pool.close());
const pepper = new Uint8Array(32).fill(7);
const passwords = createPasswords(pool, pepper, COST);

async function hash(password: string): Promise<string> {
  const outcome = await passwords.hash(password);
  if (outcome === "overloaded") throw new Error("overloaded");
  return outcome.encoded;
}
const verify = (password: string, encoded: string | undefined) =>
  passwords.verify(password, encoded);

describe("what bcrypt alone would take for the same password", () => {
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
  const elsewhere = createPasswords(pool, new Uint8Array(32).fill(8), COST);
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

test("PW-01 a hash from elsewhere is not upgraded with what plain bcrypt did not compare", async () => {
  const brought = hashSync("a".repeat(72), COST);
  expect(await verify(`${"a".repeat(72)} and more`, brought)).toEqual({
    matches: true,
    stale: false,
  });
  expect(await verify("a".repeat(72), brought)).toEqual({ matches: true, stale: true });
});
