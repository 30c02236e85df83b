import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { aUser, HASH } from "../support/rows.ts";

describe.each(databases)("reset tokens on $name", ({ create }) => {
  const test = eachTestOpens(create);
  const token = () => ({
    secretHash: new Uint8Array(randomBytes(32)),
    createdAt: NOW,
    expiresAt: NOW + 1000,
  });

  async function insertUser() {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    return user;
  }

  it("RS-02 a token is bound to its account", async () => {
    const [owner, other] = [await insertUser(), await insertUser()];
    const saved = token();
    expect(await test.storage.resetTokens.save(owner.id, saved)).toBe(true);
    expect(await test.storage.resetTokens.findOwner(saved.secretHash, NOW)).toEqual(owner);
    expect(await test.storage.resetTokens.consume(other.id, saved.secretHash, NOW)).toBe(false);
    expect(await test.storage.resetTokens.consume(owner.id, saved.secretHash, NOW)).toBe(true);
  });

  it("RS-03 a token is consumed once, also by many at once", async () => {
    const { id } = await insertUser();
    const { secretHash } = token();
    await test.storage.resetTokens.save(id, { ...token(), secretHash });
    const consumed = await Promise.all(
      Array.from({ length: 20 }, () => test.storage.resetTokens.consume(id, secretHash, NOW)),
    );
    expect(consumed.filter(Boolean)).toHaveLength(1);
    expect(await test.storage.resetTokens.findOwner(secretHash, NOW)).toBeUndefined();
  });

  it("RS-04 a token is good up to its last millisecond, and not at its end", async () => {
    const { id } = await insertUser();
    const saved = token();
    await test.storage.resetTokens.save(id, saved);
    const { secretHash, expiresAt } = saved;
    expect(await test.storage.resetTokens.findOwner(secretHash, expiresAt - 1)).toBeDefined();
    expect(await test.storage.resetTokens.findOwner(secretHash, expiresAt)).toBeUndefined();
    expect(await test.storage.resetTokens.consume(id, secretHash, expiresAt)).toBe(false);
    await test.storage.resetTokens.deleteExpired(expiresAt - 1, 9);
    expect(await test.database.query("select user_id from reset_tokens")).toHaveLength(1);
    await test.storage.resetTokens.deleteExpired(expiresAt, 9);
    expect(await test.database.query("select user_id from reset_tokens")).toEqual([]);
  });

  it("RS-08 an account has one token: a later one takes its place, also of many at once", async () => {
    const { id } = await insertUser();
    const tokens = Array.from({ length: 10 }, token);
    await Promise.all(tokens.map((each) => test.storage.resetTokens.save(id, each)));
    const good = await Promise.all(
      tokens.map(({ secretHash }) => test.storage.resetTokens.findOwner(secretHash, NOW)),
    );
    expect(good.filter((owner) => owner !== undefined)).toHaveLength(1);
    await test.storage.resetTokens.deleteAllOf(id);
    expect(await test.database.query("select user_id from reset_tokens")).toEqual([]);
  });

  it("RS-01 a decoy belongs to nobody, and leads nowhere", async () => {
    const decoys = [token(), token()];
    for (const decoy of decoys) await test.storage.resetTokens.insertDecoy(decoy);
    const { id } = await insertUser();
    for (const { secretHash } of decoys) {
      expect(await test.storage.resetTokens.findOwner(secretHash, NOW)).toBeUndefined();
      expect(await test.storage.resetTokens.consume(id, secretHash, NOW)).toBe(false);
    }
  });

  it("an account that is gone gets no token, and takes its token with it", async () => {
    const { id } = await insertUser();
    await test.storage.resetTokens.save(id, token());
    await test.storage.users.deleteUnlessLastAdmin(id);
    expect(await test.database.query("select user_id from reset_tokens")).toEqual([]);
    expect(await test.storage.resetTokens.save(id, token())).toBe(false);
  });
});
