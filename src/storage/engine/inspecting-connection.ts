/** A connection that cannot change anything: for `portcullis doctor`, which looks at a database beside its server. */

export interface InspectingConnection {
  readonly kind: "sqlite" | "postgres";
  /** Runs one query. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** True where the newest writes are in a log that cannot be read without writing: of a SQLite file that was moved. */
  readonly isBehind: boolean;
  close(): Promise<void>;
}

/** There is no database yet. */
export class NoDatabaseError extends Error {
  override readonly name = "NoDatabaseError";
}
