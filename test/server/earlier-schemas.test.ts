/**
 * Databases of every earlier version, with rows in all of their tables, brought to the present schema: as a
 * whole, with a failure at each statement, and by a process that is killed on the way.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/storage/engine/database.ts";
import { openDatabase } from "../../src/storage/engine/open-database.ts";
import { defaultPool } from "../../src/storage/engine/pool.ts";
import type { DatabaseTarget } from "../../src/storage/engine/target.ts";
import { migrateToLatest, migrations } from "../../src/storage/migrations.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { databases, type TestDatabase } from "../support/databases.ts";
import { MIGRATED } from "../support/rows.ts";

type Row = Readonly<Record<string, unknown>>;
type Tables = Readonly<Record<string, readonly Row[]>>;

const bytes = (...values: number[]) => new Uint8Array(values);
const account = (name: string, more: Row) => ({
  id: name,
  email: `${name}@example.com`,
  password_hash: `v1$10$hash of ${name}, with a ' and "é"`,
  role: "user",
  disabled: 0,
  created_at: 5,
  ...more,
});
const session = (id: string, more: Row) => ({
  id,
  user_id: "ada",
  created_at: 1,
  last_seen_at: 2,
  expires_at: 3,
  ip: "203.0.113.7",
  user_agent: null,
  ...more,
});
const event = (id: string, more: Row) => ({
  id,
  event: "signup",
  level: "info",
  timestamp: 7,
  user_id: "ada",
  body: `{"event":"signup","id":"${id}"}`,
  ...more,
});

/** The rows that each migration makes room for, in all of its tables. What comes first is referred to later. */
const ROWS: Readonly<Record<string, Tables>> = {
  "0001-initial": {
    users: [
      account("ada", { role: "admin" }),
      account("grace", { disabled: 1 }),
      account("linus", { created_at: 1_795_428_360_000 }),
    ],
    sessions: [
      session("cookie", { kind: "cookie", secret_hash: bytes(1, 0, 255) }),
      session("token", {
        kind: "token",
        user_id: "grace",
        refresh_salt: bytes(9, 8),
        refresh_counter: 4,
        refresh_rotated_at: 6,
      }),
    ],
    signing_keys: [
      { kid: "old", public_x: "x", sealed_seed: bytes(1), created_at: 1, retired_at: 2 },
      { kid: "new", public_x: "y", sealed_seed: bytes(2), created_at: 2, retired_at: null },
    ],
    events: [event("first", {}), event("second", { user_id: null })],
  },
  "0002-limits": {
    limits: [{ key_hash: bytes(3, 3), paid_at: 11 }],
    devices: [
      {
        id: "laptop",
        user_id: "ada",
        secret_hash: bytes(4),
        failures: 2,
        seen_at: 1,
        expires_at: 2,
      },
    ],
  },
  "0003-mail-and-reset": {
    mails: [
      { id: "waits", sealed: bytes(5), created_at: 1, expires_at: 9, due_at: 1, attempts: 1 },
      { id: "sent", created_at: 1, expires_at: 9, due_at: 1, attempts: 1, finished_at: 4 },
    ],
    reset_tokens: [
      { secret_hash: bytes(6), user_id: "ada", created_at: 1, expires_at: 2 },
      { secret_hash: bytes(7), user_id: null, created_at: 1, expires_at: 2 },
    ],
  },
  "0004-retention": {},
  "0005-jobs": { jobs: [{ name: "cleaning", due_at: 12 }] },
  "0006-told-refusals": { limits: [{ key_hash: bytes(8), paid_at: 1, told_until: 13 }] },
  "0007-session-failures": {
    sessions: [session("tried", { kind: "cookie", secret_hash: bytes(10), failures: 3 })],
  },
  "0008-credential-epoch": {
    users: [account("margaret", { password_hash: null, credential_epoch: 5 })],
  },
  "0009-owner-events": {
    events: [
      event("login", { event: "login_success", timestamp: 8, body: '{"ip":"203.0.113.7"}' }),
      event("refresh", { event: "token_refreshed", timestamp: 9, body: "{}" }),
    ],
  },
  "0010-administration": {},
  "0011-lock-places": {},
  "0012-challenges": {
    challenges: [
      {
        id: "half",
        purpose: "login",
        handle_hash: bytes(11),
        ...{ link_hash: null, code_mac: null, session_id: null, subject: null },
        ...{ user_id: "ada", sealed: bytes(12), created_at: 1, expires_at: 2, attempts: 3 },
      },
    ],
    sessions: [
      session("mailed", {
        kind: "cookie",
        secret_hash: bytes(13),
        ...{ methods: "mail", authenticated_at: 4, second_factor_at: null },
      }),
    ],
  },
};
const EARLIER = Object.keys(ROWS);
/** Locks came with 0002, in the accounts' own rows. */
const LOCK = "update users set failures = 1, failed_at = 2, locked_until = 3, lock_ms = 4";

