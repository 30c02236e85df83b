/** Where the databases are made: files in a temporary folder, and databases of one PostgreSQL server. */
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import type { DatabaseTarget } from "../../src/storage/engine/target.ts";
import { startPostgres } from "../../test/support/postgres-server.ts";
import type { EngineName } from "./options.ts";
import type { TableRows, Value } from "./rows.ts";

export interface Engine {
  readonly name: EngineName;
  /** What it calls itself, with its version. */
  readonly title: string;
  /** Where a new, empty database is: its path or its URL. */
  create(users: number): Promise<string>;
  targetOf(location: string): DatabaseTarget;
  /** Opens a migrated database for bulk statements. */
  openFiller(location: string): Promise<Filler>;
  /** Brings into memory what the system has dropped of a filled database: what is measured is not the disk. */
  warm(location: string): Promise<void>;
  /** Ends what was started and deletes what was made. */
  remove(): Promise<void>;
}

/** Writes rows in bulk: nothing is synced to the disk before the end, and indexes are made afterwards. */
export interface Filler {
  insert(table: TableRows, rows: readonly Value[][]): Promise<void>;
  /** Makes the indexes, collects statistics where the engine's own housekeeping does, and answers the size in bytes. */
  finish(): Promise<number>;
}

export async function startEngine(name: EngineName): Promise<Engine> {
  return name === "sqlite" ? startSqlite() : startPostgresEngine();
}

async function startSqlite(): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-growth-"));
  const version = new DatabaseSync(":memory:").prepare("select sqlite_version() as v").get();
  return {
    name: "sqlite",
    title: `SQLite ${String(version?.["v"])}`,
    create: async (users) => join(folder, `${users}.db`),
    targetOf: (path) => ({ kind: "sqlite", path }),
    openFiller: async (path) => openSqliteFiller(path),
    warm: readThrough,
    remove: () => rm(folder, { recursive: true }),
  };
}

async function readThrough(path: string): Promise<void> {
  const file = await open(path);
  const piece = new Uint8Array(2 ** 22);
  while ((await file.read(piece)).bytesRead > 0);
  await file.close();
}

/** Without a journal: a fill that is cut short is thrown away. Opening the file afterwards sets its modes again. */
function openSqliteFiller(path: string): Filler {
  const database = new DatabaseSync(path);
  database.exec("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -400000");
  database.exec("pragma foreign_keys = off"); // a check per row, of rows that are right
  // The trigger that refuses REPLACE looks every new event up.
  const later = database
    .prepare(
      "select type, name, sql from sqlite_schema where type in ('index', 'trigger') and sql is not null",
    )
    .all();
  for (const { type, name } of later) database.exec(`drop ${String(type)} "${String(name)}"`);
  return {
    async insert(table, rows) {
      const columns = Object.keys(table.columns);
      const marks = columns.map(() => "?").join();
      const statement = database.prepare(
        `insert into ${table.name} (${columns.join()}) values (${marks})`,
      );
      database.exec("begin");
      for (const row of rows) statement.run(...row);
      database.exec("commit");
    },
    async finish() {
      for (const { sql } of later) database.exec(String(sql));
      database.close();
      return (await stat(path)).size;
    },
  };
}

async function startPostgresEngine(): Promise<Engine> {
  const given = process.env["BENCH_POSTGRES_URL"];
  const server = given === undefined ? await startPostgres(["-c", sharedBuffers()]) : undefined;
  const serverUrl = new URL(given ?? server?.url ?? "");
  const made: string[] = [];
  const [first] = await queryAt(serverUrl.href, "show server_version");
  return {
    name: "postgres",
    title: `PostgreSQL ${String(first?.["server_version"])}`,
    async create(users) {
      const name = `portcullis_growth_${users}_${process.pid}`;
      await queryAt(serverUrl.href, `create database ${name}`);
      made.push(name);
      const url = new URL(serverUrl);
      url.pathname = name;
      return url.href;
    },
    targetOf: (url) => ({ kind: "postgres", url }),
    openFiller: openPostgresFiller,
    warm: async () => {}, // its own cache has all since the fill, and drops nothing while there is room
    async remove() {
      if (server !== undefined) return server.remove();
      for (const name of made) await queryAt(serverUrl.href, `drop database ${name} with (force)`);
    },
  };
}

/** A quarter of the memory, as PostgreSQL's manual advises (19.4.1), and docs/operating.md with it. */
function sharedBuffers(): string {
  return `shared_buffers=${Math.round(totalmem() / 4 / 2 ** 20)}MB`;
}

/** Indexes that are not a constraint's. */
const INDEXES = `select indexname as name, indexdef as definition from pg_indexes
  where schemaname = 'public'
  and not exists (select 1 from pg_constraint where conname = indexname)`;

const PREWARM = `select pg_prewarm(oid) from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')`;

async function openPostgresFiller(connectionString: string): Promise<Filler> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'");
  // A check of the references per row, of rows that are right. Only a superuser may do without.
  await client.query("set session_replication_role = replica").catch(() => undefined);
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(INDEXES);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  return {
    async insert(table, rows) {
      const columns = Object.entries(table.columns);
      const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`);
      await client.query(
        `insert into ${table.name} (${columns.map(([name]) => name).join()})
          select * from unnest(${arrays.join()})`,
        columns.map((_, index) => rows.map((row) => bindable(row[index] ?? null))),
      );
    },
    async finish() {
      for (const { definition } of indexes) await client.query(definition);
      // Autovacuum would get there by itself, in the middle of the measurement.
      await client.query("vacuum analyze");
      await client.query("checkpoint").catch(() => undefined); // a superuser's
      await client.query("create extension if not exists pg_prewarm").catch(() => undefined); // likewise
      await client.query(PREWARM).catch(() => undefined);
      const { rows } = await client.query<{ bytes: string }>(
        "select pg_database_size(current_database()) as bytes",
      );
      await client.end();
      return Number(rows[0]?.bytes);
    },
  };
}

function bindable(value: Value): string | number | null | Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

async function queryAt(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
