/** The first schema: accounts, sessions, signing keys, and the journal of events. */
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/** Frozen once released: a later change of the schema is a later migration. */
export function initial(dialect: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await createUsers(db, dialect);
      await createSessions(db, dialect);
      await createSigningKeys(db, dialect);
      await createEvents(db, dialect);
    },
  };
}

async function createUsers(db: Kysely<unknown>, { text }: StorageDialect): Promise<void> {
  await db.schema
    .createTable("users")
    .addColumn("id", text, (column) => column.primaryKey().notNull())
    .addColumn("email", text, (column) => column.notNull())
    .addColumn("password_hash", text, (column) => column.notNull())
    .addColumn("role", text, (column) => column.notNull())
    .addColumn("disabled", "integer", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addCheckConstraint("users_role", sql`role in ('user', 'admin')`)
    .addCheckConstraint("users_disabled", sql`disabled in (0, 1)`)
    .execute();
  await db.schema.createIndex("users_email").unique().on("users").column("email").execute();
  // Lists in order of id by each filter and by both: few admins, or few disabled, are found among
  // many others. The last of them also tells whether there is another enabled admin.
  const index = (name: string) => db.schema.createIndex(name).on("users");
  await index("users_role_id").columns(["role", "id"]).execute();
  await index("users_disabled_id").columns(["disabled", "id"]).execute();
  await index("users_role_disabled_id").columns(["role", "disabled", "id"]).execute();
}

async function createSessions(db: Kysely<unknown>, { bytes, text }: StorageDialect): Promise<void> {
  await db.schema
    .createTable("sessions")
    .addColumn("id", text, (column) => column.primaryKey().notNull())
    .addColumn("user_id", text, (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("kind", text, (column) => column.notNull())
    .addColumn("secret_hash", bytes, (column) => column.unique())
    .addColumn("refresh_salt", bytes)
    .addColumn("refresh_counter", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("refresh_rotated_at", "bigint")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("last_seen_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .addColumn("ip", text, (column) => column.notNull())
    .addColumn("user_agent", text)
    .addCheckConstraint("sessions_kind", sql`kind in ('cookie', 'token')`)
    .addCheckConstraint("sessions_cookie", sql`(kind = 'cookie') = (secret_hash is not null)`)
    .addCheckConstraint("sessions_token", sql`(kind = 'token') = (refresh_salt is not null)`)
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on("sessions");
  await index("sessions_user_id").columns(["user_id", "id"]).execute();
  await index("sessions_expires_at").column("expires_at").execute();
  await index("sessions_idle")
    .column("last_seen_at")
    .where(sql.ref("kind"), "=", sql.lit("cookie"))
    .execute();
}

async function createSigningKeys(
  db: Kysely<unknown>,
  { bytes, text }: StorageDialect,
): Promise<void> {
  await db.schema
    .createTable("signing_keys")
    .addColumn("kid", text, (column) => column.primaryKey().notNull())
    .addColumn("public_x", text, (column) => column.notNull())
    .addColumn("sealed_seed", bytes, (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("retired_at", "bigint")
    .execute();
  // Every row of this index holds the same value, so there can be one: exactly one key signs.
  await db.schema
    .createIndex("signing_keys_one_signs")
    .unique()
    .on("signing_keys")
    .column(sql`(retired_at is null)`)
    .where(sql.ref("retired_at"), "is", null)
    .execute();
}

async function createEvents(db: Kysely<unknown>, dialect: StorageDialect): Promise<void> {
  const { text } = dialect;
  await db.schema
    .createTable("events")
    .addColumn("id", text, (column) => column.primaryKey().notNull())
    .addColumn("event", text, (column) => column.notNull())
    .addColumn("level", text, (column) => column.notNull())
    .addColumn("timestamp", "bigint", (column) => column.notNull())
    .addColumn("user_id", text)
    .addColumn("body", text, (column) => column.notNull())
    .execute();
  // Read backwards, these give the newest first: of one user, of one kind, and of all.
  const index = (name: string) => db.schema.createIndex(name).on("events");
  await index("events_user").columns(["user_id", "timestamp", "id"]).execute();
  await index("events_event").columns(["event", "timestamp", "id"]).execute();
  await index("events_timestamp").columns(["timestamp", "id"]).execute();
  await dialect.makeAppendOnly(db, "events");
}
