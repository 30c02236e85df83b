/**
 * Devices an account knows: browsers that have logged in to it before. The cookie that names one signs
 * nobody in. It only lets its owner try a password while strangers are locked out or slowed down
 * (RL-03), and for that it has a budget of its own: a stolen cookie is no endless oracle. A device is
 * known by the password of its day: a change forgets all but the one it is asked from, a reset all but
 * the one it makes known, a disabling all, or whoever was let in once would be let through locks for good.
 */
import type { Dependencies } from "./dependencies.ts";
import type { Occasion } from "./events.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import type { Take } from "./limits.ts";
import type { Stores } from "./storage.ts";

/** Browsers keep no cookie longer (RFC 6265bis §5.5). Seconds. */
export const DEVICE_LIFETIME_SECONDS = 400 * 86_400;
/** More than anybody uses; beyond it the one that was away longest is forgotten. */
export const DEVICES_PER_ACCOUNT = 20;

export interface Device {
  readonly id: string;
  readonly userId: string;
}

/** A device as it is stored. Instants are milliseconds since the epoch. */
export interface NewDevice extends Device {
  /** SHA-256 of the cookie's secret (SE-02). */
  readonly secretHash: Uint8Array;
  readonly seenAt: number;
  readonly expiresAt: number;
}

export interface DeviceStore {
  /** The device with this secret, if it has not expired and its account has this address. */
  findDevice(secretHash: Uint8Array, email: string, now: number): Promise<Device | undefined>;
  /** Adds the device, and forgets those of its account beyond the `keep` seen last. */
  insertDevice(device: NewDevice, keep: number): Promise<void>;
  /** Gives a known device its next secret and its whole budget; false where it was forgotten. */
  renewDevice(device: NewDevice): Promise<boolean>;
  /** Counts a wrong password from it, and forgets it at the threshold; false where it was forgotten before. */
  countDeviceFailure(deviceId: string, threshold: number): Promise<boolean>;
  /** False where it was forgotten. */
  forgetDeviceFailures(deviceId: string): Promise<boolean>;
  /** Forgets all devices of the account but one, if given. */
  deleteDevicesOf(userId: string, exceptId: string | undefined): Promise<void>;
  /** Deletes up to `limit` devices past their life; answers how many. */
  deleteExpiredDevices(now: number, limit: number): Promise<number>;
}

/** The device of the cookie, if it is one that the account with this address knows. */
export async function recognizeDevice(
  deps: Dependencies,
  { now }: Occasion,
  secret: string,
  email: string,
): Promise<Device | undefined> {
  return deps.storage.findDevice(hashSecret(secret), email, now);
}

/** What a login from it counts as, in place of the address's own limit. */
export function takeOfDevice({ id }: Device): Take {
  return { rule: "login_device", subject: id };
}

/**
 * Makes the device known, or known for longer, after a login; answers the cookie's next value. It is
 * a new one each time, so that a copy taken earlier is good for nothing.
 */
export async function rememberDevice(
  deps: Dependencies,
  { now }: Occasion,
  stores: Stores,
  userId: string,
  known: Device | undefined,
): Promise<string> {
  const secret = newSecret();
  const device = {
    userId,
    secretHash: hashSecret(secret),
    seenAt: now,
    expiresAt: now + DEVICE_LIFETIME_SECONDS * 1000,
  };
  const renewed = known !== undefined && (await stores.renewDevice({ ...device, id: known.id }));
  if (!renewed) await stores.insertDevice({ ...device, id: deps.newId(now) }, DEVICES_PER_ACCOUNT);
  return secret;
}
