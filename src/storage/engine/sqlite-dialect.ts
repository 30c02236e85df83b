/** SQLite's half of the dialect: one writer at a time, triggers in its own language, errors by number. */
import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import type { Tables } from "../schema.ts";
import type { Failure, StorageDialect } from "./dialect.ts";

export const sqliteDialect: StorageDialect = {
  bytes: "blob",
  text: "text",
  lockRows: sql``,
  skipLockedRows: sql``,
  changesInQueries: false,
  hasStatistics: false,

  hexOf: (column) => sql`lower(hex(${sql.ref(column)}))`,

  textOf: (column, field) => sql`(${sql.ref(column)} ->> ${sql.lit(`$.${field}`)})`,

  /** Reads a constant: a transaction that writes has locked the whole database already. */
  takeTurn: () => sql`select 1`,

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
   * Copies the column, because SQLite cannot drop NOT NULL. Copying the table instead would lose data: DROP
   * TABLE deletes its rows first, and with them every row that refers to them (sqlite.org/foreignkeys.html §5).
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

  /** Commits, because a write that is rolled back never leaves the cache, and a full disk goes unnoticed. */
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
