/** Opens the database that a `DATABASE_URL` names. */
import type { Database } from "./database.ts";
import type { PoolOptions } from "./pool.ts";
import { openPostgres } from "./postgres-connection.ts";
import { openSqlite } from "./sqlite-connection.ts";

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
