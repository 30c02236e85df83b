/** How a store's statements reach the database. */
import type { CompiledQuery, QueryResult } from "kysely";
import type { Storage, Stores } from "../domain/ports/storage.ts";
import type { Ahead } from "../domain/ports/ahead.ts";
import type { Db } from "./schema.ts";

/**
 * Runs one statement. Outside of a transaction it is retried while the database is busy; inside, it
 * belongs to the transaction, which fails as a whole.
 */
export interface Run {
  <T>(statement: (db: Db) => Promise<T>): Promise<T>;
  /**
   * For a statement that answers nothing: inside a transaction on PostgreSQL, the work goes on before it
   * has been run, and what comes next is sent with it. Where it fails, the transaction does.
   */
  readonly send: Send;
}
export type Send = (statement: (db: Db) => Promise<unknown>) => Promise<void>;

/** `send` as it is where each statement is waited for. */
export function createRun(
  run: <T>(statement: (db: Db) => Promise<T>) => Promise<T>,
  send: Send = async (statement) => void (await run(statement)),
): Run {
  return Object.assign(<T>(statement: (db: Db) => Promise<T>) => run(statement), { send });
}

/** An id that is nobody's (RFC 9562 §5.9), for work that is done whether or not there is an account (ET-01). */
export const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Makes several statements one change: in a transaction of their own, or in the one they are in. */
export type Unit = Storage["transaction"];
/** The same, answering before that holds. */
export type UnitAhead = <T>(work: (stores: Stores) => Promise<T>) => Promise<Ahead<T>>;

export interface Units {
  readonly together: Unit;
  readonly ahead: UnitAhead;
}

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
  const bound = bind(query, parameters);
  return run((db) => db.executeQuery(bound));
}

/** The same, for `run.send`. */
export function bind<Row>(
  query: CompiledQuery<Row>,
  parameters: readonly unknown[],
): CompiledQuery<Row> {
  if (parameters.length !== query.parameters.length) {
    throw new Error(`Expected ${query.parameters.length} parameters: ${query.sql}`);
  }
  return { ...query, parameters };
}
