/** The domain's storage on a database: opening, transactions, readiness, the end. */
import { StorageUnavailableError } from "../domain/storage.ts";
import type { Storage, Stores } from "../domain/storage.ts";
import { asUnavailable, retryWhileBusy } from "./availability.ts";
import { openDatabase } from "./drivers.ts";
import type { Database } from "./drivers.ts";
import { createDeviceStore } from "./devices.ts";
import { createEventStore } from "./events.ts";
import { createSigningKeyStore } from "./keys.ts";
import { compileLimitQueries, createLimitStore } from "./limits.ts";
import { createLockoutStore } from "./lockout.ts";
import { createMailStore } from "./mail.ts";
import { migrateToLatest } from "./migrations.ts";
import type { Run } from "./queries.ts";
import { createResetStore } from "./resets.ts";
import type { Db } from "./schema.ts";
import { compileSessionQueries, createSessionStore } from "./sessions.ts";
import { compileUserQueries, createUserStore } from "./users.ts";

/**
 * Opens the database a `DATABASE_URL` names and brings it to the latest schema; `onStep` gets a line
 * per migration. Rejects with `StorageUnavailableError` where another process holds it too long.
 */
export async function openStorage(url: string, onStep?: (line: string) => void): Promise<Storage> {
  const database = await openDatabase(url);
  try {
    await migrateToLatest(database, onStep);
  } catch (error) {
    await database.db.destroy();
    throw error;
  }
  return createStorage(database);
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

  return {
    ...createStores(run, queries),

    async transaction(work) {
      // Only the begin is retried: after it `work` may have done what must not be done twice.
      const transaction = await run(() => db.startTransaction().execute());
      const runInside: Run = (statement) => statement(transaction);
      try {
        const result = await work(createStores(runInside, queries));
        await transaction.commit().execute();
        return result;
      } catch (error) {
        await transaction.rollback().execute();
        throw asUnavailable(failureOf, error);
      }
    },

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

    close() {
      closing ??= settleAndClose(database);
      return closing;
    },
  };
}

type Queries = ReturnType<typeof compileQueries>;

function compileQueries(db: Db) {
  return {
    users: compileUserQueries(db),
    sessions: compileSessionQueries(db),
    limits: compileLimitQueries(db),
  };
}

function createStores(run: Run, queries: Queries): Stores {
  return {
    ...createUserStore(run, queries.users),
    ...createSessionStore(run, queries.sessions),
    ...createSigningKeyStore(run),
    ...createEventStore(run),
    ...createMailStore(run),
    ...createResetStore(run),
    ...createLimitStore(run, queries.limits),
    ...createLockoutStore(run),
    ...createDeviceStore(run),
  };
}

/** Waits for what has begun. That the log could not be folded in loses nothing: the next open reads it. */
async function settleAndClose({ db, dialect }: Database): Promise<void> {
  try {
    await dialect.settle(db);
  } catch (error) {
    if (dialect.failureOf(error) === undefined) throw error;
  } finally {
    await db.destroy();
  }
}
