/** Known devices. */

export interface Device {
  readonly id: string;
  readonly userId: string;
}

/** A device, and by which of the secrets that were asked for it was found. */
export interface FoundDevice extends Device {
  readonly secretHash: Uint8Array;
}

/** A device as it is stored. Instants are milliseconds since the epoch. */
export interface NewDevice extends Device {
  /** SHA-256 of the cookie's secret (SE-02). */
  readonly secretHash: Uint8Array;
  readonly seenAt: number;
  readonly expiresAt: number;
}

export interface DeviceStore {
  /** The device with one of the first five of these secrets, if it has not expired and its account has this address. */
  find(
    secretHashes: readonly Uint8Array[],
    email: string,
    now: number,
  ): Promise<FoundDevice | undefined>;
  /** Adds the device, and forgets those of its account beyond the `keep` seen last. */
  insert(device: NewDevice, keep: number): Promise<void>;
  /** Gives a known device its next secret and its whole budget; false where it was forgotten. */
  renew(device: NewDevice): Promise<boolean>;
  /** Counts a wrong password from it, and forgets it at the threshold; false where it was forgotten before. */
  countFailure(deviceId: string, threshold: number): Promise<boolean>;
  /** False where it was forgotten. */
  forgetFailures(deviceId: string): Promise<boolean>;
  /** Forgets all devices of the account but one, if given. */
  deleteAllOf(userId: string, exceptId: string | undefined): Promise<void>;
  /** Deletes up to `limit` devices past their life; answers how many. */
  deleteExpired(now: number, limit: number): Promise<number>;
}
