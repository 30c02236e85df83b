/** Second factors in the database. */
import { sql } from "kysely";
import type { FactorStore } from "../domain/ports/factors.ts";
import { hasSecondFactor } from "./second-factor-column.ts";
import { type Executor, prepare, type Slots } from "./statements.ts";

export function createFactorStore(executor: Executor): FactorStore {
  return {
    async find(userId) {
      const [row] = await find(executor, { userId });
      if (row === undefined) return nothing;
      const { created_at: createdAt, last_used_at: lastUsedAt } = row;
      const { codes, codes_created_at: codesAt } = row;
      return {
        password: row.has_password === 1,
        totp: createdAt === null ? null : { createdAt, lastUsedAt },
        recoveryCodes: codesAt === null ? null : { remaining: Number(codes), createdAt: codesAt },
        passkeys: Number(row.passkeys),
      };
    },

    async has(userId) {
      const [row] = await has(executor, { userId });
      return row?.has_second_factor === 1;
    },

    async insertTotp({ userId, sealedSecret, lastStep, createdAt }) {
      const values = { userId, sealedSecret, lastStep, createdAt };
      return (await insertTotp(executor, values)).changed === 1;
    },

    async findTotpSecret(userId) {
      const [row] = await findTotpSecret(executor, { userId });
      return row?.sealed_secret;
    },

    async useStep(userId, step, now) {
      return (await useStep(executor, { userId, step, now })).changed === 1;
    },

    async deleteTotp(userId, addedSince = 0) {
      return (await deleteTotp(executor, { userId, addedSince })).changed === 1;
    },

    async replaceRecoveryCodes(userId, codeHashes, createdAt) {
      await deleteRecoveryCodes(executor, { userId });
      for (const codeHash of codeHashes)
        await insertRecoveryCode(executor, { userId, codeHash, createdAt });
    },

    async useRecoveryCode(userId, codeHash) {
      return (await useRecoveryCode(executor, { userId, codeHash })).changed === 1;
    },

    async countRecoveryCodes(userId) {
      const [row] = await countRecoveryCodes(executor, { userId });
      return Number(row?.remaining ?? 0);
    },

    deleteRecoveryCodes: (userId) => deleteRecoveryCodes(executor, { userId }),
  };
}

const nothing = { password: false, totp: null, recoveryCodes: null, passkeys: 0 } as const;

const find = prepare.read((db, { userId }: Slots<{ userId: string }>) =>
  db
    .selectFrom("users")
    .leftJoin("totp_factors", "totp_factors.user_id", "users.id")
    .select(({ selectFrom, fn }) => [
      sql<0 | 1>`case when users.password_hash is null then 0 else 1 end`.as("has_password"),
      "totp_factors.created_at",
      "totp_factors.last_used_at",
      selectFrom("recovery_codes")
        .whereRef("recovery_codes.user_id", "=", "users.id")
        .select(fn.countAll().as("codes"))
        .as("codes"),
      selectFrom("recovery_codes")
        .whereRef("recovery_codes.user_id", "=", "users.id")
        .select(sql<number | null>`min(recovery_codes.created_at)`.as("codes_created_at"))
        .as("codes_created_at"),
      selectFrom("passkeys")
        .whereRef("passkeys.user_id", "=", "users.id")
        .select(fn.countAll().as("passkeys"))
        .as("passkeys"),
    ])
    .where("users.id", "=", userId),
);

const has = prepare.read((db, { userId }: Slots<{ userId: string }>) =>
  db.selectFrom("users").select(hasSecondFactor).where("users.id", "=", userId),
);

interface TotpValues {
  readonly userId: string;
  readonly sealedSecret: Uint8Array;
  readonly lastStep: number;
  readonly createdAt: number;
}

const insertTotp = prepare.write((db, slots: Slots<TotpValues>) =>
  db
    .insertInto("totp_factors")
    .columns(["user_id", "sealed_secret", "last_step", "created_at"])
    .expression(
      sql`values (${sql.join([slots.userId, slots.sealedSecret, slots.lastStep, slots.createdAt])})`,
    )
    .onConflict((conflict) => conflict.column("user_id").doNothing()),
);

const findTotpSecret = prepare.read((db, { userId }: Slots<{ userId: string }>) =>
  db.selectFrom("totp_factors").select("sealed_secret").where("user_id", "=", userId),
);

const useStep = prepare.write(
  (db, { userId, step, now }: Slots<{ userId: string; step: number; now: number }>) =>
    db
      .updateTable("totp_factors")
      .set({ last_step: step, last_used_at: now })
      .where("user_id", "=", userId)
      .where("last_step", "<", step),
);

const deleteTotp = prepare.write(
  (db, { userId, addedSince }: Slots<{ userId: string; addedSince: number }>) =>
    db
      .deleteFrom("totp_factors")
      .where("user_id", "=", userId)
      .where("created_at", ">=", addedSince),
);

interface CodeValues {
  readonly userId: string;
  readonly codeHash: Uint8Array;
}

const insertRecoveryCode = prepare.send(
  (db, { userId, codeHash, createdAt }: Slots<CodeValues & { createdAt: number }>) =>
    db
      .insertInto("recovery_codes")
      .columns(["code_hash", "user_id", "created_at"])
      .expression(sql`values (${sql.join([codeHash, userId, createdAt])})`),
);

const useRecoveryCode = prepare.write((db, { userId, codeHash }: Slots<CodeValues>) =>
  db.deleteFrom("recovery_codes").where("code_hash", "=", codeHash).where("user_id", "=", userId),
);

const countRecoveryCodes = prepare.read((db, { userId }: Slots<{ userId: string }>) =>
  db
    .selectFrom("recovery_codes")
    .select(({ fn }) => fn.countAll().as("remaining"))
    .where("user_id", "=", userId),
);

const deleteRecoveryCodes = prepare.send((db, { userId }: Slots<{ userId: string }>) =>
  db.deleteFrom("recovery_codes").where("user_id", "=", userId),
);
