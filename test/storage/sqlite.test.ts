/** Promises of SQLite alone: its settings, its file, its errors. */
import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { uuidv7 } from "uuidv7";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asUnavailable } from "../../src/storage/engine/availability.ts";
import { sqliteDialect } from "../../src/storage/engine/sqlite-dialect.ts";
import { openDatabase } from "../../src/storage/engine/open-database.ts";
import { defaultPool } from "../../src/storage/engine/pool.ts";
import type { DatabaseTarget } from "../../src/storage/engine/target.ts";
import { applySettings } from "../../src/storage/engine/sqlite-connection.ts";
import { migrateToLatest } from "../../src/storage/migrations.ts";
import { createStorage, openStorage } from "../../src/storage/storage.ts";
import { StorageUnavailableError } from "../../src/domain/ports/storage.ts";
import { createSqlite } from "../support/databases.ts";
import { aSignup, aUser, EPOCH, HASH } from "../support/rows.ts";

let database: ReturnType<typeof createSqlite>;
beforeEach(() => {
  database = createSqlite();
});
afterEach(async () => {
  await database.remove();
});

/** The settings of a connection made by `openDatabase`. */
async function settingsOf(target: DatabaseTarget) {
  const { db } = await openDatabase(target, defaultPool);
  const read = async (pragma: string) => {
    const { rows } = await sql<object>`pragma ${sql.raw(pragma)}`.execute(db);
    return Object.values(rows[0] ?? {})[0];
  };
  const settings = {
    synchronous: await read("synchronous"),
    journal_mode: await read("journal_mode"),
    foreign_keys: await read("foreign_keys"),
    busy_timeout: await read("busy_timeout"),
  };
  await db.destroy();
  return settings;
}

/** 2 is FULL (sqlite.org/pragma.html#pragma_synchronous). */
const safe = { synchronous: 2, journal_mode: "wal", foreign_keys: 1, busy_timeout: 1 };

describe("opening a SQLite file", () => {
  it("ST-01 every open runs with synchronous=FULL, the first as well as later ones", async () => {
    expect(await settingsOf(database.target)).toEqual(safe);
    expect(await settingsOf(database.target)).toEqual(safe);
    const storage = await openStorage(database.target);
    await storage.users.insert(aUser(), HASH);
    expect(await settingsOf(database.target)).toEqual(safe); // a second one beside an open one
    await storage.close();
    expect(await settingsOf(database.target)).toEqual(safe);
  });

  it("ST-01 FULL is set, whatever a connection begins with", () => {
    mkdirSync(dirname(database.path));
    const connection = new DatabaseSync(database.path);
    for (const pragma of ["synchronous", "foreign_keys", "busy_timeout"]) {
      connection.exec(`pragma ${pragma} = 0`);
    }
    applySettings(connection);
    for (const [pragma, value] of Object.entries(safe)) {
      const row = connection.prepare(`pragma ${pragma}`).get() ?? {};
      expect(Object.values(row)).toEqual([value]);
    }
    connection.close();
  });

  it("ST-01 a database that does not take a setting is refused", () => {
    const inMemory = new DatabaseSync(":memory:"); // has no log to write ahead
    expect(() => applySettings(inMemory)).toThrow(/refuses journal_mode = wal; it stays memory/);
    inMemory.close();
  });

  it("makes the folder and the file for the owner only", async () => {
    const storage = await openStorage(database.target);
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(dirname(database.path))).toBe("700");
    for (const suffix of ["", "-wal", "-shm"]) expect(mode(database.path + suffix)).toBe("600");
    await storage.close();
  });

  it("ST-13 after closing, the one file is the whole database", async () => {
    const storage = await openStorage(database.target);
    await storage.users.insert(aUser(), HASH);
    await storage.close();
    expect(existsSync(`${database.path}-wal`)).toBe(false);
  });

  it("ST-15 what a killed process left in the log is in the file before anything is added to it", async () => {
    const storage = await openStorage(database.target);
    const user = aUser();
    await storage.users.insert(user, HASH);
    const left = `${database.path}.left`;
    for (const suffix of ["", "-wal"]) copyFileSync(database.path + suffix, left + suffix);
    await storage.close();
    const reopened = await openStorage({ kind: "sqlite", path: left });
    copyFileSync(left, `${left}.file`);
    const file = new DatabaseSync(`${left}.file`, { readOnly: true });
    expect(file.prepare("select id from users").all()).toEqual([{ id: user.id }]);
    expect(statSync(`${left}-wal`).size).toBe(0);
    file.close();
    await reopened.close();
  });

  it("a file that is no database is an error of its own, not one to retry", async () => {
    mkdirSync(dirname(database.path));
    writeFileSync(
      database.path,
      "This is not a database, but it is long enough for one.".repeat(20),
    );
    await expect(openStorage(database.target)).rejects.toThrow(/is no SQLite database/);
  });

  it("ST-07 an open waits for another connection that has the new file to itself", async () => {
    mkdirSync(dirname(database.path));
    const other = new DatabaseSync(database.path);
    other.exec("begin exclusive");
    const opening = openStorage(database.target);
    await sleep(200);
    other.close();
    await (await opening).close();
  });

  it("ST-07 an open waits for another process that migrates", async () => {
    const { db } = await openDatabase(database.target, defaultPool);
    await sql`select 1`.execute(db); // the connection is Kysely's to close only once it was used
    const unlock = await database.lock();
    const opening = openStorage(database.target);
    await sleep(200);
    await unlock();
    await (await opening).close();
    await db.destroy();
  });
});

