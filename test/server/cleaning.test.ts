import { describe, expect, it } from "vitest";
import { cleanIfDue } from "../../src/cleaning.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { databases, eachTestOpens } from "../storage/databases.ts";
import { aCookieSession, aTokenSession, aUser, HASH, NOW } from "../storage/samples.ts";

const settings = { SESSION_IDLE_TTL: 3_600, EVENT_RETENTION_DAYS: 365 };
const MINUTE = 60_000;

describe.each(databases)("cleaning on $name", ({ create }) => {
  const test = eachTestOpens(create);

  it("of several processes that find it due at once, one cleans", async () => {
    const others = await Promise.all([1, 2].map(() => openStorage(test.database.url)));
    const all = [test.storage, ...others];
    for (const at of [NOW, NOW + 10 * MINUTE]) {
      const turns = await Promise.all(all.map((storage) => cleanIfDue(storage, settings, at)));
      expect(turns.filter(Boolean)).toHaveLength(1);
      expect(await cleanIfDue(test.storage, settings, at + 9 * MINUTE)).toBe(false);
    }
    for (const storage of others) await storage.close();
  });

  it("removes what has ended and leaves what lives", async () => {
    const user = aUser();
    await test.storage.insertUser(user, HASH);
    const live = aTokenSession(user, { lastSeenAt: NOW - 30 * MINUTE * 60 });
    await test.storage.insertSession(live, HASH);
    await test.storage.insertSession(aTokenSession(user, { expiresAt: NOW }), HASH);
    await test.storage.insertSession(aCookieSession(user, { lastSeenAt: NOW - 60 * MINUTE }), HASH);
    expect(await cleanIfDue(test.storage, settings, NOW)).toBe(true);
    expect(await test.database.query("select id from sessions")).toEqual([{ id: live.id }]);
  });
});
