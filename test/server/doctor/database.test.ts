/** The lines about the database and what lies beside it, each at a real one that is wrong in one way. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Migrator } from "kysely/migration";
import { expect, onTestFinished, test } from "vitest";
import { judgeFileSystem } from "../../../src/process/doctor/database.ts";
import { judgeRoom } from "../../../src/process/doctor/disk.ts";
import { judgeSigningKeys } from "../../../src/process/doctor/signing-keys.ts";
import { openDatabase } from "../../../src/storage/engine/open-database.ts";
import { defaultPool } from "../../../src/storage/engine/pool.ts";
import { migrations } from "../../../src/storage/migrations.ts";
import { createPostgres, type TestDatabase } from "../../support/databases.ts";
import { databases } from "../../support/databases.ts";
import { type Environment, linesOf, production } from "../../support/doctor.ts";
import { startPostgres } from "../../support/postgres-server.ts";
import { startInProcessServer } from "../../support/in-process-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const { AUTH_SECRET = "" } = production;
const DAY_MS = 86_400_000;

/** A database that a server has made and left, in a folder of its own. */
async function made(): Promise<{ folder: string; file: string; environment: Environment }> {
  const folder = temporaryFolder();
  const file = join(folder, "portcullis.db");
  const server = await startInProcessServer({ AUTH_SECRET, DATABASE_URL: `sqlite:${file}` });
  await server.stop();
  return { folder, file, environment: { AUTH_SECRET, DATABASE_URL: `sqlite:${file}` } };
}

function change(file: string, statement: string): void {
  const database = new DatabaseSync(file);
  database.exec(statement);
  database.close();
}

test("DR-03 a database that nobody has open is read, and nothing appears beside it", async () => {
  const { folder, environment } = await made();
  const before = readdirSync(folder).sort();
  for (const check of ["database", "migrations", "signing_keys"] as const)
    expect((await linesOf(check, environment))[0]).toMatch(/^ok /);
  expect(readdirSync(folder).sort()).toEqual(before);
  expect(before).not.toContain("portcullis.db-wal");
});

test("DR-03 what a killed server left in its log is read, and the log stays as it is", async () => {
  const { folder, file, environment } = await made();
  const live = new DatabaseSync(file);
  live.exec("update signing_keys set retired_at = 1");
  const crashed = temporaryFolder();
  for (const name of readdirSync(folder).filter((each) => each.startsWith("portcullis.db")))
    copyFileSync(join(folder, name), join(crashed, name));
  live.close();
  const copy = { ...environment, DATABASE_URL: `sqlite:${join(crashed, "portcullis.db")}` };
  const before = execFileSync("sha256sum", readdirSync(crashed).sort(), {
    cwd: crashed,
  }).toString();
  expect(before).toContain("portcullis.db-wal");
  expect((await linesOf("signing_keys", copy))[0]).toMatch(/^wrong no key signs/);
  const after = execFileSync("sha256sum", readdirSync(crashed).sort(), { cwd: crashed }).toString();
  expect(after).toBe(before);
});

test("database is told from none, from one of another application, and from what is no database", async () => {
  const folder = temporaryFolder();
  const at = (name: string) => ({ AUTH_SECRET, DATABASE_URL: `sqlite:${join(folder, name)}` });
  expect(await linesOf("database", at("none/none.db"))).toEqual(["attention there is none yet"]);
  expect(existsSync(join(folder, "none"))).toBe(false);
  change(join(folder, "other.db"), "create table users (name text)");
  expect(await linesOf("database", at("other.db"))).toEqual([
    "wrong it has tables of another application",
  ]);
  writeFileSync(
    join(folder, "text.db"),
    "no database, and longer than the header of one: ".repeat(9),
  );
  expect((await linesOf("database", at("text.db")))[0]).toMatch(
    /^wrong it cannot be read: file is/,
  );
});

test("database is wrong where AUTH_SECRET is another one", async () => {
  const { environment } = await made();
  const other = { ...environment, AUTH_SECRET: "another-Kx81mQ0vTz5Lw7Rb3Nd9Hc2YqE4uJ" };
  expect((await linesOf("database", other))[0]).toMatch(/^wrong AUTH_SECRET is not the one/);
});

