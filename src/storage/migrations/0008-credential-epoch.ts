/** Accounts may have no password, and a session's begin is guarded by an epoch instead of by the hash. */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/** Frozen once released: a later change of the schema is a later migration. */
export function credentialEpoch(dialect: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await dialect.allowNull(db, "users", "password_hash");
      await db.schema
        .alterTable("users")
        .addColumn("credential_epoch", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
    },
  };
}
