/** Wrong current passwords a session has sent: a stolen one is no endless oracle (PW-10). */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Frozen once released: a later change of the schema is a later migration. */
export function sessionFailures(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable("sessions")
        .addColumn("failures", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
    },
  };
}
