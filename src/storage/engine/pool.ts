/** How many connections a process keeps to a PostgreSQL database, and how long it waits for one. SQLite has one, and no waiting. */

export interface PoolOptions {
  /** At the most; opened as they are needed. */
  readonly poolSize: number;
  /** A statement that takes longer is cancelled by the database. Seconds. */
  readonly statementTimeoutSeconds: number;
  /** How long a request waits for a connection, a free one or a new one. Seconds. */
  readonly connectTimeoutSeconds: number;
}

export const defaultPool: PoolOptions = {
  poolSize: 10,
  statementTimeoutSeconds: 5,
  connectTimeoutSeconds: 3,
};
