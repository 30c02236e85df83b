/**
 * Refusals that cost whoever causes them nothing. The first of a kind is an event; its repeats within
 * the next minutes are only lines of the request, so that nobody fills the disk at will (decision 11).
 */
import type { EventFields } from "../contract/events.ts";
import { addressKey } from "./addresses.ts";
import { commit, type RecordEvent, type Uses } from "./change.ts";
import { toldKey } from "./limits.ts";
import type { ChallengePurpose } from "./ports/challenges.ts";
import type { Journal, Occasion } from "./ports/events.ts";

/** How long one event tells of all refusals of its kind. Milliseconds. */
export const REFUSAL_TOLD_FOR_MS = 600_000;

/** Counted by the client's address: whoever it is, they are not signed in, or did not prove it. */
export async function recordCsrfRejection(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  fields: EventFields<"csrf_rejected">,
): Promise<void> {
  const subject = `${fields.operation} ${fields.reason} ${addressKey(occasion.ip ?? "")}`;
  await recordOnce(deps, occasion, "csrf_rejected", subject, (record) =>
    record("csrf_rejected", fields),
  );
}

/** Counted by the account: another one on the same address is told of by itself. */
export async function recordDenial(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  fields: EventFields<"authorization_denied">,
): Promise<void> {
  const subject = `${fields.operation} ${fields.userId}`;
  await recordOnce(deps, occasion, "authorization_denied", subject, (record) =>
    record("authorization_denied", fields),
  );
}

/** Counted by the client's address: a token that is unknown belongs to nobody. */
export async function recordChallengeNotGood(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  purpose: ChallengePurpose,
): Promise<void> {
  const subject = `${purpose} ${addressKey(occasion.ip ?? "")}`;
  await recordOnce(deps, occasion, "challenge_failed", subject, (record) =>
    record("challenge_failed", { purpose, reason: "not_good", userId: null }),
  );
}

/** Counted by the account: whoever adds a passkey is signed in to it. */
export async function recordPasskeyRefused(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  fields: EventFields<"passkey_refused">,
): Promise<void> {
  await recordOnce(deps, occasion, "passkey_refused", fields.userId, (record) =>
    record("passkey_refused", fields),
  );
}

async function recordOnce(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  event: string,
  subject: string,
  tell: (record: RecordEvent) => Promise<void>,
): Promise<void> {
  const { now } = occasion;
  const key = toldKey(deps.secretKeys, event, subject);
  // A repeat only reads. Which of many at once is the first, `tellOnce` decides.
  const known = await deps.storage.limits.find(key);
  if (known !== undefined && known.toldUntil > now) return;
  await commit(deps, occasion, async ({ stores, record }) => {
    if (await stores.limits.markTold(key, now + REFUSAL_TOLD_FOR_MS, now)) await tell(record);
  });
}
