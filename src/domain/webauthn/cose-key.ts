/** Public keys of passkeys: COSE keys (RFC 9052 §7, RFC 9053) of three algorithms, and of no other (PK-09). */
import type { passkeyAlgorithms as promised } from "../../contract/passkey-values.ts";
import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { type CborMap, readCbor } from "./cbor.ts";
import { refused, type Verified } from "./ceremony.ts";
import { isUsableEd25519Point } from "./ed25519-point.ts";

/**
 * The algorithms that are offered and taken, by preference: EdDSA, ES256, RS256 (IANA COSE Algorithms). RS256 is for
 * Windows Hello on machines whose TPM has no curves. As the contract has them: another list does not compile.
 */
export const passkeyAlgorithms: typeof promised = [-8, -7, -257];

export type PasskeyAlgorithm = (typeof passkeyAlgorithms)[number];

export interface PasskeyKey {
  readonly algorithm: PasskeyAlgorithm;
  readonly key: KeyObject;
}

/** NIST SP 800-131A: no less than 2048. An assertion of 4096 bits costs four times as much, and nobody makes longer ones. */
const RSA_MIN_BITS = 2048;
const RSA_MAX_BITS = 4096;

/** 65537 has 3. A verification costs as many squarings as the exponent has bits: 3072 took 4.6 ms. */
const RSA_EXPONENT_MAX_BYTES = 4;

/** The names of the parameters of a key (RFC 9053 §7, RFC 8230 §4). One number means another thing for each type. */
const KTY = 1;
const ALG = 3;
const CRV = -1;
const X = -2;
const Y = -3;
const N = -1;
const E = -2;

/**
 * Reads a key and builds what verifies with it, so that a key that could verify nothing is no way in. It has the
 * parameters of its algorithm and none besides (WebAuthn Level 3 §6.5.1), which bounds what is stored as well.
 */
export function readNewKey(cose: Buffer): Verified<PasskeyKey> {
  const read = readStoredKey(cose);
  if (!read.ok || read.value.algorithm !== -8) return read;
  // OpenSSL builds any 32 bytes, so the point is judged here: a quarter of a millisecond, once in a key's life.
  const x = mapOf(cose)?.get(X);
  return x instanceof Buffer && isUsableEd25519Point(x) ? read : refused("key");
}

/** Reads a key that `readNewKey` has judged before. */
export function readStoredKey(cose: Buffer): Verified<PasskeyKey> {
  const map = mapOf(cose);
  if (map === undefined) return refused("key");
  const algorithm = passkeyAlgorithms.find((each) => each === map.get(ALG));
  if (algorithm === undefined) return refused("algorithm");
  const jwk = jwkOf(map, algorithm);
  const key = jwk && buildKey(jwk);
  return key ? { ok: true, value: { algorithm, key } } : refused("key");
}

function mapOf(cose: Buffer): CborMap | undefined {
  const item = readCbor(cose, 0);
  return item?.value instanceof Map && item.end === cose.length ? item.value : undefined;
}

function jwkOf(map: CborMap, algorithm: PasskeyAlgorithm): JsonWebKey | undefined {
  switch (algorithm) {
    case -8: // Ed25519 alone (WebAuthn Level 3 §5.8.5)
      if (!has(map, { [KTY]: 1, [CRV]: 6 }, 4)) return undefined;
      return jwk({ kty: "OKP", crv: "Ed25519" }, { x: coordinate(map.get(X)) });
    case -7: // P-256 alone, uncompressed (ibid.)
      if (!has(map, { [KTY]: 2, [CRV]: 1 }, 5)) return undefined;
      return jwk(
        { kty: "EC", crv: "P-256" },
        { x: coordinate(map.get(X)), y: coordinate(map.get(Y)) },
      );
    case -257:
      if (!has(map, { [KTY]: 3 }, 4)) return undefined;
      return jwk({ kty: "RSA" }, { n: modulus(map.get(N)), e: exponent(map.get(E)) });
  }
}

/** Tells if a key has these parameters, and `size` in all. */
function has(map: CborMap, fixed: Readonly<Record<number, number>>, size: number): boolean {
  return (
    map.size === size &&
    Object.entries(fixed).every(([name, value]) => map.get(Number(name)) === value)
  );
}

/** A JWK of the members that are all there. */
function jwk(
  fixed: JsonWebKey,
  members: Readonly<Record<string, Buffer | undefined>>,
): JsonWebKey | undefined {
  const key: JsonWebKey = { ...fixed };
  for (const [name, bytes] of Object.entries(members)) {
    if (bytes === undefined) return undefined;
    key[name] = bytes.toString("base64url");
  }
  return key;
}

function coordinate(value: unknown): Buffer | undefined {
  return value instanceof Buffer && value.length === 32 ? value : undefined;
}

/** A modulus without leading zeros (RFC 8230 §4); an even one is no product of two odd primes, and verifies nothing. */
function modulus(value: unknown): Buffer | undefined {
  if (!(value instanceof Buffer) || value.length > RSA_MAX_BITS / 8) return undefined;
  return value[0] !== 0 && isOdd(value) ? value : undefined;
}

/** An exponent without leading zeros, odd, and not 1, with which everybody could sign (RFC 8017 §3.1). */
function exponent(value: unknown): Buffer | undefined {
  if (!(value instanceof Buffer) || value.length > RSA_EXPONENT_MAX_BYTES) return undefined;
  return value[0] !== 0 && isOdd(value) && !value.equals(Buffer.of(1)) ? value : undefined;
}

function isOdd(value: Buffer): boolean {
  return ((value.at(-1) ?? 0) & 1) === 1;
}

/** Undefined where OpenSSL refuses: it knows a point off P-256. */
function buildKey(jwk: JsonWebKey): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const bits = key.asymmetricKeyDetails?.modulusLength ?? RSA_MIN_BITS; // of an RSA key alone
    return bits >= RSA_MIN_BITS ? key : undefined;
  } catch {
    return undefined;
  }
}
