/**
 * Known devices: browsers that have logged in to an account before. A device cookie signs nobody in. It
 * only lets its owner try a password while strangers are locked out or slowed down (RL-03). Each device has
 * a budget of wrong passwords of its own, so that a stolen cookie is no endless oracle. A password change
 * forgets all devices but the one that asks, a reset all but the one it makes known, a disabling all.
 * Otherwise somebody who was let in once would pass locks for good.
 */
import type { Change, Uses } from "./change.ts";
import type { Device } from "./ports/devices.ts";
import type { Occasion } from "./ports/events.ts";
import type { Take } from "./ports/limits.ts";
import { hashSecret } from "./secrets.ts";

/** Browsers keep no cookie longer (RFC 6265bis §5.5). Seconds. */
export const DEVICE_LIFETIME_SECONDS = 400 * 86_400;
/**
 * How many accounts one browser remembers a secret of: those of a household, or of somebody who tests. Each secret is
 * hashed at a login, and `DeviceStore.find` looks for as many.
 */
export const DEVICES_PER_BROWSER = 5;
/** More than anybody uses; beyond it the one that was away longest is forgotten. */
export const DEVICES_PER_ACCOUNT = 20;

/** A device of an account, and its secret in the cookie. */
export interface KnownDevice extends Device {
  readonly secret: string;
}

/** The device that the account with this address knows by one of the cookie's secrets. Only the first few are looked at. */
export async function recognizeDevice(
  deps: Uses<"storage">,
  { now }: Occasion,
  secrets: readonly string[],
  email: string,
): Promise<KnownDevice | undefined> {
  const hashed = secrets.slice(0, DEVICES_PER_BROWSER).map((secret) => {
    return { secret, secretHash: hashSecret(secret) };
  });
  const hashes = hashed.map(({ secretHash }) => secretHash);
  const found = await deps.storage.devices.find(hashes, email, now);
  const known =
    found && hashed.find(({ secretHash }) => Buffer.compare(secretHash, found.secretHash) === 0);
  return known && { id: found.id, userId: found.userId, secret: known.secret };
}

/**
 * The cookie's secrets after a login or a reset: the account's next one, and before it those of the other accounts
 * at this browser. With one secret a browser, whoever logged in last would leave the others to a lock (RL-21).
 */
export function nextSecrets(
  next: string,
  secrets: readonly string[],
  known: KnownDevice | undefined,
): readonly string[] {
  const others = secrets.filter((secret) => secret !== known?.secret);
  return [next, ...others].slice(0, DEVICES_PER_BROWSER);
}

/** The limit that a login from a known device counts against, instead of the address's. */
export function takeOfDevice({ id }: Device): Take {
  return { rule: "login_device", subject: id };
}

/**
 * Makes the device known under the cookie's next `secret`, or known for longer. The secret is a new one each
 * time, so that a copy taken earlier is good for nothing.
 */
export async function rememberDevice(
  { deps, occasion, stores }: Change,
  userId: string,
  known: Device | undefined,
  secret: string,
): Promise<void> {
  const { now } = occasion;
  const device = {
    userId,
    secretHash: hashSecret(secret),
    seenAt: now,
    expiresAt: now + DEVICE_LIFETIME_SECONDS * 1000,
  };
  const renewed = known !== undefined && (await stores.devices.renew({ ...device, id: known.id }));
  if (!renewed)
    await stores.devices.insert({ ...device, id: deps.newId(now) }, DEVICES_PER_ACCOUNT);
}
