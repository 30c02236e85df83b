/** Databases of other applications, which are refused before anything in them is changed. */
import { UnsafeStorageError } from "../../domain/ports/storage.ts";
import { tableNames } from "../schema.ts";

/** The table in which Kysely's migrator keeps the names of the migrations that were applied. */
export const MIGRATIONS_TABLE = "kysely_migration";
/** Applied together with everything that it makes: where it is missing, none of the tables is ours. */
export const FIRST_MIGRATION = "0001-initial";

/**
 * Throws an `UnsafeStorageError` where a table has a name of ours and is not ours, or where the migrations are
 * another application's. `relations` were read before `migrations`: another process may be making them.
 */
export function refuseForeignTables(
  relations: readonly string[],
  migrations: readonly string[],
): void {
  if (migrations.includes(FIRST_MIGRATION)) return;
  const taken =
    migrations.length > 0 ? MIGRATIONS_TABLE : tableNames.find((name) => relations.includes(name));
  if (taken !== undefined)
    throw new UnsafeStorageError(
      `The database has a table "${taken}" of another application, and is left as it is: give Portcullis a database of its own in DATABASE_URL`,
    );
}
