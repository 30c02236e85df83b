/**
 * PostgreSQL through `pg`: a pool whose connections prepare each statement once, and which heals by
 * itself when the database was away. See docs/decisions/0010-postgresql.md.
 */
import {
  CompiledQuery,
  DefaultQueryExecutor,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from "kysely";
import type { DatabaseConnection, Dialect, Driver } from "kysely";
import pg from "pg";
import { UnsafeStorageError } from "../../domain/ports/storage.ts";
import { LostConnectionError, postgresDialect } from "./postgres-dialect.ts";
import type { Database } from "./database.ts";
import type { PoolOptions } from "./pool.ts";
import {
  isDatabaseError,
  PooledConnection,
  PooledTransaction,
} from "./postgres-pooled-connection.ts";
import type { Db, Tables } from "../schema.ts";
import { transactAlone } from "./transactions.ts";

/** How much longer than the database a process waits for its answer: then the network is to blame. Milliseconds. */
const ANSWER_GRACE_MS = 2_000;
/** No transaction here waits for anything but the database. One that does was left behind. Milliseconds. */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** Connects, and proves what safety rests on; throws where that is refused. */
export async function openPostgres(url: string, options: PoolOptions): Promise<Database> {
  const statementTimeoutMs = options.statementTimeoutSeconds * 1000;
  const pool = createPool(url, options, {
    max: options.poolSize,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
  });
  const driver = new PoolDriver(pool);
  const db = overDriver(driver);
  try {
    await sql`select 1`.execute(db);
  } catch (error) {
    await db.destroy();
    const cause = error instanceof LostConnectionError ? error.cause : undefined;
    throw cause instanceof UnsafeStorageError ? cause : error;
  }
  const poolState = () => ({
    size: pool.totalCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  });
  return {
    db,
    dialect: postgresDialect,
    poolState,
    /** On a connection of its own, with no bound of time: it builds indexes, and waits for who came first. */
    async alone(work) {
      const pool = createPool(url, options, { max: 1, idleTimeoutMillis: 0 });
      const single = overDriver(new PoolDriver(pool));
      try {
        // The lock is the connection's, and goes with it, also where the process is killed.
        await sql`select pg_advisory_lock(${MIGRATION_LOCK})`.execute(single);
        return await work(single);
      } finally {
        await single.destroy();
      }
    },
    readNow: () => undefined,
    together: (work) => driver.lend((connection) => work(overConnection(driver, connection))),
    transactions: (open) =>
      transactAlone((work) =>
        driver.lend((connection) => {
          const transaction = new PooledTransaction(connection);
          const inside = overConnection(driver, transaction);
          const send = async (statement: (db: Db) => Promise<unknown>) =>
            transaction.goOnWithout(statement(inside));
          return work(open(inside, send), transaction);
        }),
      ),
  };
}

/** A number of our own among the server's advisory locks: "PORT", and 0 of those that `takeTurn` has. */
const MIGRATION_LOCK = sql.lit(0x504f5254_00000000n);

function overDriver(driver: PoolDriver): Db {
  return new Kysely<Tables>({ dialect: createDialect(driver) });
}

/** Statements on one connection. Kysely's own way sends one only when the one before has been answered. */
function overConnection(driver: PoolDriver, connection: DatabaseConnection): Db {
  const dialect = createDialect(driver);
  const executor = new DefaultQueryExecutor(queryCompiler, adapter, {
    provideConnection: (use) => use(connection),
  });
  return new Kysely<Tables>({ config: { dialect }, dialect, driver, executor });
}

const adapter = new PostgresAdapter();
const queryCompiler = new PostgresQueryCompiler();

function createDialect(driver: PoolDriver): Dialect {
  return {
    createDriver: () => driver,
    createAdapter: () => adapter,
    createQueryCompiler: () => queryCompiler,
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
  };
}

function createPool(url: string, options: PoolOptions, bounds: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "portcullis",
    connectionTimeoutMillis: options.connectTimeoutSeconds * 1000,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    types: { getTypeParser },
    verify: (client: pg.PoolClient, done: (error?: Error) => void) => {
      verifySettings(client).then(() => done(), done);
    },
    ...bounds,
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

/**
 * What every new connection is asked, before anybody has it: the answer may be another after a failover,
 * or once a role's settings have changed. What it answers to `synchronous_commit` is then the session's
 * own, and no reload of the server's settings makes it less.
 */
const SETTINGS = `select
  current_setting('server_encoding') as encoding,
  set_config('synchronous_commit', current_setting('synchronous_commit'), false) as synchronous_commit,
  current_setting('fsync') as fsync`;

/** ST-01: the operator may have chosen speed for another database on the same server; here it would lose what was acknowledged. */
async function verifySettings(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<ServerSettings>(SETTINGS);
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

  async commitTransaction(connection: PooledConnection): Promise<void> {
    const { command } = await connection.run(CompiledQuery.raw("commit"));
    // A transaction in which a statement failed is undone by its COMMIT, which says so by its tag alone.
    if (command !== "COMMIT") throw new Error("The transaction had failed, and was undone");
  }

  /** What a lost connection had begun, the database has undone; saying so would hide the first error. */
  async rollbackTransaction(connection: PooledConnection): Promise<void> {
    if (!connection.isLost) await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  async releaseConnection(connection: PooledConnection): Promise<void> {
    await connection.release();
  }

  /** Gives a connection to `work` for as long as that takes. */
  async lend<T>(work: (connection: PooledConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquireConnection();
    try {
      return await work(connection);
    } finally {
      await connection.release();
    }
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}
