/** A database as the stores use it: where statements run, and how transactions begin. */
import type { CompiledQuery, QueryResult } from "kysely";
import type { PoolState } from "../../domain/ports/meter.ts";
import type { Db } from "../schema.ts";
import type { StorageDialect } from "./dialect.ts";
import type { Transactions } from "./transactions.ts";

export interface Database {
  readonly db: Db;
  readonly dialect: StorageDialect;
  /** Runs `work` while no other process does the same: for migrations, which may take long. */
  alone<T>(work: (db: Db) => Promise<T>): Promise<T>;
  readonly readNow: ReadNow;
  /** Runs statements, in no transaction, on one connection; undefined where there is only one anyway. */
  readonly together: (<T>(work: (db: Db) => Promise<T>) => Promise<T>) | undefined;
  /** Connections for statements that are for many units; undefined where one by one is as fast, or too few are allowed. */
  readonly batches: BatchConnections | undefined;
  /** Runs transactions. `open` makes what their work is given; it gets `send` where that saves waiting. */
  transactions<Inside>(open: (db: Db, send?: Send) => Inside): Transactions<Inside>;
  /** Undefined where there is no pool. */
  poolState(): PoolState | undefined;
}

/** Connections that are kept for batches, see `batches.ts`. They end with the others. */
export interface BatchConnections {
  /** Runs a statement whose plan fits any number of units. */
  run(query: CompiledQuery): Promise<QueryResult<unknown>>;
  /** How long a statement may wait for a connection. Milliseconds. */
  readonly patienceMs: number;
}

/**
 * Reads committed rows at once, past the queue for the connection. Answers undefined where that is not
 * possible now, or not on this database: then the query has to wait for its turn. Throws only where the
 * query is wrong.
 */
export type ReadNow = <Row>(query: CompiledQuery<Row>) => readonly Row[] | undefined;

/**
 * Begins a statement whose answer nobody waits for. On PostgreSQL it travels in one round trip with the
 * statements that follow. Where it fails, its transaction does.
 */
export type Send = (statement: (db: Db) => Promise<unknown>) => Promise<void>;