describe.each(databases)("earlier schemas of $name", ({ create }) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await create();
  });
  afterEach(() => database.remove());

  /** Makes the database what a server of that version leaves behind; answers its rows. */
  async function fill(version: string): Promise<Tables> {
    const opened = await openDatabase(database.target, defaultPool);
    for (const name of EARLIER.slice(0, EARLIER.indexOf(version) + 1)) {
      const provider = { getMigrations: async () => migrations(opened.dialect) };
      const { error } = await new Migrator({ db: opened.db, provider }).migrateTo(name);
      expect(error).toBeUndefined();
      for (const [table, rows] of Object.entries(ROWS[name] ?? {}))
        for (const row of rows) await insert(opened, table, row);
      if (name === "0002-limits") await sql.raw(LOCK).execute(opened.db);
    }
    await opened.db.destroy();
    return everything();
  }

  async function insert({ db }: Database, table: string, row: Row): Promise<void> {
    const columns = sql.join(Object.keys(row).map((column) => sql.ref(column)));
    const values = sql.join(Object.values(row));
    await sql`insert into ${sql.table(table)} (${columns}) values (${values})`.execute(db);
  }

  /** Every row of every table there is, those of the migrator left out. */
  async function everything(): Promise<Tables> {
    const tables: Record<string, readonly Row[]> = {};
    const added = Object.values(ROWS).flatMap((each) => Object.keys(each));
    const names = new Set([...added, "totp_factors", "recovery_codes", "passkeys"]);
    for (const table of names) {
      const rows = await database.query(`select * from ${table}`).catch(() => undefined);
      if (rows !== undefined) tables[table] = rows.toSorted(byFirstColumn);
    }
    return tables;
  }

  const byFirstColumn = (one: Row, other: Row) => (keyOf(one) < keyOf(other) ? -1 : 1);
  const keyOf = (row: Row) =>
    String(row["id"] ?? row["kid"] ?? row["key_hash"] ?? row["secret_hash"]);

  /** Every row is there with all that it had, and an account with no more than the new columns say of it. */
  async function expectMigrated(found: Tables): Promise<void> {
    const after = await everything();
    const { reset_tokens: resetTokens = [], ...stayed } = found;
    const before: Tables = { challenges: challengesOf(resetTokens), ...stayed };
    for (const [table, rows] of Object.entries(before)) expect(after[table]).toMatchObject(rows);
    for (const [table, rows] of Object.entries(after))
      expect([table, rows.length]).toEqual([table, before[table]?.length ?? 0]);
    for (const user of after["users"] ?? []) {
      expect(user["credential_epoch"]).toBe(user["id"] === "margaret" ? 5 : 0);
      expect(Number(user["locks"])).toBe(Number(user["lock_ms"]) > 0 ? 1 : 0);
      expect(user).toMatchObject({ email_verified: 0, name: null, locale: null });
      for (const of of ["failures", "failed_at", "locked_until", "lock_ms", "locks"])
        expect([of, user[`factor_${of}`]]).toEqual([of, 0]);
      expect(user["webauthn_handle"]).toBeNull();
    }
    for (const one of (after["sessions"] ?? []).filter(({ id }) => id !== "mailed"))
      expect(one).toMatchObject({ methods: "pwd", authenticated_at: null, second_factor_at: null });
    // Taken from the events that are kept.
    const hasLogin = before["events"]?.some(({ id }) => id === "login") ?? false;
    for (const user of after["users"] ?? [])
      expect(user["last_login_at"]).toBe(hasLogin && user["id"] === "ada" ? 8 : null);
  }

  /** The reset tokens as they stand after the move. A decoy of an earlier version led nowhere, and is left behind. */
  const challengesOf = (resetTokens: readonly Row[]) =>
    resetTokens
      .filter((token) => token["user_id"] !== null)
      .map(({ secret_hash, user_id, created_at, expires_at }) => ({
        id: Buffer.from(secret_hash as Uint8Array).toString("hex"),
        purpose: "password_reset",
        link_hash: secret_hash,
        ...{ handle_hash: null, code_mac: null, session_id: null, subject: null, sealed: null },
        ...{ user_id, created_at, expires_at, attempts: 0 },
      }));

  it.each(EARLIER)(
    "%s is brought to this one: nothing is lost, and a password may be none",
    async (version) => {
      const before = await fill(version);
      const lines: string[] = [];
      const storage = await openStorage(database.target, { onStep: (line) => lines.push(line) });
      expect(lines).toEqual(MIGRATED.slice(EARLIER.indexOf(version) + 1));
      await expectMigrated(before);
      const found = await storage.users.findByEmail("ada@example.com");
      expect(found).toMatchObject({ passwordHash: account("ada", {}).password_hash, epoch: 0 });
      expect(await storage.factors.find("ada")).toEqual({
        ...{ password: true, totp: null, recoveryCodes: null, passkeys: 0 },
      });
      if (before["reset_tokens"] !== undefined) {
        // A link that was mailed before the update is good after it, and once.
        const link = await storage.challenges.findByLink("password_reset", bytes(6), 1);
        expect(link).toMatchObject({ userId: "ada" });
        expect(await storage.challenges.findByLink("password_reset", bytes(6), 2)).toBeUndefined();
        expect(await storage.challenges.spend("password_reset", link?.id ?? "", 1)).toBe(true);
        expect(await database.query("select id from challenges")).toEqual([]);
      }
      await storage.close();

      await database.query("update users set password_hash = null where id = 'ada'");
      await expect(database.query("update users set role = 'owner'")).rejects.toThrow(/check/i);
      await expect(database.query("update users set email = 'ada@example.com'")).rejects.toThrow(
        /unique/i,
      );
      await database.query("delete from users where id = 'ada'"); // the sessions go with it, as before
      const left = await database.query("select id from sessions where user_id = 'ada'");
      expect(left).toEqual([]);
    },
  );

  it(
    "a failure at any statement leaves the old schema or the new one, and the next start finishes",
    { timeout: 120_000 },
    async () => {
      const before = await fill("0007-session-failures");
      const opened = await openDatabase(database.target, defaultPool);
      const schemas: string[] = [];
      for (let at = 1; ; at += 1) {
        const outcome = await migrateToLatest(failingAt(opened, at)).then(
          () => "migrated",
          (error: unknown) => String(error),
        );
        if (outcome === "migrated") break;
        expect(outcome).toBe(`Error: statement ${at} fails`);
        if (await hasEpoch()) await expectMigrated(before);
        else expect(await everything()).toEqual(before);
        schemas.push((await hasEpoch()) ? "new" : "old");
      }
      await opened.db.destroy();
      await expectMigrated(before);
      // The migrator's own statements, and at least two of the migration. On PostgreSQL it gives its lock
      // back after the COMMIT: what fails there has been migrated.
      expect(schemas.filter((schema) => schema === "old").length).toBeGreaterThan(5);
      expect(schemas.lastIndexOf("old")).toBeLessThan(schemas.indexOf("new") >>> 0);
    },
  );

  it(
    "ST-02 a process killed in the middle leaves the old schema or the new one, and the next start finishes",
    { timeout: 120_000 },
    async () => {
      const before = await fill("0007-session-failures");
      const patient = { ...defaultPool, statementTimeoutSeconds: 60 };
      const opened = await openDatabase(database.target, patient);
      await fillUp(opened);
      await opened.db.destroy();
      const hashes = () =>
        database.query("select count(*) as n, count(distinct password_hash) as d from users");
      const stored = await hashes();
      const outcomes = new Set<string>();
      for (const afterMs of [0, 5, 20, 50, 100, 200].map((ms, at) =>
        at === 0 ? 0 : GRACE_MS + ms,
      )) {
        outcomes.add(await migrateAndKill(database.target, afterMs));
        expect(await hashes()).toEqual(stored);
        const isNew = await hasEpoch();
        const users = await database.query("select * from users where email like '%@example.com'");
        expect(users.toSorted(byFirstColumn)).toMatchObject(before["users"] ?? []);
        if (isNew) break;
      }
      expect(outcomes).toContain("SIGKILL");
      await (await openStorage(database.target)).close();
      expect(await hasEpoch()).toBe(true);
      expect(await hashes()).toEqual(stored);
    },
  );

  const hasEpoch = () =>
    database.query("select credential_epoch from users limit 1").then(
      () => true,
      () => false,
    );
});

