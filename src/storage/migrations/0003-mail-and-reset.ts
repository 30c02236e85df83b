/** The outbox, and the tokens that reset passwords. */
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/** Frozen once released: a later change of the schema is a later migration. */
export function mailAndReset(dialect: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await createMails(db, dialect);
      await createResetTokens(db, dialect);
    },
  };
}

/** No reference to the account: its owner is told of what happened even where the account is gone by then. */
async function createMails(db: Kysely<unknown>, { bytes, text }: StorageDialect): Promise<void> {
  await db.schema
    .createTable("mails")
    .addColumn("id", text, (column) => column.primaryKey().notNull())
    .addColumn("sealed", bytes)
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .addColumn("due_at", "bigint", (column) => column.notNull())
    .addColumn("attempts", "integer", (column) => column.notNull())
    .addColumn("finished_at", "bigint")
    .addCheckConstraint("mails_waiting", sql`finished_at is not null or sealed is not null`)
    .execute();
  await db.schema
    .createIndex("mails_due")
    .on("mails")
    .columns(["due_at", "id"])
    .where(sql.ref("finished_at"), "is", null)
    .execute();
  // Without the mails that wait: SQLite would read all of those by it, to find the one that is due.
  await db.schema
    .createIndex("mails_finished")
    .on("mails")
    .column("finished_at")
    .where(sql.ref("finished_at"), "is not", null)
    .execute();
}

async function createResetTokens(
  db: Kysely<unknown>,
  { bytes, text }: StorageDialect,
): Promise<void> {
  await db.schema
    .createTable("reset_tokens")
    .addColumn("secret_hash", bytes, (column) => column.primaryKey().notNull())
    .addColumn("user_id", text, (column) => column.references("users.id").onDelete("cascade"))
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .execute();
  // One per account: a new one takes the place of the last. Decoys have no account, and are many.
  await db.schema
    .createIndex("reset_tokens_user")
    .unique()
    .on("reset_tokens")
    .column("user_id")
    .execute();
  await db.schema
    .createIndex("reset_tokens_expires")
    .on("reset_tokens")
    .column("expires_at")
    .execute();
}
