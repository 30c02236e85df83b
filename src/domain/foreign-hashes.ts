/**
 * Hashes from other systems, brought into the form in which they are stored. Nothing is hashed here, and no new
 * password is ever hashed by these schemes (PH-02). A fault is a sentence, which repeats nothing of the hash.
 */
import type { FirebaseHashConfig, ForeignHash } from "../contract/imports.ts";
import { ARGON2_NODE } from "./argon2.ts";
import {
  encodeArgon2,
  encodeFirebase,
  encodePbkdf2,
  encodeScrypt,
  fromBase64,
  HASH_CEILINGS,
  NFKC_SCRYPT,
  priceFault,
  readArgon2,
  readBcrypt,
  readScrypt,
  SCRYPT,
} from "./password-encodings.ts";
import { BCRYPT_COST_FLOOR } from "./passwords.ts";
import type { Argon2Parts, HashParts, Pbkdf2Parts, ScryptParts } from "./ports/passwords.ts";

/** The least that a hash may have cost: below, a stolen copy of it is guessed too soon for it to be stored at all. */
const FLOORS = {
  /** KiB of memory times passes: those of the `argon2` command, 4 MiB and 3, are within. */
  argon2Work: 8_192,
  /** N · r: the least memory that OWASP's Password Storage Cheat Sheet has for scrypt, 8 MiB. */
  scryptMemory: 2 ** 16,
  /** NIST SP 800-63B §5.1.1.2. */
  pbkdf2Iterations: 10_000,
} as const;

/** How a Firebase project hashes; its signer key is sealed. */
export interface FirebaseProject {
  readonly costLog2: number;
  readonly blockSize: number;
  readonly saltSeparator: Uint8Array;
  readonly sealedSignerKey: Uint8Array;
}

/** The project that a file of accounts names, and the ability of this machine to compute argon2. */
export interface ForeignContext {
  readonly hasArgon2: boolean;
  readonly project: FirebaseProject | undefined;
}

interface Fault {
  readonly fault: string;
}

/** Answers the hash as it is stored, or the rule that it breaks. */
export function encodeForeignHash(
  given: ForeignHash,
  { hasArgon2, project }: ForeignContext,
): { readonly encoded: string } | Fault {
  switch (given.scheme) {
    case "bcrypt":
      return bcrypt(given.hash);
    case "argon2":
      return argon2(readArgon2(given.hash), hasArgon2);
    case "scrypt":
      return scrypt(scryptOf(given), SCRYPT);
    case "better_auth":
      return scrypt(betterAuthOf(given.hash), NFKC_SCRYPT);
    case "firebase_scrypt":
      return firebase(given, project);
    case "pbkdf2":
      return pbkdf2(pbkdf2Of(given));
    case "keycloak":
      return keycloak(given, hasArgon2);
  }
}

/** Answers the project of a file's first line, or the rule that it breaks. `sealKey` keeps the signer key from whoever has only the database. */
export function firebaseProjectOf(
  { signerKey, saltSeparator, rounds, memCost }: FirebaseHashConfig,
  sealKey: (signerKey: Uint8Array) => Uint8Array,
): FirebaseProject | Fault {
  const key = fromBase64(signerKey);
  // Firebase encrypts all of it; less would make hashes that many passwords have.
  if (key === undefined || key.length < FIREBASE_KEY_BYTES || key.length > HASH_CEILINGS.keyBytes)
    return {
      fault: `signerKey: Must be ${FIREBASE_KEY_BYTES} bytes in base64 or more, up to ${HASH_CEILINGS.keyBytes}`,
    };
  const separator = saltSeparator === "" ? new Uint8Array() : fromBase64(saltSeparator);
  if (separator === undefined) return { fault: "saltSeparator: Must be base64" };
  return {
    costLog2: memCost,
    blockSize: rounds,
    saltSeparator: separator,
    sealedSignerKey: sealKey(key),
  };
}

const FIREBASE_KEY_BYTES = 32;

function bcrypt(hash: string): { readonly encoded: string } | Fault {
  const parts = readBcrypt(hash);
  if (parts === undefined) return { fault: "Must be a plain bcrypt hash: $2a$, $2b$ or $2y$" };
  if (parts.cost < BCRYPT_COST_FLOOR)
    return { fault: `Must have a cost of at least ${BCRYPT_COST_FLOOR}` };
  return stored(parts, hash);
}

