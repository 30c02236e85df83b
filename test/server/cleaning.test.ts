import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { cleanIfDue } from "../../src/process/jobs/cleaning.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { NOW } from "../support/clock.ts";
import { startInProcessServer } from "../support/in-process-server.ts";
import { aCookieSession, aSignup, aTokenSession, aUser, EPOCH, HASH } from "../support/rows.ts";
import { waitFor } from "../support/wait-for.ts";
import { databases, eachTestOpens } from "../support/databases.ts";

const settings = { SESSION_IDLE_TTL: 3_600, EVENT_RETENTION_DAYS: 365 };
const MINUTE = 60_000;
const DAY = 86_400_000;

describe.each(databases)("cleaning on $name", ({ create }) => {
  const test = eachTestOpens(create);

  it("of several processes that find it due at once, one cleans", async () => {
    const others = await Promise.all([1, 2].map(() => openStorage(test.database.target)));
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
    await test.storage.users.insert(user, HASH);
    const live = aTokenSession(user, { lastSeenAt: NOW - 30 * MINUTE * 60 });
    await test.storage.sessions.insert(live, EPOCH);
    await test.storage.sessions.insert(aTokenSession(user, { expiresAt: NOW }), EPOCH);
    await test.storage.sessions.insert(
      aCookieSession(user, { lastSeenAt: NOW - 60 * MINUTE }),
      EPOCH,
    );
    expect(await cleanIfDue(test.storage, settings, NOW)).toBe(true);
    expect(await test.database.query("select id from sessions")).toEqual([{ id: live.id }]);
  });

  it("removes every kind of row that says nothing any more, and events as the setting says", async () => {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    const bytes = () => new Uint8Array(randomBytes(32));
    const instants = { createdAt: NOW - DAY, expiresAt: NOW };
    const dead = { userId: user.id, secretHash: bytes(), seenAt: NOW - DAY };
    await test.storage.devices.insert({ id: uuidv7(), ...instants, ...dead }, 9);
    await test.storage.challenges.insert({
      ...{ id: uuidv7(), purpose: "signup", ...instants, userId: null, sessionId: null },
      ...{ handleHash: bytes(), linkHash: bytes(), codeMac: null, subject: null, sealed: null },
    });
    const mail = { id: uuidv7(), sealed: bytes(), ...instants, finishedAt: NOW - DAY - 1 };
    await test.storage.mails.insert(mail);
    for (const days of [8, 6]) {
      const timestamp = new Date(NOW - days * DAY).toISOString();
      await test.storage.events.insert(uuidv7(), { ...aSignup(user), timestamp });
    }
    expect(await cleanIfDue(test.storage, { ...settings, EVENT_RETENTION_DAYS: 7 }, NOW)).toBe(
      true,
    );
    for (const table of ["devices", "challenges", "mails"])
      expect([table, await test.database.query(`select * from ${table}`)]).toEqual([table, []]);
    const left = await test.database.query("select timestamp from events");
    expect(left).toEqual([{ timestamp: NOW - 6 * DAY }]);
  });
});

it("LA-05 a server that runs removes the events older than EVENT_RETENTION_DAYS, and no others", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await startInProcessServer({ EVENT_RETENTION_DAYS: "2" });
  onTestFinished(() => server.stop());
  const insert = `insert into events (id, event, level, timestamp, body)
    values (?, 'logout', 'info', cast(? as integer), '{}')`;
  for (const days of [3, 1]) server.sql(insert, `${days} days`, String(Date.now() - days * DAY));
  const ids = () => server.sql("select id from events where id like '% days'");
  vi.advanceTimersByTime(MINUTE);
  expect(await waitFor(() => (ids().length < 2 ? ids() : undefined))).toEqual([{ id: "1 days" }]);
});
