/**
 * How hashes are stored, and the price that one may have (PH-01). Ours begin with `$pc1`, which says that the pepper
 * came first; those brought from elsewhere stand in the modular form of their scheme, as it is usual there or near it.
 */
import type {
  Argon2Parts,
  BcryptParts,
  FirebaseParts,
  HashParts,
  Pbkdf2Parts,
  ScryptParts,
} from "./ports/passwords.ts";

/** Marks a hash whose input was peppered; hashes brought from elsewhere begin with their scheme. */
const PEPPERED = "$pc1";

/**
 * The most that one comparison may cost, whoever's hash it is: about a second of an idle core, and 256 MiB. Beyond it
 * every login to the account, by its owner or by an attacker, would hold a worker for seconds (IV-07, PH-01). OWASP's
 * and RFC 9106's everyday parameters are within.
 */
export const HASH_CEILINGS = {
  bcryptCost: 15,
  memoryKib: 262_144,
  /** Memory times passes. */
  argon2Work: 1_048_576,
  lanes: 16,
  /** N · r · p. */
  scryptWork: 2 ** 21,
  /** OWASP's 1.3 million for SHA-1, and the million of Django, with room. */
  pbkdf2Iterations: 2_000_000,
  saltBytes: 128,
  keyBytes: 128,
} as const;

/** The least cost bcrypt knows: 16 rounds. */
export const BCRYPT_COST_LEAST = 4;

/** A shorter salt was not random, or is cut off (RFC 9106 §3.1). Bytes. */
const SALT_MIN_BYTES = 8;
/** A key with fewer bytes would be found by chance, before the password is. */
const KEY_MIN_BYTES = 16;

/** A stored hash, and what was hashed. */
export interface ReadHash {
  readonly parts: HashParts;
  /** `peppered`: ours. `nfkc`: the password in that form. `typed`: the password as it was typed. */
  readonly input: "peppered" | "nfkc" | "typed";
}

/** Opens a signer key that `encodeFirebase` got; undefined where it is none of ours. */
export type OpenSignerKey = (sealed: Uint8Array) => Uint8Array | undefined;

/** Takes a stored hash apart; undefined where it is malformed, or costs more than one may (PH-01). */
export function readHash(encoded: string, openSignerKey: OpenSignerKey): ReadHash | undefined {
  const isPeppered = encoded.startsWith(PEPPERED);
  const modular = isPeppered ? encoded.slice(PEPPERED.length) : encoded;
  const parts = readBcrypt(modular) ?? readArgon2(modular);
  if (parts !== undefined) return bounded(parts, isPeppered ? "peppered" : "typed");
  if (isPeppered) return undefined;
  const nfkc = readScrypt(modular, NFKC_SCRYPT);
  if (nfkc !== undefined) return bounded(nfkc, "nfkc");
  const foreign =
    readScrypt(modular, SCRYPT) ?? readPbkdf2(modular) ?? readFirebase(modular, openSignerKey);
  return foreign && bounded(foreign, "typed");
}

function bounded(parts: HashParts, input: ReadHash["input"]): ReadHash | undefined {
  return priceFault(parts) === undefined ? { parts, input } : undefined;
}

/** Encodes a hash of ours. */
export function encodePeppered(modular: string): string {
  return PEPPERED + modular;
}

/** The rule that a hash breaks by its price or its size, as a sentence; undefined where it keeps all. */
export function priceFault(parts: HashParts): string | undefined {
  const { saltBytes, keyBytes } = HASH_CEILINGS;
  if (parts.scheme !== "bcrypt") {
    if (!isWithin(parts.salt.length, SALT_MIN_BYTES, saltBytes))
      return `Must have a salt of ${SALT_MIN_BYTES} to ${saltBytes} bytes`;
    if (!isWithin(parts.key.length, KEY_MIN_BYTES, keyBytes))
      return `Must have a hash of ${KEY_MIN_BYTES} to ${keyBytes} bytes`;
  }
  switch (parts.scheme) {
    case "bcrypt":
      return isWithin(parts.cost, BCRYPT_COST_LEAST, HASH_CEILINGS.bcryptCost)
        ? undefined
        : `Must have a cost of at most ${HASH_CEILINGS.bcryptCost}`;
    case "scrypt":
      return scryptFault(parts);
    case "firebase-scrypt":
      return scryptFault({ ...parts, parallelism: 1 });
    case "pbkdf2":
      return isWithin(parts.iterations, 1, HASH_CEILINGS.pbkdf2Iterations)
        ? undefined
        : `Must have at most ${HASH_CEILINGS.pbkdf2Iterations} iterations`;
    case "argon2d":
    case "argon2i":
    case "argon2id":
      return argon2Fault(parts);
  }
}