test.each(databases)(
  "migrations that are pending on $name need attention, and none is applied",
  async ({ create }) => {
    const database = await create();
    onTestFinished(() => database.remove());
    const opened = await openDatabase(database.target, defaultPool);
    const provider = { getMigrations: async () => migrations(opened.dialect) };
    await opened.alone((db) => new Migrator({ db, provider }).migrateTo("0009-owner-events"));
    await opened.db.destroy();
    const count = Object.keys(migrations(opened.dialect)).length - 9;
    const environment = { AUTH_SECRET, DATABASE_URL: database.url };
    for (let run = 0; run < 2; run += 1)
      expect(await linesOf("migrations", environment)).toEqual([
        `attention ${count} are pending, from 0010-administration on`,
      ]);
    const [row] = await database.query("select count(*) as count from kysely_migration");
    expect(Number(row?.["count"])).toBe(9);
  },
);

test("migrations are wrong where the schema is of a later version", async () => {
  const { file, environment } = await made();
  change(file, "insert into kysely_migration values ('0999-later', '2030-01-01')");
  expect((await linesOf("migrations", environment))[0]).toMatch(/^wrong .* of a later version: 1 /);
});

test("signing keys: old ones need attention, those beyond use are wrong, and so is none that signs", async () => {
  const { file, environment } = await made();
  const aged = async (days: number) => {
    change(file, `update signing_keys set created_at = ${Date.now() - days * DAY_MS}`);
    return linesOf("signing_keys", environment);
  };
  expect((await aged(300))[0]).toBe("ok one signs, 300 days old");
  expect((await aged(400))[0]).toBe("attention the one that signs is 400 days old");
  expect((await aged(1200))[0]).toMatch(/^wrong the one that signs is 1200 days old/);
  change(file, `update signing_keys set retired_at = ${Date.now() - 2 * DAY_MS}`);
  expect((await linesOf("signing_keys", environment))[0]).toMatch(/^wrong no key signs/);
});

test("signing keys: those that verify are counted, and those that have expired are not", () => {
  const now = 1_795_000_000_000;
  const key = { publicX: "", sealedSeed: new Uint8Array(), createdAt: now - DAY_MS };
  const records = [
    { ...key, kid: "c", retiredAt: null },
    { ...key, kid: "b", retiredAt: now - 60_000 },
    { ...key, kid: "a", retiredAt: now - 3_600_000 },
  ];
  expect(judgeSigningKeys(records, true, 900, now)[0]?.why).toBe(
    "one signs, 1 days old; 1 more until their tokens end",
  );
});

test("files: the mode and the owner of each are told, and none is changed", async () => {
  const { folder, file, environment } = await made();
  expect((await linesOf("files", environment))[0]).toMatch(/^ok /);
  chmodSync(file, 0o644);
  expect(await linesOf("files", environment)).toEqual([
    `attention ${file} is open to others (mode 0644)`,
  ]);
  chmodSync(file, 0o600);
  chmodSync(folder, 0o777);
  expect(await linesOf("files", environment)).toEqual([
    `wrong ${folder} can be written by others (mode 0777)`,
  ]);
  chmodSync(folder, 0o700);
  // A developer's secret, which a start would close.
  const { AUTH_SECRET: _, ...without } = environment;
  const secret = join(folder, "auth-secret");
  writeFileSync(secret, "x".repeat(64), { mode: 0o644 });
  expect(await linesOf("files", without)).toEqual([
    `wrong ${secret} is open to others (mode 0644)`,
  ]);
  expect(execFileSync("stat", ["-c", "%a", secret]).toString().trim()).toBe("644");
});

test.skipIf(process.getuid?.() !== 0)("files: one of another user is wrong", async () => {
  const { file, environment } = await made();
  chownSync(file, 12345, 12345);
  expect((await linesOf("files", environment))[0]).toMatch(/^wrong .* another user \(uid 12345\)/);
});

test("backup: a young one is ok, a stale one is not, and one that is empty or missing is wrong", async () => {
  const { folder, environment } = await made();
  const of = (options = {}, more = {}) =>
    linesOf("backup", { ...production, ...environment, ...more }, options);
  expect((await of())[0]).toBe(`attention there is none in ${join(folder, "backups")}`);
  expect((await linesOf("backup", environment))[0]).toMatch(/^ok none/);

  const backups = join(folder, "backups");
  mkdirSync(backups);
  const aged = (name: string, days: number, content = "a backup") => {
    const path = join(backups, name);
    writeFileSync(path, content, { mode: 0o600 });
    const at = new Date(Date.now() - days * DAY_MS);
    utimesSync(path, at, at);
    return path;
  };
  const stale = aged("old.db", 20);
  expect(await of()).toEqual([`wrong the newest is 20 days old: ${stale}`]);
  const late = aged("late.db", 3);
  expect(await of()).toEqual([`attention the newest is 3 days old: ${late}`]);
  aged("young.db.part", 0); // not finished
  expect(await of()).toEqual([`attention the newest is 3 days old: ${late}`]);
  const young = aged("young.db", 0.25);
  expect(await of()).toEqual(["ok the newest is 6 hours old"]);
  expect(await of({ backups: stale })).toEqual([`wrong the newest is 20 days old: ${stale}`]);
  chmodSync(young, 0o644);
  expect((await of())[1]).toBe(`attention ${young} is open to others: it has every hash in it`);
  const empty = aged("empty.db", 0, "");
  expect(await of()).toEqual([`wrong the newest, ${empty}, is empty`]);
  expect((await of({ backups: join(folder, "nowhere") }))[0]).toMatch(/^wrong .* \(ENOENT\)$/);
});

