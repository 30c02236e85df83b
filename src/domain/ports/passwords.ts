/** Password hashing and the policy for new passwords. */
import type { PasswordBounds } from "../../contract/password-policy.ts";

/** Bcrypt in worker threads, behind a bounded queue: it never runs on the event loop (IV-06). */
export interface BcryptWorkers {
  hash(input: string, cost: number): Promise<{ readonly hash: string } | "overloaded">;
  compare(input: string, hash: string): Promise<boolean | "overloaded">;
}

export interface Passwords {
  /** The encoded hash of a new password; `"overloaded"` where the queue is full (IV-07). */
  hash(password: string): Promise<{ readonly encoded: string } | "overloaded">;
  /**
   * Compares the password with the one behind `encoded`. Without `encoded` it does the same work against
   * a dummy of the live cost, and never matches; against a cheaper hash it does what is missing as
   * well (ET-01). `stale` asks for a new hash (PW-09).
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
}

/** Estimates in a worker thread, behind a bounded queue: it never runs on the event loop (IV-06). */
export interface GuessCounter {
  /**
   * The number of guesses that find the password, by whoever knows common words, habits and these words of
   * the account; `"overloaded"` where the queue is full (IV-07).
   */
  countGuesses(password: string, words: readonly string[]): Promise<number | "overloaded">;
}
