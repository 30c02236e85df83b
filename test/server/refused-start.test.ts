/** A start that cannot be, as an operator meets it: soon, in a few words, with nothing to hide and nothing secret. */
import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { expect, inject, onTestFinished, test } from "vitest";
import { startServer } from "../../src/process/server.ts";
import { readSettings } from "../../src/process/settings.ts";
import { runScript } from "../support/commands.ts";
import { readToEnd } from "../support/ended.ts";
import { spawnServer } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Most of it is Node's own start, on a machine that does other things too. */
const REFUSED_WITHIN_MS = 15_000;
const AUTH_SECRET = "fathom-wicket-0123456789-lantern-orchard";

/** Starts a server, and expects a refusal in time, in at most two lines and without a secret. Answers its stderr. */
async function refusal(environment: Record<string, string>): Promise<string> {
  const child = spawnServer(environment, [], temporaryFolder());
  const timeout = setTimeout(() => child.kill("SIGKILL"), REFUSED_WITHIN_MS);
  const { code, stdout, stderr } = await readToEnd(child);
  clearTimeout(timeout);
  expect(child.signalCode, "it went on").toBe(null);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/^ {4}at |node:internal|hunter2/m);
  expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
  return stderr;
}

test.each(["/proc/x", "/dev/null/x"])(
  "a folder that cannot be made stops the start: %s",
  async (path) => {
    const said = await refusal({ DATABASE_URL: `sqlite:${path}/portcullis.db` });
    expect(said).toContain(path.split("/x")[0]);
    expect(said).toContain("DATABASE_URL");
  },
);

test("a command beneath a folder that cannot be made ends as the start does", async () => {
  const { code, stderr } = await runScript("migrate", [], { DATABASE_URL: "sqlite:/proc/x/y.db" });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The data folder cannot be made: ENOENT.*\n.*DATABASE_URL.*\n$/);
});

test("ST-01 a database in memory stops the start in plain words, and leaves nothing behind", async () => {
  const folder = temporaryFolder();
  const ended = await readToEnd(spawnServer({ DATABASE_URL: "sqlite::memory:" }, [], folder));
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toMatch(/^Setting DATABASE_URL must name a file, [^\n]+ forgets [^\n]+\n/);
  expect(readdirSync(folder)).toEqual([]);
});

test("CF-01 a file without a secret in it stops the start, and is named", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "auth-secret"), "short");
  expect(await refusal({ DATABASE_URL: `sqlite:${folder}/portcullis.db` })).toContain(
    `${folder}/auth-secret holds no secret`,
  );
});

test("ST-01 a file that is no database stops the start, and stays as it is", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "letter.txt");
  writeFileSync(file, "Dear Grace, ".repeat(100));
  expect(await refusal({ DATABASE_URL: `sqlite:${file}`, AUTH_SECRET })).toContain(
    `${file} is no SQLite database`,
  );
  expect(readdirSync(folder).filter((name) => name.startsWith("letter"))).toEqual(["letter.txt"]);
});

test("a folder in the file's place stops the start", async () => {
  const folder = join(temporaryFolder(), "portcullis.db");
  mkdirSync(folder);
  expect(await refusal({ DATABASE_URL: `sqlite:${folder}`, AUTH_SECRET })).toContain(
    "Is DATABASE_URL right",
  );
});

test("ST-13 a start that is refused after the database was opened closes it", async () => {
  const folder = temporaryFolder();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const read = readSettings({
    PORT: String((taken.address() as AddressInfo).port),
    DATABASE_URL: `sqlite:${folder}/portcullis.db`,
    LOG_LEVEL: "silent",
    NODE_ENV: "test",
    HASH_WORKERS: "1",
  });
  if ("faults" in read) throw new Error(read.faults.join("\n"));
  await expect(startServer(read.settings)).rejects.toThrow(/^PORT \d+ is in use/);
  // SQLite removes its write-ahead log when the last connection closes.
  expect(readdirSync(folder).sort()).toEqual(["auth-secret", "outbox", "portcullis.db"]);
});

test("LA-03 a PostgreSQL that is away stops the start, and its password is not shown", async () => {
  const said = await refusal({ DATABASE_URL: "postgres://u:hunter2@127.0.0.1:1/x", AUTH_SECRET });
  expect(said).toContain("127.0.0.1:1");
  expect(said).toContain("Is DATABASE_URL right");
});

test("LA-03 a PostgreSQL that refuses the password stops the start, and the password is not shown", async () => {
  const url = new URL(inject("postgresUrl"));
  url.username = "nobody_of_that_name";
  url.password = "hunter2";
  expect(await refusal({ DATABASE_URL: url.href, AUTH_SECRET })).toContain("Is DATABASE_URL right");
});

test("ST-01 a PostgreSQL that may lose what it acknowledged stops the start", async () => {
  const url = new URL(inject("postgresUrl"));
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  onTestFinished(() => admin.end());
  const name = `careless_${process.pid}`;
  await admin.query(`create database ${name}`);
  onTestFinished(async () => void (await admin.query(`drop database ${name} with (force)`)));
  await admin.query(`alter database ${name} set synchronous_commit = off`);
  url.pathname = name;
  expect(await refusal({ DATABASE_URL: url.href, AUTH_SECRET })).toContain(
    "synchronous_commit = off",
  );
});