describe("SQLite's failures", () => {
  it("ST-12 a full disk ends the transaction, is reported as unavailable, and heals", async () => {
    const { db } = await openDatabase(database.target, defaultPool);
    await sql`create table filler (content blob)`.execute(db);
    const fill = () =>
      db
        .transaction()
        .execute((transaction) =>
          sql`insert into filler values (zeroblob(100000))`.execute(transaction),
        );
    await sql`pragma max_page_count = 4`.execute(db);
    const error = await fill().catch((reason: unknown) => reason);
    expect(sqliteDialect.failureOf(error)).toBe("unavailable");
    expect(asUnavailable(sqliteDialect.failureOf, error)).toBeInstanceOf(StorageUnavailableError);
    await sql`pragma max_page_count = 1000000`.execute(db);
    await fill();
    await db.destroy();
  });

  it("ST-12 on a full disk every write is refused as a whole, reads go on, and it heals", async () => {
    const opened = await openDatabase(database.target, defaultPool);
    await migrateToLatest(opened);
    const storage = createStorage(opened);
    const user = aUser();
    await storage.users.insert(user, HASH);
    await sql`pragma max_page_count = 1`.execute(opened.db); // SQLite takes the present size
    const tooLong = "x".repeat(100_000);
    const refused = { reason: expect.any(StorageUnavailableError) };
    const outcomes = await Promise.allSettled([
      storage.users.insert(aUser(), tooLong),
      storage.transaction(async (stores) => {
        await stores.users.upgradePasswordHash(user.id, HASH, "new");
        await stores.users.insert(aUser(), tooLong);
      }),
    ]);
    expect(outcomes).toMatchObject([refused, refused]);
    const found = await storage.users.findByEmail(user.email);
    expect(found).toEqual({
      user,
      passwordHash: HASH,
      epoch: EPOCH,
      lockedUntil: 0,
      hasSecondFactor: false,
    });
    await sql`pragma max_page_count = 1000000`.execute(opened.db);
    expect(await storage.users.insert(aUser(), tooLong)).toBe(true);
    await storage.close();
  });

  it("ST-12 a read-only database is unavailable; a broken rule is not", async () => {
    await (await openStorage(database.target)).close();
    const readOnly = new DatabaseSync(database.path, { readOnly: true });
    expect(sqliteDialect.failureOf(thrownBy(() => readOnly.exec("delete from users")))).toBe(
      "unavailable",
    );
    readOnly.close();
    const file = new DatabaseSync(database.path);
    const broken = thrownBy(() => file.exec("insert into users (id) values (null)"));
    file.close();
    expect(sqliteDialect.failureOf(broken)).toBeUndefined();
    expect(asUnavailable(sqliteDialect.failureOf, broken)).toBe(broken);
  });

  it("ST-12 asking whether it is writable leaves nothing", async () => {
    const storage = await openStorage(database.target);
    const everything = async () => [
      await database.query("select name, sql from sqlite_master order by name"),
      await database.query("pragma user_version"),
      await database.query("select * from jobs"),
    ];
    const before = await everything();
    await storage.proveWritable();
    expect(await everything()).toEqual(before);
    await storage.close();
  });

  it("ST-07 a refusal with an extended code is as busy as any", async () => {
    await (await openStorage(database.target)).close();
    const [reader, writer] = [new DatabaseSync(database.path), new DatabaseSync(database.path)];
    reader.exec("begin; select * from users");
    writer.exec("pragma user_version = 1");
    const error = thrownBy(() => reader.exec("pragma user_version = 2"));
    expect(error).toMatchObject({ errcode: 517 }); // SQLITE_BUSY_SNAPSHOT
    expect(sqliteDialect.failureOf(error)).toBe("busy");
    reader.close();
    writer.close();
  });

  it("lists by e-mail prefix through the index", async () => {
    await (await openStorage(database.target)).close();
    const plan = "explain query plan select id from users where email >= 'a' and email < 'b'";
    expect(JSON.stringify(await database.query(plan))).toMatch(
      /SEARCH users USING INDEX users_email/,
    );
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown");
}

it("LA-05 a stored event cannot be replaced, which fires no trigger of a deletion", async () => {
  const storage = await openStorage(database.target);
  await storage.events.insert(uuidv7(), aSignup(aUser()));
  const rows = () => database.query("select * from events");
  const before = await rows();
  for (const change of ["insert or replace", "replace"]) {
    const over = `${change} into events select id, 'x', level, timestamp, null, '' from events`;
    await expect(database.query(over)).rejects.toThrow(/append-only/);
  }
  const moved = "update or replace events set id = id";
  await expect(database.query(moved)).rejects.toThrow(/append-only/);
  expect(await rows()).toEqual(before);
  await storage.close();
});