function argon2Fault({ memoryKib, passes, lanes }: Argon2Parts): string | undefined {
  if (!isWithin(lanes, 1, HASH_CEILINGS.lanes))
    return `Must have a parallelism of 1 to ${HASH_CEILINGS.lanes}`;
  if (!isWithin(memoryKib, 8 * lanes, HASH_CEILINGS.memoryKib))
    return `Must take at most ${HASH_CEILINGS.memoryKib} KiB of memory, and 8 for each lane at least`;
  if (!isWithin(memoryKib * passes, memoryKib, HASH_CEILINGS.argon2Work))
    return `Must take at most ${HASH_CEILINGS.argon2Work} KiB of memory times passes`;
  return undefined;
}

function scryptFault({
  costLog2,
  blockSize,
  parallelism,
}: Pick<ScryptParts, "costLog2" | "blockSize" | "parallelism">): string | undefined {
  const memoryKib = 2 ** costLog2 * blockSize * (128 / 1024);
  if (!isWithin(memoryKib, 1, HASH_CEILINGS.memoryKib) || costLog2 < 1)
    return `Must take at most ${HASH_CEILINGS.memoryKib} KiB of memory: 128 * N * r bytes`;
  if (!isWithin(2 ** costLog2 * blockSize * parallelism, 1, HASH_CEILINGS.scryptWork))
    return `Must have an N * r * p of at most ${HASH_CEILINGS.scryptWork}`;
  return undefined;
}

function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/** Bcrypt's modular form; `$2x$` marks hashes of a broken implementation, and is not taken. */
const BCRYPT = /^\$2[aby]\$([0-3][0-9])\$[./A-Za-z0-9]{53}$/;

export function readBcrypt(modular: string): BcryptParts | undefined {
  const cost = BCRYPT.exec(modular)?.[1];
  return cost === undefined ? undefined : { scheme: "bcrypt", cost: Number(cost), hash: modular };
}

/** A number of at most ten digits, as PHC strings write one: without zeros in front. */
const NUMBER = "([1-9][0-9]{0,9})";
const BASE64 = "([A-Za-z0-9+/]{1,1024})";
const ARGON2 = new RegExp(
  `^\\$(argon2(?:d|i|id))\\$v=19\\$m=${NUMBER},t=${NUMBER},p=${NUMBER}\\$${BASE64}\\$${BASE64}$`,
);

/** The PHC string of argon2 in its version 1.3, which is 19; Node has no other. */
export function readArgon2(modular: string): Argon2Parts | undefined {
  const [, scheme, memoryKib, passes, lanes, salt, key] = ARGON2.exec(modular) ?? [];
  const bytes = saltAndKey(salt, key);
  if (
    bytes === undefined ||
    (scheme !== "argon2d" && scheme !== "argon2i" && scheme !== "argon2id")
  )
    return undefined;
  const price = { memoryKib: Number(memoryKib), passes: Number(passes), lanes: Number(lanes) };
  return { scheme, ...price, ...bytes };
}

export function encodeArgon2({ scheme, memoryKib, passes, lanes, salt, key }: Argon2Parts): string {
  return `$${scheme}$v=19$m=${memoryKib},t=${passes},p=${lanes}$${base64(salt)}$${base64(key)}`;
}

export const SCRYPT = "scrypt";
/** The scrypt of a password in NFKC, as better-auth makes it. */
export const NFKC_SCRYPT = "scrypt-nfkc";
const SCRYPT_FORM = new RegExp(
  `^\\$(scrypt(?:-nfkc)?)\\$ln=${NUMBER},r=${NUMBER},p=${NUMBER}\\$${BASE64}\\$${BASE64}$`,
);

