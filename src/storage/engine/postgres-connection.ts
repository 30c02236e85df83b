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
import type { DatabaseConnection, Dialect, Driver, QueryResult, RawBuilder } from "kysely";
import type pg from "pg";
import { UnsafeStorageError } from "../../domain/ports/storage.ts";
import { LostConnectionError, postgresDialect } from "./postgres-dialect.ts";
import type { BatchConnections, Database } from "./database.ts";
import { MIGRATIONS_TABLE, refuseForeignTables } from "./foreign-tables.ts";
import type { PoolOptions } from "./pool.ts";
import { type ConnectionSettings, createPool } from "./postgres-pool.ts";
import {
  isDatabaseError,
  PooledConnection,
  PooledTransaction,
} from "./postgres-pooled-connection.ts";
import type { Db, Tables } from "../schema.ts";
import { transactAlone, UndoneError } from "./transactions.ts";

/** How much longer than the database's own limit a process waits for an answer: then the network is to blame. Milliseconds. */
const ANSWER_GRACE_MS = 2_000;
/**
 * Of the pool's size: so many are kept for batches. Two kinds of lookups have two under way each, and three kinds of
 * changes one each, so that changes that wait for the disk leave one to lookups.
 */
const BATCH_CONNECTIONS = 4;
/** A smaller pool keeps none, and sends every statement by itself: four would be too few for the rest. */
const LEAST_POOL_WITH_BATCHES = 8;

/**
 * Settings of the connections for batches. Their statements go through an index for each unit, and get one plan for any
 * number of units. Otherwise each would be planned anew (130 µs), or by a plan from when the table was empty: one that
 * reads all of it, and stays until ANALYZE (3.6 ms instead of 0.5).
 */
const BATCH_SETTINGS: ConnectionSettings = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  // Longer than another process's COMMIT takes. Past it the units are asked alone, each waiting for its own row.
  lock_timeout: "250ms",
};

/** Connects, and checks the settings that safety rests on; throws where the server or a setting is refused. */
export async function openPostgres(url: string, options: PoolOptions): Promise<Database> {
  const statementTimeoutMs = options.statementTimeoutSeconds * 1000;
  const limits = {
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
  };
  const forBatches = options.poolSize < LEAST_POOL_WITH_BATCHES ? 0 : BATCH_CONNECTIONS;
  const pool = createPool(url, options, { max: options.poolSize - forBatches, ...limits });
  const pools = [pool];
  const driver = new PoolDriver(pool, async () => {
    await Promise.all(pools.map((each) => each.end()));
  });
  let batches: Database["batches"];
  if (forBatches > 0) {
    const kept = createPool(url, options, { max: forBatches, ...limits }, BATCH_SETTINGS);
    pools.push(kept);
    batches = openBatches(kept, options);
  }
  const db = overDriver(driver);
  try {
    await sql`select 1`.execute(db);
  } catch (error) {
    await db.destroy();
    const cause = error instanceof LostConnectionError ? error.cause : undefined;
    throw cause instanceof UnsafeStorageError ? cause : error;
  }
  const total = (count: "totalCount" | "idleCount" | "waitingCount") =>
    pools.reduce((sum, each) => sum + each[count], 0);
  return {
    db,
    dialect: postgresDialect,
    batches,
    poolState: () => ({
      size: total("totalCount"),
      idle: total("idleCount"),
      waiting: total("waitingCount"),
    }),
    /** Refuses the schema of another application. Uses a connection of its own without a time limit: a migration builds indexes, and waits for another process's. */
    async alone(work) {
      const pool = createPool(url, options, { max: 1, idleTimeoutMillis: 0 });
      const single = overDriver(new PoolDriver(pool));
      try {
        // The lock belongs to the connection and ends with it, also where the process is killed.
        await sql`select pg_advisory_lock(${MIGRATION_LOCK})`.execute(single);
        await refuseForeign(single);
        return await work(single);
      } finally {
        await single.destroy();
      }
    },
    readNow: () => undefined,
    async together(work) {
      const connection = new LazyConnection(driver);
      try {
        return await work(overConnection(driver, connection));
      } finally {
        await connection.release();
      }
    },
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

function openBatches(pool: pg.Pool, options: PoolOptions): BatchConnections {
  const driver = new PoolDriver(pool);
  return {
    run: (query) => driver.lend((connection) => connection.executeQuery<unknown>(query)),
    patienceMs: options.connectTimeoutSeconds * 1000,
  };
}

/** The advisory lock of migrations: "PORT", and the place 0 that `takeTurn` leaves free. */
const MIGRATION_LOCK = sql.lit(0x504f5254_00000000n);

function overDriver(driver: PoolDriver): Db {
  return new Kysely<Tables>({ dialect: createDialect(driver) });
}

/** Asks the catalogue, which shows tables too that this role may not read. */
async function refuseForeign(db: Db): Promise<void> {
  const namesOf = async (query: RawBuilder<{ name: string }>) =>
    (await query.execute(db)).rows.map(({ name }) => name);
  const relations = await namesOf(
    sql`select relname as name from pg_class where relnamespace = to_regnamespace(current_schema()::text)`,
  );
  const isMigrated = relations.includes(MIGRATIONS_TABLE);
  const migrations = isMigrated
    ? await namesOf(sql`select name from ${sql.table(MIGRATIONS_TABLE)}`)
    : [];
  refuseForeignTables(relations, migrations);
}

/** Runs statements on one connection without Kysely's queue, which sends one only when the one before has been answered. */
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

/** Takes a connection when the first statement is begun, and gives it back once no answer is to come. */
class LazyConnection implements DatabaseConnection {
  readonly #driver: PoolDriver;
  #taken: Promise<PooledConnection> | undefined;

  constructor(driver: PoolDriver) {
    this.#driver = driver;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    this.#taken ??= this.#driver.acquireConnection();
    return (await this.#taken).executeQuery<Row>(query);
  }

  /** Never called: Kysely requires the method, and no statement here streams its rows. */
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Rows are not streamed");
  }

  async release(): Promise<void> {
    const connection = await this.#taken?.catch(() => undefined); // its statements were told
    await connection?.release();
  }
}

class PoolDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #end: () => Promise<void>;

  /** `end` is for a driver that others end with. */
  constructor(pool: pg.Pool, end = () => pool.end()) {
    this.#pool = pool;
    this.#end = end;
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
    if (command !== "COMMIT") throw new UndoneError();
  }

  /** Rolls back, but not on a lost connection: the database has done so, and an error here would hide the first one. */
  async rollbackTransaction(connection: PooledConnection): Promise<void> {
    if (!connection.isLost) await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  async releaseConnection(connection: PooledConnection): Promise<void> {
    await connection.release();
  }

  /** Lends a connection to `work` until that has ended. */
  async lend<T>(work: (connection: PooledConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquireConnection();
    try {
      return await work(connection);
    } finally {
      await connection.release();
    }
  }

  async destroy(): Promise<void> {
    await this.#end();
  }
}
