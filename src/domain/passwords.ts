/** How passwords are hashed and compared. How hashes are stored: `password-encodings.ts`; which passwords are refused: `password-policy.ts`. */
import { createHmac, type KeyObject } from "node:crypto";
import {
  BCRYPT_COST_LEAST,
  encodePeppered,
  type OpenSignerKey,
  type ReadHash,
  readHash,
} from "./password-encodings.ts";
import type {
  BcryptParts,
  HashParts,
  HashRecipe,
  HashWorkers,
  Passwords,
} from "./ports/passwords.ts";

/** PW-08, OWASP Password Storage Cheat Sheet: bcrypt is not to be used below this cost. */
export const BCRYPT_COST_FLOOR = 10;
/** PW-08, OWASP Password Storage Cheat Sheet: argon2id with one lane is not to be used below these. */
export const ARGON2_FLOOR = { memoryKib: 19_456, passes: 2 } as const;

/** All of a password that plain bcrypt looks at. */
const BCRYPT_INPUT_BYTES = 72;

/**
 * A bcrypt hash that no password has: 22 characters of salt, 31 of hash. It is well-formed, because a
 * malformed one is refused in no time at all, and that would tell which accounts exist (ET-01).
 */
const DUMMY_SALT_AND_HASH = "abcdefghijklmnopqrstuuBHq0kqVvQ9o2nE5Y1dX7cR3sT6uW8yZ";
/** Of argon2id, a salt and a tag of the usual lengths. Bytes. */
const DUMMY_SALT = new Uint8Array(16).fill(0xab);
const DUMMY_TAG = new Uint8Array(32).fill(0xcd);

/** Keys of AUTH_SECRET, on which passwords stand besides the workers. */
export interface PasswordKeys {
  readonly pepper: KeyObject;
  readonly openSignerKey: OpenSignerKey;
}

/** `live` is how new hashes are made, and what a login to an address without an account costs. */
export function createPasswords(
  workers: HashWorkers,
  { pepper, openSignerKey }: PasswordKeys,
  live: HashRecipe,
): Passwords {
  const dummy = dummyOf(live);
  return {
    async hash(password) {
      const hashed = await workers.hash(peppered(password, pepper), live);
      return hashed === "overloaded" ? hashed : { encoded: encodePeppered(hashed.hash) };
    },
    async verify(password, encoded) {
      const stored = encoded === undefined ? undefined : readHash(encoded, openSignerKey);
      const parts = stored?.parts ?? dummy;
      const input = inputOf(password, stored?.input ?? "peppered", pepper);
      const atLeastAs = costsAlike(parts, dummy) ? undefined : dummy;
      const isSame = await workers.compare(input, parts, atLeastAs);
      if (isSame === "overloaded") return isSame;
      // Also where it is the same, or the time would tell that a locked account's password is right.
      if ((await payRest(workers, input, parts, live)) === "overloaded") return "overloaded";
      const matches = isSame && stored !== undefined && !isDummy(parts);
      return { matches, stale: matches && mayReplace(password, stored, live) };
    },
  };
}

/**
 * Computes what a cheaper bcrypt hash, brought from elsewhere or from before BCRYPT_COST was raised, lacks of the live
 * cost: it would tell by time who has an account (ET-01). Each cost is twice the work of the one before: c, and c to
 * the one before the live one, are together as much as the live one, and no clock is needed. Between other prices the
 * worker measures.
 */
async function payRest(
  workers: HashWorkers,
  input: string,
  parts: HashParts,
  live: HashRecipe,
): Promise<"overloaded" | undefined> {
  if (parts.scheme !== "bcrypt" || live.scheme !== "bcrypt") return undefined;
  for (let paid = Math.max(parts.cost, BCRYPT_COST_LEAST); paid < live.cost; paid += 1)
    if ((await workers.compare(input, bcryptDummy(paid))) === "overloaded") return "overloaded";
  return undefined;
}

/** True where nothing has to be measured: bcrypt knows its own work. */
function costsAlike(parts: HashParts, dummy: HashParts): boolean {
  if (parts.scheme === "bcrypt") return dummy.scheme === "bcrypt";
  if (parts.scheme !== "argon2id" || dummy.scheme !== "argon2id") return false;
  return (
    parts.memoryKib === dummy.memoryKib &&
    parts.passes === dummy.passes &&
    parts.lanes === dummy.lanes
  );
}

function inputOf(password: string, input: ReadHash["input"], pepper: KeyObject): string {
  if (input === "peppered") return peppered(password, pepper);
  return input === "nfkc" ? password.normalize("NFKC") : password;
}

/**
 * Makes the input of our hashes: 64 characters of base64, whatever the password. Bcrypt alone ignores all beyond
 * byte 72 and, in some implementations, all beyond a NUL (PW-01, PW-02); and the pepper makes a stolen
 * database useless for guessing. NFKC first, so that one password typed on two keyboards is one (PW-13).
 */
function peppered(password: string, pepper: KeyObject): string {
  return createHmac("sha384", pepper).update(password.normalize("NFKC")).digest("base64");
}

/** One of ours is replaced by something stronger alone; one from elsewhere always, because it has no pepper (PH-03). */
function mayReplace(password: string, { parts, input }: ReadHash, live: HashRecipe): boolean {
  return input === "peppered" ? isStronger(live, parts) : isWholeFor(parts, password);
}

/**
 * True where hashes of the recipe are stronger than this one. argon2id is stronger than bcrypt, which needs no memory
 * and is guessed on cheap hardware. Of argon2id neither the memory nor the work may become less, of bcrypt the cost: a
 * setting that was lowered makes no stored hash weaker.
 */
function isStronger(live: HashRecipe, stored: HashParts): boolean {
  if (live.scheme === "bcrypt") return stored.scheme === "bcrypt" && stored.cost < live.cost;
  if (stored.scheme !== "argon2id") return true;
  const liveWork = live.memoryKib * live.passes;
  const work = stored.memoryKib * stored.passes;
  const isLess = live.memoryKib < stored.memoryKib || liveWork < work;
  return !isLess && (live.memoryKib > stored.memoryKib || liveWork > work);
}

/**
 * True where the other scheme compared all of the password. Where it did not, the password typed may not be the
 * one chosen, and an upgrade would make the wrong one right (PW-01, PW-02): bcrypt looks at 72 bytes, and to HMAC,
 * on which PBKDF2 and scrypt stand, a password is the same with a NUL at its end (RFC 2104 §2).
 */
function isWholeFor({ scheme }: HashParts, password: string): boolean {
  if (password.includes("\0")) return false;
  return scheme !== "bcrypt" || Buffer.byteLength(password) <= BCRYPT_INPUT_BYTES;
}

function dummyOf(live: HashRecipe): HashParts {
  if (live.scheme === "bcrypt") return bcryptDummy(live.cost);
  return { ...live, lanes: 1, salt: DUMMY_SALT, key: DUMMY_TAG };
}

function bcryptDummy(cost: number): BcryptParts {
  return {
    scheme: "bcrypt",
    cost,
    hash: `$2b$${String(cost).padStart(2, "0")}$${DUMMY_SALT_AND_HASH}`,
  };
}

/** A dummy that was put into the database is nobody's password, whatever it takes to find one. */
function isDummy(parts: HashParts): boolean {
  return parts.scheme === "bcrypt" && parts.hash.endsWith(DUMMY_SALT_AND_HASH);
}
