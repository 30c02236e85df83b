/** Known devices in the database. */
import type { DeviceStore, NewDevice } from "../domain/ports/devices.ts";
import { prepareDeletion } from "./bounded-deletion.ts";
import { type Executor, NOBODY, prepare, type Slots } from "./statements.ts";

export function createDeviceStore(executor: Executor): DeviceStore {
  return {
    async find(secretHash, email, now) {
      const [row] = await find(executor, { secretHash, email, now });
      return row && { id: row.id, userId: row.user_id };
    },

    async insert(device, keep) {
      await insert(executor, device);
      await deleteAllButSeenLast(executor, { userId: device.userId, keep });
    },

    renew: async (device) => (await renew(executor, device)).changed === 1,

    async countFailure(id, threshold) {
      const {
        rows: [row],
      } = await countFailure(executor, { id });
      if (row === undefined) return false;
      if (row.failures >= threshold) await deleteOne(executor, { id });
      return true;
    },

    forgetFailures: async (id) => (await forgetFailures(executor, { id })).changed === 1,
    deleteAllOf: (userId, exceptId = NOBODY) => deleteAllOf(executor, { userId, exceptId }),
    deleteExpired: (now, limit) => deleteExpired(executor, { now, limit }),
  };
}

const find = prepare.read(
  (db, { secretHash, email, now }: Slots<{ secretHash: Uint8Array; email: string; now: number }>) =>
    db
      .selectFrom("devices")
      .innerJoin("users", "users.id", "devices.user_id")
      .select(["devices.id", "user_id"])
      .where("secret_hash", "=", secretHash)
      .where("email", "=", email)
      .where("expires_at", ">", now),
);

/** Takes the account's id from its own row: an account deleted a moment ago is then no error. */
const insert = prepare.send((db, { id, userId, secretHash, seenAt, expiresAt }: Slots<NewDevice>) =>
  db
    .insertInto("devices")
    .columns(["id", "user_id", "secret_hash", "seen_at", "expires_at"])
    .expression(({ selectFrom }) =>
      selectFrom("users")
        .select([
          id.as("id"),
          "users.id as user_id",
          secretHash.as("secret_hash"),
          seenAt.as("seen_at"),
          expiresAt.as("expires_at"),
        ])
        .where("users.id", "=", userId),
    ),
);

const deleteAllButSeenLast = prepare.send(
  (db, { userId, keep }: Slots<{ userId: string; keep: number }>) =>
    db
      .deleteFrom("devices")
      .where("user_id", "=", userId)
      .where("id", "not in", (eb) =>
        eb
          .selectFrom("devices as seen_last")
          .select("seen_last.id")
          .where("seen_last.user_id", "=", userId)
          .orderBy("seen_last.seen_at", "desc")
          .orderBy("seen_last.id", "desc")
          .limit(keep),
      ),
);

const renew = prepare.write((db, { id, userId, secretHash, seenAt, expiresAt }: Slots<NewDevice>) =>
  db
    .updateTable("devices")
    .set({ secret_hash: secretHash, failures: 0, seen_at: seenAt, expires_at: expiresAt })
    .where("id", "=", id)
    .where("user_id", "=", userId),
);

const countFailure = prepare.write((db, { id }: Slots<{ id: string }>) =>
  db
    .updateTable("devices")
    .set((eb) => ({ failures: eb("failures", "+", 1) }))
    .where("id", "=", id)
    .returning("failures"),
);

const deleteOne = prepare.write((db, { id }: Slots<{ id: string }>) =>
  db.deleteFrom("devices").where("id", "=", id),
);

const forgetFailures = prepare.write((db, { id }: Slots<{ id: string }>) =>
  db.updateTable("devices").set({ failures: 0 }).where("id", "=", id),
);

const deleteAllOf = prepare.send(
  (db, { userId, exceptId }: Slots<{ userId: string; exceptId: string }>) =>
    db.deleteFrom("devices").where("user_id", "=", userId).where("id", "!=", exceptId),
);

const deleteExpired = prepareDeletion("devices", "id", (eb, { now }: Slots<{ now: number }>) =>
  eb("expires_at", "<=", now),
);
