/** Challenges, onto which reset tokens move; proved addresses, names and languages of accounts; how a session was proved. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/** Frozen once released: a later change of the schema is a later migration. */
export function challenges(dialect: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await addToUsers(db, dialect);
      await addToSessions(db, dialect);
      await createChallenges(db, dialect);
      await moveResetTokens(db, dialect);
    },
  };
}

/** The addresses that are there count as not proved: nobody knows who has them. */
async function addToUsers(db: Kysely<unknown>, { text }: StorageDialect): Promise<void> {
  await db.schema
    .alterTable("users")
    .addColumn("email_verified", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable("users").addColumn("name", text).execute();
  await db.schema.alterTable("users").addColumn("locale", text).execute();
  // For administrators: the few that are not proved, or the few that are.
  await db.schema
    .createIndex("users_email_verified_id")
    .on("users")
    .columns(["email_verified", "id"])
    .execute();
}

async function addToSessions(db: Kysely<unknown>, { text }: StorageDialect): Promise<void> {
  await db.schema
    .alterTable("sessions")
    .addColumn("methods", text, (column) => column.notNull().defaultTo("pwd"))
    .execute();
  await db.schema.alterTable("sessions").addColumn("authenticated_at", "bigint").execute();
  await db.schema.alterTable("sessions").addColumn("second_factor_at", "bigint").execute();
}

async function createChallenges(
  db: Kysely<unknown>,
  { bytes, text }: StorageDialect,
): Promise<void> {
  await db.schema
    .createTable("challenges")
    .addColumn("id", text, (column) => column.primaryKey().notNull())
    .addColumn("purpose", text, (column) => column.notNull())
    .addColumn("handle_hash", bytes, (column) => column.unique())
    .addColumn("link_hash", bytes, (column) => column.unique())
    .addColumn("code_mac", bytes)
    .addColumn("user_id", text, (column) => column.references("users.id").onDelete("cascade"))
    .addColumn("session_id", text, (column) => column.references("sessions.id").onDelete("cascade"))
    .addColumn("subject", text)
    .addColumn("sealed", bytes)
    .addColumn("attempts", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .execute();
  // One of a purpose per account: a new one takes the place of the last. Decoys have no account, and are many.
  await sql`create unique index challenges_user_purpose on challenges (user_id, purpose)
    where user_id is not null and purpose <> 'email_change_undo'`.execute(db);
  // For the account's own deletion, and for what undoes a change.
  await sql`create index challenges_user on challenges (user_id) where user_id is not null`.execute(
    db,
  );
  await sql`create index challenges_session on challenges (session_id)
    where session_id is not null`.execute(db);
  await sql`create index challenges_subject on challenges (subject, purpose)
    where subject is not null`.execute(db);
  await db.schema.createIndex("challenges_expires").on("challenges").column("expires_at").execute();
}

/** A link that was mailed before is good after. Its id is the hash, as a UUID: no event names it. */
async function moveResetTokens(db: Kysely<unknown>, { hexOf }: StorageDialect): Promise<void> {
  await sql`insert into challenges (id, purpose, link_hash, user_id, created_at, expires_at)
    select ${hexOf("secret_hash")}, 'password_reset', secret_hash, user_id, created_at, expires_at
    from reset_tokens where user_id is not null`.execute(db);
  await db.schema.dropTable("reset_tokens").execute();
}
