/** The differences between SQLite and PostgreSQL, apart from their drivers. Stores share everything else. */
import type { ColumnDataType, Kysely, RawBuilder } from "kysely";
import type { Db, Tables } from "../schema.ts";

export interface StorageDialect {
  /** The type of a column that holds bytes. */
  readonly bytes: ColumnDataType;
  /** The type of a column that holds text, compared byte by byte whatever the database's language. */
  readonly text: ColumnDataType | RawBuilder<unknown>;
  /**
   * Ends a query and locks its rows until the end of the transaction: another transaction that wants to
   * change them waits. Empty on SQLite, where writers take turns anyway.
   */
  readonly lockRows: RawBuilder<unknown>;
  /** Ends a query and locks its rows, passing over those that another transaction has locked. */
  readonly skipLockedRows: RawBuilder<unknown>;
  /** True where a query may change rows (`with … as (insert …)`), so that several changes are one statement. */
  readonly changesInQueries: boolean;
  /** True where the planner knows how many rows match, and chooses its index by that. */
  readonly hasStatistics: boolean;
  /** The text in a field of a column of JSON, or null: in a query word for word as in the index on it. */
  textOf(column: string, field: string): RawBuilder<string | null>;
  /** A column of bytes as hexadecimal text, in lower case. */
  hexOf(column: string): RawBuilder<string>;
  /** A statement for inside a transaction: waits until no other transaction is in its turn on `topic`. */
  takeTurn(topic: Turn): RawBuilder<unknown>;
  /** Makes the database refuse every change of a row of `table`, from any client (LA-05). */
  makeAppendOnly(db: Kysely<unknown>, table: keyof Tables): Promise<void>;
  /** Lets rows older than the instant in `event_retention` be deleted; the database still refuses all other changes. */
  allowDeletionByRetention(db: Kysely<unknown>, table: "events"): Promise<void>;
  /** Lets a column of text hold null, keeping every row. */
  allowNull(db: Kysely<unknown>, table: keyof Tables, column: string): Promise<void>;
  /** `busy`: nothing was written, try again; `unavailable`: trying again is no use now; undefined: a mistake in the statement. */
  failureOf(error: unknown): Failure | undefined;
  /** Commits a write that leaves nothing behind; throws where writes are refused. */
  proveWritable(db: Db): Promise<void>;
  /** Tidies up before the connection closes. The connection is idle by then. */
  settle(db: Db): Promise<void>;
}

export type Failure = "busy" | "unavailable";

/** Changes that must not happen twice at once, and that no single row could be locked for. */
export type Turn = "first_admin" | "signing_keys";
