/** The keys that sign access tokens: kept encrypted in the database, published as a JWK set, rotated while they are in use. */
import type { SigningKeyRecord, SigningKey, VerifyingKey, KeyRing } from "./ports/signing-keys.ts";
import { KeyObject } from "node:crypto";
import { type CryptoKey, importJWK, type JWK } from "jose";
import { commit } from "./change.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import { seal, unseal } from "./sealing.ts";
import { type Storage, StorageUnavailableError } from "./ports/storage.ts";
import { TokenMemory } from "./token-memory.ts";

/** How long a process may go on signing with a key that another process retired. Milliseconds. */
export const KEY_NOTICE_MS = 10_000;
/** The pause after a load that failed. Short, so that `KEY_NOTICE_MS` holds again soon after an outage. Milliseconds. */
const KEY_RETRY_MS = 1_000;
/** The most keys that the contract's `Jwks` holds. */
const LIVE_KEYS_MAX = 16;

/** Loads the keys, making the first one where there is none; safe when several processes start at once. */
export async function openKeyRing(
  storage: Storage,
  sealKey: Uint8Array,
  accessTokenSeconds: number,
  kid: string,
  now: number,
): Promise<KeyRing> {
  const records = await storage.signingKeys.list();
  if (!records.some(isSigning))
    await storage.signingKeys.insertFirst(await newSigningKey(sealKey, kid, now));
  const ring = new StoredKeyRing(storage, sealKey, accessTokenSeconds, now);
  await ring.load();
  return ring;
}

/**
 * Retires the key that signs and puts a new one in its place, in one transaction. Tokens that live
 * stay valid: their key goes on verifying until the last of them has expired. Throws
 * `ForeignSecretError` where AUTH_SECRET is not this database's: no server could use the new key.
 */
export async function rotateSigningKey(
  journal: Journal,
  occasion: Occasion,
  sealKey: Uint8Array,
  accessTokenSeconds: number,
): Promise<{ readonly kid: string } | "too_many_keys"> {
  const { now } = occasion;
  const key = await newSigningKey(sealKey, journal.newId(now), now);
  return commit(journal, occasion, async ({ stores, record }) => {
    const records = await stores.signingKeys.lockAll();
    records.filter(isSigning).forEach((signing) => openSeed(sealKey, signing));
    const live = records.filter((old) => isVerifying(old, accessTokenSeconds, now));
    if (live.length >= LIVE_KEYS_MAX) return "too_many_keys";
    await stores.signingKeys.retire(now);
    if (!(await stores.signingKeys.insertFirst(key)))
      throw new Error("A key signs although every key was retired");
    await record("signing_key_rotated", { kid: key.kid });
    return { kid: key.kid };
  });
}

/** The instant at which the last token of a retired key has expired, in every process; null while it signs. Milliseconds. */
export function verifiesUntil(
  { retiredAt }: SigningKeyRecord,
  accessTokenSeconds: number,
): number | null {
  return retiredAt === null ? null : retiredAt + KEY_NOTICE_MS + accessTokenSeconds * 1000;
}

/** How a key is used, in the words of the contract. */
export function stateOfKey(
  record: SigningKeyRecord,
  accessTokenSeconds: number,
  now: number,
): "signing" | "verifying" | "expired" {
  if (isSigning(record)) return "signing";
  return isVerifying(record, accessTokenSeconds, now) ? "verifying" : "expired";
}

function isVerifying(record: SigningKeyRecord, accessTokenSeconds: number, now: number): boolean {
  return now < (verifiesUntil(record, accessTokenSeconds) ?? Infinity);
}

function isSigning({ retiredAt }: SigningKeyRecord): boolean {
  return retiredAt === null;
}

interface LoadedKey extends VerifyingKey {
  readonly record: SigningKeyRecord;
}

