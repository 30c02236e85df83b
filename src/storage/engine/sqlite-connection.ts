/**
 * SQLite through node:sqlite: opens the file, proves that the connection has the settings safety rests
 * on, and hands it to Kysely. See docs/decisions/0002-sqlite-driver.md.
 */
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { DatabaseConnection, Dialect, SqliteDatabase, SqliteStatement } from "kysely";
import { StorageUnavailableError, UnsafeStorageError } from "../../domain/ports/storage.ts";
import { retryWhileBusy } from "./availability.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import type { Database } from "./database.ts";
import { failureCodeOf } from "./failure-codes.ts";
import type { ReadNow } from "./database.ts";
import { MIGRATIONS_TABLE, refuseForeignTables } from "./foreign-tables.ts";
import { createKeptReading } from "./sqlite-reading-connection.ts";
import type { KeptReading } from "./sqlite-reading-connection.ts";
import type { Tables } from "../schema.ts";
import { bindable, createRunDirectly, keepStatements, lendTo } from "./sqlite-direct-connection.ts";
import type { RunDirectly } from "./sqlite-direct-connection.ts";
import { transactInGroups } from "./transactions.ts";

/** Opens the file, making it where there is none. Throws where SQLite refuses a setting. */
export async function openSqlite(path: string): Promise<Database> {
  // Two that open a new file at once both want it for themselves, to make it a WAL file.
  const database = await retryWhileBusy(sqliteDialect.failureOf, async () => openFile(path));
  const kept = createKeptReading(resolve(path));
  const dialect = createDialect(database, kept);
  const db = new Kysely<Tables>({ dialect });
  const runDirectly = createRunDirectly(database);
  const shared = { config: { dialect }, dialect, driver: dialect.createDriver() };
  return {
    db,
    dialect: sqliteDialect,
    // The migration is one transaction, and that locks the file.
    alone: (work) => work(db),
    readNow: createReadNow(database, kept, runDirectly),
    together: undefined,
    batches: undefined,
    transactions: (open) =>
      transactInGroups(
        // Kysely's queue for the connection: other statements wait until it is given back.
        (use) =>
          db.connection().execute(() => {
            kept.letGo();
            return lendTo(database, shared, runDirectly, use);
          }),
        open,
      ),
    poolState: () => undefined,
  };
}

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

function openFile(relativePath: string): DatabaseSync {
  const path = resolve(relativePath); // absolute, because node:sqlite reads "file:" as a URI
  try {
    makeFolder(dirname(path));
    createFile(path);
  } catch (error) {
    throw new StorageUnavailableError("The database's file cannot be made", failureCodeOf(error), {
      cause: error,
    });
  }
  const database = new DatabaseSync(path);
  try {
    refuseForeign(database);
    applySettings(database);
    return database;
  } catch (error) {
    database.close();
    throw isForeignFile(error)
      ? new UnsafeStorageError(
          `${path} is no SQLite database, or a damaged one: name another file, or bring back a backup`,
          { cause: error },
        )
      : error;
  }
}

/** Reads alone: the settings below would make the file of another application a WAL file. */
function refuseForeign(database: DatabaseSync): void {
  database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const namesIn = (table: string) =>
    database
      .prepare(`select name from ${table}`)
      .all()
      .map(({ name }) => String(name));
  const relations = namesIn("sqlite_schema");
  const isMigrated = relations.includes(MIGRATIONS_TABLE);
  refuseForeignTables(relations, isMigrated ? namesIn(MIGRATIONS_TABLE) : []);
}

/** sqlite.org/rescode.html: CORRUPT and NOTADB. */
const foreignFileCodes: ReadonlySet<unknown> = new Set([11, 26]);

function isForeignFile(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && foreignFileCodes.has(error.errcode);
}

