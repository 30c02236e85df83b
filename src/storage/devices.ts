/** Known devices in the database. */
import type { Device, DeviceStore, NewDevice } from "../domain/ports/devices.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import type { Run } from "./queries.ts";

export function createDeviceStore(run: Run, dialect: StorageDialect): DeviceStore {
  return {
    find: (secretHash, email, now) => findDevice(run, secretHash, email, now),
    insert: (device, keep) => insertDevice(run, device, keep),
    renew: (device) => renewDevice(run, device),
    countFailure: (deviceId, threshold) => countDeviceFailure(run, deviceId, threshold),
    forgetFailures: (deviceId) => forgetDeviceFailures(run, deviceId),
    deleteAllOf: (userId, exceptId) => deleteDevicesOf(run, userId, exceptId),
    deleteExpired: (now, limit) => deleteExpiredDevices(run, dialect, now, limit),
  };
}

async function findDevice(
  run: Run,
  secretHash: Uint8Array,
  email: string,
  now: number,
): Promise<Device | undefined> {
  const row = await run((db) =>
    db
      .selectFrom("devices")
      .innerJoin("users", "users.id", "devices.user_id")
      .select(["devices.id", "user_id"])
      .where("secret_hash", "=", secretHash)
      .where("email", "=", email)
      .where("expires_at", ">", now)
      .executeTakeFirst(),
  );
  return row && { id: row.id, userId: row.user_id };
}

/** From the account's own row, so that one deleted a moment ago is no error. */
async function insertDevice(run: Run, device: NewDevice, keep: number): Promise<void> {
  await run.send((db) =>
    db
      .insertInto("devices")
      .columns(["id", "user_id", "secret_hash", "seen_at", "expires_at"])
      .expression(({ selectFrom, val }) =>
        selectFrom("users")
          .select([
            val(device.id).as("id"),
            "users.id as user_id",
            val(device.secretHash).as("secret_hash"),
            val(device.seenAt).as("seen_at"),
            val(device.expiresAt).as("expires_at"),
          ])
          .where("users.id", "=", device.userId),
      )
      .execute(),
  );
  await run.send((db) =>
    db
      .deleteFrom("devices")
      .where("user_id", "=", device.userId)
      .where("id", "not in", (eb) =>
        eb
          .selectFrom("devices as seen_last")
          .select("seen_last.id")
          .where("seen_last.user_id", "=", device.userId)
          .orderBy("seen_last.seen_at", "desc")
          .orderBy("seen_last.id", "desc")
          .limit(keep),
      )
      .execute(),
  );
}

async function renewDevice(run: Run, device: NewDevice): Promise<boolean> {
  const { numUpdatedRows } = await run((db) =>
    db
      .updateTable("devices")
      .set({
        secret_hash: device.secretHash,
        failures: 0,
        seen_at: device.seenAt,
        expires_at: device.expiresAt,
      })
      .where("id", "=", device.id)
      .where("user_id", "=", device.userId)
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows === 1n;
}

async function countDeviceFailure(run: Run, deviceId: string, threshold: number): Promise<boolean> {
  const row = await run((db) =>
    db
      .updateTable("devices")
      .set((eb) => ({ failures: eb("failures", "+", 1) }))
      .where("id", "=", deviceId)
      .returning("failures")
      .executeTakeFirst(),
  );
  if (row === undefined) return false;
  if (row.failures >= threshold)
    await run((db) => db.deleteFrom("devices").where("id", "=", deviceId).execute());
  return true;
}

async function forgetDeviceFailures(run: Run, deviceId: string): Promise<boolean> {
  const { numUpdatedRows } = await run((db) =>
    db
      .updateTable("devices")
      .set({ failures: 0 })
      .where("id", "=", deviceId)
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows === 1n;
}

async function deleteDevicesOf(
  run: Run,
  userId: string,
  exceptId: string | undefined,
): Promise<void> {
  await run.send((db) =>
    db
      .deleteFrom("devices")
      .where("user_id", "=", userId)
      .$if(exceptId !== undefined, (query) => query.where("id", "!=", exceptId ?? ""))
      .execute(),
  );
}

async function deleteExpiredDevices(
  run: Run,
  dialect: StorageDialect,
  now: number,
  limit: number,
): Promise<number> {
  const { numDeletedRows } = await run((db) =>
    db
      .deleteFrom("devices")
      .where("id", "in", ({ selectFrom }) =>
        selectFrom("devices as ended")
          .select("ended.id")
          .where("expires_at", "<=", now)
          .limit(limit)
          .modifyEnd(dialect.skipLockedRows),
      )
      .executeTakeFirstOrThrow(),
  );
  return Number(numDeletedRows);
}
