/** Reset tokens in the database: one per account, by its hash. */
import type { ResetTokenStore, ResetToken } from "../domain/ports/reset-tokens.ts";
import type { User } from "../domain/ports/users.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import { NOBODY, type Run } from "./queries.ts";
import { toUser } from "./users.ts";

export function createResetTokenStore(run: Run, dialect: StorageDialect): ResetTokenStore {
  return {
    save: (userId, token) => saveResetToken(run, dialect, userId, token),
    insertDecoy: (token) => insertDecoyResetToken(run, token),
    findOwner: (secretHash, now) => findResetTokenOwner(run, secretHash, now),
    consume: (userId, hash, now) => consumeResetToken(run, userId, hash, now),
    deleteAllOf: (userId) => deleteResetTokensOf(run, userId),
    deleteExpired: (now, limit) => deleteExpiredResetTokens(run, dialect, now, limit),
  };
}

/** From the account's own row, so that one deleted a moment ago is no error. */
async function saveResetToken(
  run: Run,
  dialect: StorageDialect,
  userId: string | null,
  token: ResetToken,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await run((db) =>
    db
      .insertInto("reset_tokens")
      .columns(["secret_hash", "user_id", "created_at", "expires_at"])
      .expression(
        db
          .selectFrom("users")
          .select(({ val }) => [
            val(token.secretHash).as("secret_hash"),
            "users.id as user_id",
            val(token.createdAt).as("created_at"),
            val(token.expiresAt).as("expires_at"),
          ])
          .where("users.id", "=", userId ?? NOBODY)
          .modifyEnd(dialect.lockRows),
      )
      .onConflict((conflict) =>
        conflict.column("user_id").doUpdateSet(({ ref }) => ({
          secret_hash: ref("excluded.secret_hash"),
          created_at: ref("excluded.created_at"),
          expires_at: ref("excluded.expires_at"),
        })),
      )
      .executeTakeFirstOrThrow(),
  );
  return numInsertedOrUpdatedRows === 1n;
}

/** Not waited for on its own: what an account's token takes in one round trip, this must not take in two (ET-01). */
async function insertDecoyResetToken(run: Run, token: ResetToken): Promise<void> {
  await run.send((db) =>
    db
      .insertInto("reset_tokens")
      .values({
        secret_hash: token.secretHash,
        user_id: null,
        created_at: token.createdAt,
        expires_at: token.expiresAt,
      })
      .execute(),
  );
}

async function findResetTokenOwner(
  run: Run,
  secretHash: Uint8Array,
  now: number,
): Promise<User | undefined> {
  const row = await run((db) =>
    db
      .selectFrom("reset_tokens")
      .innerJoin("users", "users.id", "reset_tokens.user_id")
      .select(["users.id", "users.email", "users.role", "users.disabled", "users.created_at"])
      .where("reset_tokens.secret_hash", "=", secretHash)
      .where("reset_tokens.expires_at", ">", now)
      .executeTakeFirst(),
  );
  return row && toUser(row);
}

async function consumeResetToken(
  run: Run,
  userId: string,
  secretHash: Uint8Array,
  now: number,
): Promise<boolean> {
  const { numDeletedRows } = await run((db) =>
    db
      .deleteFrom("reset_tokens")
      .where("secret_hash", "=", secretHash)
      .where("user_id", "=", userId)
      .where("expires_at", ">", now)
      .executeTakeFirstOrThrow(),
  );
  return numDeletedRows === 1n;
}

async function deleteResetTokensOf(run: Run, userId: string): Promise<void> {
  await run.send((db) => db.deleteFrom("reset_tokens").where("user_id", "=", userId).execute());
}

async function deleteExpiredResetTokens(
  run: Run,
  dialect: StorageDialect,
  now: number,
  limit: number,
): Promise<number> {
  const { numDeletedRows } = await run((db) =>
    db
      .deleteFrom("reset_tokens")
      .where("secret_hash", "in", ({ selectFrom }) =>
        selectFrom("reset_tokens as ended")
          .select("ended.secret_hash")
          .where("expires_at", "<=", now)
          .limit(limit)
          .modifyEnd(dialect.skipLockedRows),
      )
      .executeTakeFirstOrThrow(),
  );
  return Number(numDeletedRows);
}
