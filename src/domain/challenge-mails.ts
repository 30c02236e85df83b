/** Challenges whose end is mailed. How many mails an address gets is bounded, without changing an answer (EM-11). */
import type { OperationId } from "../contract/operations.ts";
import type { MailMessage } from "../contract/mails.ts";
import { type Prepared, saveOrDecoy } from "./challenges.ts";
import { type Change, type ChangeWith, commit, type Uses } from "./change.ts";
import { takeWithin } from "./limits.ts";
import { type MailChange, queueDecoy, queueMail } from "./mail.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Take } from "./ports/limits.ts";
import type { Recipient } from "./ports/mails.ts";

/** The dependencies of whoever begins what a mail ends. */
export type MailUses = Uses<
  "secretKeys" | "quotas" | "meter" | "lifetimes" | "mailTemplates" | "mailPages"
>;

/** `limited`: the address has got too many. The caller of the API is told none of them. */
export type MailOutcome = "mailed" | "nobody" | "limited";

/**
 * Runs a change in which an address may get a mail, and tells of one that it does not get: each time, because an event
 * less would be less work (ET-01).
 */
export async function commitMail<D extends Journal & Uses<"meter">>(
  deps: D,
  occasion: Occasion,
  { operation, email }: { readonly operation: OperationId; readonly email: string },
  work: (change: ChangeWith<D>) => Promise<MailOutcome>,
): Promise<void> {
  const outcome = await commit(deps, occasion, async (change) => {
    const mailed = await work(change);
    if (mailed === "limited")
      await change.record("rate_limited", { operation, key: "email", email });
    return mailed;
  });
  deps.meter.limitDecided(operation, "email", outcome === "limited" ? "refused" : "allowed");
}

export interface MailedChallenge {
  readonly prepared: Prepared;
  /** The address's share of such mails. */
  readonly take: Take;
  readonly recipient: Recipient;
  readonly message: MailMessage;
}

/**
 * Stores the challenge and mails its end, if it is an account's and the address has not got too many mails; otherwise
 * does as much for nobody. A mail of before stays good where none is sent now: nobody can end it by asking again and
 * again.
 */
export async function mailChallenge(
  change: MailChange & Change<"quotas">,
  { prepared, take, recipient, message }: MailedChallenge,
): Promise<MailOutcome> {
  const isWithin = await takeWithin(change, take);
  if (await saveOrDecoy(change, prepared, isWithin)) {
    await queueMail(change, recipient, message, prepared.expiresInSeconds);
    return "mailed";
  }
  await queueDecoy(change, recipient, message);
  return isWithin ? "nobody" : "limited";
}
