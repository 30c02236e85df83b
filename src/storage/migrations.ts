/** Brings a database to the schema this version needs. */
import { Migrator } from "kysely/migration";
import type { Migration } from "kysely/migration";
import { UnsafeStorageError } from "../domain/ports/storage.ts";
import { retryWhileBusy } from "./engine/availability.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import type { Database } from "./engine/database.ts";
import { initial } from "./migrations/0001-initial.ts";
import { limits } from "./migrations/0002-limits.ts";
import { mailAndReset } from "./migrations/0003-mail-and-reset.ts";
import { retention } from "./migrations/0004-retention.ts";
import { jobs } from "./migrations/0005-jobs.ts";
import { toldRefusals } from "./migrations/0006-told-refusals.ts";
import { sessionFailures } from "./migrations/0007-session-failures.ts";
import { credentialEpoch } from "./migrations/0008-credential-epoch.ts";
import { ownerEvents } from "./migrations/0009-owner-events.ts";
import { administration } from "./migrations/0010-administration.ts";
import { lockPlaces } from "./migrations/0011-lock-places.ts";
import { challenges } from "./migrations/0012-challenges.ts";
import { factors } from "./migrations/0013-factors.ts";
import { identities } from "./migrations/0014-identities.ts";
import type { Db } from "./schema.ts";

/** Lists the migrations by name, so that only reviewed ones run: no folder is searched. */
export function migrations(dialect: StorageDialect): Record<string, Migration> {
  return {
    "0001-initial": initial(dialect),
    "0002-limits": limits(dialect),
    "0003-mail-and-reset": mailAndReset(dialect),
    "0004-retention": retention(dialect),
    "0005-jobs": jobs(dialect),
    "0006-told-refusals": toldRefusals(),
    "0007-session-failures": sessionFailures(),
    "0008-credential-epoch": credentialEpoch(dialect),
    "0009-owner-events": ownerEvents(),
    "0010-administration": administration(dialect),
    "0011-lock-places": lockPlaces(),
    "0012-challenges": challenges(dialect),
    "0013-factors": factors(dialect),
    "0014-identities": identities(dialect),
  };
}

/**
 * Applies the missing migrations in one transaction: all of them or none. A second process that starts at
 * the same time waits for its turn, then finds nothing to do. `onStep` gets one line per migration, after
 * the COMMIT.
 */
export async function migrateToLatest(
  database: Database,
  onStep: (line: string) => void = () => {},
): Promise<void> {
  const { dialect } = database;
  const names = await retryWhileBusy(dialect.failureOf, () =>
    database.alone((alone) => migrate(alone, dialect)),
  );
  for (const name of names) onStep(`migration ${name} applied`);
}

/** Runs Kysely's migrator, which makes one transaction of all that is missing where the dialect allows it. */
async function migrate(db: Db, dialect: StorageDialect): Promise<string[]> {
  const provider = { getMigrations: async () => migrations(dialect) };
  const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest();
  // The migrator returns its error, and does not throw it.
  if (error instanceof Error && /^corrupted migrations/.test(error.message))
    throw new UnsafeStorageError(
      "The database was brought to the schema of another version of Portcullis: run that one, or a later one",
    );
  if (error !== undefined) throw error instanceof Error ? error : new Error("Migration failed");
  return results.map((result) => result.migrationName);
}