/** How long the process waits between its word that it has begun and its first change: the first kill is before that. */
const GRACE_MS = 500;

/** Enough accounts that a migration of them takes longer than it takes to kill it. */
const MANY = 30_000;

async function fillUp({ db }: Database): Promise<void> {
  await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(MANY)})
    insert into users (id, email, password_hash, role, disabled, created_at)
    select 'id' || i, i || '@many.example', 'hash of ' || i, 'user', 0, i from n`.execute(db);
}

/** The database, on which the statement in that place of a migration fails. */
function failingAt(database: Database, at: number): Database {
  let asked = 0;
  return {
    ...database,
    alone: (work) =>
      database.alone((db) => {
        asked = 0;
        return work(
          db.withPlugin({
            transformQuery({ node }) {
              asked += 1;
              if (asked === at) throw new Error(`statement ${at} fails`);
              return node;
            },
            transformResult: async ({ result }) => result,
          }),
        );
      }),
  };
}

const sourceOf = (file: string) =>
  JSON.stringify(new URL(`../../src/storage/${file}`, import.meta.url));

/** Migrates in a process of its own, killed so long after it has begun the last migration; answers how it ended. */
async function migrateAndKill(target: DatabaseTarget, afterMs: number): Promise<string> {
  const script = `const { openDatabase } = await import(${sourceOf("engine/open-database.ts")});
    const { migrateToLatest } = await import(${sourceOf("migrations.ts")});
    const { defaultPool } = await import(${sourceOf("engine/pool.ts")});
    const opened = await openDatabase(JSON.parse(process.argv[1]), defaultPool);
    const { allowNull } = opened.dialect;
    const dialect = { ...opened.dialect, allowNull(...given) {
      process.stdout.write("begun");
      return new Promise((resolve) => setTimeout(resolve, ${GRACE_MS})).then(() => allowNull(...given));
    } };
    await migrateToLatest({ ...opened, dialect });
    await opened.db.destroy();`;
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", script, JSON.stringify(target)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), ended]);
  await sleep(afterMs);
  child.kill("SIGKILL");
  const [code, signal] = (await ended) as [number | null, string | null];
  return signal ?? `ended with ${code}`;
}
