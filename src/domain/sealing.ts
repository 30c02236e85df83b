/** Secrets that must be read again, encrypted at rest under a key derived from AUTH_SECRET. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** NIST SP 800-38D §8.2.2: 96 random bits, fresh for every sealing. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: nonce, tag, ciphertext. `row` is authenticated with it, so that nothing sealed can be moved to another row. */
export function seal(key: Uint8Array, plain: Uint8Array, row: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(row));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Opens what `seal` sealed; undefined where it was altered, belongs to another row, or the key is another. */
export function unseal(key: Uint8Array, sealed: Uint8Array, row: string): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(row))
    .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]);
  } catch {
    return undefined;
  }
}
