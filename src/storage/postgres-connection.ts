/**
 * PostgreSQL through `pg`: a pool whose connections prepare each statement once, and which heals by
 * itself when the database was away. See docs/decisions/0010-postgresql.md.
 */
import {
  CompiledQuery,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from "kysely";
import type { DatabaseConnection, Driver, QueryResult } from "kysely";
import pg from "pg";
import { UnsafeStorageError } from "../domain/storage.ts";
import { LostConnectionError, postgresDialect } from "./dialect.ts";
import type { Database } from "./drivers.ts";
import type { PoolOptions } from "./pool.ts";
import type { Db, Tables } from "./schema.ts";

/** How much longer than the database a process waits for its answer: then the network is to blame. Milliseconds. */
const ANSWER_GRACE_MS = 2_000;
/** No transaction here waits for anything but the database. One that does was left behind. Milliseconds. */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** Connects, and proves what safety rests on; throws where that is refused. */
export async function openPostgres(url: string, options: PoolOptions): Promise<Database> {
  const pool = createPool(url, options);
  const db = new Kysely<Tables>({
    dialect: {
      createDriver: () => new PoolDriver(pool),
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    },
  });
  try {
    await verifySettings(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const poolState = () => ({
    size: pool.totalCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  });
  return { db, dialect: postgresDialect, poolState };
}

function createPool(url: string, options: PoolOptions): pg.Pool {
  const statementTimeoutMs = options.statementTimeoutSeconds * 1000;
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "portcullis",
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutSeconds * 1000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    types: { getTypeParser },
  });
  // Unheard, the loss of a connection would end the process. Whoever uses it next is told.
  const hear = () => undefined;
  pool.on("error", hear);
  pool.on("connect", (client) => client.on("error", hear));
  return pool;
}

/**
 * Values as SQLite gives them. Instants and counters are int8, which `pg` leaves as text lest numbers
 * above 2^53 are rounded: there are none here.
 */
export const getTypeParser: typeof pg.types.getTypeParser = (type, format) => {
  if (type === pg.types.builtins.INT8) return Number;
  if (type === pg.types.builtins.BYTEA) return readBytes;
  // The types of `pg` promise no more than any; what comes of it is typed by Kysely.
  return pg.types.getTypeParser(type, format) as (text: string) => unknown;
};

/** `\x` and hexadecimal digits (postgresql.org/docs/current/datatype-binary.html). */
function readBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), "hex"));
}

interface ServerSettings {
  readonly encoding: string;
  readonly synchronous_commit: string;
  readonly fsync: string;
}

/** ST-01: the operator may have chosen speed for another database on the same server; here it would lose what was acknowledged. */
async function verifySettings(db: Db): Promise<void> {
  const { rows } = await sql<ServerSettings>`select
    current_setting('server_encoding') as encoding,
    current_setting('synchronous_commit') as synchronous_commit,
    current_setting('fsync') as fsync`.execute(db);
  const [settings] = rows;
  if (settings?.encoding !== "UTF8")
    throw new UnsafeStorageError("The PostgreSQL database must have the encoding UTF8");
  if (settings.fsync !== "on")
    throw new UnsafeStorageError(
      "The PostgreSQL server runs with fsync = off, which loses acknowledged writes",
    );
  if (settings.synchronous_commit === "off")
    throw new UnsafeStorageError(
      "The PostgreSQL database has synchronous_commit = off, which loses acknowledged writes; " +
        "set it with: alter role … set synchronous_commit = on",
    );
}

class PoolDriver implements Driver {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PooledConnection> {
    try {
      return new PooledConnection(await this.#pool.connect());
    } catch (error) {
      throw isDatabaseError(error) ? error : new LostConnectionError(error);
    }
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin"));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  /** What a lost connection had begun, the database has undone; saying so would hide the first error. */
  async rollbackTransaction(connection: PooledConnection): Promise<void> {
    if (!connection.isLost) await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  async releaseConnection(connection: PooledConnection): Promise<void> {
    connection.release();
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}

class PooledConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  /** After this it must not serve anybody else: a late answer would be taken for theirs. */
  isLost = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async executeQuery<Row>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      const values = [...parameters];
      const result = await this.#client.query({ name: nameOf(text), text, values });
      const changes = changingCommands.has(result.command);
      return {
        rows: result.rows as Row[], // as the statement was typed by Kysely, from the schema
        ...(changes && { numAffectedRows: BigInt(result.rowCount ?? 0) }),
      };
    } catch (error) {
      if (!isDatabaseError(error)) {
        this.isLost = true;
        throw new LostConnectionError(error);
      }
      this.isLost = error.severity === "FATAL" || error.severity === "PANIC";
      throw error;
    }
  }

  /** Kysely asks for it; nothing here streams. */
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Rows are not streamed");
  }

  release(): void {
    this.#client.release(this.isLost);
  }
}

const changingCommands: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE"]);

function isDatabaseError(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError;
}

/** More than the application has statements; what comes after them is not prepared. */
const STATEMENTS_NAMED = 256;
const names = new Map<string, string>();

/** A statement that has a name is parsed and planned once per connection. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= STATEMENTS_NAMED) return known;
  const name = `s${names.size}`;
  names.set(text, name);
  return name;
}
