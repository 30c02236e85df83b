import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import type { NewDevice } from "../../src/domain/ports/devices.ts";
import { waitOf } from "../../src/domain/limits.ts";
import { lockPolicy } from "../../src/domain/lockout.ts";
import type { LockPolicy } from "../../src/domain/ports/locks.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { aUser, HASH } from "../support/rows.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400 * SECOND;
/** 5 in 60 seconds. */
const pace = { intervalMs: 12 * SECOND, burstMs: MINUTE };
const key = new Uint8Array([1]);
const otherKey = new Uint8Array([2]);

describe.each(databases)("limits on $name", ({ create }) => {
  const test = eachTestOpens(create);
  /** How long whoever asks is told to wait; 0 where one was taken. */
  async function take(now: number, of = key): Promise<number> {
    const taking = { keyHash: of, pace };
    const { result, durable } = await test.storage.limits.takeInOrder([taking], now);
    await durable;
    return result?.waitMs ?? 0;
  }
  const rows = () => test.database.query("select * from limits");

  async function spend(now: number) {
    for (let count = 0; count < 5; count += 1) expect(await take(now)).toBe(0);
  }

  it("lets a burst through, then one per interval, each key by itself", async () => {
    await spend(NOW);
    expect(await take(NOW)).toBe(12 * SECOND);
    expect(await take(NOW, otherKey)).toBe(0);
    expect(await take(NOW + 12 * SECOND)).toBe(0);
    expect(await take(NOW + 12 * SECOND)).toBe(12 * SECOND);
  });

  it("RL-10 the wait it tells is the wait there is, to the millisecond", async () => {
    await spend(NOW);
    const waitMs = await take(NOW + 1);
    expect(waitMs).toBe(12 * SECOND - 1);
    expect(await take(NOW + 1 + waitMs - 1)).toBe(1);
    expect(await take(NOW + 1 + waitMs)).toBe(0);
  });

  it("RL-07 no edge of a window, wherever it is looked for, lets a second burst through", async () => {
    for (const edge of [0, 1, MINUTE - 1, MINUTE, MINUTE + 1]) {
      const at = new Uint8Array(randomBytes(32));
      const start = Math.ceil(NOW / MINUTE) * MINUTE + edge;
      for (let count = 0; count < 5; count += 1) expect(await take(start - 1, at)).toBe(0);
      for (const after of [0, 1, 2, SECOND])
        expect(await take(start + after, at)).toBeGreaterThan(0);
    }
  });

  it("RL-07 in no stretch of time does it let through more than a burst and what was paid back in it", async () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 20 * SECOND }), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(gaps, async (pauses) => {
        const at = new Uint8Array(randomBytes(32));
        const passed: number[] = [];
        let now = NOW;
        for (const pause of pauses) {
          now += pause;
          if ((await take(now, at)) === 0) passed.push(now);
        }
        for (const [first, from] of passed.entries())
          for (const [offset, to] of passed.slice(first).entries())
            expect(offset + 1).toBeLessThanOrEqual(5 + Math.floor((to - from) / pace.intervalMs));
      }),
      { numRuns: 30 },
    );
  });

  it("a refusal uses nothing", async () => {
    await spend(NOW);
    const before = await rows();
    await take(NOW);
    expect(await test.storage.limits.take(key, pace, NOW)).toBe(false);
    expect(await rows()).toEqual(before);
  });

  it("what looking alone finds is what taking would meet", async () => {
    const wait = async (now: number) =>
      waitOf(pace, (await test.storage.limits.find(key))?.paidAt ?? 0, now);
    expect(await test.storage.limits.find(key)).toBeUndefined();
    await spend(NOW);
    for (const later of [0, 1, 12 * SECOND - 1]) {
      const found = await wait(NOW + later);
      expect(found).toBeGreaterThan(0);
      expect(found).toBe(await take(NOW + later));
    }
    expect(await wait(NOW + 12 * SECOND)).toBe(0);
    expect(await take(NOW + 12 * SECOND)).toBe(0);
  });

  describe("takeInOrder", () => {
    const keys = [key, otherKey, new Uint8Array([3])];
    const takings = keys.map((keyHash) => ({ keyHash, pace }));
    const takeAll = async (now = NOW) =>
      (await test.storage.limits.takeInOrder(takings, now)).result;
    const paid = async () =>
      Promise.all(keys.map(async (of) => (await test.storage.limits.find(of))?.paidAt));

    it("takes one of each, until one refuses; what was taken before stays taken", async () => {
      expect(await takeAll()).toBeUndefined();
      for (let count = 0; count < 4; count += 1) await take(NOW, otherKey);
      const refusal = { at: 1, waitMs: 12 * SECOND, toldUntil: 0 };
      expect(await takeAll()).toEqual(refusal);
      expect(await paid()).toEqual([NOW + 24 * SECOND, NOW + MINUTE, NOW + 12 * SECOND]);
      await test.storage.limits.markTold(otherKey, NOW + MINUTE, NOW);
      expect(await takeAll()).toEqual({ ...refusal, toldUntil: NOW + MINUTE });
      expect(await takeAll(NOW + 12 * SECOND)).toBeUndefined();
    });

    it("the first key's refusal writes nothing", async () => {
      await spend(NOW);
      const state = () =>
        test.database.query(
          test.database.url.startsWith("postgres")
            ? "select ctid, xmin, xmax, * from limits"
            : "select * from limits",
        );
      const before = await state();
      expect(await takeAll()).toEqual({ at: 0, waitMs: 12 * SECOND, toldUntil: 0 });
      expect(await state()).toEqual(before);
    });

    it("RL-02 of 100 at once, exactly the burst is let through", async () => {
      const refusals = await Promise.all(Array.from({ length: 100 }, () => takeAll()));
      expect(refusals.filter((refusal) => refusal === undefined)).toHaveLength(5);
      expect(await paid()).toEqual(keys.map(() => NOW + MINUTE));
    });

    it("within a transaction is undone with it", async () => {
      const undone = test.storage.transaction(async (stores) => {
        expect((await stores.limits.takeInOrder(takings, NOW)).result).toBeUndefined();
        throw new Error("undone");
      });
      await expect(undone).rejects.toThrow("undone");
      expect(await rows()).toEqual([]);
    });
  });

  describe("markTold", () => {
    const tell = (now: number, of = key) => test.storage.limits.markTold(of, now + MINUTE, now);

    it("is true once per window, for each key by itself, and changes nothing else", async () => {
      expect([await tell(NOW), await tell(NOW), await tell(NOW + MINUTE - 1)]).toEqual([
        true,
        false,
        false,
      ]);
      expect(await tell(NOW, otherKey)).toBe(true);
      expect(await tell(NOW + MINUTE)).toBe(true);
      await test.storage.limits.reset(key);
      await spend(NOW);
      const before = await test.storage.limits.find(key);
      expect(await tell(NOW)).toBe(true);
      expect(await test.storage.limits.find(key)).toEqual({
        paidAt: before?.paidAt,
        toldUntil: NOW + MINUTE,
      });
      expect(await take(NOW)).toBe(12 * SECOND);
    });

    it("uses nothing of a key that was never taken", async () => {
      await tell(NOW);
      await spend(NOW);
      expect(await take(NOW)).toBeGreaterThan(0);
    });

    it("LA-01 of 200 at once, by two processes, one is told true", async () => {
      const second = await openStorage(test.database.target);
      const asked = Array.from({ length: 200 }, (_, index) =>
        (index % 2 === 0 ? test.storage : second).limits.markTold(key, NOW + MINUTE, NOW),
      );
      const told = await Promise.all(asked);
      await second.close();
      expect(told.filter((first) => first)).toHaveLength(1);
    });

    it("is kept by cleaning until its window is over", async () => {
      await tell(NOW);
      expect(await test.storage.limits.deletePaid(NOW + MINUTE - 1, 9)).toBe(0);
      expect(await tell(NOW + MINUTE - 1)).toBe(false);
      expect(await test.storage.limits.deletePaid(NOW + MINUTE, 9)).toBe(1);
    });
  });

  it("RL-02 of 200 at once, exactly the burst is let through", async () => {
    const waits = await Promise.all(Array.from({ length: 200 }, () => take(NOW)));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
    expect(await rows()).toEqual([{ key_hash: key, paid_at: NOW + MINUTE, told_until: 0 }]);
  });

  it("RL-08 a restart forgets nothing, and a second process counts in the same row", async () => {
    const second = await openStorage(test.database.target);
    for (let count = 0; count < 4; count += 1) await take(NOW);
    expect(await second.limits.take(key, pace, NOW)).toBe(true);
    expect(await take(NOW)).toBeGreaterThan(0);
    await second.close();
    const restarted = await openStorage(test.database.target);
    expect(await restarted.limits.take(key, pace, NOW)).toBe(false);
    await restarted.close();
  });

  it("cleaning takes only what is paid back", async () => {
    await spend(NOW);
    await take(NOW, otherKey);
    expect(await test.storage.limits.deletePaid(NOW + 12 * SECOND, 9)).toBe(1);
    expect(await take(NOW)).toBeGreaterThan(0);
    expect(await test.storage.limits.deletePaid(NOW + MINUTE, 9)).toBe(1);
    expect(await rows()).toEqual([]);
  });
});

