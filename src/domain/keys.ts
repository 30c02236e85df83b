/** The keys that sign access tokens: kept encrypted in the database, published as a JWK set. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type CryptoKey, importJWK, type JWK } from "jose";
import type { Storage } from "./storage.ts";

export interface SigningKeyRecord {
  readonly kid: string;
  /** The raw 32-byte Ed25519 public key, base64url: the JWK member `x`. */
  readonly publicX: string;
  /** The 32-byte seed, sealed with AES-256-GCM under a key derived from AUTH_SECRET. */
  readonly sealedSeed: Uint8Array;
  readonly createdAt: number;
  /** When it stopped signing; null while it signs. Exactly one key signs. */
  readonly retiredAt: number | null;
}

export interface SigningKeyStore {
  /** Newest first. */
  listSigningKeys(): Promise<SigningKeyRecord[]>;
  /** Inserts the key only while no key signs, in one statement; false where another process was first. */
  insertFirstSigningKey(key: SigningKeyRecord): Promise<boolean>;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}
export interface VerifyingKey {
  readonly kid: string;
  readonly x: string;
  readonly publicKey: CryptoKey;
}

/** The keys in use: one that signs, and every one whose tokens may still live. */
export interface KeyRing {
  readonly signing: SigningKey;
  readonly verifying: ReadonlyMap<string, VerifyingKey>;
}

/** Loads the keys, making the first one where there is none; safe when several processes start at once. */
export async function openKeyRing(
  storage: Storage,
  sealKey: Uint8Array,
  kid: string,
  now: number,
): Promise<KeyRing> {
  let records = await storage.listSigningKeys();
  if (!records.some(isSigning)) {
    await storage.insertFirstSigningKey(await newSigningKey(sealKey, kid, now));
    records = await storage.listSigningKeys();
  }
  const active = records.find(isSigning);
  if (active === undefined)
    throw new Error("The database holds no signing key although one was just made");
  const verifying = await Promise.all(records.map(importPublic));
  return {
    signing: { kid: active.kid, privateKey: await importPrivate(sealKey, active) },
    verifying: new Map(verifying.map((key) => [key.kid, key])),
  };
}

function isSigning({ retiredAt }: SigningKeyRecord): boolean {
  return retiredAt === null;
}

async function newSigningKey(
  sealKey: Uint8Array,
  kid: string,
  now: number,
): Promise<SigningKeyRecord> {
  const { privateKey } = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { d, x } = await crypto.subtle.exportKey("jwk", privateKey);
  if (d === undefined || x === undefined)
    throw new Error("An Ed25519 key was exported without d or x");
  const sealedSeed = seal(sealKey, Buffer.from(d, "base64url"), kid);
  return { kid, publicX: x, sealedSeed, createdAt: now, retiredAt: null };
}

async function importPublic({ kid, publicX: x }: SigningKeyRecord): Promise<VerifyingKey> {
  return { kid, x, publicKey: await importKey({ x }) };
}

async function importPrivate(sealKey: Uint8Array, record: SigningKeyRecord): Promise<CryptoKey> {
  const d = unseal(sealKey, record.sealedSeed, record.kid).toString("base64url");
  return importKey({ x: record.publicX, d });
}

async function importKey(members: JWK): Promise<CryptoKey> {
  const key = await importJWK({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", ...members });
  if (key instanceof Uint8Array) throw new Error("An OKP key was imported as a symmetric one");
  return key;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: nonce, tag, ciphertext. The kid is authenticated with it, so that no seed can be moved to another row. */
function seal(key: Uint8Array, plain: Uint8Array, kid: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(kid));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function unseal(key: Uint8Array, sealed: Uint8Array, kid: string): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(kid))
    .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]);
  } catch {
    throw new ForeignSecretError(
      "The signing keys cannot be opened: AUTH_SECRET is not the one this database was made with",
    );
  }
}

/** AUTH_SECRET does not belong to this database. */
export class ForeignSecretError extends Error {
  override readonly name = "ForeignSecretError";
}
