/** Identities: somebody at a provider who signs in to an account. */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/** Frozen once released: a later change of the schema is a later migration. */
export function identities({ text }: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("identities")
        .addColumn("id", text, (column) => column.primaryKey().notNull())
        .addColumn("user_id", text, (column) =>
          column.notNull().references("users.id").onDelete("cascade"),
        )
        .addColumn("provider", text, (column) => column.notNull())
        .addColumn("issuer", text, (column) => column.notNull())
        .addColumn("subject", text, (column) => column.notNull())
        .addColumn("email", text)
        .addColumn("created_at", "bigint", (column) => column.notNull())
        .addColumn("last_used_at", "bigint")
        .addUniqueConstraint("identities_person", ["issuer", "subject"])
        .addUniqueConstraint("identities_of_user", ["user_id", "provider"])
        .execute();
    },
  };
}