describe.each(databases)("locks on $name", ({ create }) => {
  const test = eachTestOpens(create);
  const policy = lockPolicy({ threshold: 3, seconds: 900 });

  async function storedUser() {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    return user;
  }
  async function failUntilLocked(userId: string, now: number, of: LockPolicy = policy) {
    for (let count = 1; count < of.threshold; count += 1)
      expect(await test.storage.locks.countFailure(userId, of, now)).toEqual({ failures: count });
    const outcome = await test.storage.locks.countFailure(userId, of, now);
    if (typeof outcome === "string" || "failures" in outcome)
      throw new Error(`Expected a lock, got ${JSON.stringify(outcome)}`);
    return outcome.lockedUntil;
  }

  it("begins at the threshold and counts nothing while it is on", async () => {
    const { id, email } = await storedUser();
    const lockedUntil = await failUntilLocked(id, NOW);
    expect(lockedUntil).toBe(NOW + 900 * SECOND);
    const rows = () => test.database.query("select * from users");
    const [before] = await rows();
    expect(await test.storage.locks.countFailure(id, policy, lockedUntil - 1)).toBe("was_locked");
    expect(await rows()).toEqual([before]);
    expect(await test.storage.locks.noteLogin(id, lockedUntil - 1)).toBe(false);
    // From a device it knows, it is a login all the same; any other takes this back.
    expect(await rows()).toEqual([{ ...before, last_login_at: lockedUntil - 1 }]);
    expect(await test.storage.users.findByEmail(email)).toMatchObject({
      lockedUntil,
    });
    expect(await test.storage.locks.countFailure(id, policy, lockedUntil)).toEqual({ failures: 1 });
  });

  it("RL-02 of 200 wrong passwords at once, one begins the lock", async () => {
    const { id } = await storedUser();
    const fail = () => test.storage.locks.countFailure(id, policy, NOW);
    const outcomes = await Promise.all(Array.from({ length: 200 }, fail));
    const counted = outcomes.filter((o) => typeof o === "object" && "failures" in o);
    expect(counted).toHaveLength(2);
    expect(counted).toEqual(expect.arrayContaining([{ failures: 1 }, { failures: 2 }]));
    expect(outcomes.filter((outcome) => outcome === "was_locked")).toHaveLength(197);
    expect(await test.database.query("select failures, lock_ms, locked_until from users")).toEqual([
      { failures: 0, lock_ms: 900 * SECOND, locked_until: NOW + 900 * SECOND },
    ]);
  });

  it("RL-04 each lock soon after another lasts twice as long, up to a day; a quiet day forgets", async () => {
    const { id } = await storedUser();
    const lasted: number[] = [];
    let now = NOW;
    for (let lock = 0; lock < 9; lock += 1) {
      const lockedUntil = await failUntilLocked(id, now);
      lasted.push((lockedUntil - now) / SECOND);
      now = lockedUntil;
    }
    expect(lasted).toEqual([900, 1800, 3600, 7200, 14_400, 28_800, 57_600, 86_400, 86_400]);
    expect(await failUntilLocked(id, now + DAY)).toBe(now + DAY + 900 * SECOND);
  });

  it("RL-04 a success, or a quiet day, forgets the failures before it", async () => {
    const { id } = await storedUser();
    const fail = (now: number) => test.storage.locks.countFailure(id, policy, now);
    await fail(NOW);
    await fail(NOW);
    expect(await test.storage.locks.noteLogin(id, NOW)).toBe(true);
    const two = [{ failures: 1 }, { failures: 2 }];
    expect([await fail(NOW), await fail(NOW)]).toEqual(two);
    expect([await fail(NOW + DAY), await fail(NOW + DAY)]).toEqual(two);
    expect(await fail(NOW + DAY)).toEqual({
      lockedUntil: NOW + DAY + 900 * SECOND,
    });
  });

  it("locks one account and no other, and ends with all that led to it", async () => {
    const [{ id }, other] = [await storedUser(), await storedUser()];
    await failUntilLocked(id, NOW);
    expect(await test.storage.locks.countFailure(other.id, policy, NOW)).toEqual({ failures: 1 });
    expect(await test.storage.locks.end(id)).toBe(true);
    expect(await failUntilLocked(id, NOW)).toBe(NOW + 900 * SECOND);
    expect(await test.storage.locks.end(aUser().id)).toBe(false);
  });

  it("counts nothing for nobody", async () => {
    await storedUser();
    const before = await test.database.query("select * from users");
    for (let count = 0; count < 5; count += 1)
      for (const nobody of [null, aUser().id])
        expect(await test.storage.locks.countFailure(nobody, policy, NOW)).toBe("nobody");
    expect(await test.database.query("select * from users")).toEqual(before);
  });

  describe("known devices", () => {
    const aDevice = (userId: string, overrides: Partial<NewDevice> = {}): NewDevice => ({
      id: uuidv7(),
      userId,
      secretHash: new Uint8Array(randomBytes(32)),
      seenAt: NOW,
      expiresAt: NOW + DAY,
      ...overrides,
    });

    it("are found by secret and address together, until they expire or the account goes", async () => {
      const [user, other] = [await storedUser(), await storedUser()];
      const device = aDevice(user.id);
      const find = (email: string, now = NOW) =>
        test.storage.devices.find([device.secretHash], email, now);
      await test.storage.devices.insert(device, 20);
      expect(await find(user.email)).toEqual({
        id: device.id,
        userId: user.id,
        secretHash: device.secretHash,
      });
      expect(await find(other.email)).toBeUndefined();
      expect(await find(user.email, NOW + DAY)).toBeUndefined();
      await test.storage.users.deleteUnlessLastAdmin(user.id);
      expect(await test.database.query("select * from devices")).toEqual([]);
    });

    it.each([1, 2, 3, 4, 5])("RL-21 are found by any of %i secrets of a browser", async (many) => {
      const users = [await storedUser(), await storedUser()];
      const devices = users.map(({ id }) => aDevice(id));
      for (const device of devices) await test.storage.devices.insert(device, 20);
      for (const [at, user] of users.entries())
        for (let place = 0; place < many; place += 1) {
          const secrets: Uint8Array[] = Array.from({ length: many }, () => randomBytes(32));
          const hash = devices[at]?.secretHash ?? new Uint8Array();
          const found = await test.storage.devices.find(secrets.with(place, hash), user.email, NOW);
          expect(found).toEqual({ id: devices[at]?.id, userId: user.id, secretHash: hash });
        }
      const nobodys = [new Uint8Array(randomBytes(32))];
      expect(await test.storage.devices.find(nobodys, users[0]?.email ?? "", NOW)).toBeUndefined();
      expect(await test.storage.devices.find([], users[0]?.email ?? "", NOW)).toBeUndefined();
    });

    it("RL-03 have a budget of their own, and are forgotten when it is spent", async () => {
      const user = await storedUser();
      const device = aDevice(user.id);
      await test.storage.devices.insert(device, 20);
      const fail = () => test.storage.devices.countFailure(device.id, 3);
      expect([await fail(), await fail()]).toEqual([true, true]);
      expect(await test.storage.devices.forgetFailures(device.id)).toBe(true);
      expect([await fail(), await fail(), await fail()]).toEqual([true, true, true]);
      expect(await fail()).toBe(false);
      expect(await test.storage.devices.forgetFailures(device.id)).toBe(false);
      expect(await test.storage.devices.renew(device)).toBe(false);
      expect(await test.storage.devices.find([device.secretHash], user.email, NOW)).toBeUndefined();
    });

    it("are kept up to a number per account, those seen last, and cleaned when they expire", async () => {
      const [user, other] = [await storedUser(), await storedUser()];
      const devices = [0, 1, 2, 3].map((minute) =>
        aDevice(user.id, {
          seenAt: NOW + minute * MINUTE,
          expiresAt: NOW + minute * MINUTE,
        }),
      );
      const kept = aDevice(other.id);
      await test.storage.devices.insert(kept, 2);
      for (const device of devices) await test.storage.devices.insert(device, 2);
      const ids = async () => {
        const found = await test.database.query("select id from devices");
        return found.map((row) => String(row["id"])).toSorted();
      };
      expect(await ids()).toEqual([devices[2]?.id, devices[3]?.id, kept.id].toSorted());
      expect(await test.storage.devices.deleteExpired(NOW + 2 * MINUTE, 9)).toBe(1);
      expect(await ids()).toEqual([devices[3]?.id, kept.id].toSorted());
    });

    it("PW-11 are forgotten by account, all or all but one, and nobody else's", async () => {
      const [user, other] = [await storedUser(), await storedUser()];
      const [kept, second, third] = [aDevice(user.id), aDevice(user.id), aDevice(user.id)];
      const theirs = aDevice(other.id);
      for (const device of [kept, second, third, theirs])
        await test.storage.devices.insert(device, 20);
      const ids = () => test.database.query("select id from devices order by id");
      const rowsOf = (...devices: NewDevice[]) =>
        devices.map(({ id }) => ({ id })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      await test.storage.devices.deleteAllOf(user.id, kept.id);
      expect(await ids()).toEqual(rowsOf(kept, theirs));
      await test.storage.devices.deleteAllOf(user.id, theirs.id);
      expect(await ids()).toEqual(rowsOf(theirs));
      await test.storage.devices.deleteAllOf(other.id, undefined);
      expect(await ids()).toEqual([]);
    });

    it("SE-02 are kept with the hash of their secret, which a renewal replaces", async () => {
      const user = await storedUser();
      const device = aDevice(user.id);
      await test.storage.devices.insert(device, 20);
      const next = new Uint8Array(randomBytes(32));
      expect(await test.storage.devices.renew({ ...device, secretHash: next })).toBe(true);
      expect(await test.storage.devices.find([device.secretHash], user.email, NOW)).toBeUndefined();
      expect(await test.storage.devices.find([next], user.email, NOW)).toMatchObject({
        id: device.id,
      });
    });
  });
});
