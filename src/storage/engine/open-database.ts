/** Opens one of the two databases. */
import type { Database } from "./database.ts";
import type { PoolOptions } from "./pool.ts";
import { openPostgres } from "./postgres-connection.ts";
import { openSqlite } from "./sqlite-connection.ts";
import type { DatabaseTarget } from "./target.ts";

/** Opens the database. Throws where it refuses a setting that safety rests on; the message names no password. */
export async function openDatabase(target: DatabaseTarget, pool: PoolOptions): Promise<Database> {
  return target.kind === "sqlite" ? openSqlite(target.path) : openPostgres(target.url, pool);
}