function argon2(
  parts: Argon2Parts | undefined,
  hasArgon2: boolean,
): { readonly encoded: string } | Fault {
  if (parts === undefined)
    return {
      fault:
        "Must be a PHC string of argon2's version 1.3, such as $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>",
    };
  if (!hasArgon2)
    return { fault: `Needs Node ${ARGON2_NODE} or newer, here and wherever the server runs` };
  if (parts.memoryKib * parts.passes < FLOORS.argon2Work)
    return { fault: `Must take at least ${FLOORS.argon2Work} KiB of memory times passes` };
  return stored(parts, encodeArgon2(parts));
}

function scrypt(parts: ScryptParts | undefined, id: string): { readonly encoded: string } | Fault {
  if (parts === undefined)
    return {
      fault:
        id === NFKC_SCRYPT
          ? "Must be the salt, a colon and the key, in hexadecimal digits, as better-auth writes them"
          : "Must be a PHC string, such as $scrypt$ln=17,r=8,p=1$<salt>$<hash>, or have salt, N, r and p, with salt and hash in base64",
    };
  return scryptFloor(parts) ?? stored(parts, encodeScrypt(parts, id));
}

function scryptFloor({
  costLog2,
  blockSize,
}: Pick<ScryptParts, "costLog2" | "blockSize">): Fault | undefined {
  if (2 ** costLog2 * blockSize >= FLOORS.scryptMemory) return undefined;
  return { fault: `Must have an N * r of at least ${FLOORS.scryptMemory}` };
}

type Given<S extends ForeignHash["scheme"]> = Extract<ForeignHash, { scheme: S }>;

function scryptOf({ hash, salt, N, r, p }: Given<"scrypt">): ScryptParts | undefined {
  if (salt === undefined && N === undefined && r === undefined && p === undefined)
    return readScrypt(hash, SCRYPT);
  if (salt === undefined || N === undefined || r === undefined || p === undefined) return undefined;
  const bytes = { salt: fromBase64(salt), key: fromBase64(hash) };
  const costLog2 = Math.log2(N);
  if (bytes.salt === undefined || bytes.key === undefined || !Number.isInteger(costLog2))
    return undefined;
  return {
    scheme: "scrypt",
    costLog2,
    blockSize: r,
    parallelism: p,
    salt: bytes.salt,
    key: bytes.key,
  };
}

const BETTER_AUTH = /^([0-9a-f]{32}):([0-9a-f]{128})$/i;

/** better-auth hands the salt to scrypt as the text that it is. */
function betterAuthOf(hash: string): ScryptParts | undefined {
  const [, salt, key] = BETTER_AUTH.exec(hash) ?? [];
  if (salt === undefined || key === undefined) return undefined;
  return {
    scheme: "scrypt",
    costLog2: 14,
    blockSize: 16,
    parallelism: 1,
    salt: Buffer.from(salt),
    key: Buffer.from(key, "hex"),
  };
}

function firebase(
  given: Given<"firebase_scrypt">,
  project: FirebaseProject | undefined,
): { readonly encoded: string } | Fault {
  if (project === undefined)
    return { fault: "Needs a line with firebaseHashConfig before it, as the project has it" };
  const salt = fromBase64(given.salt);
  const key = fromBase64(given.hash);
  if (salt === undefined || key === undefined)
    return { fault: "Must have hash and salt in base64, as Firebase exports them" };
  const { costLog2, blockSize, saltSeparator, sealedSignerKey } = project;
  const whole = Buffer.concat([salt, saltSeparator]);
  const parts = { scheme: "firebase-scrypt", costLog2, blockSize, salt: whole, key } as const;
  return (
    scryptFloor(parts) ??
    // Any signer key: its own price is none.
    stored({ ...parts, signerKey: key }, encodeFirebase(parts, sealedSignerKey))
  );
}

