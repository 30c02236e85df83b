/** Tokens that reset a password. */
import type { User } from "./users.ts";

export interface ResetToken {
  /** SHA-256 of the token (SE-02, RS-02). */
  readonly secretHash: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface ResetTokenStore {
  /**
   * Makes it the one token of the account, in place of any before (RS-08); false where the account is
   * gone. For no account, with null, it does the same work as for one that is gone (ET-01).
   */
  save(userId: string | null, token: ResetToken): Promise<boolean>;
  /** A token of nobody, which leads nowhere. */
  insertDecoy(token: ResetToken): Promise<void>;
  /** Finds the account of a token that is still good. Spends nothing. */
  findOwner(secretHash: Uint8Array, now: number): Promise<User | undefined>;
  /** Spends the token; false where it is not good, or no longer: one conditional statement (RS-03). */
  consume(userId: string, secretHash: Uint8Array, now: number): Promise<boolean>;
  deleteAllOf(userId: string): Promise<void>;
  /** Deletes up to `limit` tokens past their life; answers how many. */
  deleteExpired(now: number, limit: number): Promise<number>;
}
