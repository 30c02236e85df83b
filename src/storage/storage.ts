/** The domain's storage on a database: opening, transactions, readiness, the end. */
import { StorageUnavailableError } from "../domain/ports/storage.ts";
import type { Storage, Stores } from "../domain/ports/storage.ts";
import { asUnavailable, retryWhileBusy } from "./engine/availability.ts";
import { openDatabase } from "./engine/drivers.ts";
import type { Database } from "./engine/drivers.ts";
import { createDeviceStore } from "./devices.ts";
import { postgresDialect } from "./engine/dialect.ts";
import { failureCodeOf } from "./engine/failure-codes.ts";
import { compileEventQueries, createEventStore } from "./events.ts";
import { createJobStore } from "./jobs.ts";
import { createSigningKeyStore } from "./keys.ts";
import { compileLimitQueries, createLimitStore } from "./limits.ts";
import { createLockStore } from "./lockout.ts";
import { createMailStore } from "./mail.ts";
import { migrateToLatest } from "./migrations.ts";
import { defaultPool } from "./engine/pool.ts";
import type { PoolOptions } from "./engine/pool.ts";
import { createRun } from "./queries.ts";
import type { ReadNow, Run, Units } from "./queries.ts";
import { createResetTokenStore } from "./resets.ts";
import type { Db } from "./schema.ts";
import { compileSessionQueries, createSessionStore } from "./sessions.ts";
import type { DatabaseTarget } from "./engine/target.ts";
import type { Transactions } from "./engine/transactions.ts";
import { compileUserQueries, createUserStore } from "./users.ts";

export interface StorageOptions extends Partial<PoolOptions> {
  /** Gets a line per migration, once it holds. */
  readonly onStep?: (line: string) => void;
}

/**
 * Opens a database and brings it to the latest schema. Rejects with
 * `StorageUnavailableError` where it is away, or where another process holds it too long.
 */
export async function openStorage(
  target: DatabaseTarget,
  { onStep, ...pool }: StorageOptions = {},
): Promise<Storage> {
  const database = await openReachable(target, { ...defaultPool, ...pool });
  try {
    await migrateToLatest(database, onStep);
  } catch (error) {
    await database.db.destroy();
    throw error;
  }
  return createStorage(database);
}

async function openReachable(target: DatabaseTarget, pool: PoolOptions): Promise<Database> {
  try {
    return await openDatabase(target, pool);
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

  /** Each statement again while the database is busy, whichever connection it is on. */
  const runOn = (db: Db) =>
    createRun((statement) =>
      retryWhileBusy(failureOf, async () => {
        if (closing !== undefined) throw closed();
        return statement(db);
      }),
    );
  const run = runOn(db);

  const readNow: ReadNow = (query, parameters) =>
    closing === undefined ? database.readNow(query, parameters) : undefined;

  const transactions = database.transactions((transaction, send) => {
    // Where statements may be sent ahead, the connection sees to their order and to what fails.
    const run = createRun(
      send === undefined ? inTurn(transaction) : (statement) => statement(transaction),
      send,
    );
    // Inside, whatever is read belongs to the transaction, and so does a unit.
    const stores: Stores = createStores(
      run,
      () => undefined,
      {
        together: (work) => work(stores),
        ahead: async (work) => ({ result: await work(stores), durable: Promise.resolve() }),
      },
      database,
      queries,
    );
    return stores;
  });
  const transaction: Storage["transaction"] = (work) => run(() => transactions.run(work));
  const units: Units = {
    together: transaction,
    async ahead(work) {
      const { result, durable } = await run(() => transactions.runAhead(work));
      const told = durable.catch((error: unknown) => {
        throw asUnavailable(failureOf, error);
      });
      told.catch(() => undefined); // whoever awaits it is told
      return { result, durable: told };
    },
  };
  const stores = createStores(run, readNow, units, database, queries);

  return {
    ...stores,

    transaction,

    async together(work) {
      if (database.together === undefined) return work(stores);
      if (closing !== undefined) throw closed();
      try {
        return await database.together((db) =>
          work(createStores(runOn(db), readNow, units, database, queries)),
        );
      } catch (error) {
        throw asUnavailable(failureOf, error);
      }
    },

    async proveWritable() {
      if (closing !== undefined) throw closed();
      try {
        await dialect.proveWritable(db);
      } catch (error) {
        const code = failureCodeOf(error);
        throw new StorageUnavailableError("The database takes no write", code, { cause: error });
      }
    },

    poolState: () => database.poolState(),

    close() {
      closing ??= settleAndClose(database, transactions);
      return closing;
    },
  };
}

/**
 * Statements of a transaction, each after the one before, and none after one that failed: that may have
 * ended the transaction, as a full disk does on SQLite, and then the next one would hold by itself.
 */
function inTurn(transaction: Db) {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(statement: (db: Db) => Promise<T>): Promise<T> => {
    const answer = last.then(() => statement(transaction));
    last = answer;
    return answer;
  };
}

function closed(): StorageUnavailableError {
  return new StorageUnavailableError("The database is closed", "CLOSED");
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

function createStores(
  run: Run,
  readNow: ReadNow,
  units: Units,
  { dialect }: Database,
  queries: Queries,
): Stores {
  return {
    users: createUserStore(run, dialect, queries.users),
    sessions: createSessionStore(run, readNow, units.together, dialect, queries.sessions),
    signingKeys: createSigningKeyStore(run, dialect),
    events: createEventStore(run, queries.events),
    mails: createMailStore(run, dialect),
    resetTokens: createResetTokenStore(run, dialect),
    limits: createLimitStore(run, readNow, units.ahead, dialect, queries.limits),
    locks: createLockStore(run),
    devices: createDeviceStore(run, dialect),
    jobs: createJobStore(run),
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
