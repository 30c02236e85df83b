/** Takes the limits that an operation declares, and writes the headers of a refusal. */
import { limits as catalogue, type DeclaredLimit } from "../contract/limits.ts";
import { addressKey } from "../domain/addresses.ts";
import { takeOfDevice } from "../domain/devices.ts";
import { type Limited, takeLimitsBeside, type ToldTake } from "../domain/limits.ts";
import type { Stores } from "../domain/ports/storage.ts";
import type { Judged } from "./checks/check.ts";
import type { AfterLimits, Failure, TakeLimits } from "./handler.ts";
import type { AnswerHeaders } from "./headers.ts";

interface Taken<Found> {
  readonly found: Found;
  /** Resolves once what was taken has been committed; nothing may be answered before (RL-08). */
  readonly durable: Promise<void>;
}

/** Takes the limits that the operation declares, beside `look`: answers what that found, or the refusal. */
export async function takeDeclaredLimits<Found>(
  judged: Judged,
  look: (stores: Stores) => Promise<Found>,
): Promise<Taken<Found> | { readonly refusal: Failure<"rate_limited"> }> {
  const { gate, operation, state } = judged;
  const takes = (operation.limits ?? []).map((rule) => takeOf(rule, judged));
  const looked = await takeLimitsBeside(gate.deps, state, operation.operationId, takes, look);
  const { outcome, found, durable } = looked;
  if (outcome === "allowed") return { found, durable };
  await durable;
  const { limited } = outcome;
  const { retryAfterSeconds } = limited;
  return { refusal: { problem: "rate_limited", retryAfterSeconds, limited } };
}

/** `takeLimits` of a call, for the handler that takes its limits itself. */
export function limitsTaker<A>(judged: Judged): TakeLimits<A> {
  return async (look, answer): Promise<AfterLimits<A>> => {
    const taken = await takeDeclaredLimits(judged, look);
    if ("refusal" in taken) return { afterLimits: taken.refusal };
    const afterLimits = await answer(taken.found);
    await taken.durable;
    return { afterLimits };
  };
}

/**
 * Counts by the address the request came from and by what was validated: nothing else in a request steers a key (RL-09).
 * The address that a login names is in the event whether or not it is anybody's: it is what was sent, and asks nothing
 * of the database (LA-13).
 */
function takeOf(rule: DeclaredLimit, { state, input: { body }, caller, device }: Judged): ToldTake {
  const { key } = catalogue[rule];
  switch (key) {
    case "ip":
      return { rule, subject: addressKey(state.ip), key, whom: {} };
    case "email": {
      const email = emailOf(body) ?? missing(rule);
      // A device the account knows is counted by itself: a flood of logins to the address must not keep its owner out (RL-03).
      if (device === undefined) return { rule, subject: email, key, whom: { email } };
      const take = takeOfDevice(device);
      return { ...take, key: catalogue[take.rule].key, whom: { userId: device.userId } };
    }
    case "account": {
      const userId = caller?.user.id ?? missing(rule);
      return { rule, subject: userId, key, whom: { userId } };
    }
  }
}

/** The address in a body that has been validated, and so is in its normal form (LG-06). */
export function emailOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("email" in body)) return undefined;
  return typeof body.email === "string" ? body.email : undefined;
}

/** The contract is checked for it: see `document-faults.ts`. */
function missing(rule: DeclaredLimit): never {
  throw new Error(`The request has nothing that ${rule} counts by`);
}

/** draft-ietf-httpapi-ratelimit-headers-10 §3 and §4. */
export function rateLimitHeaders({ rule, quota, retryAfterSeconds }: Limited): AnswerHeaders {
  const { policy } = catalogue[rule];
  return {
    "ratelimit-policy": `"${policy}";q=${quota.count};w=${quota.seconds}`,
    ratelimit: `"${policy}";r=0;t=${retryAfterSeconds}`,
  };
}
