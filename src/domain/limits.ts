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
import type { Ahead, Stores } from "./storage.ts";

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
  /** Takes one from the key, or nothing where none is left: decided in one statement. Answers how long to wait: 0 where it was taken. */
  takeOne(keyHash: Uint8Array, pace: Pace, now: number): Promise<number>;
  /**
   * Takes one from every key, in order, until one refuses; undefined where none does. What was taken
   * before that stays taken. A refusal by the first key only reads. Answers ahead of the disk.
   */
  takeInOrder(takings: readonly Taking[], now: number): Promise<Ahead<TakeRefusal | undefined>>;
  /** How the key stands, by looking alone; undefined where nothing is known of it. */
  findLimit(keyHash: Uint8Array): Promise<LimitState | undefined>;
  /**
   * Marks the key as told until then, in one statement; false where it is marked already. Of any
   * number at once, one is told true.
   */
  tellOnce(keyHash: Uint8Array, until: number, now: number): Promise<boolean>;
  /** The key has used nothing. */
  resetLimit(keyHash: Uint8Array): Promise<void>;
  /** Deletes up to `limit` rows that say nothing any more; answers how many. */
  deletePaidLimits(now: number, limit: number): Promise<number>;
}

/** The longest wait the contract can tell. Seconds. */
const RETRY_AFTER_MAX_SECONDS = 86_400;

/**
 * Takes one from every key, in order, until one refuses. What was taken before stays taken: a refused
 * login counts for the address it came from, or keeping an owner out by their e-mail would cost nothing.
 * The first refusal of a key in the time a burst takes is recorded as `rate_limited` of `operation`;
 * the next ones only read, lest a stranger fills the disk (decision 11).
 */
export async function takeLimits(
  deps: Dependencies,
  occasion: Occasion,
  operation: string,
  takes: readonly ToldTake[],
): Promise<LimitOutcome> {
  const nothing = async () => {};
  const { outcome, held } = await takeLimitsBeside(deps, occasion, operation, takes, nothing);
  await held;
  return outcome;
}

/**
 * The same, while `look` reads what is needed if nothing refuses: in one round trip, where the database
 * is one away. Whoever is refused must not learn anything of what it found. `held`: see `Ahead`.
 */
export async function takeLimitsBeside<Found>(
  deps: Dependencies,
  occasion: Occasion,
  operation: string,
  takes: readonly ToldTake[],
  look: (stores: Stores) => Promise<Found>,
): Promise<{
  readonly outcome: LimitOutcome;
  readonly found: Found;
  readonly held: Promise<void>;
}> {
  const keys = takes.map((take) => {
    const quota = deps.quotas[take.rule];
    return { ...take, quota, pace: paceOf(quota), keyHash: limitKey(deps.secretKeys, take) };
  });
  const [{ result: refusal, held }, found] = await deps.storage.together((stores) =>
    Promise.all([stores.takeInOrder(keys, occasion.now), look(stores)]),
  );
  const refusing = refusal && keys[refusal.at];
  if (refusing !== undefined && refusal !== undefined && refusal.toldUntil <= occasion.now)
    await tell(deps, occasion, operation, refusing);
  for (const { key } of keys.slice(0, refusal?.at))
    deps.meter.limitDecided(operation, key, "allowed");
  if (refusal === undefined || refusing === undefined) return { outcome: "allowed", found, held };

  const { rule, quota, key } = refusing;
  deps.meter.limitDecided(operation, key, "refused");
  const limited = { rule, quota, retryAfterSeconds: inSeconds(refusal.waitMs) };
  return { outcome: { limited }, found, held };
}

/** Of any number of refusals at once, one is told. */
async function tell(
  deps: Dependencies,
  occasion: Occasion,
  operation: string,
  { key, keyHash, pace }: Counted,
): Promise<void> {
  const { now } = occasion;
  await commit(deps, occasion, async (stores, record) => {
    if (await stores.tellOnce(keyHash, now + pace.burstMs, now))
      await record("rate_limited", { operation, key });
  });
}

/** Takes one within a change that is being made, and tells nobody; false where none is left. */
export async function takeWithin(
  deps: Dependencies,
  stores: LimitStore,
  { now }: Occasion,
  take: Take,
): Promise<boolean> {
  const pace = paceOf(deps.quotas[take.rule]);
  return (await stores.takeOne(limitKey(deps.secretKeys, take), pace, now)) === 0;
}

interface Counted extends ToldTake, Taking {
  readonly quota: Quota;
}

/** How long a key that is paid back at that instant has nothing left: 0 where it has. Milliseconds. */
export function waitOf({ burstMs, intervalMs }: Pace, paidAt: number, now: number): number {
  return Math.max(paidAt - (now + burstMs - intervalMs), 0);
}

function inSeconds(waitMs: number): number {
  return Math.min(Math.ceil(waitMs / 1000), RETRY_AFTER_MAX_SECONDS);
}

/** What a key is stored under: a stolen database must not list the addresses people typed in. */
export function limitKey({ limitKeys }: SecretKeys, { rule, subject }: Take): Uint8Array {
  return createHmac("sha256", limitKeys).update(`${rule}\0${subject}`).digest();
}

/** The same for refusals that nothing limits: only whether they have been told is kept. */
export function toldKey({ limitKeys }: SecretKeys, event: string, subject: string): Uint8Array {
  return createHmac("sha256", limitKeys).update(`told\0${event}\0${subject}`).digest();
}

/** Whole milliseconds, rounded so that a burst is always exactly `count`. */
function paceOf({ count, seconds }: Quota): Pace {
  const intervalMs = Math.ceil((seconds * 1000) / count);
  return { intervalMs, burstMs: intervalMs * count };
}
