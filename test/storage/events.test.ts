import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { databases, eachTestOpens } from "./databases.ts";
import { aSignup, aUser, HASH, NOW } from "./samples.ts";

describe.each(databases)("events on $name", ({ create }) => {
  const test = eachTestOpens(create);

  it("LA-06 an event is stored whole, with what it is found by", async () => {
    const user = aUser();
    const [id, event] = [uuidv7(), aSignup(user)];
    await test.storage.insertEvent(id, event);
    const [row] = test.database.query("select * from events");
    expect(row).toMatchObject({ id, event: "signup", level: "info", timestamp: NOW });
    expect(row?.["user_id"]).toBe(user.id);
    expect(JSON.parse(String(row?.["body"]))).toEqual(event);
  });

  it("stores an event that tells of no account", async () => {
    const { timestamp, requestId, ip } = aSignup(aUser());
    await test.storage.insertEvent(uuidv7(), {
      event: "csrf_rejected",
      level: "warn",
      timestamp,
      requestId,
      ip,
      operation: "logout",
      reason: "missing",
    });
    expect(test.database.query("select user_id from events")).toEqual([{ user_id: null }]);
  });

  it.each([
    ["update events set level = 'error'", "an update"],
    ["delete from events", "a deletion"],
    [
      "insert or replace into events select id, 'x', level, timestamp, null, '' from events",
      "REPLACE",
    ],
  ])("LA-05 a stored event cannot be changed or deleted: %s", async (change) => {
    await test.storage.insertEvent(uuidv7(), aSignup(aUser()));
    const before = test.database.query("select * from events");
    expect(() => test.database.query(change)).toThrow(/append-only/);
    expect(test.database.query("select * from events")).toEqual(before);
  });

  it("LA-05 an event outlives the account it tells of", async () => {
    const user = aUser();
    await test.storage.insertUser(user, HASH);
    await test.storage.insertEvent(uuidv7(), aSignup(user));
    await test.storage.deleteUserUnlessLastAdmin(user.id);
    expect(test.database.query("select user_id from events")).toEqual([{ user_id: user.id }]);
  });

  it("LA-06 an event whose change is undone was never stored", async () => {
    const user = aUser();
    const failing = test.storage.transaction(async (stores) => {
      await stores.insertUser(user, HASH);
      await stores.insertEvent(uuidv7(), aSignup(user));
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(test.database.query("select id from events")).toEqual([]);
  });
});
