/** Password hashing and the policy for new passwords. */
import type { PasswordBounds } from "../../contract/password-policy.ts";

/** How new hashes are made: one scheme, and the price of it. */
export type HashRecipe =
  | { readonly scheme: "bcrypt"; readonly cost: number }
  | { readonly scheme: "argon2id"; readonly memoryKib: number; readonly passes: number };

/** A stored hash taken apart, whose price was found within bounds (PH-01): all that a worker needs to compare with it. */
export type HashParts = BcryptParts | Argon2Parts | ScryptParts | FirebaseParts | Pbkdf2Parts;

export interface BcryptParts {
  readonly scheme: "bcrypt";
  readonly cost: number;
  /** In bcrypt's modular form, salt and cost included. */
  readonly hash: string;
}

interface SaltedKey {
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

/** RFC 9106, version 1.3. */
export interface Argon2Parts extends SaltedKey {
  readonly scheme: "argon2d" | "argon2i" | "argon2id";
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** RFC 7914. */
export interface ScryptParts extends SaltedKey {
  readonly scheme: "scrypt";
  /** The binary logarithm of N. */
  readonly costLog2: number;
  readonly blockSize: number;
  readonly parallelism: number;
}

/** Firebase's: AES-256-CTR of the project's signer key, under a key that scrypt makes of the password. */
export interface FirebaseParts extends SaltedKey {
  readonly scheme: "firebase-scrypt";
  readonly costLog2: number;
  readonly blockSize: number;
  readonly signerKey: Uint8Array;
}

/** RFC 8018. `key` is the first block: whoever guesses computes no more either. */
export interface Pbkdf2Parts extends SaltedKey {
  readonly scheme: "pbkdf2";
  readonly digest: "sha1" | "sha256" | "sha512";
  readonly iterations: number;
}

/** Hashing in worker threads, behind a bounded queue: it never runs on the event loop (IV-06). */
export interface HashWorkers {
  /** A new hash with a salt of its own: bcrypt's modular form, or the PHC string of argon2id. */
  hash(input: string, recipe: HashRecipe): Promise<{ readonly hash: string } | "overloaded">;
  /**
   * Tells whether the hash is that of the input. With `atLeastAs` it takes as long as a comparison with that one at
   * least, as measured in the same thread (ET-01).
   */
  compare(input: string, hash: HashParts, atLeastAs?: HashParts): Promise<boolean | "overloaded">;
}

export interface Passwords {
  /** The encoded hash of a new password; `"overloaded"` where the queue is full (IV-07). */
  hash(password: string): Promise<{ readonly encoded: string } | "overloaded">;
  /**
   * Compares the password with the one behind `encoded`. Without `encoded` it does the same work against
   * a dummy of the live scheme, and never matches; against a cheaper hash it does what is missing as
   * well (ET-01). `stale` asks for a new hash (PW-09, PH-03); only of a password that is right.
   */
  verify(
    password: string,
    encoded: string | undefined,
  ): Promise<{ readonly matches: boolean; readonly stale: boolean } | "overloaded">;
}

/** `minLength` is PASSWORD_MIN_LENGTH; both lengths are counted after normalising. */
export interface PasswordPolicy extends PasswordBounds {
  /** The name of the service, as people read it. It and its words are among the first guesses (PW-07). */
  readonly serviceName: string;
  /** True for a password on the list of those that are guessed first. Case does not matter. */
  isCommon(password: string): boolean;
  /** See `GuessCounter`. */
  readonly countGuesses: GuessCounter["countGuesses"];
  /** See `BreachLookup`. */
  readonly isBreached: BreachLookup["isBreached"];
}

/** Looks a password up among those that were stolen elsewhere. May take two seconds: never asked inside a transaction. */
export interface BreachLookup {
  /** False where nobody can tell now. Exactly this spelling. */
  isBreached(password: string): Promise<boolean>;
}

/** Estimates in a worker thread, behind a bounded queue: it never runs on the event loop (IV-06). */
export interface GuessCounter {
  /**
   * The number of guesses that find the password, by whoever knows common words, habits and these words of
   * the account; `"overloaded"` where the queue is full (IV-07).
   */
  countGuesses(password: string, words: readonly string[]): Promise<number | "overloaded">;
}
