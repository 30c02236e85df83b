/** Which database a `DATABASE_URL` names. What each of them needs is in the file of its connection. */
import type { PoolState } from "../../domain/ports/meter.ts";
import type { StorageDialect } from "./dialect.ts";
import type { PoolOptions } from "./pool.ts";
import { openPostgres } from "./postgres-connection.ts";
import type { ReadNow, Send } from "../queries.ts";
import type { Db } from "../schema.ts";
import type { Transactions } from "./transactions.ts";
import { openSqlite } from "./sqlite-connection.ts";

export interface Database {
  readonly db: Db;
  readonly dialect: StorageDialect;
  /** Runs `work` while no other process does the same: for migrations, which may take long. */
  alone<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** What is committed, and nothing that is not. Throws only where the query is wrong. */
  readonly readNow: ReadNow;
  /** Runs statements, in no transaction, on one connection; undefined where there is but one. */
  readonly together: (<T>(work: (db: Db) => Promise<T>) => Promise<T>) | undefined;
  /** How transactions are run; `open` makes of each what its work is given. `send` where it saves waiting. */
  transactions<Inside>(open: (db: Db, send?: Send) => Inside): Transactions<Inside>;
  /** Undefined where there is no pool. */
  poolState(): PoolState | undefined;
}

/**
 * Opens `sqlite:<path>` or `postgres://…`. Throws where the database refuses a setting that safety
 * rests on. The message never repeats the URL, which may hold a password.
 */
export async function openDatabase(url: string, pool: PoolOptions): Promise<Database> {
  if (/^postgres(?:ql)?:\/\//.test(url)) return openPostgres(url, pool);
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path === undefined || path === ":memory:") {
    throw new Error("DATABASE_URL must be sqlite: followed by the path of a file, or postgres://…");
  }
  return openSqlite(path);
}
