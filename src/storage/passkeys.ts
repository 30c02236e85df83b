/** Passkeys in the database. */
import { type Selectable, sql } from "kysely";
import type { Passkey, PasskeyKey, PasskeyStore } from "../domain/ports/passkeys.ts";
import type { PasskeysTable } from "./schema.ts";
import { type Executor, prepare, type Slots } from "./statements.ts";
import { toUser, userSelection } from "./user-rows.ts";

export function createPasskeyStore(executor: Executor): PasskeyStore {
  return {
    list: async (userId) => (await list(executor, { userId })).map(toPasskey),

    async findByCredentialId(credentialId) {
      const [row] = await findByCredentialId(executor, { credentialId });
      if (row === undefined || row.webauthn_handle === null) return undefined;
      return {
        passkey: { ...toPasskey(row), ...toKey(row) },
        user: toUser(row),
        epoch: row.credential_epoch,
        lockedUntil: row.locked_until,
        webauthnHandle: row.webauthn_handle,
      };
    },

    async takeHandle(userId, fresh) {
      const {
        rows: [row],
      } = await takeHandle(executor, { userId, fresh });
      return row?.webauthn_handle ?? undefined;
    },

    async insert(passkey) {
      const row = {
        id: passkey.id,
        user_id: passkey.userId,
        credential_id: passkey.credentialId,
        public_key: passkey.publicKey,
        algorithm: passkey.algorithm,
        sign_count: passkey.signCount,
        backup_eligible: bit(passkey.backupEligible),
        backed_up: bit(passkey.backedUp),
        signs_in: bit(passkey.signsIn),
        transports: passkey.transports.join(" "),
        aaguid: passkey.aaguid,
        name: passkey.name,
        created_at: passkey.createdAt,
      };
      return (await insert(executor, row)).changed === 1;
    },

    async use({ id, signCount, backedUp, backupEligible, now }) {
      const flags = { backedUp: bit(backedUp), backupEligible: bit(backupEligible) };
      return (await use(executor, { id, signCount, now, ...flags })).changed === 1;
    },

    async rename(userId, id, name) {
      const {
        rows: [row],
      } = await rename(executor, { userId, id, name });
      return row && toPasskey(row);
    },

    async delete(userId, id) {
      const {
        rows: [row],
      } = await deleteOne(executor, { userId, id });
      return row && toPasskey(row);
    },

    async deleteAllOf(userId, addedSince = 0) {
      const { rows } = await deleteAllOf(executor, { userId, addedSince });
      return rows.map(toPasskey).sort((one, other) => (one.id < other.id ? -1 : 1));
    },
  };
}

const bit = (is: boolean): 0 | 1 => (is ? 1 : 0);

const columns = [
  "passkeys.id",
  "passkeys.user_id",
  "passkeys.credential_id",
  "passkeys.transports",
  "passkeys.name",
  "passkeys.created_at",
  "passkeys.last_used_at",
  "passkeys.backed_up",
  "passkeys.signs_in",
] as const;
const keyColumns = [
  "passkeys.public_key",
  "passkeys.algorithm",
  "passkeys.sign_count",
  "passkeys.backup_eligible",
] as const;

type Row = Selectable<PasskeysTable>;
type Names<C extends string> = C extends `passkeys.${infer Name extends keyof Row}` ? Name : never;

function toPasskey(row: Pick<Row, Names<(typeof columns)[number]>>): Passkey {
  return {
    id: row.id,
    userId: row.user_id,
    credentialId: row.credential_id,
    transports: row.transports.split(" ").filter(Boolean),
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    backedUp: row.backed_up === 1,
    signsIn: row.signs_in === 1,
  };
}

function toKey(row: Pick<Row, Names<(typeof keyColumns)[number]>>): PasskeyKey {
  return {
    publicKey: row.public_key,
    algorithm: row.algorithm,
    signCount: row.sign_count,
    backupEligible: row.backup_eligible === 1,
  };
}

const list = prepare.read((db, { userId }: Slots<{ userId: string }>) =>
  db.selectFrom("passkeys").select(columns).where("user_id", "=", userId).orderBy("id"),
);

const findByCredentialId = prepare.read(
  (db, { credentialId }: Slots<{ credentialId: Uint8Array }>) =>
    db
      .selectFrom("passkeys")
      .innerJoin("users", "users.id", "passkeys.user_id")
      .select([...columns, ...keyColumns])
      .select(userSelection)
      .select(["users.credential_epoch", "users.locked_until", "users.webauthn_handle"])
      .where("credential_id", "=", credentialId),
);

const takeHandle = prepare.write(
  (db, { userId, fresh }: Slots<{ userId: string; fresh: Uint8Array }>) =>
    db
      .updateTable("users")
      .set(({ fn }) => ({ webauthn_handle: fn.coalesce("webauthn_handle", fresh) }))
      .where("id", "=", userId)
      .returning("webauthn_handle"),
);

const insertedColumns = [
  "id",
  "user_id",
  "credential_id",
  "public_key",
  "algorithm",
  "sign_count",
  "backup_eligible",
  "backed_up",
  "signs_in",
  "transports",
  "aaguid",
  "name",
  "created_at",
] as const;
type InsertValues = Pick<Row, (typeof insertedColumns)[number]>;

const insert = prepare.write((db, slots: Slots<InsertValues>) =>
  db
    .insertInto("passkeys")
    .columns(insertedColumns)
    .expression(sql`values (${sql.join(insertedColumns.map((column) => slots[column]))})`)
    .onConflict((conflict) => conflict.column("credential_id").doNothing()),
);

interface UseValues {
  readonly id: string;
  readonly signCount: number;
  readonly backedUp: 0 | 1;
  readonly backupEligible: 0 | 1;
  readonly now: number;
}

const use = prepare.write((db, slots: Slots<UseValues>) => {
  const { id, signCount, backedUp, backupEligible, now } = slots;
  return db
    .updateTable("passkeys")
    .set({ sign_count: signCount, backed_up: backedUp, last_used_at: now })
    .where("id", "=", id)
    .where("backup_eligible", "=", backupEligible)
    .where(({ or, and, eb }) =>
      or([
        eb("sign_count", "<", signCount),
        // Synced passkeys count nothing: there, the ceremony that is spent makes one session of one answer.
        and([eb("sign_count", "=", 0), eb(sql<number>`${signCount}`, "=", 0)]),
      ]),
    );
});

const rename = prepare.write(
  (db, { userId, id, name }: Slots<{ userId: string; id: string; name: string }>) =>
    db
      .updateTable("passkeys")
      .set({ name })
      .where("id", "=", id)
      .where("user_id", "=", userId)
      .returning(columns),
);

const deleteOne = prepare.write((db, { userId, id }: Slots<{ userId: string; id: string }>) =>
  db.deleteFrom("passkeys").where("id", "=", id).where("user_id", "=", userId).returning(columns),
);

const deleteAllOf = prepare.write(
  (db, { userId, addedSince }: Slots<{ userId: string; addedSince: number }>) =>
    db
      .deleteFrom("passkeys")
      .where("user_id", "=", userId)
      .where("created_at", ">=", addedSince)
      .returning(columns),
);
