/** The domain's storage on a database: opens, runs transactions, proves that it can write, closes. */
import { StorageUnavailableError } from "../domain/ports/storage.ts";
import type { Storage, Stores } from "../domain/ports/storage.ts";
import { type Batches, createBatches } from "./engine/batches.ts";
import { createChallengeStore } from "./challenges.ts";
import { createDeviceStore } from "./devices.ts";
import { asUnavailable, retryWhileBusy } from "./engine/availability.ts";
import type { Database, Send } from "./engine/database.ts";
import { failureCodeOf } from "./engine/failure-codes.ts";
import { openDatabase } from "./engine/open-database.ts";
import { defaultPool, type PoolOptions } from "./engine/pool.ts";
import type { DatabaseTarget } from "./engine/target.ts";
import { postgresDialect } from "./engine/postgres-dialect.ts";
import type { Transactions } from "./engine/transactions.ts";
import { createEventStore } from "./events.ts";
import { createFactorStore } from "./factors.ts";
import { createIdentityStore } from "./identities.ts";
import { createJobStore } from "./jobs.ts";
import { createLimitStore, type TransactAhead } from "./limits.ts";
import { createFactorLockStore, createLockStore } from "./locks.ts";
import { createMailStore } from "./mails.ts";
import { migrateToLatest } from "./migrations.ts";
import { createPasskeyStore } from "./passkeys.ts";
import type { Db } from "./schema.ts";
import { createSessionStore } from "./sessions.ts";
import { createSigningKeyStore } from "./signing-keys.ts";
import type { Builder, Executor } from "./statements.ts";
import { createUserStore } from "./users.ts";

export interface StorageOptions extends Partial<PoolOptions> {
  /** Gets a line per migration, after the COMMIT. */
  readonly onStep?: (line: string) => void;
}

/**
 * Opens the database and brings it to the latest schema. Rejects with
 * `StorageUnavailableError` where it is away, or where another process keeps it locked for too long.
 */
export async function openStorage(
  target: DatabaseTarget,
  { onStep, ...pool }: StorageOptions = {},
): Promise<Storage> {
  const database = await openReachable(target, { ...defaultPool, ...pool });
  try {
    await migrateToLatest(database, onStep);
    await settleWhatWasFound(database);
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
 * Writes what the log held to the disk anew. After an fsync that failed, its pages are in the system's memory and
 * for ever missing on the disk (ST-15): changes that were appended to them would be lost with them in a power cut.
 */
async function settleWhatWasFound({ db, dialect }: Database): Promise<void> {
  try {
    await dialect.settle(db);
  } catch (error) {
    throw asUnavailable(dialect.failureOf, error);
  }
}

/**
 * Creates the storage on a database that is migrated. SQLite has one connection, and a transaction has it for
 * itself: inside `transaction` use the stores given to `work`; the outer ones would wait for that
 * transaction to end, and it for them.
 */
export function createStorage(database: Database): Storage {
  const { db, dialect } = database;
  const { failureOf } = dialect;
  const builder: Builder = { db, dialect };
  let closing: Promise<void> | undefined;

  function assertOpen(): void {
    if (closing !== undefined)
      throw new StorageUnavailableError("The database is closed", "CLOSED");
  }

  /** Waits while the database is busy, for as long as it is worth it. */
  const whileBusy = <T>(attempt: () => Promise<T>): Promise<T> =>
    retryWhileBusy(failureOf, async () => {
      assertOpen();
      return attempt();
    });

  const gathered = database.batches && createBatches(builder, database.batches);
  const batches: Batches | undefined = gathered && {
    ...gathered,
    ask(kind, unit) {
      assertOpen();
      return gathered.ask(kind, unit);
    },
  };

  /** Runs each statement by itself, on any connection or on the one behind `on`. */
  const eachByItself = (on: Db): Executor => ({
    builder,
    execute: (query) => whileBusy(() => on.executeQuery(query)),
    async send(query) {
      await whileBusy(() => on.executeQuery(query));
    },
    readNow: (query) => (closing === undefined ? database.readNow(query) : undefined),
    batches,
  });

  const transactions = database.transactions((transaction, send) => {
    const stores: Stores = createStores(
      inTransaction(builder, transaction, send),
      (work) => work(stores),
      async (work) => ({ result: await work(stores), durable: Promise.resolve() }),
    );
    return stores;
  });
  const transaction: Storage["transaction"] = (work) => whileBusy(() => transactions.run(work));
  const transactAhead: TransactAhead = async (work) => {
    const { result, durable } = await whileBusy(() => transactions.runAhead(work));
    const told = durable.catch((error: unknown) => {
      throw asUnavailable(failureOf, error);
    });
    told.catch(() => undefined); // the caller that awaits it is told
    return { result, durable: told };
  };
  const stores = createStores(eachByItself(db), transaction, transactAhead);

  return {
    ...stores,

    transaction,

    async together(work) {
      if (database.together === undefined) return work(stores);
      assertOpen();
      try {
        return await database.together((connection) =>
          work(createStores(eachByItself(connection), transaction, transactAhead)),
        );
      } catch (error) {
        throw asUnavailable(failureOf, error);
      }
    },

    async proveWritable() {
      assertOpen();
      try {
        await dialect.proveWritable(db);
      } catch (error) {
        const code = failureCodeOf(error);
        throw new StorageUnavailableError("The database takes no write", code, { cause: error });
      }
    },

    poolState: () => database.poolState(),

    close() {
      closing ??= settleAndClose(database, transactions, gathered);
      return closing;
    },
  };
}

/** Runs the statements of a transaction, in the order they are begun: none of them reads past it. */
function inTransaction(builder: Builder, transaction: Db, send: Send | undefined): Executor {
  const execute: Executor["execute"] = (query) => transaction.executeQuery(query);
  return {
    builder,
    execute,
    send:
      send === undefined
        ? async (query) => void (await execute(query))
        : (query) => send((on) => on.executeQuery(query)),
    readNow: () => undefined,
    batches: undefined,
  };
}

/** Creates every store. `transaction` and `transactAhead` make several statements one change. */
function createStores(
  executor: Executor,
  transaction: Storage["transaction"],
  transactAhead: TransactAhead,
): Stores {
  return {
    users: createUserStore(executor),
    sessions: createSessionStore(executor, transaction),
    signingKeys: createSigningKeyStore(executor),
    events: createEventStore(executor),
    mails: createMailStore(executor),
    challenges: createChallengeStore(executor),
    limits: createLimitStore(executor, transactAhead),
    locks: createLockStore(executor),
    factorLocks: createFactorLockStore(executor),
    factors: createFactorStore(executor),
    passkeys: createPasskeyStore(executor),
    identities: createIdentityStore(executor),
    devices: createDeviceStore(executor),
    jobs: createJobStore(executor),
  };
}

/** Waits for what has begun. A log that could not be folded in loses nothing: the next open reads it. */
async function settleAndClose(
  { db, dialect }: Database,
  transactions: Transactions<Stores>,
  batches: Batches | undefined,
): Promise<void> {
  await Promise.all([transactions.settled(), batches?.settled()]);
  try {
    await dialect.settle(db);
  } catch (error) {
    if (dialect.failureOf(error) === undefined) throw error;
  } finally {
    await db.destroy();
  }
}
