/** An account's events as its owner lists them: found without reading those that are for administrators alone. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Frozen once released: a later change of the schema is a later migration. */
export function ownerEvents(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const names = sql.join(
        [
          "signup",
          "login_success",
          "login_failed",
          "login_locked",
          "logout",
          "session_revoked",
          "token_revoked",
          "refresh_token_reuse",
          "password_changed",
          "password_reset",
          "reset_token_created",
          "user_updated",
          "user_unlocked",
        ].map((name) => sql.lit(name)),
      );
      await sql`create index events_owner on events (user_id, timestamp, id) where event in (${names})`.execute(
        db,
      );
    },
  };
}