class StoredKeyRing implements KeyRing {
  readonly verified = new TokenMemory();
  readonly #storage: Storage;
  readonly #sealKey: Uint8Array;
  readonly #accessTokenSeconds: number;
  #keys: ReadonlyMap<string, LoadedKey> = new Map();
  #signing: SigningKey | undefined;
  #askedAt: number;
  #loading: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(storage: Storage, sealKey: Uint8Array, accessTokenSeconds: number, now: number) {
    this.#storage = storage;
    this.#sealKey = sealKey;
    this.#accessTokenSeconds = accessTokenSeconds;
    this.#askedAt = now;
  }

  async findSigning(now: number): Promise<SigningKey> {
    await this.#reload(now, KEY_NOTICE_MS);
    if (this.#signing === undefined) throw new Error("The database holds no key that signs");
    return this.#signing;
  }

  findVerifying(kid: string, now: number) {
    const isFresh = this.#loading === undefined && !this.#isDue(now, KEY_NOTICE_MS);
    return isFresh && this.#keys.has(kid)
      ? this.#verifying(kid, now)
      : this.#findAfterLoading(kid, now);
  }

  async #findAfterLoading(kid: string, now: number): Promise<VerifyingKey | undefined> {
    await this.#reload(now, KEY_NOTICE_MS);
    // Another process may have begun to sign with it a moment ago.
    if (!this.#keys.has(kid)) await this.#loadAfresh();
    return this.#verifying(kid, now);
  }

  #verifying(kid: string, now: number): VerifyingKey | undefined {
    const key = this.#keys.get(kid);
    return key && isVerifying(key.record, this.#accessTokenSeconds, now) ? key : undefined;
  }

  async listVerifying(now: number): Promise<VerifyingKey[]> {
    await this.#loadAfresh().catch(() => undefined); // a caller that signs or verifies is told
    const keys = [...this.#keys.values()];
    return keys.filter(({ record }) => isVerifying(record, this.#accessTokenSeconds, now));
  }

  /** A clock that was put back counts as long ago. */
  #isDue(now: number, pauseMs: number): boolean {
    return Math.abs(now - this.#askedAt) >= pauseMs;
  }

  /** Loads unless that was tried within `pauseMs`. Waits for a load under way. */
  async #reload(now: number, pauseMs: number): Promise<void> {
    if (this.#loading === undefined && this.#isDue(now, pauseMs)) {
      this.#askedAt = now;
      this.#loading = this.load()
        .catch((error: unknown) => {
          this.#askedAt = now - pauseMs + KEY_RETRY_MS;
          ignoreUnavailable(error);
        })
        .finally(() => (this.#loading = undefined));
    }
    await this.#loading;
  }

  /** A load that begins after this call, shared by all who ask before it begins: a flood asks one at a time. */
  #loadAfresh(): Promise<void> {
    this.#next ??= (this.#loading ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#loading = this.load()
          .catch(ignoreUnavailable)
          .finally(() => (this.#loading = undefined));
        return this.#loading;
      });
    return this.#next;
  }

  async load(): Promise<void> {
    const records = await this.#storage.signingKeys.list();
    const active = records.find(isSigning);
    if (active === undefined) throw new Error("The database holds no key that signs");
    if (this.#signing?.kid !== active.kid)
      this.#signing = {
        kid: active.kid,
        privateKey: await importPrivate(this.#sealKey, active),
      };
    const keys = await Promise.all(
      records.map(async (record) => ({
        ...(this.#keys.get(record.kid) ?? (await importPublic(record))),
        record,
      })),
    );
    this.#keys = new Map(keys.map((key) => [key.kid, key]));
  }
}

/** Ignores an unavailable database, so that the last known keys stay in use: it has no new key either. */
function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof StorageUnavailableError)) throw error;
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

/** By this import, which refuses a public half that is not the seed's; `createPrivateKey` passes over it. */
async function importPrivate(sealKey: Uint8Array, record: SigningKeyRecord): Promise<KeyObject> {
  const d = openSeed(sealKey, record).toString("base64url");
  return KeyObject.from(await importKey({ x: record.publicX, d }));
}

async function importKey(members: JWK): Promise<CryptoKey> {
  const jwk = { kty: "OKP", crv: "Ed25519", alg: "EdDSA", ...members };
  // Extractable, or Node would not make a key object of it; nothing here gives one away.
  const key = await importJWK(jwk, undefined, { extractable: true });
  if (key instanceof Uint8Array) throw new Error("An OKP key was imported as a symmetric one");
  return key;
}

function openSeed(sealKey: Uint8Array, { sealedSeed, kid }: SigningKeyRecord): Buffer {
  const seed = unseal(sealKey, sealedSeed, kid);
  if (seed !== undefined) return seed;
  throw new ForeignSecretError(
    "The signing keys cannot be opened: AUTH_SECRET is not the one this database was made with",
  );
}

/** AUTH_SECRET does not belong to this database. */
export class ForeignSecretError extends Error {
  override readonly name = "ForeignSecretError";
}
