/** Transactions that wait beside each other on SQLite share a COMMIT, and nothing else; on both databases each has an end. */
import { readFileSync } from "node:fs";
import { sql } from "kysely";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StorageUnavailableError } from "../../src/domain/ports/storage.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { openDatabase } from "../../src/storage/engine/open-database.ts";
import type { Database } from "../../src/storage/engine/database.ts";
import { migrateToLatest } from "../../src/storage/migrations.ts";
import { defaultPool } from "../../src/storage/engine/pool.ts";
import { createStorage } from "../../src/storage/storage.ts";
import { createSqlite, databases, eachTestOpens } from "../support/databases.ts";
import { aCookieSession, aTokenSession, aUser, EPOCH, HASH } from "../support/rows.ts";

let database: ReturnType<typeof createSqlite>;
let opened: Database;
let storage: Storage;
beforeEach(async () => {
  database = createSqlite();
  opened = await openDatabase(database.target, defaultPool);
  await migrateToLatest(opened);
  await sql`pragma wal_checkpoint(truncate)`.execute(opened.db); // from here on the log holds what follows
  storage = createStorage(opened);
});
afterEach(async () => {
  await storage.close();
  await database.remove();
});

/** How many commits the write-ahead log holds: frames that say how large the database is after them (sqlite.org/fileformat2.html#walformat). */
function countCommits(): number {
  const log = readFileSync(`${database.path}-wal`);
  const frameBytes = 24 + log.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frameBytes <= log.length; at += frameBytes)
    if (log.readUInt32BE(at + 4) !== 0) commits += 1;
  return commits;
}

const usersAtRest = async () =>
  (await database.query("select id from users order by id")).map(({ id }) => id);
const insert = (user = aUser()) =>
  storage.transaction(async (stores) => {
    await stores.users.insert(user, HASH);
    return user.id;
  });

it("ST-03 transactions asked for together wait for the disk once", async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => insert()));
  expect(await usersAtRest()).toEqual(ids.sort());
  expect(countCommits()).toBe(1);
  await insert();
  expect(countCommits()).toBe(2);
});

it("ST-01 nobody is answered before another process could see what they did", async () => {
  const answered = Array.from({ length: 10 }, async () => {
    const id = await insert();
    return (await usersAtRest()).includes(id);
  });
  expect(await Promise.all(answered)).toEqual(answered.map(() => true));
});

/** A limit nobody has used: to take from it is a change that is answered ahead of the disk. */
const taking = { keyHash: new Uint8Array(32), pace: { intervalMs: 1_000, burstMs: 10_000 } };

it("ST-03 what is begun on the strength of a limit that was taken shares its COMMIT, and waits for it", async () => {
  const { result, durable } = await storage.limits.takeInOrder([taking], 1_000_000);
  let isDurable = false;
  void durable.then(() => (isDurable = true));
  expect([result, isDurable]).toEqual([undefined, false]);
  await insert();
  expect([isDurable, countCommits()]).toEqual([true, 1]);
});

it("ST-03 where that fails it is undone by itself, and the limit stays taken", async () => {
  const { durable } = await storage.limits.takeInOrder([taking], 1_000_000);
  const failing = storage.transaction(async (stores) => {
    await stores.users.insert(aUser(), HASH);
    throw new Error("not this one");
  });
  await expect(failing).rejects.toThrow("not this one");
  await durable;
  expect(await usersAtRest()).toEqual([]);
  expect(await storage.limits.find(taking.keyHash)).toMatchObject({ paidAt: 1_001_000 });
});

