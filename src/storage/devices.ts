/** Known devices in the database. */
import type { DeviceStore, NewDevice } from "../domain/ports/devices.ts";
import { prepareDeletion } from "./bounded-deletion.ts";
import { type Executor, NOBODY, prepare, type Slots } from "./statements.ts";

export function createDeviceStore(executor: Executor): DeviceStore {
  return {
    async find([first, second = first, third = first, fourth = first, fifth = first], email, now) {
      if (!first || !second || !third || !fourth || !fifth) return undefined; // there was none
      const secrets = { first, second, third, fourth, fifth };
      const [row] = await find(executor, { ...secrets, email, now });
      return row && { id: row.id, userId: row.user_id, secretHash: row.secret_hash };
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

interface FindValues extends Record<"first" | "second" | "third" | "fourth" | "fifth", Uint8Array> {
  readonly email: string;
  readonly now: number;
}

/** Always asks for five, so that it is compiled once: the first stands in the places that are left. */
const find = prepare.read(
  (db, { first, second, third, fourth, fifth, email, now }: Slots<FindValues>) =>
    db
      .selectFrom("devices")
      .innerJoin("users", "users.id", "devices.user_id")
      .select(["devices.id", "user_id", "secret_hash"])
      .where("secret_hash", "in", [first, second, third, fourth, fifth])
      .where("email", "=", email)
      .where("expires_at", ">", now)
      .limit(1),
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
