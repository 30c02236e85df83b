/** Opens one of the two databases. Each has what it needs in the file of its connection. */
import type { PoolState } from "../../domain/ports/meter.ts";
import type { StorageDialect } from "./dialect.ts";
import type { PoolOptions } from "./pool.ts";
import { openPostgres } from "./postgres-connection.ts";
import type { ReadNow, Send } from "../queries.ts";
import type { Db } from "../schema.ts";
import type { DatabaseTarget } from "./target.ts";
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

/** Opens the database. Throws where it refuses a setting that safety rests on; the message names no password. */
export async function openDatabase(target: DatabaseTarget, pool: PoolOptions): Promise<Database> {
  return target.kind === "sqlite" ? openSqlite(target.path) : openPostgres(target.url, pool);
}
