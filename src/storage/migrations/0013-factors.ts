/** Second factors: authenticator apps, recovery codes, passkeys, and the lock of an account's codes. */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { StorageDialect } from "../engine/dialect.ts";

/** Frozen once released: a later change of the schema is a later migration. */
export function factors(dialect: StorageDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await addToUsers(db, dialect);
      await createTotpFactors(db, dialect);
      await createRecoveryCodes(db, dialect);
      await createPasskeys(db, dialect);
    },
  };
}

async function addToUsers(db: Kysely<unknown>, { bytes }: StorageDialect): Promise<void> {
  for (const name of ["factor_failures", "factor_locks"])
    await db.schema
      .alterTable("users")
      .addColumn(name, "integer", (column) => column.notNull().defaultTo(0))
      .execute();
  for (const name of ["factor_failed_at", "factor_locked_until", "factor_lock_ms"])
    await db.schema
      .alterTable("users")
      .addColumn(name, "bigint", (column) => column.notNull().defaultTo(0))
      .execute();
  await db.schema.alterTable("users").addColumn("webauthn_handle", bytes).execute();
}

async function createTotpFactors(
  db: Kysely<unknown>,
  { bytes, text }: StorageDialect,
): Promise<void> {
  await db.schema
    .createTable("totp_factors")
    .addColumn("user_id", text, (column) =>
      column.primaryKey().notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("sealed_secret", bytes, (column) => column.notNull())
    .addColumn("last_step", "bigint", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("last_used_at", "bigint")
    .execute();
}

async function createRecoveryCodes(
  db: Kysely<unknown>,
  { bytes, text }: StorageDialect,
): Promise<void> {
  await db.schema
    .createTable("recovery_codes")
    .addColumn("code_hash", bytes, (column) => column.primaryKey().notNull())
    .addColumn("user_id", text, (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("recovery_codes_user")
    .on("recovery_codes")
    .column("user_id")
    .execute();
}

async function createPasskeys(db: Kysely<unknown>, { bytes, text }: StorageDialect): Promise<void> {
  await db.schema
    .createTable("passkeys")
    .addColumn("id", text, (column) => column.primaryKey().notNull())
    .addColumn("user_id", text, (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("credential_id", bytes, (column) => column.notNull().unique())
    .addColumn("public_key", bytes, (column) => column.notNull())
    .addColumn("algorithm", "integer", (column) => column.notNull())
    // Unsigned, of 32 bits: more than PostgreSQL's integer holds.
    .addColumn("sign_count", "bigint", (column) => column.notNull())
    .addColumn("backup_eligible", "integer", (column) => column.notNull())
    .addColumn("backed_up", "integer", (column) => column.notNull())
    .addColumn("signs_in", "integer", (column) => column.notNull())
    .addColumn("transports", text, (column) => column.notNull())
    .addColumn("aaguid", bytes, (column) => column.notNull())
    .addColumn("name", text, (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("last_used_at", "bigint")
    .execute();
  await db.schema
    .createIndex("passkeys_user_id")
    .on("passkeys")
    .columns(["user_id", "id"])
    .execute();
}
