/** A look at a database that changes nothing: for `portcullis doctor`. */
import type { SigningKeyRecord } from "../domain/ports/signing-keys.ts";
import { MIGRATIONS_TABLE } from "./engine/foreign-tables.ts";
import type { InspectingConnection } from "./engine/inspecting-connection.ts";
import { openPostgresToInspect } from "./engine/postgres-inspecting-connection.ts";
import { openSqliteToInspect } from "./engine/sqlite-inspecting-connection.ts";
import { postgresDialect } from "./engine/postgres-dialect.ts";
import { sqliteDialect } from "./engine/sqlite-dialect.ts";
import type { DatabaseTarget } from "./engine/target.ts";
import { migrations } from "./migrations.ts";
import { tableNames } from "./schema.ts";

export interface Inspection {
  readonly kind: DatabaseTarget["kind"];
  /** Names of the migrations that were applied; those of another application too. */
  readonly applied: readonly string[];
  /** Those that this version knows, in their order. */
  readonly known: readonly string[];
  /** A table of ours is there. */
  readonly hasTables: boolean;
  /** Newest first. */
  readonly signingKeys: readonly SigningKeyRecord[];
  readonly hasAccounts: boolean;
  readonly sizeBytes: number;
  /** PostgreSQL's, by name: those that safety rests on. Empty for SQLite, whose settings are the connection's. */
  readonly settings: ReadonlyMap<string, string>;
  /** The database's clock, and this machine's before and after it was read; null for SQLite, which has none. Milliseconds. */
  readonly clock: { readonly database: number; readonly from: number; readonly to: number } | null;
  /** The newest writes of a SQLite file could not be read. */
  readonly isBehind: boolean;
}

/** Opens the database, looks, and closes it. Rejects with a `NoDatabaseError`, or with what the driver says. */
export async function inspectDatabase(
  target: DatabaseTarget,
  timeoutMs: number,
  now: () => number,
): Promise<Inspection> {
  const connection =
    target.kind === "sqlite"
      ? openSqliteToInspect(target.path)
      : await openPostgresToInspect(target.url, timeoutMs);
  try {
    return await look(connection, now);
  } finally {
    await connection.close();
  }
}

async function look(connection: InspectingConnection, now: () => number): Promise<Inspection> {
  const { kind, isBehind, rows } = connection;
  const textsOf = async (sql: string) => (await rows(sql)).map(({ text }) => String(text));
  const tables = new Set(await textsOf(tablesOf[kind]));
  const has = (name: string) => tables.has(name);
  const users = has("users") ? await rows("select 1 from users limit 1") : [];
  return {
    kind,
    isBehind,
    applied: has(MIGRATIONS_TABLE)
      ? await textsOf(`select name as text from ${MIGRATIONS_TABLE} order by name`)
      : [],
    known: Object.keys(migrations(kind === "sqlite" ? sqliteDialect : postgresDialect)),
    hasTables: tableNames.some(has),
    signingKeys: has("signing_keys") ? (await rows(SIGNING_KEYS)).map(toSigningKey) : [],
    hasAccounts: users.length > 0,
    sizeBytes: Number((await textsOf(sizeOf[kind]))[0]),
    settings: new Map(
      kind === "sqlite"
        ? []
        : (await rows(SETTINGS)).map(({ name, text }) => [String(name), String(text)]),
    ),
    clock: kind === "sqlite" ? null : await readClock(connection, now),
  };
}

async function readClock({ rows }: InspectingConnection, now: () => number) {
  const from = now();
  const [row] = await rows("select extract(epoch from clock_timestamp()) * 1000 as text");
  return { database: Number(row?.["text"]), from, to: now() };
}

const tablesOf = {
  sqlite: "select name as text from sqlite_schema",
  postgres:
    "select relname as text from pg_class where relnamespace = to_regnamespace(current_schema()::text)",
} as const;

const sizeOf = {
  sqlite: "select page_count * page_size as text from pragma_page_count, pragma_page_size",
  postgres: "select pg_database_size(current_database()) as text",
} as const;

const SIGNING_KEYS = `select kid, public_x, sealed_seed, created_at, retired_at from signing_keys
  order by created_at desc, kid desc`;

/** Those that the server asks of each connection, and the one by which an operator stops writes. */
const SETTINGS = `select 'server_encoding' as name, current_setting('server_encoding') as text
  union all select 'fsync', current_setting('fsync')
  union all select 'full_page_writes', current_setting('full_page_writes')
  union all select 'synchronous_commit', current_setting('synchronous_commit')
  union all select 'session_replication_role', current_setting('session_replication_role')
  union all select 'default_transaction_read_only', current_setting('default_transaction_read_only')
  union all select 'in_recovery', pg_is_in_recovery()::text
  union all select 'max_connections', current_setting('max_connections')
  union all select 'server_version', current_setting('server_version')`;

function toSigningKey(row: Readonly<Record<string, unknown>>): SigningKeyRecord {
  const { kid, public_x, sealed_seed, created_at, retired_at } = row;
  return {
    kid: String(kid),
    publicX: String(public_x),
    sealedSeed: sealed_seed instanceof Uint8Array ? sealed_seed : new Uint8Array(),
    createdAt: Number(created_at),
    retiredAt: retired_at === null ? null : Number(retired_at),
  };
}
