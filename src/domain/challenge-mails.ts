/** Challenges whose end is mailed. How many mails an address gets is bounded, without changing an answer (EM-11). */
import type { OperationId } from "../contract/operations.ts";
import type { MailMessage } from "../contract/mails.ts";
import { type Prepared, saveOrDecoy } from "./challenges.ts";
import type { Change } from "./change.ts";
import { takeWithin } from "./limits.ts";
import { type MailChange, queueDecoy, queueMail } from "./mail.ts";
import type { Take } from "./ports/limits.ts";
import type { Recipient } from "./ports/mails.ts";

export interface MailedChallenge {
  readonly operation: OperationId;
  readonly prepared: Prepared;
  /** The address's share of such mails. */
  readonly take: Take;
  readonly recipient: Recipient;
  readonly message: MailMessage;
}

/**
 * Stores the challenge and mails its end, if it is an account's and the address has not got too many mails; otherwise
 * does the same for nobody. What was mailed before stays good where nothing is mailed now: nobody can end it by asking
 * again and again. Records `rate_limited`; what else happened, the caller records.
 */
export async function mailChallenge(
  change: MailChange & Change<"quotas">,
  { operation, prepared, take, recipient, message }: MailedChallenge,
): Promise<"mailed" | "nobody" | "limited"> {
  const isWithin = await takeWithin(change, take);
  if (await saveOrDecoy(change, prepared, isWithin)) {
    await queueMail(change, recipient, message, prepared.expiresInSeconds);
    return "mailed";
  }
  await queueDecoy(change, recipient, message);
  if (isWithin) return "nobody";
  await recordLimited(change, operation);
  return "limited";
}

/** Tells of a mail that an address does not get. Each time: an event less would be less work (ET-01). */
export async function recordLimited({ record }: Change, operation: OperationId): Promise<void> {
  await record("rate_limited", { operation, key: "email" });
}
