/** What differs from one database to the next, apart from the driver. Everything else here is shared. */
import { sql } from "kysely";
import type { ColumnDataType, Kysely, RawBuilder } from "kysely";
import type { Db, Tables } from "../schema.ts";

export interface StorageDialect {
  /** The type of a column that holds bytes. */
  readonly bytes: ColumnDataType;
  /** The type of a column that holds text, compared byte by byte whatever the database's language. */
  readonly text: ColumnDataType | RawBuilder<unknown>;
  /**
   * Ends a query on whose rows something else depends: whoever wants to change them waits until this
   * transaction is over, and whoever is changing them is waited for. Nothing where writers take turns.
   */
  readonly lockRows: RawBuilder<unknown>;
  /** Ends a query that takes one of many rows: those which others hold are passed over. */
  readonly skipLockedRows: RawBuilder<unknown>;
  /** Whether a query may change rows on its way (`with … as (insert …)`), so that several changes are one statement. */
  readonly changesInQueries: boolean;
  /** It knows how many rows match, and chooses its index by that. */
  readonly hasStatistics: boolean;
  /** Inside a transaction: waits until no other transaction is in its turn on `topic`. */
  takeTurn(db: Db, topic: Turn): Promise<void>;
  /** Makes the database refuse every change of a row of `table`, whoever asks (LA-05). */
  makeAppendOnly(db: Kysely<unknown>, table: keyof Tables): Promise<void>;
  /** Narrows that: rows of before the instant in `event_retention` may be deleted. */
  allowDeletionByRetention(db: Kysely<unknown>, table: "events"): Promise<void>;
  /** Lets a column of text hold null, keeping every row. */
  allowNull(db: Kysely<unknown>, table: keyof Tables, column: string): Promise<void>;
  /** `busy`: nothing was written, try again; `unavailable`: no use now; undefined: not the database's state. */
  failureOf(error: unknown): Failure | undefined;
  /** Commits something that changes nothing; throws where a write would be refused. */
  proveWritable(db: Db): Promise<void>;
  /** What a clean end leaves in order. The connection is idle then. */
  settle(db: Db): Promise<void>;
}

export type Failure = "busy" | "unavailable";

/** What must not happen twice at once, and is in no one row. */
export type Turn = "first_admin" | "signing_keys";

export const sqliteDialect: StorageDialect = {
  bytes: "blob",
  text: "text",
  lockRows: sql``,
  skipLockedRows: sql``,
  changesInQueries: false,
  hasStatistics: false,

  /** A transaction that writes holds the whole database. */
  async takeTurn() {},

  async makeAppendOnly(db, table) {
    await refuse(db, table, "update", sql`update`, sql``);
    await refuse(db, table, "delete", sql`delete`, sql``);
    // REPLACE deletes the old row without firing the trigger on DELETE (sqlite.org/lang_conflict.html).
    const exists = sql`when exists (select 1 from ${sql.table(table)} where id = new.id)`;
    await refuse(db, table, "replace", sql`insert`, exists);
  },

  async allowDeletionByRetention(db, table) {
    await sql`drop trigger ${sql.id(`${table}_refuse_delete`)}`.execute(db);
    const isKept = sql`when old.timestamp >= coalesce((select delete_before from event_retention), 0)`;
    await refuse(db, table, "delete", sql`delete`, isKept);
  },

  /**
   * By another column, because SQLite cannot drop NOT NULL. Not by another table: dropping the old one
   * deletes its rows first, and with them all that refers to them (sqlite.org/foreignkeys.html §5).
   */
  async allowNull(db, table, column) {
    const nullable = `${column}_nullable`;
    await db.schema.alterTable(table).addColumn(nullable, "text").execute();
    await sql`update ${sql.table(table)} set ${sql.id(nullable)} = ${sql.id(column)}`.execute(db);
    await db.schema.alterTable(table).dropColumn(column).execute();
    await db.schema.alterTable(table).renameColumn(nullable, column).execute();
  },

  failureOf(error) {
    return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
      ? failureByCode.get(error.errcode & PRIMARY_CODE_MASK)
      : undefined;
  },

  /** It has to be a commit: what is rolled back stays in the cache, and a full disk goes unnoticed. */
  async proveWritable(db) {
    await db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(
        transaction,
      );
      const version = rows[0]?.user_version ?? 0;
      await sql`pragma user_version = ${sql.lit(version)}`.execute(transaction);
    });
  },

  /** Folds the write-ahead log into the file, so that one file is the whole database. */
  async settle(db) {
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
  },
};

/** The lower byte of an extended result code is the primary one (sqlite.org/rescode.html). */
const PRIMARY_CODE_MASK = 0xff;

/** sqlite.org/rescode.html, by number, because node:sqlite names only the number. */
const failureByCode: ReadonlyMap<number, Failure> = new Map([
  [5, "busy"], // BUSY: another connection holds the lock
  [6, "busy"], // LOCKED: a table is in use within this process
  [8, "unavailable"], // READONLY
  [10, "unavailable"], // IOERR
  [13, "unavailable"], // FULL
  [14, "unavailable"], // CANTOPEN
  [15, "busy"], // PROTOCOL: lost a race for the write-ahead log's locks
]);

