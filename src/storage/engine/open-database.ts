/** Opens one of the two databases. */
import type { Database } from "./database.ts";
import type { PoolOptions } from "./pool.ts";
import type { DatabaseTarget } from "./target.ts";

/** Opens the database, with the driver that it needs: the other one is not even loaded. Throws where it refuses a setting that safety rests on; the message names no password. */
export async function openDatabase(target: DatabaseTarget, pool: PoolOptions): Promise<Database> {
  if (target.kind === "sqlite") {
    const { openSqlite } = await import("./sqlite-connection.ts");
    return openSqlite(target.path);
  }
  const { openPostgres } = await import("./postgres-connection.ts");
  return openPostgres(target.url, pool);
}
