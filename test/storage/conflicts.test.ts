/** Two transactions that meet, step by step: the outcome must not depend on which was first. */
import { describe, expect, it } from "vitest";
import { createEventLog } from "../../src/routes/event-log.ts";
import type { LogEvent } from "../../src/contract/events.ts";
import { commit } from "../../src/domain/change.ts";
import type { Stores } from "../../src/domain/ports/storage.ts";
import { newId } from "../../src/platform/ids.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import {
  aChallenge,
  aCookieSession,
  anAdmin,
  aSigningKey,
  aUser,
  EPOCH,
  HASH,
} from "../support/rows.ts";

describe.each(databases)("transactions that meet on $name", ({ create }) => {
  const test = eachTestOpens(create);

  /** Runs `first`, lets the second begin while the first is still open, and ends the first a moment later. */
  async function overlap<A, B>(
    first: (stores: Stores) => Promise<A>,
    second: (stores: Stores) => Promise<B>,
  ): Promise<[A, B]> {
    const begun = Promise.withResolvers<void>();
    const one = test.storage.transaction(async (stores) => {
      const outcome = await first(stores);
      begun.resolve();
      await new Promise((resolve) => setTimeout(resolve, 150));
      return outcome;
    });
    await begun.promise;
    return Promise.all([one, test.storage.transaction(second)]);
  }

  it("TK-08 a session that is beginning does not outlive the change of its password", async () => {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    const [inserted, ended] = await overlap(
      (stores) => stores.sessions.insert(aCookieSession(user), EPOCH),
      async (stores) => {
        await stores.users.changePasswordHash(user.id, EPOCH, "a new hash");
        return stores.sessions.deleteAllOf(user.id, undefined);
      },
    );
    expect([inserted, ended.length]).toEqual([true, 1]);
    expect(await test.database.query("select id from sessions")).toEqual([]);
  });

  it("TK-08 no session begins by a password that is just being changed", async () => {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    const [, inserted] = await overlap(
      (stores) => stores.users.changePasswordHash(user.id, EPOCH, "a new hash"),
      (stores) => stores.sessions.insert(aCookieSession(user), EPOCH),
    );
    expect(inserted).toBe(false);
  });

  it("AZ-07 of two administrators that remove each other, the second is told that it is the last", async () => {
    const [one, two] = [anAdmin(), anAdmin()];
    for (const admin of [one, two]) await test.storage.users.insert(admin, HASH);
    const [demoted, deleted] = await overlap(
      (stores) => stores.users.updateUnlessLastAdmin(one.id, { role: "user" }),
      (stores) => stores.users.deleteUnlessLastAdmin(two.id),
    );
    expect(demoted).toMatchObject({ id: one.id, role: "user" });
    expect(deleted).toBe("last_admin");
  });

  it("LG-05 of two first administrators of different addresses, one is made", async () => {
    const outcomes = await overlap(
      (stores) => stores.users.insertFirstAdmin(anAdmin(), HASH),
      (stores) => stores.users.insertFirstAdmin(anAdmin(), HASH),
    );
    expect(outcomes).toEqual(["inserted", "admin_exists"]);
  });

  it("RS-08 a reset token that is being made for an account just disabled does not outlive that", async () => {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    await overlap(
      (stores) => stores.challenges.save(user.id, aChallenge({ purpose: "password_reset" })),
      async (stores) => {
        await stores.users.updateUnlessLastAdmin(user.id, { disabled: true });
        await stores.challenges.deleteAllOf(user.id);
      },
    );
    expect(await test.database.query("select * from challenges")).toEqual([]);
  });

  it("EM-10 of two accounts that get one address, the second is told that it is taken", async () => {
    const [one, other] = [aUser(), aUser()];
    for (const user of [one, other]) await test.storage.users.insert(user, HASH);
    const changed = await overlap(
      (stores) => stores.users.changeEmail(one.id, "wanted@example.com"),
      (stores) => stores.users.changeEmail(other.id, "wanted@example.com"),
    );
    expect(changed).toEqual([true, false]);
    const [inserted, isChanged] = await overlap(
      (stores) => stores.users.insert(aUser({ email: "made@example.com" }), HASH),
      (stores) => stores.users.changeEmail(other.id, "made@example.com"),
    );
    expect([inserted, isChanged]).toEqual([true, false]);
    const [isChangedFirst, isInserted] = await overlap(
      (stores) => stores.users.changeEmail(other.id, "changed@example.com"),
      (stores) => stores.users.insert(aUser({ email: "changed@example.com" }), HASH),
    );
    expect([isChangedFirst, isInserted]).toEqual([true, false]);
  });

  it("CH-06 of two challenges of a purpose that an account gets at once, the later one is left, and none is an error", async () => {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    const [first, second] = [aChallenge(), aChallenge()];
    const saved = await overlap(
      (stores) => stores.challenges.save(user.id, first),
      (stores) => stores.challenges.save(user.id, second),
    );
    expect(saved).toEqual([true, true]);
    const left = await test.database.query("select id from challenges");
    expect(left).toEqual([{ id: second.id }]);
  });

  it("AZ-04 an account whose credential is locked is not changed before the end of that transaction", async () => {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    const order: string[] = [];
    await overlap(
      async (stores) => {
        await stores.users.lockCredential(user.id);
        setTimeout(() => order.push("locked"), 100);
      },
      async (stores) => {
        await stores.users.updateUnlessLastAdmin(user.id, { disabled: true });
        order.push("disabled");
      },
    );
    expect(order).toEqual(["locked", "disabled"]);
  });

  it("a rotation that waited for another knows the key that one made", async () => {
    await test.storage.signingKeys.insertFirst(aSigningKey());
    const next = aSigningKey({ createdAt: NOW + 1 });
    const [, seen] = await overlap(
      async (stores) => {
        await stores.signingKeys.lockAll();
        await stores.signingKeys.retire(NOW + 1);
        await stores.signingKeys.insertFirst(next);
      },
      (stores) => stores.signingKeys.lockAll(),
    );
    expect(seen.map(({ kid }) => kid)).toContain(next.kid);
  });

  it("AZ-05 a locked session is not ended before the end of that transaction, and one that is ending cannot be locked", async () => {
    const user = aUser();
    const session = aCookieSession(user);
    await test.storage.users.insert(user, HASH);
    await test.storage.sessions.insert(session, EPOCH);
    const order: string[] = [];
    await overlap(
      async (stores) => {
        expect(await stores.sessions.lock(session.id)).toBe(true);
        setTimeout(() => order.push("locked"), 100);
      },
      async (stores) => {
        await stores.sessions.deleteAllOf(user.id, undefined);
        order.push("revoked");
      },
    );
    expect(order).toEqual(["locked", "revoked"]);
    await test.storage.sessions.insert(session, EPOCH);
    const [, isLocked] = await overlap(
      (stores) => stores.sessions.delete(session.id),
      (stores) => stores.sessions.lock(session.id),
    );
    expect(isLocked).toBe(false);
  });

  it("LA-06 two that wait for each other both come through: one of them is run again, as a whole, and told once", async () => {
    const [a, b] = [aUser(), aUser()];
    for (const user of [a, b]) await test.storage.users.insert(user, HASH);
    const printed: LogEvent[] = [];
    const log = createEventLog((event) => printed.push(event), false);
    const journal = { storage: test.storage, log, newId };
    const occasion = { requestId: null, ip: null, now: NOW };
    let runs = 0;
    const cross = (from: typeof a, to: typeof b) =>
      commit(journal, occasion, async ({ stores, record }) => {
        runs += 1;
        await record("logout", { userId: from.id });
        await stores.users.setPasswordHash(from.id, `of ${from.id}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
        await stores.users.setPasswordHash(to.id, `of ${from.id}`);
      });
    await Promise.all([cross(a, b), cross(b, a)]);
    const hashes = await test.database.query("select distinct password_hash from users");
    expect(hashes).toHaveLength(1);
    expect(runs).toBeGreaterThanOrEqual(2);
    const stored = await test.database.query("select user_id from events order by user_id");
    expect(stored).toEqual([a, b].map(({ id }) => ({ user_id: id })));
    const told = printed.map((event) => ("userId" in event ? event.userId : null));
    expect(told.sort()).toEqual([a.id, b.id]);
  });
});
