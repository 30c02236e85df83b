import { uuidv7 } from "uuidv7";
import { CompiledQuery, sql } from "kysely";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { StorageUnavailableError, UnsafeStorageError } from "../../src/domain/ports/storage.ts";
import { openDatabase } from "../../src/storage/engine/open-database.ts";
import { defaultPool } from "../../src/storage/engine/pool.ts";
import { PooledConnection } from "../../src/storage/engine/postgres-pooled-connection.ts";
import { runPipeline } from "../../src/storage/engine/postgres-pipeline.ts";
import { createEventLog } from "../../src/routes/event-log.ts";
import { updateUserByCommand } from "../../src/domain/users.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { createPostgres, type TestDatabase } from "../support/databases.ts";
import { aCookieSession, aSignup, aUser, EPOCH, HASH } from "../support/rows.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createPostgres();
});
afterEach(() => database.remove());

const nameOf = (url: string) => new URL(url).pathname.slice(1);

/** Ends every connection of the server's, as its restart would. */
const cutAll = () =>
  database.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);

describe("opening a PostgreSQL database", () => {
  it("ST-01 is refused where the database would lose what it acknowledged", async () => {
    const name = nameOf(database.url);
    await database.query(`alter database ${name} set synchronous_commit = off`);
    const opening = openStorage(database.target);
    await expect(opening).rejects.toThrow(UnsafeStorageError);
    await expect(opening).rejects.toThrow(/synchronous_commit/);
    await database.query(`alter database ${name} reset synchronous_commit`);
    await (await openStorage(database.target)).close();
  });

  /** Gives the role its own value of a setting, on this database alone. */
  const roleSets = (setting: string) =>
    database.query(
      `alter role ${new URL(database.url).username} in database ${nameOf(database.url)} ${setting}`,
    );

  it("ST-23 is refused where a role's default switches off the triggers and references of the tables", async () => {
    await roleSets("set session_replication_role = replica");
    const opening = openStorage(database.target);
    await expect(opening).rejects.toThrow(UnsafeStorageError);
    await expect(opening).rejects.toThrow(/session_replication_role/);
    await roleSets("reset all");
  });

  it.each(["repeatable read", "serializable"])(
    "ST-23 with %s as the role's default there is one first administrator, and bytes are read as they were written",
    async (level) => {
      await roleSets(`set default_transaction_isolation = '${level}'`);
      await roleSets("set bytea_output = escape");
      const processes: Awaited<ReturnType<typeof openStorage>>[] = [];
      for (let opened = 0; opened < 5; opened += 1)
        processes.push(await openStorage(database.target));
      for (let round = 0; round < 10; round += 1) {
        await database.query("delete from users");
        const made = await Promise.all(
          processes.map((storage) =>
            storage.transaction((stores) =>
              stores.users.insertFirstAdmin({ ...aUser(), role: "admin" }, HASH),
            ),
          ),
        );
        expect(made.filter((outcome) => outcome === "inserted")).toHaveLength(1);
        expect(await database.query("select count(*) as n from users")).toEqual([{ n: 1 }]);
      }
      const [storage] = processes;
      const user = aUser();
      await storage?.users.insert(user, HASH);
      const session = aCookieSession(user);
      await storage?.sessions.insert(session, EPOCH);
      const device = { id: uuidv7(), userId: user.id, seenAt: 1, expiresAt: 9 };
      await storage?.devices.insert({ ...device, secretHash: session.secretHash }, 5);
      expect(await storage?.devices.find([session.secretHash], user.email, 2)).toMatchObject({
        secretHash: session.secretHash,
      });
      for (const each of processes) await each.close();
      await roleSets("reset all");
    },
  );

  it("is refused where text would not be what it was", async () => {
    const name = `ascii_${process.pid}`;
    await database.query(`create database ${name} encoding 'SQL_ASCII'
      locale_provider libc locale 'C' template template0`);
    const url = new URL(database.url);
    url.pathname = name;
    await expect(openStorage({ kind: "postgres", url: url.href })).rejects.toThrow(/UTF8/);
  });

  it.each([
    ["nobody listens", (url: URL) => (url.port = "1")],
    ["the password is wrong", (url: URL) => (url.password = "hunter2")],
    ["there is no such database", (url: URL) => (url.pathname = "elsewhere")],
  ])("LA-03 where %s it is unavailable, and the message repeats no URL", async (_, change) => {
    const url = new URL(database.url);
    change(url);
    const error: unknown = await openStorage({ kind: "postgres", url: url.href }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(String(error)).not.toMatch(/hunter2|postgres:\/\//);
  });
});

describe("a connection", () => {
  it("prepares a statement once, however often it is run", async () => {
    const { db } = await openDatabase(database.target, { ...defaultPool, poolSize: 1 });
    const ask = () => sql<{ n: number }>`select ${1}::int as n`.execute(db);
    for (let i = 0; i < 5; i += 1) await ask();
    const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements
      where statement like '%::int as n%' and statement not like '%statements%'`.execute(db);
    expect(rows).toHaveLength(1);
    await db.destroy();
  });

  it("ST-12 that is cut costs its request; the next one is answered", async () => {
    const storage = await openStorage(database.target);
    const user = aUser();
    await storage.users.insert(user, HASH);
    const working = storage.transaction(async (stores) => {
      await stores.users.insert(aUser(), HASH);
      await cutAll();
      await stores.users.insert(aUser(), HASH);
    });
    await expect(working).rejects.toThrow(StorageUnavailableError);
    expect(await storage.users.find(user.id)).toEqual(user);
    expect(await database.query("select count(*) as n from users")).toEqual([{ n: 1 }]);
    await storage.close();
  });

  it("ST-07 is waited for as long as the setting says, and no longer", async () => {
    const storage = await openStorage(database.target, { poolSize: 1, connectTimeoutSeconds: 1 });
    const waiting = storage.transaction(() => new Promise((resolve) => setTimeout(resolve, 2_500)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(storage.poolState()).toMatchObject({ size: 1, idle: 0 });
    await expect(storage.users.find(uuidv7())).rejects.toThrow(StorageUnavailableError);
    await waiting;
    expect(await storage.users.find(uuidv7())).toBeUndefined();
    expect(storage.poolState()).toEqual({ size: 1, idle: 1, waiting: 0 });
    await storage.close();
  });
});

describe("beside another version", () => {
  it("a column that a later one adds costs nothing", async () => {
    const storage = await openStorage(database.target);
    const user = aUser();
    await storage.users.insert(user, HASH);
    await storage.users.findByEmail(user.email); // prepared now
    await database.query("alter table users add column later text");
    expect((await storage.users.findByEmail(user.email))?.user).toEqual(user);
    await storage.close();
  });

  it("a start waits for another's migration longer than for any statement", async () => {
    await (await openStorage(database.target)).close();
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query(`select pg_advisory_lock(5786934566925107200)`);
    let isOpen = false;
    const opening = openStorage(database.target, { statementTimeoutSeconds: 1 });
    void opening.then(() => (isOpen = true));
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(isOpen).toBe(false);
    await other.end();
    await (await opening).close();
  });
});

describe("a transaction in which a statement failed", () => {
  it("LA-06 is not acknowledged, although its work went on and its commit was taken", async () => {
    const storage = await openStorage(database.target);
    const user = aUser();
    const working = storage.transaction(async (stores) => {
      await stores.users.insert(user, HASH);
      await stores.users.insert({ ...aUser(), id: user.id }, HASH).catch(() => undefined);
      return "done";
    });
    await expect(working).rejects.toThrow(/undone/);
    expect(await storage.users.find(user.id)).toBeUndefined();
    await storage.close();
  });
});

describe("statements in one round trip", () => {
  const cancelled = CompiledQuery.raw("select 1 / 0");
  const insert = (id: string) =>
    CompiledQuery.raw("insert into jobs (name, due_at) values ($1, $2)", [id, 0]);
  const jobs = () => database.query("select name from jobs order by name");

  async function connected(work: (client: pg.PoolClient) => Promise<void>) {
    await (await openStorage(database.target)).close();
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const client = await pool.connect();
    await work(client);
    client.release();
    await pool.end();
  }

  it("ST-03 behind a begin that fails run neither then nor later: by themselves they would hold", async () => {
    await connected(async (client) => {
      const failing = runPipeline(client, [cancelled, insert("a"), insert("b")]);
      await expect(failing).rejects.toThrow(/zero/);
      const connection = new PooledConnection(client);
      const begin = connection.run(cancelled);
      const behind = [connection.run(insert("c"))];
      await new Promise((resolve) => process.nextTick(resolve));
      behind.push(connection.run(insert("d"))); // while the first ones are under way
      for (const statement of [begin, ...behind]) await expect(statement).rejects.toThrow(/zero/);
      expect(await jobs()).toEqual([]);
    });
  });

  it("give each its own result, and are prepared once, also where one of them failed before", async () => {
    await connected(async (client) => {
      const count = CompiledQuery.raw("select count(*)::int as n from jobs where due_at < $1", [9]);
      await expect(runPipeline(client, [insert("a"), cancelled, count])).rejects.toThrow(/zero/);
      for (const name of ["a", "b"]) {
        const results = await runPipeline(client, [count, insert(name), count]);
        expect(results.map(({ rows, rowCount }) => [rows, rowCount])).toEqual([
          [[{ n: name === "a" ? 0 : 1 }], 1],
          [[], 1],
          [[{ n: name === "a" ? 1 : 2 }], 1],
        ]);
      }
    });
  });

  it("take one connection of the pool, and give it back when all of them are answered", async () => {
    const storage = await openStorage(database.target, { poolSize: 1, connectTimeoutSeconds: 1 });
    const user = aUser();
    const early = storage.together(async (stores) => {
      void stores.users.insert(user, HASH);
      throw new Error("early");
    });
    await expect(early).rejects.toThrow("early");
    expect(
      await storage.together((s) => Promise.all([s.users.find(user.id), s.users.find("x")])),
    ).toEqual([user, undefined]);
    await storage.close();
  });
});

describe("two promotions of one account at once", () => {
  it("LA-01 are told once", async () => {
    const storage = await openStorage(database.target);
    const user = aUser();
    await storage.users.insert(user, HASH);
    const locker = new pg.Client({ connectionString: database.url });
    await locker.connect();
    await locker.query("begin");
    await locker.query("select 1 from users where id = $1 for update", [user.id]);
    const journal = { storage, log: createEventLog(() => undefined, false), newId: () => uuidv7() };
    const occasion = { requestId: null, ip: null, now: Date.now() };
    const both = [1, 2].map(() =>
      updateUserByCommand(journal, occasion, user.id, { role: "admin" }, true),
    );
    const countWaiting = async () => {
      const waiting = await database.query(
        "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      );
      return waiting.length;
    };
    await expect.poll(countWaiting, { timeout: 20_000 }).toBe(2);
    await locker.query("rollback");
    await locker.end();
    for (const promoted of await Promise.all(both))
      expect(promoted).toMatchObject({ role: "admin" });
    expect(await storage.events.list({ event: "user_updated" }, 10, undefined)).toHaveLength(1);
    await storage.close();
  });
});

describe("a database that begins to lose what it acknowledges", () => {
  it("ST-01 gets no new connection, keeps the ones it has, and heals by itself", async () => {
    const storage = await openStorage(database.target, { poolSize: 1 });
    const name = nameOf(database.url);
    await storage.users.insert(aUser(), HASH);
    await database.query(`alter database ${name} set synchronous_commit = off`);
    expect(await storage.users.insert(aUser(), HASH)).toBe(true); // on the connection from before
    await cutAll();
    const refused = { name: "StorageUnavailableError", code: "UNSAFE_SETTINGS" };
    await expect
      .poll(() => storage.users.find(uuidv7()).catch((error: unknown) => error), {
        timeout: 20_000,
      })
      .toMatchObject(refused);
    await expect(storage.users.insert(aUser(), HASH)).rejects.toMatchObject(refused);
    await database.query(`alter database ${name} reset synchronous_commit`);
    expect(await storage.users.insert(aUser(), HASH)).toBe(true);
    await storage.close();
  });
});

describe("a database that may only be read", () => {
  it("ST-12 refuses changes, answers reads, and heals by itself", async () => {
    const storage = await openStorage(database.target);
    const user = aUser();
    const session = aCookieSession(user);
    await storage.users.insert(user, HASH);
    await storage.sessions.insert(session, EPOCH);
    const name = nameOf(database.url);
    await database.query(`alter database ${name} set default_transaction_read_only = on`);
    await cutAll();
    await expect(storage.sessions.delete(session.id)).rejects.toMatchObject({
      name: "StorageUnavailableError",
      code: "25006",
    });
    await expect(storage.proveWritable()).rejects.toThrow(StorageUnavailableError);
    expect(await storage.sessions.find(session.id)).toMatchObject({ user });
    // An administrator of PostgreSQL says so by another session.
    const client = new pg.Client({ connectionString: inject("postgresUrl") });
    await client.connect();
    await client.query(`alter database ${name} reset default_transaction_read_only`);
    await client.end();
    // Nothing is cut: a connection that was found read-only is given up by itself.
    await expect
      .poll(() =>
        storage.proveWritable().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    expect(await storage.sessions.delete(session.id)).toBe(true);
    await storage.close();
  });
});

describe("stored events", () => {
  it("LA-05 cannot be truncated", async () => {
    const storage = await openStorage(database.target);
    await storage.events.insert(uuidv7(), aSignup(aUser()));
    await expect(database.query("truncate events")).rejects.toThrow(/append-only/);
    expect(await database.query("select count(*) as n from events")).toEqual([{ n: 1 }]);
    await storage.close();
  });
});
