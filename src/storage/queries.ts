/** How a store's statements reach the database. */
import type { CompiledQuery, QueryResult } from "kysely";
import type { Db } from "./schema.ts";

/**
 * Runs one statement. Outside of a transaction it is retried while the database is busy; inside, it
 * belongs to the transaction, which fails as a whole.
 */
export type Run = <T>(statement: (db: Db) => Promise<T>) => Promise<T>;

/**
 * Stands in for a parameter while a hot query is compiled. Compiling costs more than running, so the
 * queries every request makes are compiled once and given their parameters by `execute`.
 */
export const LATER = { text: "", instant: 0, bytes: new Uint8Array() } as const;

/**
 * The rows of a compiled reading at once, past the queue for the connection, as objects; undefined where
 * that cannot be now, or not on this database: then it is to be executed in its turn.
 */
export type ReadNow = <Row>(
  query: CompiledQuery<Row>,
  parameters: readonly unknown[],
) => readonly Row[] | undefined;

/** Runs a query compiled with `LATER`, with its parameters in the order in which the SQL has them. */
export async function execute<Row>(
  run: Run,
  query: CompiledQuery<Row>,
  parameters: readonly unknown[],
): Promise<QueryResult<Row>> {
  if (parameters.length !== query.parameters.length) {
    throw new Error(`Expected ${query.parameters.length} parameters: ${query.sql}`);
  }
  return run((db) => db.executeQuery({ ...query, parameters }));
}
