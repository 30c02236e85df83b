/** The pool of connections to a PostgreSQL database: its size, and how long a request waits. SQLite has one connection and no pool. */

export interface PoolOptions {
  /** The most connections of a process. They are opened as they are needed. */
  readonly poolSize: number;
  /** A statement that takes longer is cancelled by the database. Seconds. */
  readonly statementTimeoutSeconds: number;
  /** How long a request waits for a connection, be it free or new. Seconds. */
  readonly connectTimeoutSeconds: number;
}

export const defaultPool: PoolOptions = {
  poolSize: 10,
  statementTimeoutSeconds: 5,
  connectTimeoutSeconds: 3,
};
