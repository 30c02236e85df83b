/** PostgreSQL's half of the dialect: row locks, advisory locks, triggers by function, errors by SQLSTATE. */
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Failure, StorageDialect, Turn } from "./dialect.ts";

export const postgresDialect: StorageDialect = {
  bytes: "bytea",
  text: sql`text collate "C"`,
  lockRows: sql`for no key update`,
  skipLockedRows: sql`for update skip locked`,
  changesInQueries: true,
  hasStatistics: true,

  hexOf: (column) => sql`encode(${sql.ref(column)}, 'hex')`,

  textOf: (column, field) => sql`(${sql.ref(column)}::json ->> ${sql.lit(field)})`,

  takeTurn: (topic) => sql`select pg_advisory_xact_lock(${turnKey(topic)})`,

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
    if (isAddressJustTaken(error)) return "busy";
    return failureByState.get(error.code) ?? failureByStateClass.get(error.code.slice(0, 2));
  },

  /** Commits a row and its deletion, which reaches the disk and leaves nothing. */
  async proveWritable(db) {
    await db.transaction().execute(async (transaction) => {
      await sql`set local lock_timeout = 250`.execute(transaction);
      // A row of this connection's own: a process that stands still would lock a shared one for all.
      const { rows } = await sql<{ name: string }>`insert into jobs (name, due_at)
        values ('readiness ' || pg_backend_pid(), 0) returning name`.execute(transaction);
      await sql`delete from jobs where name = ${rows[0]?.name}`.execute(transaction);
    });
  },

  /** PostgreSQL needs no tidying from a client. */
  async settle() {},
};

/**
 * True where an account was to get an address that another transaction gave away at the same moment. The statement asks
 * first whether it is free, and could not see that yet; run again, it does.
 */
function isAddressJustTaken(error: Error): boolean {
  if (!("code" in error && error.code === "23505" && "constraint" in error)) return false; // unique_violation
  return error.constraint === "users_email";
}

/** Thrown where the process cannot reach the database, or has lost it: by the server, the network or a time limit. */
export class LostConnectionError extends Error {
  override readonly name = "LostConnectionError";
  constructor(cause: unknown) {
    super("The connection to the database was lost or refused", { cause });
  }
}

/** A turn's advisory lock: "PORT" in the upper half of the number, the turn's place in the lower. */
function turnKey(topic: Turn): RawBuilder<bigint> {
  return sql.lit(0x504f5254_00000000n + BigInt(turns.indexOf(topic)));
}
/** Their places are their numbers, so the order must stay. 0 is the migration's. */
const turns: readonly (Turn | "migration")[] = ["migration", "first_admin", "signing_keys"];

function quoted(body: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`$$ ${body} $$`;
}

/** SQLSTATEs (postgresql.org/docs/current/errcodes-appendix.html). Each of them has undone its transaction. */
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