async function refuse(
  db: Kysely<unknown>,
  table: keyof Tables,
  name: string,
  change: RawBuilder<unknown>,
  condition: RawBuilder<unknown>,
): Promise<void> {
  const trigger = sql.id(`${table}_refuse_${name}`);
  const message = sql.lit(`${table} is append-only`);
  await sql`create trigger ${trigger} before ${change} on ${sql.table(table)} ${condition}
    begin select raise(abort, ${message}); end`.execute(db);
}

export const postgresDialect: StorageDialect = {
  bytes: "bytea",
  text: sql`text collate "C"`,
  lockRows: sql`for no key update`,
  skipLockedRows: sql`for update skip locked`,
  changesInQueries: true,
  hasStatistics: true,

  async takeTurn(db, topic) {
    await sql`select pg_advisory_xact_lock(${turnKey(topic)})`.execute(db);
  },

  async makeAppendOnly(db, table) {
    const message = sql.lit(`${table} is append-only`);
    const refusal = sql.id(`${table}_refuse`);
    await sql`create function ${refusal}() returns trigger language plpgsql as
      ${quoted(sql`begin raise exception ${message}; end`)}`.execute(db);
    const refuseOn = (change: "update" | "delete" | "truncate", level: "row" | "statement") =>
      sql`create trigger ${sql.id(`${table}_refuse_${change}`)} before ${sql.raw(change)}
        on ${sql.table(table)} for each ${sql.raw(level)} execute function ${refusal}()`.execute(
        db,
      );
    await refuseOn("update", "row");
    await refuseOn("delete", "row");
    await refuseOn("truncate", "statement");
  },

  async allowDeletionByRetention(db, table) {
    const trigger = sql.id(`${table}_refuse_delete`);
    const refusal = sql.id(`${table}_refuse_unless_old`);
    await sql`drop trigger ${trigger} on ${sql.table(table)}`.execute(db);
    await sql`create function ${refusal}() returns trigger language plpgsql as ${quoted(sql`begin
      if old.timestamp >= coalesce((select delete_before from event_retention), 0) then
        raise exception ${sql.lit(`${table} is append-only`)};
      end if;
      return old;
    end`)}`.execute(db);
    await sql`create trigger ${trigger} before delete on ${sql.table(table)}
      for each row execute function ${refusal}()`.execute(db);
  },

  async allowNull(db, table, column) {
    await db.schema
      .alterTable(table)
      .alterColumn(column, (alter) => alter.dropNotNull())
      .execute();
  },

  failureOf(error) {
    if (error instanceof LostConnectionError) return "unavailable";
    if (!(error instanceof Error && "code" in error && typeof error.code === "string"))
      return undefined;
    return failureByState.get(error.code) ?? failureByStateClass.get(error.code.slice(0, 2));
  },

  /** A commit that reaches the disk, and leaves nothing. */
  async proveWritable(db) {
    await db.transaction().execute(async (transaction) => {
      await sql`set local lock_timeout = 250`.execute(transaction);
      // A row of this connection's own: one that all share, a process that stands still would hold for all.
      const { rows } = await sql<{ name: string }>`insert into jobs (name, due_at)
        values ('readiness ' || pg_backend_pid(), 0) returning name`.execute(transaction);
      await sql`delete from jobs where name = ${rows[0]?.name}`.execute(transaction);
    });
  },

  /** PostgreSQL keeps its own house. */
  async settle() {},
};

/** The process cannot talk to the database, or no longer: the server, the network or a time limit is to blame. */
export class LostConnectionError extends Error {
  override readonly name = "LostConnectionError";
  constructor(cause: unknown) {
    super("The connection to the database was lost or refused", { cause });
  }
}

/** Numbers of our own among the server's advisory locks: "PORT", then the turn's. */
function turnKey(topic: Turn): RawBuilder<bigint> {
  return sql.lit(0x504f5254_00000000n + BigInt(turns.indexOf(topic)));
}
/** By their places; 0 is the migration's. */
const turns: readonly (Turn | "migration")[] = ["migration", "first_admin", "signing_keys"];

function quoted(body: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`$$ ${body} $$`;
}

/** postgresql.org/docs/current/errcodes-appendix.html. Every one of them has undone its transaction. */
const failureByState: ReadonlyMap<string, Failure> = new Map([
  ["40001", "busy"], // serialization_failure
  ["40P01", "busy"], // deadlock_detected
  ["55P03", "busy"], // lock_not_available
  ["0A000", "unavailable"], // feature_not_supported: a plan whose answer a migration has changed
  ["25006", "unavailable"], // read_only_sql_transaction: a standby, or a full disk's remedy
  ["25P03", "unavailable"], // idle_in_transaction_session_timeout
  ["57014", "unavailable"], // query_canceled: the statement timeout
]);
const failureByStateClass: ReadonlyMap<string, Failure> = new Map([
  ["08", "unavailable"], // connection exceptions
  ["28", "unavailable"], // the role or its password is refused
  ["3D", "unavailable"], // the database does not exist
  ["53", "unavailable"], // disk full, out of memory, too many connections
  ["57", "unavailable"], // shutdown, crash, not yet up
  ["58", "unavailable"], // system errors, input and output among them
]);
