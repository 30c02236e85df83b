/**
 * How often something may be asked for. Counted in the database, before any hashing, so that a restart
 * forgets nothing and every process counts together (RL-08). The rule is GCRA: each key has an instant
 * at which all it has used is paid back; a request moves it on by one interval, and is refused where
 * that would move it further ahead than a full burst. There is no window, so no edge to use twice (RL-07).
 */
import { createHmac } from "node:crypto";
import type { LimitKey, LimitName } from "../contract/limits.ts";
import type { Dependencies } from "./dependencies.ts";
import { commit, type Occasion } from "./events.ts";
import type { SecretKeys } from "./secrets.ts";

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

/** A take whose refusal can be told: `key` is what the contract says the rule counts by. */
export interface ToldTake extends Take {
  readonly key: LimitKey;
}

export interface Limited {
  readonly rule: LimitName;
  readonly quota: Quota;
  /** After this long the same request is let through, unless others come first (RL-10). */
  readonly retryAfterSeconds: number;
}
export type LimitOutcome = "allowed" | { readonly limited: Limited };
type Decision = "allowed" | { readonly limited: Limited; readonly key: LimitKey };

/** A quota as the store counts it. Milliseconds. */
export interface Pace {
  readonly intervalMs: number;
  /** How far ahead of now a key may be. */
  readonly burstMs: number;
}

export interface LimitStore {
  /** Takes one from the key, or nothing where none is left: decided in one statement. Answers how long to wait: 0 where it was taken. */
  takeOne(keyHash: Uint8Array, pace: Pace, now: number): Promise<number>;
  /** Undoes a `takeOne` of the same transaction. */
  giveBackOne(keyHash: Uint8Array, pace: Pace): Promise<void>;
  /** The key has used nothing. */
  resetLimit(keyHash: Uint8Array): Promise<void>;
  /** Deletes up to `limit` rows that say nothing any more; answers how many. */
  deletePaidLimits(now: number, limit: number): Promise<number>;
}

/** The longest wait the contract can tell. Seconds. */
const RETRY_AFTER_MAX_SECONDS = 86_400;

/**
 * Takes one from every key, or from none: a request that one limit refuses uses nothing of the others.
 * A refusal is recorded as `rate_limited` of `operation`.
 */
export async function takeLimits(
  deps: Dependencies,
  occasion: Occasion,
  operation: string,
  takes: readonly ToldTake[],
): Promise<LimitOutcome> {
  const keys = takes.map((take) => {
    const quota = deps.quotas[take.rule];
    return {
      ...take,
      quota,
      pace: paceOf(quota),
      hash: limitKey(deps.secretKeys, take),
    };
  });
  const outcome = await commit(deps, occasion, async (stores, record): Promise<Decision> => {
    for (const [index, { rule, key, quota, pace, hash }] of keys.entries()) {
      const waitMs = await stores.takeOne(hash, pace, occasion.now);
      if (waitMs === 0) continue;
      for (const taken of keys.slice(0, index)) await stores.giveBackOne(taken.hash, taken.pace);
      await record("rate_limited", { operation, key });
      const retryAfterSeconds = Math.min(Math.ceil(waitMs / 1000), RETRY_AFTER_MAX_SECONDS);
      return { limited: { rule, quota, retryAfterSeconds }, key };
    }
    return "allowed";
  });
  // Only what holds is counted: a refusal gave back what the limits before it had let through.
  if (outcome !== "allowed") deps.meter.limitDecided(operation, outcome.key, "refused");
  else for (const { key } of takes) deps.meter.limitDecided(operation, key, "allowed");
  return outcome;
}

/** What a key is stored under: a stolen database must not list the addresses people typed in. */
export function limitKey({ limitKeys }: SecretKeys, { rule, subject }: Take): Uint8Array {
  return createHmac("sha256", limitKeys).update(`${rule}\0${subject}`).digest();
}

/** Whole milliseconds, rounded so that a burst is always exactly `count`. */
function paceOf({ count, seconds }: Quota): Pace {
  const intervalMs = Math.ceil((seconds * 1000) / count);
  return { intervalMs, burstMs: intervalMs * count };
}
