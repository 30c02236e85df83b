/** Limits, locks and known devices. */
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/** Frozen once released: a later change of the schema is a later migration. */
export function limits({ bytes, text }: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("limits")
        .addColumn("key_hash", bytes, (column) => column.primaryKey().notNull())
        .addColumn("paid_at", "bigint", (column) => column.notNull())
        .execute();
      await db.schema.createIndex("limits_paid_at").on("limits").column("paid_at").execute();

      for (const column of ["failures", "failed_at", "locked_until", "lock_ms"])
        await db.schema
          .alterTable("users")
          .addColumn(column, "bigint", (definition) => definition.notNull().defaultTo(0))
          .execute();

      await db.schema
        .createTable("devices")
        .addColumn("id", text, (column) => column.primaryKey().notNull())
        .addColumn("user_id", text, (column) =>
          column.notNull().references("users.id").onDelete("cascade"),
        )
        .addColumn("secret_hash", bytes, (column) => column.notNull().unique())
        .addColumn("failures", "integer", (column) => column.notNull().defaultTo(0))
        .addColumn("seen_at", "bigint", (column) => column.notNull())
        .addColumn("expires_at", "bigint", (column) => column.notNull())
        .addCheckConstraint("devices_failures", sql`failures >= 0`)
        .execute();
      const index = (name: string) => db.schema.createIndex(name).on("devices");
      await index("devices_user").columns(["user_id", "seen_at", "id"]).execute();
      await index("devices_expires_at").column("expires_at").execute();
    },
  };
}
