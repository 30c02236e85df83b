/**
 * Limits: how often something may be asked for. They are counted in the database, before any hashing, so
 * that a restart forgets nothing and every process counts together (RL-08). The rule is GCRA (ITU-T I.371):
 * each key has an instant at which all it has used is paid back. A request moves that instant on by one
 * interval, and is refused where it would get further ahead of now than a full burst. There is no window,
 * so no edge to use twice (RL-07).
 */
import { createHmac } from "node:crypto";
import type { LimitKey, LimitName } from "../contract/limits.ts";
import { type Change, commit, type Uses } from "./change.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Pace, Quota, Take, Taking } from "./ports/limits.ts";
import type { SecretKeys } from "./ports/secret-keys.ts";
import type { Stores } from "./ports/storage.ts";

/** A take whose refusal can be recorded: `key` names what the rule counts by, as the contract says it. */
export interface ToldTake extends Take {
  readonly key: LimitKey;
  /** Whom the event names. Known without asking the database, so that it costs the same for everybody (ET-01). */
  readonly whom?: { readonly email?: string; readonly userId?: string };
}

export interface Limited {
  readonly rule: LimitName;
  readonly quota: Quota;
  /** After this long the same request is let through, unless others come first (RL-10). */
  readonly retryAfterSeconds: number;
}
export type LimitOutcome = "allowed" | { readonly limited: Limited };

type LimitUses = Journal & Uses<"secretKeys" | "quotas" | "meter">;

/** The longest wait the contract can tell. Seconds. */
const RETRY_AFTER_MAX_SECONDS = 86_400;

/**
 * Takes one from every key, in order, until one refuses. What was taken before stays taken: a refused
 * login counts for the address it came from, or keeping an owner out by their e-mail would cost nothing.
 * The first refusal of a key in the time a burst takes is recorded as `rate_limited` of `operation`;
 * the next ones only read, lest a stranger fills the disk (decision 11).
 *
 * Meanwhile `look` reads what is needed if nothing refuses: one round trip to PostgreSQL instead of
 * two. Answer nothing of what `look` found to a request that is refused, and await `durable` before any
 * answer (see `Ahead`).
 */
export async function takeLimitsBeside<Found>(
  deps: LimitUses,
  occasion: Occasion,
  operation: string,
  takes: readonly ToldTake[],
  look: (stores: Stores) => Promise<Found>,
): Promise<{
  readonly outcome: LimitOutcome;
  readonly found: Found;
  readonly durable: Promise<void>;
}> {
  const keys = takes.map((take) => {
    const quota = deps.quotas[take.rule];
    return { ...take, quota, pace: paceOf(quota), keyHash: limitKey(deps, take) };
  });
  const [{ result: refusal, durable }, found] = await deps.storage.together((stores) =>
    Promise.all([stores.limits.takeInOrder(keys, occasion.now), look(stores)]),
  );
  const refusing = refusal && keys[refusal.at];
  if (refusing !== undefined && refusal !== undefined && refusal.toldUntil <= occasion.now)
    await tell(deps, occasion, operation, refusing);
  for (const { key } of keys.slice(0, refusal?.at))
    deps.meter.limitDecided(operation, key, "allowed");
  if (refusal === undefined || refusing === undefined)
    return { outcome: "allowed", found, durable };

  const { rule, quota, key } = refusing;
  deps.meter.limitDecided(operation, key, "refused");
  const limited = { rule, quota, retryAfterSeconds: inSeconds(refusal.waitMs) };
  return { outcome: { limited }, found, durable };
}

/** Records a refusal. Of any number at once, one is recorded. */
async function tell(
  deps: LimitUses,
  occasion: Occasion,
  operation: string,
  { key, keyHash, pace, whom }: Counted,
): Promise<void> {
  const { now } = occasion;
  await commit(deps, occasion, async ({ stores, record }) => {
    if (await stores.limits.markTold(keyHash, now + pace.burstMs, now))
      await record("rate_limited", { operation, key, ...whom });
  });
}

/** Takes one within a change, and records nothing; false where none is left. */
export async function takeWithin(
  { deps, occasion: { now }, stores }: Change<"secretKeys" | "quotas">,
  take: Take,
): Promise<boolean> {
  const pace = paceOf(deps.quotas[take.rule]);
  return stores.limits.take(limitKey(deps, take), pace, now);
}

interface Counted extends ToldTake, Taking {
  readonly quota: Quota;
}

/** How long a key that is paid back at `paidAt` has nothing left; 0 where it has. Milliseconds. */
export function waitOf({ burstMs, intervalMs }: Pace, paidAt: number, now: number): number {
  return Math.max(paidAt - (now + burstMs - intervalMs), 0);
}

function inSeconds(waitMs: number): number {
  return Math.min(Math.ceil(waitMs / 1000), RETRY_AFTER_MAX_SECONDS);
}

/**
 * The hash a limit is stored under. A stolen database must not list the addresses people typed in. The quota is
 * part of it: what was counted under another setting says nothing under this one, or it would keep people waiting
 * for as long as that one allowed (RL-12). Going by the stored instant instead, such as by what lies too far ahead,
 * fails between processes whose clocks differ.
 */
export function limitKey(
  { secretKeys, quotas }: Uses<"secretKeys" | "quotas">,
  { rule, subject }: Take,
): Uint8Array {
  const { count, seconds } = quotas[rule];
  const text = `${rule}\0${count}/${seconds}\0${subject}`;
  return createHmac("sha256", secretKeys.limitKeys).update(text).digest();
}

/** The key of refusals that nothing limits: only whether they have been told is kept under it. */
export function toldKey({ limitKeys }: SecretKeys, event: string, subject: string): Uint8Array {
  return createHmac("sha256", limitKeys).update(`told\0${event}\0${subject}`).digest();
}

/** Whole milliseconds, rounded so that a burst is always exactly `count`. */
export function paceOf({ count, seconds }: Quota): Pace {
  const intervalMs = Math.ceil((seconds * 1000) / count);
  return { intervalMs, burstMs: intervalMs * count };
}
