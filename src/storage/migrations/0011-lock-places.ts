/** The place of a lock among those that came soon after another, so that how long it may last follows from the setting in force (RL-12). */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** LOCKOUT_SECONDS where it was never set: the lengths that are there are taken for doublings of it. Milliseconds. */
const FIRST_LOCK_MS = 900_000;
/** From this place on every lock lasted a day. */
const LAST_PLACE = 8;

/** Frozen once released: a later change of the schema is a later migration. */
export function lockPlaces(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable("users")
        .addColumn("locks", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
      const places = Array.from(
        { length: LAST_PLACE - 1 },
        (_, index) =>
          sql`when lock_ms <= ${sql.lit(FIRST_LOCK_MS * 2 ** index)} then ${sql.lit(index + 1)}`,
      );
      const place = sql`case ${sql.join(places, sql` `)} else ${sql.lit(LAST_PLACE)} end`;
      await sql`update users set locks = ${place} where lock_ms > 0`.execute(db);
    },
  };
}
