import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Migrator } from "kysely/migration";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UnsafeStorageError } from "../../src/domain/ports/storage.ts";
import { openDatabase } from "../../src/storage/engine/open-database.ts";
import { migrateToLatest, migrations } from "../../src/storage/migrations.ts";
import { defaultPool } from "../../src/storage/engine/pool.ts";
import { tableNames } from "../../src/storage/schema.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { databases, type TestDatabase } from "../support/databases.ts";
import { aUser, HASH, MIGRATED } from "../support/rows.ts";

const sourceOf = (file: string) =>
  JSON.stringify(new URL(`../../src/storage/${file}`, import.meta.url));

describe.each(databases)("migrations of $name", ({ create }) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await create();
  });
  afterEach(() => database.remove());

  /** Runs a module of its own as another process, with the database as its argument. */
  function runProcess(script: string): Promise<{ stdout: string }> {
    const args = ["--input-type=module", "-e", script, JSON.stringify(database.target)];
    return promisify(execFile)(process.execPath, args);
  }

  it("opens racing on an empty database all succeed, and migrate it once", async () => {
    const lines: string[] = [];
    const onStep = (line: string) => void lines.push(line);
    const opened = await Promise.all(
      Array.from({ length: 4 }, () => openStorage(database.target, { onStep })),
    );
    expect(lines).toEqual(MIGRATED);
    for (const storage of opened) expect(await storage.users.insert(aUser(), HASH)).toBe(true);
    for (const storage of opened) await storage.close();
  });

  it("processes racing on an empty database all succeed, and print nothing on stdout but their own", async () => {
    const script = `const { openStorage } = await import(${sourceOf("storage.ts")});
      const storage = await openStorage(JSON.parse(process.argv[1]), { onStep: console.log });
      await storage.close();`;
    const runs = await Promise.all(Array.from({ length: 3 }, () => runProcess(script)));
    expect(runs.map(({ stdout }) => stdout).join("")).toBe(`${MIGRATED.join("\n")}\n`);
  });

  it("one that fails is undone as a whole, and can be tried again", async () => {
    const opened = await openDatabase(database.target, defaultPool);
    const makeAppendOnly = async () => {
      throw new Error("no triggers today");
    };
    const broken = { ...opened, dialect: { ...opened.dialect, makeAppendOnly } };
    await expect(migrateToLatest(broken)).rejects.toThrow("no triggers today");
    await expect(database.query("select * from users")).rejects.toThrow(/users/);
    await migrateToLatest(opened);
    await opened.db.destroy();
    expect(await database.query("select * from users")).toEqual([]);
  });

  it("ST-02 a process killed in the middle of one leaves nothing that the next has to mend", async () => {
    const script = `const { openDatabase } = await import(${sourceOf("engine/open-database.ts")});
      const { migrateToLatest } = await import(${sourceOf("migrations.ts")});
      const { defaultPool } = await import(${sourceOf("engine/pool.ts")});
      const opened = await openDatabase(JSON.parse(process.argv[1]), defaultPool);
      const allowDeletionByRetention = () => process.kill(process.pid, "SIGKILL");
      await migrateToLatest({ ...opened, dialect: { ...opened.dialect, allowDeletionByRetention } });`;
    await expect(runProcess(script)).rejects.toMatchObject({ signal: "SIGKILL" });
    const lines: string[] = [];
    const storage = await openStorage(database.target, { onStep: (line) => lines.push(line) });
    expect(lines).toEqual(MIGRATED);
    expect(await storage.users.insert(aUser(), HASH)).toBe(true);
    await storage.close();
  });

  it("the schema of an earlier version is brought to this one, with its rows", async () => {
    const opened = await openDatabase(database.target, defaultPool);
    const provider = { getMigrations: async () => migrations(opened.dialect) };
    const earlier = await new Migrator({ db: opened.db, provider }).migrateTo("0001-initial");
    expect(earlier.error).toBeUndefined();
    await opened.db.destroy();
    await database.query(`insert into users (id, email, password_hash, role, disabled, created_at)
      values ('an id', 'ada@example.com', '${HASH}', 'admin', 0, 1)`);
    const storage = await openStorage(database.target);
    expect(await storage.users.findByEmail("ada@example.com")).toMatchObject({
      user: { id: "an id", role: "admin" },
      lockedUntil: 0,
    });
    await storage.close();
  });

  it("RL-12 a lock that was stored by its length alone gets its place by it", async () => {
    const opened = await openDatabase(database.target, defaultPool);
    const provider = { getMigrations: async () => migrations(opened.dialect) };
    await new Migrator({ db: opened.db, provider }).migrateTo("0010-administration");
    await opened.db.destroy();
    const lengths = [0, 1, 900, 901, 1_800, 57_600, 86_400].map((seconds) => seconds * 1000);
    for (const [index, lockMs] of lengths.entries())
      await database.query(`insert into users (id, email, password_hash, role, disabled, created_at, lock_ms)
        values ('${index}', '${index}@example.com', '${HASH}', 'user', 0, 1, ${lockMs})`);
    await (await openStorage(database.target)).close();
    const rows = await database.query("select locks from users order by id");
    expect(rows.map(({ locks }) => Number(locks))).toEqual([0, 1, 1, 2, 2, 7, 8]);
  });

  /** All there is in it, and on SQLite the bytes of each file too. */
  async function traces(): Promise<unknown> {
    const { target } = database;
    if (target.kind === "postgres")
      return database.query(
        "select relname from pg_class where relnamespace = 'public'::regnamespace",
      );
    const folder = dirname(target.path);
    return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]);
  }

  it("ST-14 a database in which another application has a table of one of our names is refused, and nothing in it is changed", async () => {
    if (database.target.kind === "sqlite") mkdirSync(dirname(database.target.path));
    for (const name of tableNames) {
      await database.query(`create table ${name} (number integer)`);
      const before = await traces();
      const opening = openStorage(database.target);
      await expect(opening).rejects.toThrow(UnsafeStorageError);
      await expect(opening).rejects.toThrow(`table "${name}" of another application`);
      expect(await traces()).toEqual(before);
      await database.query(`drop table ${name}`);
    }
    await (await openStorage(database.target)).close();
  });

  it("ST-14 a database with the migrations of another application is refused, and nothing in it is changed", async () => {
    if (database.target.kind === "sqlite") mkdirSync(dirname(database.target.path));
    await database.query("create table kysely_migration (name text, timestamp text)");
    await database.query("insert into kysely_migration values ('2024-02-29-pets', '2024')");
    const before = await traces();
    await expect(openStorage(database.target)).rejects.toThrow("of another application");
    expect(await traces()).toEqual(before);
    await database.query("delete from kysely_migration");
    await database.query("create table users (number integer)");
    await expect(openStorage(database.target)).rejects.toThrow('table "users" of another');
  });

  it("the schema of a later version is refused in words, and left as it is", async () => {
    await (await openStorage(database.target)).close();
    await database.query(
      "insert into kysely_migration (name, timestamp) values ('9999-future', '2030-01-01')",
    );
    await expect(openStorage(database.target)).rejects.toThrow(UnsafeStorageError);
    await expect(openStorage(database.target)).rejects.toThrow(/another version of Portcullis/);
  });
});
