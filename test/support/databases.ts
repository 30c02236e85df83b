/** The databases that the suite runs on, for `describe.each(databases)`: real ones, empty for each test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { afterEach, beforeEach, inject } from "vitest";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { getTypeParser } from "../../src/storage/engine/postgres-pool.ts";
import type { DatabaseTarget } from "../../src/storage/engine/target.ts";
import { openStorage, type StorageOptions } from "../../src/storage/storage.ts";

export interface TestDatabase {
  /** As DATABASE_URL. */
  readonly url: string;
  /** As the storage opens it. */
  readonly target: DatabaseTarget;
  /** Runs one statement the way another client of the database would; answers its rows. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Locks every table against writing, as another client; answers how to unlock them. */
  lock(): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

export const databases = [
  { name: "SQLite", create: async (): Promise<TestDatabase> => createSqlite() },
  { name: "PostgreSQL", create: createPostgres },
];

/** SQLite waits 2 s for a lock as well; there are more connections than any test has writers. */
export const testOptions: StorageOptions = { statementTimeoutSeconds: 2, poolSize: 25 };

/** A fresh database, opened, for every test of the block it is called in. */
export function eachTestOpens(create: () => Promise<TestDatabase>): {
  readonly storage: Storage;
  readonly database: TestDatabase;
  /** Closes the storage and opens it anew, as a restart does. */
  reopen(): Promise<void>;
} {
  let opened: { storage: Storage; database: TestDatabase } | undefined;
  beforeEach(async () => {
    const database = await create();
    opened = { database, storage: await openStorage(database.target, testOptions) };
  });
  afterEach(async () => {
    await opened?.storage.close();
    await opened?.database.remove();
  });
  const current = () => {
    if (opened === undefined) throw new Error("Only inside a test");
    return opened;
  };
  return {
    get storage() {
      return current().storage;
    },
    get database() {
      return current().database;
    },
    async reopen() {
      const { database, storage } = current();
      await storage.close();
      opened = { database, storage: await openStorage(database.target, testOptions) };
    },
  };
}

/** A path without a database yet, in a folder of its own. */
export function createSqlite(): TestDatabase & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-storage-"));
  const path = join(folder, "data", "test.db");
  return {
    url: `sqlite:${path}`,
    target: { kind: "sqlite", path },
    path,
    async query(sql) {
      const connection = new DatabaseSync(path);
      try {
        return connection.prepare(sql).all();
      } finally {
        connection.close();
      }
    },
    async lock() {
      const connection = new DatabaseSync(path);
      connection.exec("begin immediate");
      return async () => connection.close();
    },
    async remove() {
      rmSync(folder, { recursive: true });
    },
  };
}

/** Making a database costs more than emptying one. */
const empty: string[] = [];
let made = 0;

/** A database of the server that the whole run shares. */
export async function createPostgres(): Promise<TestDatabase> {
  const server = new URL(inject("postgresUrl"));
  const name = empty.pop() ?? (await makePostgres(server.href));
  server.pathname = name;
  const url = server.href;
  return {
    url,
    target: { kind: "postgres", url },
    query: (sql) => queryPostgres(url, sql),
    async lock() {
      const client = await connect(url);
      await client.query("begin");
      const { rows } = await client.query<{ name: string }>(
        "select quote_ident(relname) as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
      );
      const tables = rows.map((row) => row.name).join(", ");
      await client.query(`lock table ${tables} in exclusive mode`);
      return () => client.end();
    },
    async remove() {
      await queryPostgres(url, "drop schema public cascade");
      await queryPostgres(url, "create schema public");
      empty.push(name);
    },
  };
}

async function makePostgres(serverUrl: string): Promise<string> {
  const name = `test_${process.pid}_${(made += 1)}`;
  await queryPostgres(serverUrl, `create database ${name}`);
  return name;
}

async function queryPostgres(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, types: { getTypeParser } });
  await client.connect();
  return client;
}
