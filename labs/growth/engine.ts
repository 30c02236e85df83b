/** A kind of database that is measured, and how its databases are made and filled. */
import type { Database } from "../database.ts";
import type { TableRows, Value } from "./rows.ts";

export interface Engine {
  /** Name of the product and its version. */
  readonly title: string;
  /** Creates an empty database for so many accounts. */
  create(users: number): Promise<GrowthDatabase>;
  /** Ends the server that was started, if any, and deletes all databases. */
  remove(): Promise<void>;
}

export interface GrowthDatabase {
  readonly location: Database;
  /** Opens the database for bulk statements, once it is migrated. */
  openFiller(): Promise<Filler>;
  /** Reads the filled database into memory again, where the system has dropped it: the disk is not measured. */
  warm(): Promise<void>;
}

/** Writes rows in bulk. Nothing is synced to the disk before the end, and indexes are made afterwards. */
export interface Filler {
  insert(table: TableRows, rows: readonly Value[][]): Promise<void>;
  /** Makes the indexes, collects statistics if the engine does so by itself, and answers the size in bytes. */
  finish(): Promise<number>;
}