/** The PHC string of scrypt, as passlib writes it. */
export function readScrypt(modular: string, id: string): ScryptParts | undefined {
  const [, found, costLog2, blockSize, parallelism, salt, key] = SCRYPT_FORM.exec(modular) ?? [];
  const bytes = saltAndKey(salt, key);
  if (bytes === undefined || found !== id) return undefined;
  return {
    scheme: "scrypt",
    costLog2: Number(costLog2),
    blockSize: Number(blockSize),
    parallelism: Number(parallelism),
    ...bytes,
  };
}

export function encodeScrypt(parts: ScryptParts, id: string): string {
  const { costLog2, blockSize, parallelism, salt, key } = parts;
  return `$${id}$ln=${costLog2},r=${blockSize},p=${parallelism}$${base64(salt)}$${base64(key)}`;
}

const PBKDF2 = new RegExp(`^\\$pbkdf2-(sha1|sha256|sha512)\\$i=${NUMBER}\\$${BASE64}\\$${BASE64}$`);

function readPbkdf2(modular: string): Pbkdf2Parts | undefined {
  const [, digest, iterations, salt, key] = PBKDF2.exec(modular) ?? [];
  const bytes = saltAndKey(salt, key);
  if (bytes === undefined || (digest !== "sha1" && digest !== "sha256" && digest !== "sha512"))
    return undefined;
  return { scheme: "pbkdf2", digest, iterations: Number(iterations), ...bytes };
}

export function encodePbkdf2({ digest, iterations, salt, key }: Pbkdf2Parts): string {
  return `$pbkdf2-${digest}$i=${iterations}$${base64(salt)}$${base64(key)}`;
}

const FIREBASE = new RegExp(
  `^\\$firebase-scrypt\\$ln=${NUMBER},r=${NUMBER}\\$${BASE64}\\$${BASE64}\\$${BASE64}$`,
);

function readFirebase(modular: string, openSignerKey: OpenSignerKey): FirebaseParts | undefined {
  const [, costLog2, blockSize, salt, key, sealed] = FIREBASE.exec(modular) ?? [];
  const bytes = saltAndKey(salt, key);
  const sealedBytes = sealed === undefined ? undefined : fromBase64(sealed);
  const signerKey = sealedBytes && openSignerKey(sealedBytes);
  if (bytes === undefined || signerKey === undefined) return undefined;
  return {
    scheme: "firebase-scrypt",
    costLog2: Number(costLog2),
    blockSize: Number(blockSize),
    signerKey: bytesOf(signerKey),
    ...bytes,
  };
}

/** Its salt is followed by the project's separator. The signer key goes along sealed, and is gone with the last such hash. */
export function encodeFirebase(
  { costLog2, blockSize, salt, key }: Omit<FirebaseParts, "signerKey">,
  sealedSignerKey: Uint8Array,
): string {
  const bytes = [salt, key, sealedSignerKey].map(base64).join("$");
  return `$firebase-scrypt$ln=${costLog2},r=${blockSize}$${bytes}`;
}

function saltAndKey(
  saltText: string | undefined,
  keyText: string | undefined,
): { readonly salt: Uint8Array; readonly key: Uint8Array } | undefined {
  const salt = saltText === undefined ? undefined : fromBase64(saltText);
  const key = keyText === undefined ? undefined : fromBase64(keyText);
  return salt && key && { salt, key };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}

/** Decodes base64 in either alphabet, with or without padding; undefined where it is anything else, a cut one too. */
export function fromBase64(text: string): Uint8Array | undefined {
  const plain = text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/={1,2}$/, "");
  const bytes = Buffer.from(plain, "base64");
  // Node skips what is no base64, and bits that nothing encodes.
  return bytes.length > 0 && base64(bytes) === plain ? bytesOf(bytes) : undefined;
}

/** A copy in memory of its own: what goes to a worker is copied with all the memory it lies in. */
function bytesOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}
