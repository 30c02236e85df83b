/** How passwords are hashed and compared. Which are refused stands in `password-policy.ts`. */
import type { BcryptWorkers, Passwords } from "./ports/passwords.ts";
import { createHmac, type KeyObject } from "node:crypto";

/** PW-08, OWASP Password Storage Cheat Sheet: bcrypt is not to be used below this cost. */
export const BCRYPT_COST_FLOOR = 10;

/** All of a password that plain bcrypt looks at. */
const BCRYPT_INPUT_BYTES = 72;

/** Marks a hash whose input was peppered; hashes brought from elsewhere begin with bcrypt's own `$2`. */
const PEPPERED = "$pc1";

/**
 * A bcrypt hash that no password has: 22 characters of salt, 31 of hash. It is well-formed, because a
 * malformed one is refused in no time at all, and that would tell which accounts exist (ET-01).
 */
const DUMMY_SALT_AND_HASH = "abcdefghijklmnopqrstuuBHq0kqVvQ9o2nE5Y1dX7cR3sT6uW8yZ";

/** The least cost bcrypt knows: 16 rounds. */
const BCRYPT_COST_LEAST = 4;

export function createPasswords(bcrypt: BcryptWorkers, pepper: KeyObject, cost: number): Passwords {
  const dummy = PEPPERED + dummyOfCost(cost);
  return {
    async hash(password) {
      const hashed = await bcrypt.hash(peppered(password, pepper), cost);
      return hashed === "overloaded" ? hashed : { encoded: PEPPERED + hashed.hash };
    },
    async verify(password, encoded = dummy) {
      const isPeppered = encoded.startsWith(PEPPERED);
      const hash = isPeppered ? encoded.slice(PEPPERED.length) : encoded;
      const input = isPeppered ? peppered(password, pepper) : password;
      const matches = await bcrypt.compare(input, hash);
      if (matches === "overloaded") return matches;
      // A cheaper hash, brought from elsewhere or from before BCRYPT_COST was raised, would tell by time
      // who has an account (ET-01). Each cost is twice the work of the one before: c, and c to the one
      // before the live one, are together as much as the live one. Also where it matches, or the time
      // would tell that a locked account's password is right.
      for (let paid = Math.max(costOf(hash), BCRYPT_COST_LEAST); paid < cost; paid += 1)
        if ((await bcrypt.compare(input, dummyOfCost(paid))) === "overloaded") return "overloaded";
      const upgradable = isPeppered ? costOf(hash) !== cost : isWholeForBcrypt(password);
      return { matches: matches && encoded !== dummy, stale: upgradable };
    },
  };
}

/**
 * Makes the input of bcrypt: 64 characters of base64, whatever the password. Bcrypt alone ignores all beyond
 * byte 72 and, in some implementations, all beyond a NUL (PW-01, PW-02); and the pepper makes a stolen
 * database useless for guessing. NFKC first, so that one password typed on two keyboards is one (PW-13).
 */
function peppered(password: string, pepper: KeyObject): string {
  return createHmac("sha384", pepper).update(password.normalize("NFKC")).digest("base64");
}

/**
 * True where plain bcrypt compared all of the password. Where it did not, the password typed may not be the
 * one chosen, and an upgrade would make the wrong one right (PW-01, PW-02).
 */
function isWholeForBcrypt(password: string): boolean {
  return Buffer.byteLength(password) <= BCRYPT_INPUT_BYTES && !password.includes("\0");
}

function dummyOfCost(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$${DUMMY_SALT_AND_HASH}`;
}

/** Bcrypt's modular form is `$2b$<cost>$<22 of salt><31 of hash>`. */
function costOf(hash: string): number {
  return Number(hash.split("$")[2]);
}
