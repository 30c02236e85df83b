/** The password of an account, and the epoch that says whether a proof of it still stands. */
import { describe, expect, it } from "vitest";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { aCookieSession, aUser, EPOCH, HASH } from "../support/rows.ts";

describe.each(databases)("credentials on $name", ({ create }) => {
  const test = eachTestOpens(create);

  async function storedUser() {
    const user = aUser();
    for (const stored of [aUser(), user, aUser()]) await test.storage.users.insert(stored, HASH);
    return user;
  }
  const unlocked = { lockedUntil: 0, hasSecondFactor: false };
  const credential = (userId: string) => test.storage.users.findCredential(userId);
  /** How many accounts are as they were made. */
  const untouched = async () => {
    const rows = await test.database.query(
      `select id from users where password_hash = '${HASH}' and credential_epoch = ${EPOCH}`,
    );
    return rows.length;
  };

  it("are found by id and by e-mail, and not at all where there is no account", async () => {
    const user = await storedUser();
    expect(await credential(user.id)).toEqual({ passwordHash: HASH, epoch: EPOCH, ...unlocked });
    expect(await test.storage.users.findByEmail(user.email)).toMatchObject({ epoch: EPOCH });
    expect(await credential(aUser().id)).toBeUndefined();
    const locked = (id: string) =>
      test.storage.transaction(({ users }) => users.lockCredential(id));
    expect(await locked(user.id)).toEqual({ passwordHash: HASH, epoch: EPOCH, ...unlocked });
    expect(await locked(aUser().id)).toBeUndefined();
  });

  it("have no hash where the account has no password", async () => {
    const user = await storedUser();
    await test.database.query(`update users set password_hash = null where id = '${user.id}'`);
    expect(await credential(user.id)).toMatchObject({ passwordHash: null, epoch: EPOCH });
    expect(await test.storage.users.findByEmail(user.email)).toMatchObject({ passwordHash: null });
  });

  it("PW-09 a better hash of one and the same password does not move the epoch", async () => {
    const user = await storedUser();
    expect(await test.storage.users.upgradePasswordHash(user.id, "another", "better")).toBe(false);
    expect(await test.storage.users.upgradePasswordHash(user.id, HASH, "better")).toBe(true);
    expect(await test.storage.users.upgradePasswordHash(user.id, HASH, "late")).toBe(false);
    expect(await credential(user.id)).toMatchObject({ passwordHash: "better", epoch: EPOCH });
    expect(await untouched()).toBe(2);
    expect(await test.storage.sessions.insert(aCookieSession(user), EPOCH)).toBe(true);
  });

  it("PW-11 a new password moves the epoch once, and only from the epoch it was proved at", async () => {
    const user = await storedUser();
    const change = (epoch: number, to: string) =>
      test.storage.users.changePasswordHash(user.id, epoch, to);
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_, n) => change(EPOCH, `${n}`)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const passwordHash = String(outcomes.indexOf(true));
    expect(await credential(user.id)).toMatchObject({ passwordHash, epoch: EPOCH + 1 });
    expect(await change(EPOCH, "late")).toBe(false);
    expect(await change(EPOCH + 1, "next")).toBe(true);
    expect(await credential(user.id)).toMatchObject({ passwordHash: "next", epoch: EPOCH + 2 });
    expect(await test.storage.users.changePasswordHash(aUser().id, EPOCH, "x")).toBe(false);
    expect(await untouched()).toBe(2);
  });

  it("PW-11 a password that is set moves the epoch, whatever they were", async () => {
    const user = await storedUser();
    await test.storage.users.setPasswordHash(user.id, "first");
    await test.storage.users.setPasswordHash(user.id, "second");
    expect(await credential(user.id)).toMatchObject({ passwordHash: "second", epoch: EPOCH + 2 });
    expect(await untouched()).toBe(2);
  });

  it("TK-08 a disabling moves the epoch; another role, an enabling or nothing does not", async () => {
    const user = await storedUser();
    const epochAfter = async (changes: { role?: "user" | "admin"; disabled?: boolean }) => {
      expect(await test.storage.users.updateUnlessLastAdmin(user.id, changes)).toMatchObject(
        changes,
      );
      return (await credential(user.id))?.epoch;
    };
    expect(await epochAfter({ role: "admin" })).toBe(EPOCH);
    expect(await epochAfter({})).toBe(EPOCH);
    expect(await epochAfter({ disabled: false })).toBe(EPOCH);
    await test.storage.users.insert(aUser({ role: "admin" }), HASH);
    expect(await epochAfter({ disabled: true })).toBe(EPOCH + 1);
    expect(await epochAfter({ disabled: false })).toBe(EPOCH + 1);
    expect(await untouched()).toBe(3);
  });

  it("TK-08 a session begins at the epoch of its proof alone, and not where the account is disabled", async () => {
    const user = await storedUser();
    const begin = (epoch: number) => test.storage.sessions.insert(aCookieSession(user), epoch);
    expect([await begin(EPOCH - 1), await begin(EPOCH + 1)]).toEqual([false, false]);
    expect(await begin(EPOCH)).toBe(true);
    await test.storage.users.setPasswordHash(user.id, "new");
    expect([await begin(EPOCH), await begin(EPOCH + 1)]).toEqual([false, true]);
    await test.storage.users.updateUnlessLastAdmin(user.id, { disabled: true });
    expect([await begin(EPOCH + 1), await begin(EPOCH + 2)]).toEqual([false, false]);
    // The proof was made before it was disabled; enabled again, it still does not stand.
    await test.storage.users.updateUnlessLastAdmin(user.id, { disabled: false });
    expect([await begin(EPOCH + 1), await begin(EPOCH + 2)]).toEqual([false, true]);
    expect(await test.database.query("select id from sessions")).toHaveLength(3);
  });

  it("SE-04 a session is ended by its secret only while it lives, and then once", async () => {
    const user = await storedUser();
    const idleSince = NOW - 1_000;
    const end = (secretHash: Uint8Array) =>
      test.storage.sessions.deleteLive(secretHash, { now: NOW, idleSince });
    const live = aCookieSession(user, { lastSeenAt: idleSince + 1, expiresAt: NOW + 1 });
    const idle = aCookieSession(user, { lastSeenAt: idleSince });
    const expired = aCookieSession(user, { expiresAt: NOW });
    for (const session of [live, idle, expired]) await test.storage.sessions.insert(session, EPOCH);
    expect(await end(idle.secretHash)).toBeUndefined();
    expect(await end(expired.secretHash)).toBeUndefined();
    expect(await end(new Uint8Array(32))).toBeUndefined();
    expect(await end(live.secretHash)).toEqual({ id: live.id, userId: user.id });
    expect(await end(live.secretHash)).toBeUndefined();
    expect(await test.database.query("select id from sessions")).toHaveLength(2);
  });
});