const noMount =
  process.platform !== "linux" ||
  spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status !== 0;

test.skipIf(noMount)(
  "disk and database_settings: a file system in memory that is full is told",
  async () => {
    const folder = temporaryFolder();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]);
    onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
    const environment = { AUTH_SECRET, DATABASE_URL: `sqlite:${join(folder, "portcullis.db")}` };
    const server = await startInProcessServer(environment);
    await server.stop();
    expect((await linesOf("disk", environment))[0]).toMatch(
      /^wrong \d MiB are free in .*: writes fail/,
    );
    expect((await linesOf("database_settings", environment))[0]).toMatch(/in memory \(tmpfs\)/);
  },
);

test("disk: room is judged by itself and by the database, and by the files that can be made", () => {
  const GIB = 1024 ** 3;
  const room = (freeBytes: number, databaseBytes = 0, freeFiles = Infinity) =>
    judgeRoom({ folder: "/data", freeBytes, freeFiles }, databaseBytes).status;
  expect(room(50 * GIB)).toBe("ok");
  expect(room(0.5 * GIB)).toBe("attention");
  expect(room(0.01 * GIB)).toBe("wrong");
  expect(room(5 * GIB, 6 * GIB)).toBe("attention");
  expect(room(50 * GIB, 0, 3)).toBe("wrong");
});

test("database_settings: a file on a network is wrong, one in a container's layer needs attention", () => {
  expect(judgeFileSystem(0x6969)[0]).toMatchObject({ status: "wrong" });
  expect(judgeFileSystem(0x794c7630)[0]).toMatchObject({ status: "attention" });
  expect(judgeFileSystem(0xef53)[0]).toMatchObject({ status: "ok" });
});

test("DR-03 on PostgreSQL all is ok, nothing is written, and an empty database stays empty", async () => {
  const database = await createPostgres();
  onTestFinished(() => database.remove());
  const environment = { AUTH_SECRET, DATABASE_URL: database.url };
  expect(await linesOf("database", environment)).toEqual(["attention it is empty"]);
  expect(await relationsOf(database)).toBe(0);
  const server = await startInProcessServer(environment);
  onTestFinished(() => server.stop());
  for (const check of [
    "database",
    "database_settings",
    "migrations",
    "disk",
    "signing_keys",
  ] as const)
    expect([check, await linesOf(check, environment)]).toEqual([
      check,
      [expect.stringMatching(/^ok /)],
    ]);
});

test("database_settings: PostgreSQL with fsync = off and others that lose writes is wrong", async () => {
  const flags = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"];
  const postgres = await startPostgres(flags.flatMap((flag) => ["-c", flag]));
  onTestFinished(() => postgres.remove());
  expect(await linesOf("database_settings", { AUTH_SECRET, DATABASE_URL: postgres.url })).toEqual([
    expect.stringMatching(/^wrong fsync = off/),
    expect.stringMatching(/^wrong synchronous_commit = off/),
    expect.stringMatching(/^attention full_page_writes = off/),
  ]);
});

test("database: a PostgreSQL that refuses, or is not there, is wrong, and the password is in no word of it", async () => {
  const database = await createPostgres();
  onTestFinished(() => database.remove());
  const url = new URL(database.url);
  url.pathname = "/nowhere";
  const [line] = await linesOf("database", { AUTH_SECRET, DATABASE_URL: url.href });
  expect(line).toMatch(/^wrong it cannot be read: database "nowhere" does not exist/);
  const away = "postgres://portcullis:canary-database-password@127.0.0.1:1/x";
  const [refused] = await linesOf("database", { AUTH_SECRET, DATABASE_URL: away });
  expect(refused).toMatch(/^wrong it cannot be read: .*ECONNREFUSED/);
  expect(refused).not.toContain("canary");
});

async function relationsOf(database: TestDatabase): Promise<number> {
  const [row] = await database.query(
    "select count(*) as count from pg_class where relnamespace = 'public'::regnamespace",
  );
  return Number(row?.["count"]);
}
