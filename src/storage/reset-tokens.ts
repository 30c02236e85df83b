/** Reset tokens in the database: one per account, by its hash. */
import type { ResetToken, ResetTokenStore } from "../domain/ports/reset-tokens.ts";
import { prepareDeletion } from "./bounded-deletion.ts";
import { type Executor, NOBODY, prepare, type Slots } from "./statements.ts";
import { toUser, userSelection } from "./user-rows.ts";

export function createResetTokenStore(executor: Executor): ResetTokenStore {
  return {
    async save(userId, token) {
      return (await save(executor, { userId: userId ?? NOBODY, ...token })).changed === 1;
    },

    insertDecoy: (token) => insertDecoy(executor, token),

    async findOwner(secretHash, now) {
      const [row] = await findOwner(executor, { secretHash, now });
      return row && toUser(row);
    },

    async consume(userId, secretHash, now) {
      return (await consume(executor, { userId, secretHash, now })).changed === 1;
    },

    deleteAllOf: (userId) => deleteAllOf(executor, { userId }),
    deleteExpired: (now, limit) => deleteExpired(executor, { now, limit }),
  };
}

/** Takes the account's id from its own row: an account deleted a moment ago is then no error. */
const save = prepare.write(
  (
    db,
    { userId, secretHash, createdAt, expiresAt }: Slots<ResetToken & { userId: string }>,
    { lockRows },
  ) =>
    db
      .insertInto("reset_tokens")
      .columns(["secret_hash", "user_id", "created_at", "expires_at"])
      .expression(
        db
          .selectFrom("users")
          .select([
            secretHash.as("secret_hash"),
            "users.id as user_id",
            createdAt.as("created_at"),
            expiresAt.as("expires_at"),
          ])
          .where("users.id", "=", userId)
          .modifyEnd(lockRows),
      )
      .onConflict((conflict) =>
        conflict.column("user_id").doUpdateSet(({ ref }) => ({
          secret_hash: ref("excluded.secret_hash"),
          created_at: ref("excluded.created_at"),
          expires_at: ref("excluded.expires_at"),
        })),
      ),
);

/** Sent and not waited for: a real token takes one round trip, so a decoy must not take two (ET-01). */
const insertDecoy = prepare.send((db, { secretHash, createdAt, expiresAt }: Slots<ResetToken>) =>
  db.insertInto("reset_tokens").values({
    secret_hash: secretHash,
    user_id: null,
    created_at: createdAt,
    expires_at: expiresAt,
  }),
);

const findOwner = prepare.read(
  (db, { secretHash, now }: Slots<{ secretHash: Uint8Array; now: number }>) =>
    db
      .selectFrom("reset_tokens")
      .innerJoin("users", "users.id", "reset_tokens.user_id")
      .select(userSelection)
      .where("reset_tokens.secret_hash", "=", secretHash)
      .where("reset_tokens.expires_at", ">", now),
);

const consume = prepare.write(
  (
    db,
    { userId, secretHash, now }: Slots<{ userId: string; secretHash: Uint8Array; now: number }>,
  ) =>
    db
      .deleteFrom("reset_tokens")
      .where("secret_hash", "=", secretHash)
      .where("user_id", "=", userId)
      .where("expires_at", ">", now),
);

const deleteAllOf = prepare.send((db, { userId }: Slots<{ userId: string }>) =>
  db.deleteFrom("reset_tokens").where("user_id", "=", userId),
);

const deleteExpired = prepareDeletion(
  "reset_tokens",
  "secret_hash",
  (eb, { now }: Slots<{ now: number }>) => eb("expires_at", "<=", now),
);
