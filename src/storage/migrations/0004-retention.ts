/** Events may be deleted once they are old enough, by the retention job and by nothing else (LA-05). */
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/**
 * The trigger lets go only of events before the instant in this one row, which is 0 but inside the
 * job's own transaction: a deletion from anywhere else meets 0, and whatever interrupts the job takes
 * its instant back with it.
 */
export function retention(dialect: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("event_retention")
        .addColumn("id", "integer", (column) => column.primaryKey().notNull())
        .addColumn("delete_before", "bigint", (column) => column.notNull())
        .addCheckConstraint("event_retention_one_row", sql`id = 1`)
        .execute();
      await sql`insert into event_retention (id, delete_before) values (1, 0)`.execute(db);
      await dialect.allowDeletionByRetention(db, "events");
    },
  };
}
