/** Challenges: what one request begins and another ends. */
import type { challengePurposes } from "../../contract/challenges.ts";

export type ChallengePurpose = (typeof challengePurposes)[number];

export interface NewChallenge {
  /** UUIDv7; public, it may be logged. */
  readonly id: string;
  readonly purpose: ChallengePurpose;
  /** SHA-256 of the token that whoever began it holds (CH-04); null where a mail alone ends it. */
  readonly handleHash: Uint8Array | null;
  /** SHA-256 of the mailed link's token; null where there is no link. */
  readonly linkHash: Uint8Array | null;
  /** HMAC of the id and the mailed code; null where there is no code. */
  readonly codeMac: Uint8Array | null;
  /** Null where there is no account, or none yet. */
  readonly userId: string | null;
  /** The session that began it, with which it ends. */
  readonly sessionId: string | null;
  /** The address it is about, normalised; or an id from elsewhere. */
  readonly subject: string | null;
  /** Values that its end needs and nobody may read, sealed under the key for challenges with the id. */
  readonly sealed: Uint8Array | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface Challenge extends NewChallenge {
  /** Tries of its code, with the one that is being made. */
  readonly attempts: number;
}

export interface ChallengeStore {
  /** Stores a challenge of no account. */
  insert(challenge: NewChallenge): Promise<void>;
  /**
   * Stores a challenge of an account in place of the one of its purpose before, if any (CH-06); one that undoes stays
   * beside others. False where the account is gone. For no account, with null, it does the same work as for one that
   * is gone (ET-01).
   */
  save(userId: string | null, challenge: NewChallenge): Promise<boolean>;
  /** Counts a try and answers the challenge, if it is good and was tried fewer than `most` times: one statement (CH-03). */
  countTry(
    purpose: ChallengePurpose,
    handleHash: Uint8Array,
    most: number,
    now: number,
  ): Promise<Challenge | undefined>;
  /** Finds a challenge that is good by its handle. Spends and counts nothing. */
  findByHandle(
    purpose: ChallengePurpose,
    handleHash: Uint8Array,
    now: number,
  ): Promise<Challenge | undefined>;
  /** Finds a challenge that is good by its link. Spends and counts nothing (CH-07). */
  findByLink(
    purpose: ChallengePurpose,
    linkHash: Uint8Array,
    now: number,
  ): Promise<Challenge | undefined>;
  /** Spends it; false where it is not good, or no longer: one conditional statement (CH-02). */
  spend(purpose: ChallengePurpose, id: string, now: number): Promise<boolean>;
  /**
   * Spends it and answers it, whatever then comes of it; undefined where it is not good: one statement (PK-01). Outside
   * of a transaction, what fails afterwards cannot bring it back.
   */
  take(
    purpose: ChallengePurpose,
    handleHash: Uint8Array,
    now: number,
  ): Promise<Challenge | undefined>;
  /** Ends all of an account but those that undo a change of address. */
  deleteAllOf(userId: string): Promise<void>;
  /** Ends those of an account that undo a change of address later than the one with this id. */
  deleteUndosAfter(userId: string, id: string): Promise<void>;
  /** Ends the decoys of a purpose that are about this. */
  deleteDecoysAbout(purpose: ChallengePurpose, subject: string): Promise<void>;
  /** Ends all of a purpose that are about this. */
  deleteAbout(purpose: ChallengePurpose, subject: string): Promise<void>;
  /** True while somebody may take the address back that another account, or none, would have. */
  isReserved(email: string, exceptUserId: string | null, now: number): Promise<boolean>;
  /** Deletes up to `limit` past their life; answers how many. */
  deleteExpired(now: number, limit: number): Promise<number>;
}
