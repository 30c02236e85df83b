/** Work that is due from time to time, and that one process is to do for all. */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/** Frozen once released: a later change of the schema is a later migration. */
export function jobs({ text }: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("jobs")
        .addColumn("name", text, (column) => column.primaryKey().notNull())
        .addColumn("due_at", "bigint", (column) => column.notNull())
        .execute();
    },
  };
}