it("ST-03 one that fails is undone by itself, and told so; those beside it hold", async () => {
  const undone = aUser();
  const outcomes = await Promise.allSettled([
    insert(),
    storage.transaction(async (stores) => {
      await stores.users.insert(undone, HASH);
      throw new Error("not this one");
    }),
    insert(),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(outcomes[1]).toMatchObject({ reason: new Error("not this one") });
  const durable = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled" ? outcome.value : [],
  );
  expect(await usersAtRest()).toEqual(durable.sort());
  expect(countCommits()).toBe(1);
});

it("ST-21 a statement that fails fails its own transaction alone, wherever it stands in the shared COMMIT", async () => {
  const taken = aUser();
  await storage.users.insert(taken, HASH);
  const failing = () =>
    storage.transaction(async (stores) => {
      await stores.users.insert(aUser(), HASH);
      await stores.users.insert({ ...aUser(), id: taken.id }, HASH);
    });
  const before = countCommits();
  const outcomes = await Promise.allSettled([failing(), insert(), failing(), insert(), insert()]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  expect(outcomes[2]).toMatchObject({ reason: { message: expect.stringMatching(/unique/i) } });
  expect(await usersAtRest()).toHaveLength(4);
  expect(countCommits() - before).toBe(1);
});

it("ST-21 so does one that joins the COMMIT of a limit that was taken, which stays taken", async () => {
  const taken = aUser();
  await storage.users.insert(taken, HASH);
  const { durable } = await storage.limits.takeInOrder([taking], 1_000_000);
  const outcomes = await Promise.allSettled([
    storage.transaction((stores) => stores.users.insert({ ...aUser(), id: taken.id }, HASH)),
    insert(),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  await durable;
  expect(await storage.limits.find(taking.keyHash)).toMatchObject({ paidAt: 1_001_000 });
});

it("ST-03 each sees what those before it did: what may happen once happens once", async () => {
  const user = aUser();
  await storage.users.insert(user, HASH);
  const replaced = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      storage.transaction((stores) => stores.users.upgradePasswordHash(user.id, HASH, `next-${n}`)),
    ),
  );
  expect(replaced.filter(Boolean)).toHaveLength(1);
});

it("ST-03 what a transaction may still undo of sessions is seen by nobody outside of it", async () => {
  const user = aUser();
  await storage.users.insert(user, HASH);
  const [kept, never] = [aCookieSession(user), aTokenSession(user)];
  await storage.sessions.insert(kept, EPOCH);
  let readings: Promise<unknown>[] = [];
  const undone = storage.transaction(async (stores) => {
    await stores.sessions.delete(kept.id);
    await stores.sessions.insert(never, EPOCH);
    readings = [
      storage.sessions.findBySecretHash(kept.secretHash),
      storage.sessions.find(never.id),
      storage.sessions.findRefreshState(never.id),
    ];
    expect(await stores.sessions.find(never.id)).toBeDefined();
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  const { secretHash: _, methods: __, secondFactorAt: ___, ...session } = kept;
  expect(await Promise.all(readings)).toEqual([{ session, user }, undefined, undefined]);
});

it("ST-03 what is asked through a transaction after its end is in no other one, and refused", async () => {
  const late = await storage.transaction(async (stores) => stores);
  await expect(late.users.insert(aUser(), HASH)).rejects.toThrow("after its end");
  const id = await storage.transaction(async (stores) => {
    await expect(late.users.insert(aUser(), HASH)).rejects.toThrow("after its end");
    const user = aUser();
    await stores.users.insert(user, HASH);
    return user.id;
  });
  expect(await usersAtRest()).toEqual([id]);
});

it("SE-12 what another process ends is not found by the very next reading", async () => {
  const user = aUser();
  await storage.users.insert(user, HASH);
  const session = aCookieSession(user);
  await storage.sessions.insert(session, EPOCH);
  const find = () => storage.sessions.findBySecretHash(session.secretHash);
  expect((await find())?.user.disabled).toBe(false);
  await database.query("update users set disabled = 1");
  expect((await find())?.user.disabled).toBe(true);
  await database.query("delete from sessions");
  expect(await find()).toBeUndefined();
});

it("ST-12 a disk that fills up half-way fails them all, and nothing of any is there", async () => {
  await sql`pragma max_page_count = 1`.execute(opened.db); // SQLite takes the present size
  const tooLong = () =>
    storage.transaction((stores) => stores.users.insert(aUser(), "x".repeat(100_000)));
  const outcomes = await Promise.allSettled([insert(), tooLong(), insert()]);
  expect(outcomes).toMatchObject(
    outcomes.map(() => ({ reason: expect.any(StorageUnavailableError) })),
  );
  expect(await usersAtRest()).toEqual([]);
  await sql`pragma max_page_count = 1000000`.execute(opened.db);
  const id = await insert();
  expect(await usersAtRest()).toEqual([id]);
});

it("ST-03 what was begun beside a statement that fills the disk does not hold by itself", async () => {
  await sql`pragma max_page_count = 1`.execute(opened.db);
  const key = new Uint8Array([1]);
  const working = storage.transaction((stores) =>
    Promise.all([
      stores.users.insert(aUser(), "x".repeat(100_000)), // SQLite ends the transaction here
      stores.limits.markTold(key, 2, 1),
    ]),
  );
  await expect(working).rejects.toThrow(StorageUnavailableError);
  expect(await database.query("select * from limits")).toEqual([]);
});

it("ST-01 a COMMIT that fails is told to everybody who waited for it", async () => {
  const transactions = opened.transactions((db) => db);
  const outcomes = await Promise.allSettled([
    transactions.run((db) =>
      sql`insert into event_retention (delete_before) values (1)`.execute(db),
    ),
    transactions.run(async (db) => {
      await sql`pragma defer_foreign_keys = on`.execute(db); // refused by the COMMIT, and not before
      await sql`insert into devices (id, user_id, secret_hash, seen_at, expires_at)
        values ('d', 'nobody', x'00', 0, 0)`.execute(db);
    }),
    transactions.run((db) => sql`insert into jobs (name, due_at) values ('x', 1)`.execute(db)),
  ]);
  expect(outcomes).toMatchObject(
    outcomes.map(() => ({ reason: { message: expect.stringContaining("FOREIGN KEY") } })),
  );
  expect(await database.query("select * from jobs")).toEqual([]);
  expect(await insert()).toEqual(expect.any(String)); // and the next one works
});

it("ST-13 closing waits for those that have been asked for, however many", async () => {
  const asked = Promise.all(Array.from({ length: 200 }, () => insert()));
  await storage.close();
  expect(await usersAtRest()).toEqual((await asked).sort());
});

it("a flood of them leaves the event loop turning", async () => {
  let turns = 0;
  const turning = setInterval(() => (turns += 1), 0);
  await Promise.all(Array.from({ length: 1000 }, () => insert()));
  clearInterval(turning);
  expect(turns).toBeGreaterThan(3);
});

describe.each(databases)("a transaction on $name", ({ create }) => {
  const test = eachTestOpens(create);
  const stored = async () =>
    (await test.database.query("select id from users")).map(({ id }) => id);
  /** Begun beside a failing branch, and still at work when the transaction has been undone. */
  const late = () => Promise.withResolvers<void>();

  it("ST-22 that was undone takes no statement of a branch that goes on", async () => {
    const { promise: undone, resolve } = late();
    const [first, second] = [aUser(), aUser()];
    let branch: Promise<unknown> | undefined;
    const failing = test.storage.transaction((stores) => {
      branch = undone.then(() => stores.users.insert(second, HASH));
      return Promise.all([
        branch,
        stores.users.insert(first, HASH).then(() => {
          throw new Error("not this one");
        }),
      ]);
    });
    await expect(failing).rejects.toThrow("not this one");
    resolve();
    await expect(branch).rejects.toThrow("after its end");
    await test.storage.transaction((stores) => stores.users.find(first.id)); // commits, were it left open
    expect(await stored()).toEqual([]);
  });

  it("ST-22 takes no statement after one that failed, and is undone though its work caught that", async () => {
    const [first, second, third] = [aUser(), aUser(), aUser()];
    const again: Promise<unknown>[] = [];
    const working = test.storage.transaction(async (stores) => {
      await stores.users.insert(first, HASH);
      await stores.users.insert({ ...second, id: first.id }, HASH).catch(() => undefined);
      again.push(stores.users.insert(third, HASH));
      await again[0]?.catch(() => undefined);
    });
    await expect(working).rejects.toThrow("was undone");
    await expect(again[0]).rejects.toThrow(/unique/i);
    expect(await stored()).toEqual([]);
  });

  it("ST-22 that has ended takes none, and neither does another one in its place", async () => {
    const { promise: over, resolve } = late();
    const [kept, never, other] = [aUser(), aUser(), aUser()];
    let branch: Promise<unknown> | undefined;
    await test.storage.transaction(async (stores) => {
      branch = over.then(() => stores.users.insert(never, HASH));
      branch.catch(() => undefined);
      await stores.users.insert(kept, HASH);
    });
    await test.storage.transaction(async (stores) => {
      await stores.users.insert(other, HASH);
      resolve();
      await sleep(20);
    });
    await expect(branch).rejects.toThrow("after its end");
    expect((await stored()).toSorted()).toEqual([kept.id, other.id].sort());
  });
});
