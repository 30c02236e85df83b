/** Columns and indexes for administrators: locked accounts, the last login, events by client address and by e-mail address. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/** Frozen once released: a later change of the schema is a later migration. */
export function administration({ textOf }: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable("users").addColumn("last_login_at", "bigint").execute();
      // As far as events are kept. The second condition is that of the index `events_owner`.
      await sql`update users set last_login_at = (
        select timestamp from events
        where user_id = users.id and event = 'login_success' and event <> 'token_refreshed'
        order by timestamp desc, id desc limit 1)`.execute(db);
      await sql`create index users_locked on users (locked_until, id) where locked_until > 0`.execute(
        db,
      );
      // On what is in the events, and not on columns of their own: events cannot be changed, so those of
      // before would have none. Without refreshes, by far the most events, which so cost no more than before.
      const ip = textOf("body", "ip");
      const email = textOf("body", "email");
      await sql`create index events_ip on events (${ip}, timestamp, id) where event <> 'token_refreshed'`.execute(
        db,
      );
      await sql`create index events_email on events (${email}, timestamp, id)
        where event <> 'token_refreshed' and ${email} is not null`.execute(db);
    },
  };
}
