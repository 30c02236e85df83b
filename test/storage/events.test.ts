import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { aSignup, aUser, HASH } from "../support/rows.ts";

/** In the words of both databases. SQLite's REPLACE is in sqlite.test.ts, PostgreSQL's TRUNCATE in postgres.test.ts. */
const over = `insert into events select id, 'x', level, timestamp, null, '' from events where true
  on conflict (id) do update set event = excluded.event`;

describe.each(databases)("events on $name", ({ create }) => {
  const test = eachTestOpens(create);

  it("LA-06 an event is stored whole, with what it is found by", async () => {
    const user = aUser();
    const [id, event] = [uuidv7(), aSignup(user)];
    await test.storage.events.insert(id, event);
    const [row] = await test.database.query("select * from events");
    expect(row).toMatchObject({ id, event: "signup", level: "info", timestamp: NOW });
    expect(row?.["user_id"]).toBe(user.id);
    expect(JSON.parse(String(row?.["body"]))).toEqual(event);
  });

  it("LA-06 ST-03 a change whose event cannot be stored does not hold, although nobody waited for that", async () => {
    const [id, user] = [uuidv7(), aUser()];
    await test.storage.events.insert(id, aSignup(user));
    const working = test.storage.transaction(async (stores) => {
      await stores.users.insert(user, HASH);
      void stores.events.insert(id, aSignup(user)).catch(() => undefined); // the id is taken
      await stores.events.insert(uuidv7(), aSignup(user));
    });
    await expect(working).rejects.toThrow(/unique|append-only/i);
    expect(await test.database.query("select * from users")).toEqual([]);
    expect(await test.database.query("select id from events")).toEqual([{ id }]);
  });

  it("ST-03 nothing is run that was begun together with a statement that failed, and behind it", async () => {
    const [id, user] = [uuidv7(), aUser()];
    await test.storage.events.insert(id, aSignup(user));
    const working = test.storage.transaction((stores) =>
      Promise.all([
        stores.users.insert(user, HASH),
        stores.events.insert(id, aSignup(user)),
        stores.users.insert(aUser(), HASH),
      ]),
    );
    await expect(working).rejects.toThrow(/unique|append-only/i);
    expect(await test.database.query("select * from users")).toEqual([]);
    expect(await test.storage.users.insert(user, HASH)).toBe(true); // on the connection that failed
  });

  it("stores an event that tells of no account", async () => {
    const { timestamp, requestId, ip } = aSignup(aUser());
    await test.storage.events.insert(uuidv7(), {
      event: "csrf_rejected",
      level: "warn",
      timestamp,
      requestId,
      ip,
      operation: "logout",
      reason: "missing",
    });
    expect(await test.database.query("select user_id from events")).toEqual([{ user_id: null }]);
  });

  it.each([
    ["an update", "update events set level = 'error'"],
    ["a deletion", "delete from events"],
    ["an insertion over it", over],
  ])("LA-05 a stored event cannot be changed or deleted: %s", async (_, change) => {
    await test.storage.events.insert(uuidv7(), aSignup(aUser()));
    const before = await test.database.query("select * from events");
    await expect(test.database.query(change)).rejects.toThrow(/append-only/);
    expect(await test.database.query("select * from events")).toEqual(before);
  });

  it("LA-05 an event outlives the account it tells of", async () => {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    await test.storage.events.insert(uuidv7(), aSignup(user));
    await test.storage.users.deleteUnlessLastAdmin(user.id);
    expect(await test.database.query("select user_id from events")).toEqual([{ user_id: user.id }]);
  });

  it("LA-06 an event whose change is undone was never stored", async () => {
    const user = aUser();
    const failing = test.storage.transaction(async (stores) => {
      await stores.users.insert(user, HASH);
      await stores.events.insert(uuidv7(), aSignup(user));
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await test.database.query("select id from events")).toEqual([]);
  });

  it.each([
    ["before", -1, 0],
    ["at", 0, 3],
    ["after", 1, 4],
  ])(
    "a page of a period that ends %s the position ends at the earlier",
    async (_, ms, expected) => {
      const ids = Array.from({ length: 3 }, () => uuidv7()).toSorted();
      const [, middle = ""] = ids;
      for (const timestamp of [NOW - 2, NOW - 1, NOW, NOW + 1]) {
        for (const id of ids)
          await test.storage.events.insert(`${id}-${timestamp}`, {
            ...aSignup(aUser()),
            timestamp: new Date(timestamp).toISOString(),
          });
      }
      const position = { id: `${middle}-${NOW}`, timestamp: NOW };
      const filter = { since: NOW - 1, until: NOW + ms };
      const page = await test.storage.events.list(filter, 20, position);
      const isIn = ({ id, timestamp }: { id: string; timestamp: number }) =>
        timestamp < NOW + ms && (timestamp < NOW || id < position.id);
      expect(page.filter(isIn)).toEqual(page);
      expect(page).toHaveLength(expected);
    },
  );

  it("LA-07 lists what its owner may see of an account: newest first, from a position on, and of no other", async () => {
    const [ada, grace] = [aUser(), aUser()];
    const { requestId, ip } = aSignup(ada);
    const at = (ms: number) => new Date(NOW + ms).toISOString();
    const logout = (userId: string, ms: number) =>
      ({ event: "logout", level: "info", timestamp: at(ms), requestId, ip, userId }) as const;
    const refreshed = {
      ...logout(ada.id, 4),
      event: "token_refreshed",
      sessionId: uuidv7(),
    } as const;
    const failed = { ...logout(ada.id, 5), event: "reset_failed", level: "warn" } as const;
    const { userId: _, ...ofNobody } = { ...failed, reason: "weak_password" as const };
    for (const event of [
      logout(ada.id, 1),
      logout(grace.id, 2),
      logout(ada.id, 3),
      refreshed,
      ofNobody,
      logout(ada.id, 3),
    ])
      await test.storage.events.insert(uuidv7(), event);
    const list = (limit: number, before?: { id: string; timestamp: number }) =>
      test.storage.events.listForOwner(ada.id, limit, before);
    const all = await list(20);
    expect(all.map(({ event }) => event)).toEqual([3, 3, 1].map((ms) => logout(ada.id, ms)));
    const [first, second, third] = all;
    expect(await list(1)).toEqual([first]);
    expect(await list(1, first)).toEqual([second]);
    expect(await list(20, second)).toEqual([third]);
    expect(await list(20, third)).toEqual([]);
  });

  it("lists the events of an account and of a kind: both must match", async () => {
    const [ada, grace] = [aUser(), aUser()];
    const logout = ({ id: userId }: { id: string }) => {
      const { timestamp, requestId, ip } = aSignup(ada);
      return { event: "logout", level: "info", timestamp, requestId, ip, userId } as const;
    };
    for (const event of [aSignup(ada), logout(ada), aSignup(grace), logout(grace), logout(ada)])
      await test.storage.events.insert(uuidv7(), event);
    const page = await test.storage.events.list({ userId: ada.id, event: "logout" }, 20, undefined);
    expect(page.map(({ event }) => event)).toEqual([logout(ada), logout(ada)]);
  });
});
