import { describe, expect, it } from "vitest";
import type { User } from "../../src/domain/ports/users.ts";
import { endOfPrefix } from "../../src/storage/prefixes.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { aCookieSession, anAdmin, aTokenSession, aUser, EPOCH, HASH } from "../support/rows.ts";

describe.each(databases)("users on $name", ({ create }) => {
  const test = eachTestOpens(create);

  it("gives back an account as it was stored, with its hash only by e-mail", async () => {
    const user = aUser({ disabled: true });
    expect(await test.storage.users.insert(user, HASH)).toBe(true);
    expect(await test.storage.users.find(user.id)).toEqual(user);
    const found = await test.storage.users.findByEmail(user.email);
    expect(found).toEqual({
      user,
      passwordHash: HASH,
      epoch: EPOCH,
      lockedUntil: 0,
      hasSecondFactor: false,
    });
    expect(await test.storage.users.find(aUser().id)).toBeUndefined();
    expect(await test.storage.users.findByEmail("nobody@example.com")).toBeUndefined();
  });

  it("ST-05 a taken e-mail is refused and changes nothing", async () => {
    const first = aUser({ email: "ada@example.com" });
    await test.storage.users.insert(first, HASH);
    expect(await test.storage.users.insert(aUser({ email: "ada@example.com" }), "other")).toBe(
      false,
    );
    const found = await test.storage.users.findByEmail("ada@example.com");
    expect(found).toEqual({
      user: first,
      passwordHash: HASH,
      epoch: EPOCH,
      lockedUntil: 0,
      hasSecondFactor: false,
    });
  });

  it("ST-05 of many parallel signups with one e-mail, one makes an account", async () => {
    const attempts = Array.from({ length: 20 }, () => aUser({ email: "ada@example.com" }));
    const outcomes = await Promise.all(
      attempts.map((user) => test.storage.users.insert(user, HASH)),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await test.storage.users.list({}, 100, undefined)).toHaveLength(1);
  });

  it("ST-05 the database itself refuses a second row with the same e-mail", async () => {
    await test.storage.users.insert(aUser({ email: "ada@example.com" }), HASH);
    const copy = `insert into users (id, email, password_hash, role, disabled, created_at)
      select 'another id', email, password_hash, role, disabled, created_at from users`;
    await expect(test.database.query(copy)).rejects.toThrow(/unique/i);
  });

  it("an id that exists is an error, not a taken e-mail", async () => {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    const twin = { ...aUser(), id: user.id };
    await expect(test.storage.users.insert(twin, HASH)).rejects.toThrow();
  });

  it("LG-05 parallel first admins leave one", async () => {
    const admins = Array.from({ length: 20 }, () => anAdmin());
    const outcomes = await Promise.all(
      admins.map((admin) =>
        test.storage.transaction((stores) => stores.users.insertFirstAdmin(admin, HASH)),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "inserted")).toHaveLength(1);
    expect(await test.storage.users.list({}, 100, undefined)).toHaveLength(1);
  });

  it("LG-05 a first admin is made beside users, not beside a disabled admin", async () => {
    await test.storage.users.insert(aUser(), HASH);
    expect(await test.storage.users.insertFirstAdmin(anAdmin({ disabled: true }), HASH)).toBe(
      "inserted",
    );
    expect(await test.storage.users.insertFirstAdmin(anAdmin(), HASH)).toBe("admin_exists");
  });

  it("LG-05 a first admin does not take over an account with the same e-mail", async () => {
    const user = aUser({ email: "ada@example.com" });
    await test.storage.users.insert(user, HASH);
    const admin = anAdmin({ email: "ada@example.com" });
    expect(await test.storage.users.insertFirstAdmin(admin, "other")).toBe("email_taken");
    const found = await test.storage.users.findByEmail("ada@example.com");
    expect(found).toEqual({
      user,
      passwordHash: HASH,
      epoch: EPOCH,
      lockedUntil: 0,
      hasSecondFactor: false,
    });
  });

  it("PW-09 a hash is replaced only while it is the one that was read", async () => {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    expect(await test.storage.users.upgradePasswordHash(user.id, "stale", "new")).toBe(false);
    expect(await test.storage.users.upgradePasswordHash(user.id, HASH, "new")).toBe(true);
    expect((await test.storage.users.findByEmail(user.email))?.passwordHash).toBe("new");
  });

  it("AZ-04 deleting an account deletes its sessions and nobody else's", async () => {
    const [user, other] = [aUser(), aUser()];
    await test.storage.users.insert(user, HASH);
    await test.storage.users.insert(other, HASH);
    const sessions = [aCookieSession(user), aTokenSession(user), aCookieSession(other)];
    for (const session of sessions) await test.storage.sessions.insert(session, EPOCH);
    expect(await test.storage.users.deleteUnlessLastAdmin(user.id)).toBe("deleted");
    expect(await test.database.query("select user_id from sessions")).toEqual([
      { user_id: other.id },
    ]);
  });

  it("tells an account that is not there from the last admin", async () => {
    const admin = anAdmin();
    await test.storage.users.insert(admin, HASH);
    expect(await test.storage.users.deleteUnlessLastAdmin(aUser().id)).toBe("not_found");
    expect(await test.storage.users.deleteUnlessLastAdmin(admin.id)).toBe("last_admin");
    expect(await test.storage.users.find(admin.id)).toEqual(admin);
  });

  it("AZ-07 a disabled admin does not count as another, and can go", async () => {
    const [admin, disabled] = [anAdmin(), anAdmin({ disabled: true })];
    await test.storage.users.insert(admin, HASH);
    await test.storage.users.insert(disabled, HASH);
    expect(await test.storage.users.deleteUnlessLastAdmin(admin.id)).toBe("last_admin");
    expect(await test.storage.users.deleteUnlessLastAdmin(disabled.id)).toBe("deleted");
  });

  it("AZ-07 an admin who is disabled is not the last enabled one", async () => {
    const disabled = anAdmin({ disabled: true });
    await test.storage.users.insert(disabled, HASH);
    expect(await test.storage.users.deleteUnlessLastAdmin(disabled.id)).toBe("deleted");
  });

  it("AZ-07 two admins deleting each other at once leave one", async () => {
    const admins = [anAdmin(), anAdmin()];
    for (const admin of admins) await test.storage.users.insert(admin, HASH);
    const outcomes = await Promise.all(
      admins.map((admin) =>
        test.storage.transaction((stores) => stores.users.deleteUnlessLastAdmin(admin.id)),
      ),
    );
    expect(outcomes.toSorted()).toEqual(["deleted", "last_admin"]);
    expect(await test.storage.users.list({ role: "admin" }, 10, undefined)).toHaveLength(1);
  });

  const asListed = (user: User) => ({ ...user, lockedUntil: 0, lastLoginAt: null });

  it("lists in order of id, a page at a time", async () => {
    const users = Array.from({ length: 5 }, () => aUser());
    for (const user of users.toReversed()) await test.storage.users.insert(user, HASH);
    const listed = users.map(asListed);
    expect(await test.storage.users.list({}, 2, undefined)).toEqual(listed.slice(0, 2));
    expect(await test.storage.users.list({}, 2, users[1]?.id)).toEqual(listed.slice(2, 4));
    expect(await test.storage.users.list({}, 2, users[4]?.id)).toEqual([]);
  });

  it("filters by role and by being disabled; all filters must match", async () => {
    const users = [aUser(), aUser({ disabled: true }), anAdmin(), anAdmin({ disabled: true })];
    for (const user of users) await test.storage.users.insert(user, HASH);
    const listed = users.map(asListed);
    const list = (filter: object) => test.storage.users.list(filter, 10, undefined);
    expect(await list({ role: "admin" })).toEqual(listed.slice(2));
    expect(await list({ disabled: false })).toEqual([listed[0], listed[2]]);
    expect(await list({ role: "user", disabled: true })).toEqual([listed[1]]);
    const emailPrefix = users[3]?.email ?? "";
    expect(await list({ emailPrefix, role: "admin", disabled: true })).toEqual([listed[3]]);
    expect(await list({ emailPrefix, role: "user" })).toEqual([]);
    expect(await list({ emailPrefix, disabled: false })).toEqual([]);
  });

  it.each([
    ["a", ["a%b@x.example", "a_b@x.example", "aab@x.example"]],
    ["a%", ["a%b@x.example"]],
    ["a_", ["a_b@x.example"]],
    ["%", []],
    ["_", []],
    ["", ["a%b@x.example", "a_b@x.example", "aab@x.example", "b@x.example", "ż@x.example"]],
    ["A", []],
    ["ż", ["ż@x.example"]],
    ["aab@x.example", ["aab@x.example"]],
    ["aab@x.example2", []],
    ["aab@x.exampld", []], // what ends its range is an address itself
  ])("takes the e-mail prefix %j literally", async (emailPrefix, expected) => {
    const emails = ["a%b", "a_b", "aab", "b", "ż"].map((name) => `${name}@x.example`);
    for (const email of emails) await test.storage.users.insert(aUser({ email }), HASH);
    const users = await test.storage.users.list({ emailPrefix }, 10, undefined);
    expect(users.map((user) => user.email).toSorted()).toEqual(expected.toSorted());
  });
});

describe("the end of a prefix", () => {
  it.each([
    ["a", "b"],
    ["az", "a{"],
    ["\u{d7ff}", "\u{e000}"],
    ["\u{ffff}", "\u{10000}"],
    ["a\u{10ffff}", "b"],
    ["\u{10ffff}", undefined],
    ["", undefined],
  ])("of %j is %j", (prefix, end) => {
    expect(endOfPrefix(prefix)).toBe(end);
  });
});
