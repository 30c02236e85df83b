/** Until when the refusals of a key have been told: a stranger's repeats are no rows (decision 11). */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Frozen once released: a later change of the schema is a later migration. */
export function toldRefusals(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable("limits")
        .addColumn("told_until", "bigint", (column) => column.notNull().defaultTo(0))
        .execute();
    },
  };
}
