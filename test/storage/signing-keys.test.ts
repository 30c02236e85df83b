import { describe, expect, it } from "vitest";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { aSigningKey } from "../support/rows.ts";

describe.each(databases)("signing keys on $name", ({ create }) => {
  const test = eachTestOpens(create);

  it("gives back a key as it was stored, sealed", async () => {
    const key = aSigningKey();
    expect(await test.storage.signingKeys.insertFirst(key)).toBe(true);
    expect(await test.storage.signingKeys.list()).toEqual([key]);
  });

  it("of many that make the first key at once, one does", async () => {
    const keys = Array.from({ length: 20 }, () => aSigningKey());
    const outcomes = await Promise.all(
      keys.map((key) => test.storage.signingKeys.insertFirst(key)),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await test.storage.signingKeys.list()).toHaveLength(1);
  });

  it("makes a key where all others are retired, and lists the newest first", async () => {
    const retired = aSigningKey({ retiredAt: NOW + 1 });
    const signing = aSigningKey({ createdAt: NOW + 1 });
    await test.storage.signingKeys.insertFirst(retired);
    expect(await test.storage.signingKeys.insertFirst(signing)).toBe(true);
    expect(await test.storage.signingKeys.list()).toEqual([signing, retired]);
  });

  it("the database itself refuses a second key that signs", async () => {
    await test.storage.signingKeys.insertFirst(aSigningKey());
    const second = `insert into signing_keys
      select 'another kid', public_x, sealed_seed, created_at, null from signing_keys`;
    await expect(test.database.query(second)).rejects.toThrow(/unique/i);
  });
});
