/** Limits as the store counts them. */
import type { LimitName } from "../../contract/limits.ts";
import type { Ahead } from "./ahead.ts";

/** `count` at once, and then one per `seconds / count`. From a setting `count/seconds`. */
export interface Quota {
  readonly count: number;
  readonly seconds: number;
}

export type Quotas = Readonly<Record<LimitName, Quota>>;

/** One limit of a request: which, and on whom: an address, an e-mail in normal form, an account's id. */
export interface Take {
  readonly rule: LimitName;
  readonly subject: string;
}

/** A quota as the store counts it. Milliseconds. */
export interface Pace {
  readonly intervalMs: number;
  /** How far ahead of now a key may be. */
  readonly burstMs: number;
}

/** One from a key, if it has one left. */
export interface Taking {
  readonly keyHash: Uint8Array;
  readonly pace: Pace;
}

/** `at` is the place of the taking that was refused among those that were asked for. */
export interface TakeRefusal {
  readonly at: number;
  /** More than 0. */
  readonly waitMs: number;
  /** As in `LimitState`. */
  readonly toldUntil: number;
}

/** Milliseconds since the epoch. */
export interface LimitState {
  /** When all that was taken is paid back. */
  readonly paidAt: number;
  /** Until then, a refusal of the key is no event: one has told of them. */
  readonly toldUntil: number;
}

export interface LimitStore {
  /** Takes one from the key; false where none is left. One statement in both cases, so that its time tells nothing (EM-11). */
  take(keyHash: Uint8Array, pace: Pace, now: number): Promise<boolean>;
  /**
   * Takes one from every key, in order, until one refuses; undefined where none does. What was taken
   * before that stays taken. A refusal by the first key only reads. Answers ahead of the disk.
   */
  takeInOrder(takings: readonly Taking[], now: number): Promise<Ahead<TakeRefusal | undefined>>;
  /** How the key stands, by looking alone; undefined where nothing is known of it. */
  find(keyHash: Uint8Array): Promise<LimitState | undefined>;
  /**
   * Marks the key as told until then, in one statement; false where it is marked already. Of any
   * number at once, one is told true.
   */
  markTold(keyHash: Uint8Array, until: number, now: number): Promise<boolean>;
  /** The key has used nothing. */
  reset(keyHash: Uint8Array): Promise<void>;
  /** Deletes up to `limit` rows that say nothing any more; answers how many. */
  deletePaid(now: number, limit: number): Promise<number>;
}