function pbkdf2(parts: Pbkdf2Parts | undefined): { readonly encoded: string } | Fault {
  if (parts === undefined)
    return {
      fault:
        "Must be pbkdf2_sha256$<iterations>$<salt>$<hash> as Django writes it, the base64 of ASP.NET Identity's version 3, or have digest, iterations and salt, with salt and hash in base64",
    };
  if (parts.iterations < FLOORS.pbkdf2Iterations)
    return { fault: `Must have at least ${FLOORS.pbkdf2Iterations} iterations` };
  const blockBytes = DIGEST_BYTES[parts.digest];
  // Each block is computed by itself, and the first one says all there is to know of the password (RFC 8018 §5.2).
  const first = { ...parts, key: parts.key.subarray(0, blockBytes) };
  return stored(first, encodePbkdf2(first));
}

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;
type Digest = keyof typeof DIGEST_BYTES;

function pbkdf2Of({ hash, digest, iterations, salt }: Given<"pbkdf2">): Pbkdf2Parts | undefined {
  if (digest === undefined && iterations === undefined && salt === undefined)
    return djangoOf(hash) ?? aspNetOf(hash);
  if (digest === undefined || iterations === undefined || salt === undefined) return undefined;
  return pbkdf2Parts(digest, iterations, fromBase64(salt), fromBase64(hash));
}

function pbkdf2Parts(
  digest: Digest,
  iterations: number,
  salt: Uint8Array | undefined,
  key: Uint8Array | undefined,
): Pbkdf2Parts | undefined {
  return salt && key && { scheme: "pbkdf2", digest, iterations, salt, key };
}

const DJANGO = /^pbkdf2_(sha1|sha256)\$([1-9][0-9]{0,9})\$([^$]+)\$([A-Za-z0-9+/]+={0,2})$/;

/** Django takes the salt as the text that it is. */
function djangoOf(hash: string): Pbkdf2Parts | undefined {
  const [, digest, iterations, salt = "", key = ""] = DJANGO.exec(hash) ?? [];
  if (digest !== "sha1" && digest !== "sha256") return undefined;
  return pbkdf2Parts(digest, Number(iterations), Buffer.from(salt), fromBase64(key));
}

/** The first byte of ASP.NET Identity's format of version 3. */
const ASP_NET_V3 = 0x01;
const ASP_NET_HEADER_BYTES = 13;
const ASP_NET_DIGESTS: readonly Digest[] = ["sha1", "sha256", "sha512"];

/** A marker, then four bytes each, the highest first: digest, iterations, length of the salt. Then salt and key. */
function aspNetOf(hash: string): Pbkdf2Parts | undefined {
  const bytes = fromBase64(hash);
  if (bytes === undefined || bytes.length < ASP_NET_HEADER_BYTES || bytes[0] !== ASP_NET_V3)
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const digest = ASP_NET_DIGESTS[view.getUint32(1)];
  const saltEnd = ASP_NET_HEADER_BYTES + view.getUint32(9);
  if (digest === undefined || saltEnd >= bytes.length) return undefined;
  const salt = bytes.subarray(ASP_NET_HEADER_BYTES, saltEnd);
  return pbkdf2Parts(digest, view.getUint32(5), salt, bytes.subarray(saltEnd));
}

function keycloak(
  { secretData, credentialData }: Given<"keycloak">,
  hasArgon2: boolean,
): { readonly encoded: string } | Fault {
  const salt = fromBase64(secretData.salt);
  const key = fromBase64(secretData.value);
  if (salt === undefined || key === undefined)
    return { fault: "secretData: Must have value and salt in base64" };
  const { hashIterations } = credentialData;
  if (credentialData.algorithm !== "argon2") {
    const digest = KEYCLOAK_DIGESTS[credentialData.algorithm];
    return pbkdf2({ scheme: "pbkdf2", digest, iterations: hashIterations, salt, key });
  }
  const { type, memory, parallelism } = credentialData.additionalParameters;
  const scheme = ARGON2_TYPES[type];
  const price = { memoryKib: memory, passes: hashIterations, lanes: parallelism };
  return argon2({ scheme, ...price, salt, key }, hasArgon2);
}

const ARGON2_TYPES = { d: "argon2d", i: "argon2i", id: "argon2id" } as const;
const KEYCLOAK_DIGESTS = {
  pbkdf2: "sha1",
  "pbkdf2-sha256": "sha256",
  "pbkdf2-sha512": "sha512",
} as const;

/** PH-01: the same bounds as before each comparison. */
function stored(parts: HashParts, encoded: string): { readonly encoded: string } | Fault {
  const fault = priceFault(parts);
  return fault === undefined ? { encoded } : { fault };
}