/** Not `recursive`: where a file system answers ENOENT for what has a parent, as /proc does, that never ends. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, FOLDER_MODE);
  } catch (error) {
    if (!isThereAlready(error)) throw error;
  }
}

/**
 * Creates the file before SQLite would, for its mode; the log beside it inherits that. Never opens
 * one that exists: closing it again would drop the locks of this process's other connections
 * (sqlite.org/howtocorrupt.html, 2.2).
 */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", FILE_MODE));
  } catch (error) {
    if (!isThereAlready(error)) throw error;
  }
}

function isThereAlready(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

/**
 * How long SQLite itself waits for a lock, in milliseconds. node:sqlite waits on the event loop, once
 * for every statement that is refused, so this must be next to nothing: with 20 writers waiting, 10 ms
 * stopped every read for 200 ms. `retryWhileBusy` waits instead, with timers.
 */
const BUSY_TIMEOUT_MS = 1;

/** The settings of a connection, each with the answer that proves it. The order matters: the timeout first. */
const settings = [
  { pragma: "busy_timeout", value: `${BUSY_TIMEOUT_MS}`, answer: BUSY_TIMEOUT_MS },
  { pragma: "journal_mode", value: "wal", answer: "wal" },
  // ST-01: the default is the build's, and in some builds NORMAL, which may lose what was acknowledged.
  { pragma: "synchronous", value: "full", answer: 2 },
  { pragma: "foreign_keys", value: "on", answer: 1 },
];

/** Applies the settings; throws unless every one of them is in force afterwards. SQLite ignores a setting it cannot honour. */
export function applySettings(database: DatabaseSync): void {
  for (const { pragma, value, answer } of settings) {
    database.exec(`pragma ${pragma} = ${value}`);
    const [actual] = Object.values(database.prepare(`pragma ${pragma}`).get() ?? {});
    if (actual !== answer) {
      throw new UnsafeStorageError(
        `The database refuses ${pragma} = ${value}; it stays ${String(actual)}`,
      );
    }
  }
}

/** Kysely's SQLite dialect over node:sqlite. */
function createDialect(database: DatabaseSync, kept: KeptReading): Dialect {
  return {
    createDriver: () => new ImmediateDriver(database, kept),
    createAdapter: () => new TransactionalDdlAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync, kept: KeptReading) {
    super({ database: adapt(database, kept) });
    this.#database = database;
  }

  /** Takes the write lock at once. A transaction that only then needs it fails half-way, past retrying. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  /** A full disk ends the transaction by itself; a second rollback would hide the first error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** SQLite does roll back changes of the schema; Kysely assumes that it does not. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * Reads past Kysely's queue, which costs a request more than the reading (decision 12). Not while a transaction
 * is open: this connection would see changes that may never be committed.
 */
function createReadNow(
  database: DatabaseSync,
  kept: KeptReading,
  runDirectly: RunDirectly,
): ReadNow {
  return <Row>({ sql, parameters }: CompiledQuery<Row>) => {
    if (!database.isOpen || database.isTransaction) return undefined;
    kept.keep();
    try {
      return runDirectly(sql, parameters).rows as Row[]; // as Kysely typed the query
    } catch (error) {
      // The caller then waits for its turn, where it is told of the failure or tries again.
      if (sqliteDialect.failureOf(error) === undefined) throw error;
      return undefined;
    }
  };
}

/** Gives node:sqlite the shape that Kysely expects. */
function adapt(database: DatabaseSync, kept: KeptReading): SqliteDatabase {
  return {
    close() {
      kept.close();
      database.close();
    },
    prepare: keepStatements((sql) => adaptStatement(database.prepare(sql), kept)),
  };
}

/** Ends the kept reading before each statement: any of them may write, also one that answers rows. */
function adaptStatement(statement: StatementSync, kept: KeptReading): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all(parameters) {
      kept.letGo();
      return statement.all(...bindable(parameters));
    },
    run(parameters) {
      kept.letGo();
      return statement.run(...bindable(parameters));
    },
    iterate(parameters) {
      kept.letGo();
      return statement.iterate(...bindable(parameters));
    },
  };
}
