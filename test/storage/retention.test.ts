import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { deleteOldEvents } from "../../src/domain/retention.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { aSignup, aUser } from "../support/rows.ts";

const DAY_MS = 86_400_000;

describe.each(databases)("retention of events on $name", ({ create }) => {
  const test = eachTestOpens(create);

  async function insertAt(...times: number[]): Promise<void> {
    for (const time of times) {
      const timestamp = new Date(time).toISOString();
      await test.storage.events.insert(uuidv7(), { ...aSignup(aUser()), timestamp });
    }
  }
  async function timestamps(): Promise<unknown[]> {
    const rows = await test.database.query("select timestamp from events order by timestamp");
    return rows.map((row) => row["timestamp"]);
  }

  it("LA-05 the job deletes what is older than its days, and not what is just as old", async () => {
    await insertAt(NOW - 31 * DAY_MS, NOW - 30 * DAY_MS - 1, NOW - 30 * DAY_MS, NOW);
    expect(await deleteOldEvents(test.storage, 30, NOW, 500)).toBe(2);
    expect(await timestamps()).toEqual([NOW - 30 * DAY_MS, NOW]);
  });

  it("deletes no more than it is told at once, and nothing where 0 days keep all", async () => {
    await insertAt(1, 2, 3);
    expect(await deleteOldEvents(test.storage, 0, NOW, 500)).toBe(0);
    expect(await deleteOldEvents(test.storage, 1, NOW, 2)).toBe(2);
    expect(await deleteOldEvents(test.storage, 1, NOW, 2)).toBe(1);
  });

  it("LA-05 outside of the job even the oldest event cannot be deleted, before and after it ran", async () => {
    await insertAt(1);
    const remove = () => test.database.query("delete from events");
    await expect(remove()).rejects.toThrow(/append-only/);
    expect(await deleteOldEvents(test.storage, 30, NOW, 500)).toBe(1);
    await insertAt(1); // old enough for the job that has just ended
    await expect(remove()).rejects.toThrow(/append-only/);
    expect(await timestamps()).toEqual([1]);
  });

  it("LA-05 a job that fails deletes nothing, and leaves nothing open", async () => {
    await insertAt(1);
    const failing = test.storage.transaction(async (stores) => {
      await stores.events.deleteBefore(NOW, 10);
      throw new Error("power cut");
    });
    await expect(failing).rejects.toThrow("power cut");
    expect(await timestamps()).toEqual([1]);
    await expect(test.database.query("delete from events")).rejects.toThrow(/append-only/);
  });

  it("LA-05 inside the job, a younger event is refused still", async () => {
    await insertAt(NOW);
    await test.database.query(`update event_retention set delete_before = ${NOW}`);
    await expect(test.database.query("delete from events")).rejects.toThrow(/append-only/);
    await test.database.query("delete from event_retention");
    await expect(test.database.query("delete from events")).rejects.toThrow(/append-only/);
  });
});
