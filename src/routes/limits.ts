/** The limits an operation declares, taken for a request; and what the headers of a refusal say. */
import { limits as catalogue, type DeclaredLimit } from "../contract/limits.ts";
import { takeOfOwner } from "../domain/accounts.ts";
import { addressKey } from "../domain/addresses.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { takeOfDevice } from "../domain/devices.ts";
import type { Device } from "../domain/ports/devices.ts";
import { type Limited, takeLimitsBeside } from "../domain/limits.ts";
import type { Take } from "../domain/ports/limits.ts";
import type { Stores } from "../domain/ports/storage.ts";
import type { RequestState } from "./request-state.ts";
import type { Caller, Failure } from "./handler.ts";
import type { AnswerHeaders } from "./headers.ts";

/** Whom a request's limits count. Only the address it came from and what was validated: nothing else in it steers a key (RL-09). */
export interface Subjects {
  readonly body: unknown;
  readonly caller: Caller | undefined;
  readonly device: Device | undefined;
}

interface Looked<Found> {
  readonly found: Found;
  /** Resolves once what was taken holds; nothing may be answered before (RL-08). */
  readonly durable: Promise<void>;
}

/** Takes what the operation declares, beside `look`: what that found, or the failure to answer with where a limit refuses. */
export async function takeDeclaredLimits<Found>(
  deps: Dependencies,
  state: RequestState,
  operation: string,
  declared: readonly DeclaredLimit[],
  subjects: Subjects,
  look: (stores: Stores) => Promise<Found>,
): Promise<Looked<Found> | { readonly refusal: Failure<"rate_limited"> }> {
  const takes = declared
    .map((rule) => takeOf(rule, state, subjects))
    .map((take) => ({ ...take, key: catalogue[take.rule].key }));
  const looked = await takeLimitsBeside(deps, state, operation, takes, look);
  const { outcome, found, durable } = looked;
  if (outcome === "allowed") return { found, durable };
  await durable;
  const { limited } = outcome;
  const { retryAfterSeconds } = limited;
  return { refusal: { problem: "rate_limited", retryAfterSeconds, limited } };
}

function takeOf(
  rule: DeclaredLimit,
  { ip }: RequestState,
  { body, caller, device }: Subjects,
): Take {
  switch (catalogue[rule].key) {
    case "ip":
      return { rule, subject: addressKey(ip) };
    case "email":
      // A device the account knows is counted by itself: whoever floods the address must not keep its owner out (RL-03).
      return device ? takeOfDevice(device) : { rule, subject: emailOf(body) ?? missing(rule) };
    case "account":
      return caller ? takeOfOwner(caller.user) : missing(rule);
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
