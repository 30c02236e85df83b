/** Hashes passwords and compares them, in a worker thread: nothing else does. */
import crypto from "node:crypto";
import { constants, setPriority } from "node:os";
import { compareSync, hashSync } from "bcryptjs";
import type {
  Argon2Parts,
  FirebaseParts,
  HashParts,
  HashRecipe,
  Pbkdf2Parts,
  ScryptParts,
} from "../domain/ports/passwords.ts";

// On Linux a priority belongs to a thread, so this lowers the worker alone: requests of sessions that
// exist go before logins, and a login storm cannot starve the event loop (IV-06).
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

/** NIST SP 800-132 §5.1: 128 random bits. */
const SALT_BYTES = 16;
/** RFC 9106 §4: a tag of 256 bits. */
const TAG_BYTES = 32;
/** One lane: the threads are the workers. */
const LANES = 1;

/** A result, and when the work on it began: nanoseconds of the clock that all threads of a process share. */
export interface Done<T> {
  readonly startedAt: bigint;
  readonly result: T;
}

export function hash({
  input,
  recipe,
}: {
  input: string;
  recipe: HashRecipe;
}): Done<{ hash: string }> {
  const startedAt = process.hrtime.bigint();
  return { startedAt, result: { hash: newHash(input, recipe) } };
}

export function compare(task: {
  input: string;
  hash: HashParts;
  atLeastAs?: HashParts | undefined;
}): Done<boolean> {
  const startedAt = process.hrtime.bigint();
  const began = performance.now();
  const result = isSame(task.input, task.hash);
  const took = performance.now() - began;
  if (task.atLeastAs === undefined) remember(task.hash, took);
  else spendUntil(began + usualMs(task.atLeastAs));
  return { startedAt, result };
}

function newHash(input: string, recipe: HashRecipe): string {
  if (recipe.scheme === "bcrypt") return hashSync(input, recipe.cost);
  const { memoryKib, passes } = recipe;
  const salt = crypto.randomBytes(SALT_BYTES);
  const scheme = "argon2id";
  const tag = argon2(input, { scheme, memoryKib, passes, lanes: LANES, salt }, TAG_BYTES);
  const parameters = `m=${memoryKib},t=${passes},p=${LANES}`;
  return `$${scheme}$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Base64 without padding, as the PHC string format has it. */
function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

function isSame(input: string, hash: HashParts): boolean {
  if (hash.scheme === "bcrypt") return compareSync(input, hash.hash);
  return crypto.timingSafeEqual(keyOf(input, hash), hash.key);
}

/** The key that the input makes, as long as the one to compare with. */
function keyOf(input: string, hash: Exclude<HashParts, { scheme: "bcrypt" }>): Buffer {
  switch (hash.scheme) {
    case "scrypt":
      return scrypt(input, hash, hash.key.length);
    case "firebase-scrypt":
      return firebase(input, hash);
    case "pbkdf2":
      return pbkdf2(input, hash);
    case "argon2d":
    case "argon2i":
    case "argon2id":
      return argon2(input, hash, hash.key.length);
  }
}

/** The synchronous form: the asynchronous one would run in libuv's four threads, and keep files and names waiting. */
function argon2(
  message: string,
  { scheme, memoryKib, passes, lanes, salt }: Omit<Argon2Parts, "key">,
  tagLength: number,
): Buffer {
  if (!("argon2Sync" in crypto))
    throw new Error(`Node ${process.versions.node} has no argon2, which a stored hash needs`);
  return crypto.argon2Sync(scheme, {
    message,
    nonce: salt,
    memory: memoryKib,
    passes,
    parallelism: lanes,
    tagLength,
  });
}

/** OpenSSL counts some memory beside the 128 · N · r bytes of RFC 7914 §2, and refuses what exceeds `maxmem`. */
const SCRYPT_MEMORY_FACTOR = 2;

function scrypt(
  input: string,
  { costLog2, blockSize, parallelism, salt }: Omit<ScryptParts, "key" | "scheme">,
  length: number,
): Buffer {
  const N = 2 ** costLog2;
  const maxmem = SCRYPT_MEMORY_FACTOR * 128 * N * blockSize;
  return crypto.scryptSync(input, salt, length, { N, r: blockSize, p: parallelism, maxmem });
}

/** https://github.com/firebase/scrypt: the first 32 of 64 bytes encrypt the signer key, with a counter from 0. */
function firebase(input: string, hash: FirebaseParts): Buffer {
  const derived = scrypt(input, { ...hash, parallelism: 1 }, 64).subarray(0, 32);
  const cipher = crypto.createCipheriv("aes-256-ctr", derived, Buffer.alloc(16));
  return Buffer.concat([cipher.update(hash.signerKey), cipher.final()]).subarray(
    0,
    hash.key.length,
  );
}

function pbkdf2(input: string, { salt, iterations, key, digest }: Pbkdf2Parts): Buffer {
  return crypto.pbkdf2Sync(input, salt, iterations, key.length, digest);
}

/** Enough to see the usual time beside those in which the machine did something else. */
const TIMES_KEPT = 9;
const timesMs = new Map<string, number[]>();

function remember(hash: HashParts, tookMs: number): void {
  const kind = kindOf(hash);
  const times = timesMs.get(kind) ?? [];
  times.push(tookMs);
  if (times.length > TIMES_KEPT) times.shift();
  timesMs.set(kind, times);
}

/** The median of what comparisons of this price last took in this thread. The first one measures it. */
function usualMs(hash: HashParts): number {
  if (!timesMs.has(kindOf(hash))) compare({ input: "", hash });
  const times = (timesMs.get(kindOf(hash)) ?? []).toSorted((one, other) => one - other);
  return times[times.length >> 1] ?? 0;
}

function kindOf(hash: HashParts): string {
  if (hash.scheme === "bcrypt") return `bcrypt ${hash.cost}`;
  const { salt: _salt, key: _key, ...price } = hash;
  return JSON.stringify(price);
}

/** A fraction of a millisecond of work. */
const PIECE_ITERATIONS = 400;

/** Works on, and does not sleep: a sleeping thread would be seen by how fast the others are meanwhile (ET-01). */
function spendUntil(endMs: number): void {
  while (performance.now() < endMs) crypto.pbkdf2Sync("", "", PIECE_ITERATIONS, 32, "sha256");
}
