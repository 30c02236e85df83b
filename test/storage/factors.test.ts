/** The store of second factors. What the rules make of it is in test/domain/second-factors.test.ts and factor-races.test.ts. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { lockPolicy } from "../../src/domain/lockout.ts";
import type { NewTotp } from "../../src/domain/ports/factors.ts";
import { NOW } from "../support/clock.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { aCookieSession, aPasskey, aUser, EPOCH, HASH } from "../support/rows.ts";

const bytes = () => new Uint8Array(randomBytes(32));
/** Of an account that has its password alone. */
const NONE = { password: true, totp: null, recoveryCodes: null, passkeys: 0 };
const RACERS = 20;

describe.each(databases)("second factors on $name", ({ create }) => {
  const test = eachTestOpens(create);
  const factors = () => test.storage.factors;

  async function storedUser() {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    return user;
  }
  const aTotp = (userId: string, overrides: Partial<NewTotp> = {}): NewTotp => ({
    userId,
    sealedSecret: bytes(),
    lastStep: 7,
    createdAt: NOW,
    ...overrides,
  });
  const count = async (table: string) =>
    Number((await test.database.query(`select count(*) as n from ${table}`))[0]?.["n"]);
  const outcomesOf = (work: (racer: number) => Promise<unknown>) =>
    Promise.all(Array.from({ length: RACERS }, (_, racer) => work(racer)));

  it("has nothing of an account that has none, or of nobody", async () => {
    const user = await storedUser();
    for (const id of [user.id, aUser().id]) {
      expect(await factors().find(id)).toEqual({ ...NONE, password: id === user.id });
      expect(await factors().has(id)).toBe(false);
      expect(await factors().findTotpSecret(id)).toBeUndefined();
      expect(await factors().useStep(id, 9, NOW)).toBe(false);
      expect(await factors().deleteTotp(id)).toBe(false);
      expect(await factors().useRecoveryCode(id, bytes())).toBe(false);
      expect(await factors().countRecoveryCodes(id)).toBe(0);
    }
  });

  it("an account has one app, whose secret is kept as it was given", async () => {
    const [user, other] = [await storedUser(), await storedUser()];
    const totp = aTotp(user.id);
    expect(await factors().insertTotp(totp)).toBe(true);
    expect(await factors().insertTotp(aTotp(user.id))).toBe(false);
    expect(await factors().findTotpSecret(user.id)).toEqual(totp.sealedSecret);
    expect(await factors().find(user.id)).toEqual({
      ...NONE,
      totp: { createdAt: NOW, lastUsedAt: null },
    });
    expect(await factors().find(other.id)).toEqual(NONE);
    expect(await count("totp_factors")).toBe(1);
  });

  it("D4 has a second factor by its live rows: an app or a passkey, and never by codes alone", async () => {
    const user = await storedUser();
    const session = aCookieSession(user);
    await test.storage.sessions.insert(session, EPOCH);
    const everySource = async () => {
      const { users, sessions } = test.storage;
      const locked = await test.storage.transaction((stores) =>
        stores.users.lockCredential(user.id),
      );
      const told = [
        await factors().has(user.id),
        (await users.findCredential(user.id))?.hasSecondFactor,
        (await users.findByEmail(user.email))?.hasSecondFactor,
        locked?.hasSecondFactor,
        (await sessions.findAuthentication(session.id))?.hasSecondFactor,
      ];
      expect(new Set(told).size).toBe(1);
      return told[0];
    };
    expect(await everySource()).toBe(false);
    await factors().replaceRecoveryCodes(user.id, [bytes()], NOW);
    expect(await everySource()).toBe(false);
    await factors().insertTotp(aTotp(user.id));
    expect(await everySource()).toBe(true);
    await factors().deleteTotp(user.id);
    expect(await everySource()).toBe(false);
    const passkey = aPasskey(user);
    await test.storage.passkeys.insert(passkey);
    expect(await everySource()).toBe(true);
    expect(await factors().find(user.id)).toMatchObject({ totp: null, passkeys: 1 });
    await factors().insertTotp(aTotp(user.id));
    await test.storage.passkeys.delete(user.id, passkey.id);
    expect(await everySource()).toBe(true);
  });

  it("MF-03 the last step moves forward only, and its use is noted", async () => {
    const [user, other] = [await storedUser(), await storedUser()];
    for (const { id } of [user, other]) await factors().insertTotp(aTotp(id));
    const use = (step: number, now: number) => factors().useStep(user.id, step, now);
    expect([await use(6, NOW), await use(7, NOW)]).toEqual([false, false]);
    expect((await factors().find(user.id)).totp).toEqual({ createdAt: NOW, lastUsedAt: null });
    expect([await use(9, NOW + 1), await use(9, NOW + 2), await use(8, NOW + 3)]).toEqual([
      true,
      false,
      false,
    ]);
    expect((await factors().find(user.id)).totp).toEqual({ createdAt: NOW, lastUsedAt: NOW + 1 });
    expect((await factors().find(other.id)).totp?.lastUsedAt).toBeNull();
    expect(await use(10, NOW + 4)).toBe(true);
  });

  it("MF-02 of 20 uses of one step at once, one is good", async () => {
    const user = await storedUser();
    await factors().insertTotp(aTotp(user.id));
    const outcomes = await outcomesOf(() => factors().useStep(user.id, 8, NOW));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });

  it("removes an app that was added at or after an instant, and leaves one of before", async () => {
    const user = await storedUser();
    await factors().insertTotp(aTotp(user.id, { createdAt: NOW - 1 }));
    expect(await factors().deleteTotp(user.id, NOW)).toBe(false);
    expect(await factors().deleteTotp(user.id, NOW - 1)).toBe(true);
    expect(await count("totp_factors")).toBe(0);
  });

  it("MF-04 a recovery code is good once, of 20 uses at once too, and for its own account", async () => {
    const [user, other] = [await storedUser(), await storedUser()];
    const codes = [bytes(), bytes(), bytes()];
    const [first = bytes(), second = bytes()] = codes;
    await factors().replaceRecoveryCodes(user.id, codes, NOW);
    expect(await factors().useRecoveryCode(other.id, first)).toBe(false);
    expect(await factors().useRecoveryCode(user.id, bytes())).toBe(false);
    expect(await factors().countRecoveryCodes(user.id)).toBe(3);
    const outcomes = await outcomesOf(() => factors().useRecoveryCode(user.id, first));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await factors().find(user.id)).recoveryCodes).toEqual({ remaining: 2, createdAt: NOW });
    expect(await factors().useRecoveryCode(user.id, second)).toBe(true);
  });

  it("MF-04 new recovery codes void those of before, and those of nobody else", async () => {
    const [user, other] = [await storedUser(), await storedUser()];
    const old = bytes();
    await factors().replaceRecoveryCodes(user.id, [old, bytes()], NOW);
    await factors().replaceRecoveryCodes(other.id, [bytes()], NOW);
    await factors().replaceRecoveryCodes(user.id, [bytes()], NOW + 5);
    expect(await factors().useRecoveryCode(user.id, old)).toBe(false);
    expect((await factors().find(user.id)).recoveryCodes).toEqual({
      remaining: 1,
      createdAt: NOW + 5,
    });
    await factors().deleteRecoveryCodes(user.id);
    expect((await factors().find(user.id)).recoveryCodes).toBeNull();
    expect(await factors().countRecoveryCodes(other.id)).toBe(1);
  });

  it("MF-06 of 200 tries at once ten are counted, one begins the lock, and an end forgets it all", async () => {
    const [user, other] = [await storedUser(), await storedUser()];
    const policy = lockPolicy({ threshold: 10, seconds: 900 });
    const locks = () => test.storage.factorLocks;
    const tries = Array.from({ length: 200 }, () => locks().countTry(user.id, policy, NOW));
    const outcomes = await Promise.all(tries);
    const counted = outcomes.flatMap((outcome) =>
      typeof outcome === "object" && "failures" in outcome ? [outcome.failures] : [],
    );
    expect(counted.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const begun = outcomes.filter((one) => typeof one === "object" && "lockedUntil" in one);
    expect(begun).toEqual([{ lockedUntil: NOW + 900_000 }]);
    expect(outcomes.filter((outcome) => outcome === "was_locked")).toHaveLength(190);
    expect(await locks().countTry(other.id, policy, NOW)).toEqual({ failures: 1 });
    expect(await test.storage.users.findCredential(user.id)).toMatchObject({ lockedUntil: 0 });
    await test.reopen();
    expect(await locks().countTry(user.id, policy, NOW + 899_999)).toBe("was_locked");
    await locks().end(user.id);
    expect(await locks().countTry(user.id, policy, NOW)).toEqual({ failures: 1 });
  });

  it("go with their account, and with no other", async () => {
    const [user, other] = [await storedUser(), await storedUser()];
    for (const { id } of [user, other]) {
      await factors().insertTotp(aTotp(id));
      await factors().replaceRecoveryCodes(id, [bytes()], NOW);
    }
    await test.database.query(`delete from users where id = '${user.id}'`);
    expect([await count("totp_factors"), await count("recovery_codes")]).toEqual([1, 1]);
    expect(await factors().has(other.id)).toBe(true);
  });
});
