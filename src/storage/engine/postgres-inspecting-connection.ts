/** One connection to PostgreSQL in a transaction that may only read, which no setting of the role can undo. */
import pg from "pg";
import type { InspectingConnection } from "./inspecting-connection.ts";
import { getTypeParser } from "./postgres-pool.ts";

/** Rejects where the server cannot be reached, or nothing is answered for `timeoutMs`. */
export async function openPostgresToInspect(
  url: string,
  timeoutMs: number,
): Promise<InspectingConnection> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "portcullis doctor",
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    types: { getTypeParser },
  });
  client.on("error", () => undefined); // the query under way is told
  try {
    await client.connect();
    await client.query("begin transaction read only");
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    kind: "postgres",
    rows: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    isBehind: false,
    // The server ends the transaction with its connection. One that hangs is not waited for.
    close: () => client.end().catch(() => undefined),
  };
}
