/** The domain's storage on a database: opening, transactions, readiness, the end. */
import { StorageUnavailableError } from "../domain/storage.ts";
import type { Storage, Stores } from "../domain/storage.ts";
import { asUnavailable, retryWhileBusy } from "./availability.ts";
import { openDatabase } from "./drivers.ts";
import type { Database } from "./drivers.ts";
import { createDeviceStore } from "./devices.ts";
import { postgresDialect } from "./dialect.ts";
import { compileEventQueries, createEventStore } from "./events.ts";
import { createJobStore } from "./jobs.ts";
import { createSigningKeyStore } from "./keys.ts";
import { compileLimitQueries, createLimitStore } from "./limits.ts";
import { createLockoutStore } from "./lockout.ts";
import { createMailStore } from "./mail.ts";
import { migrateToLatest } from "./migrations.ts";
import { defaultPool } from "./pool.ts";
import type { PoolOptions } from "./pool.ts";
import type { ReadNow, Run } from "./queries.ts";
import { createResetStore } from "./resets.ts";
import type { Db } from "./schema.ts";
import { compileSessionQueries, createSessionStore } from "./sessions.ts";
import type { Transactions } from "./transactions.ts";
import { compileUserQueries, createUserStore } from "./users.ts";

export interface StorageOptions extends Partial<PoolOptions> {
  /** Gets a line per migration, once it holds. */
  readonly onStep?: (line: string) => void;
}

/**
 * Opens the database a `DATABASE_URL` names and brings it to the latest schema. Rejects with
 * `StorageUnavailableError` where it is away, or where another process holds it too long.
 */
export async function openStorage(
  url: string,
  { onStep, ...pool }: StorageOptions = {},
): Promise<Storage> {
  const database = await openReachable(url, { ...defaultPool, ...pool });
  try {
    await migrateToLatest(database, onStep);
  } catch (error) {
    await database.db.destroy();
    throw error;
  }
  return createStorage(database);
}

async function openReachable(url: string, pool: PoolOptions): Promise<Database> {
  try {
    return await openDatabase(url, pool);
  } catch (error) {
    throw asUnavailable(postgresDialect.failureOf, error);
  }
}

/**
 * The storage on a database that is migrated. SQLite has one connection, and a transaction holds it:
 * inside `transaction` use the stores given to `work`; the outer ones would wait for that transaction
 * to end, and it for them.
 */
export function createStorage(database: Database): Storage {
  const { db, dialect } = database;
  const { failureOf } = dialect;
  const queries = compileQueries(db);
  let closing: Promise<void> | undefined;

  const run: Run = (statement) =>
    retryWhileBusy(failureOf, async () => {
      if (closing !== undefined) throw new StorageUnavailableError("The database is closed");
      return statement(db);
    });

  const readNow: ReadNow = (query, parameters) =>
    closing === undefined ? database.readNow(query, parameters) : undefined;

  const transactions = database.transactions((transaction) =>
    // Inside, whatever is read belongs to the transaction.
    createStores(
      (statement) => statement(transaction),
      () => undefined,
      database,
      queries,
    ),
  );

  return {
    ...createStores(run, readNow, database, queries),

    transaction: (work) => run(() => transactions.run(work)),

    async isWritable() {
      if (closing !== undefined) return false;
      try {
        await dialect.proveWritable(db);
        return true;
      } catch (error) {
        if (failureOf(error) !== undefined) return false;
        throw error;
      }
    },

    poolState: () => database.poolState(),

    close() {
      closing ??= settleAndClose(database, transactions);
      return closing;
    },
  };
}

type Queries = ReturnType<typeof compileQueries>;

function compileQueries(db: Db) {
  return {
    users: compileUserQueries(db),
    sessions: compileSessionQueries(db),
    events: compileEventQueries(db),
    limits: compileLimitQueries(db),
  };
}

function createStores(run: Run, readNow: ReadNow, { dialect }: Database, queries: Queries): Stores {
  return {
    ...createUserStore(run, dialect, queries.users),
    ...createSessionStore(run, readNow, dialect, queries.sessions),
    ...createSigningKeyStore(run, dialect),
    ...createEventStore(run, queries.events),
    ...createMailStore(run, dialect),
    ...createResetStore(run, dialect),
    ...createLimitStore(run, dialect, queries.limits),
    ...createLockoutStore(run),
    ...createDeviceStore(run, dialect),
    ...createJobStore(run),
  };
}

/** Waits for what has begun. That the log could not be folded in loses nothing: the next open reads it. */
async function settleAndClose(
  { db, dialect }: Database,
  transactions: Transactions<Stores>,
): Promise<void> {
  await transactions.settled();
  try {
    await dialect.settle(db);
  } catch (error) {
    if (dialect.failureOf(error) === undefined) throw error;
  } finally {
    await db.destroy();
  }
}
