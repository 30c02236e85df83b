/** Challenges whose end is mailed. How many mails an address gets is bounded, without changing an answer (EM-11). */
import { ofNobody, type Prepared, saveOrDecoy } from "./challenges.ts";
import { takeWithin } from "./limits.ts";
import { type MailChange, queueDecoy, queueMail } from "./mail.ts";
import type { Change } from "./change.ts";
import type { MailMessage } from "../contract/mails.ts";
import type { Take } from "./ports/limits.ts";
import type { Recipient } from "./ports/mails.ts";

export interface MailedChallenge {
  readonly prepared: Prepared;
  /** The address's share of such mails. */
  readonly take: Take;
  readonly recipient: Recipient;
  readonly message: MailMessage;
  /** Goes to the same address where the challenge is nobody's. Absent: a decoy does. */
  readonly otherwise?: { readonly recipient: Recipient; readonly message: MailMessage };
}

/**
 * Stores the challenge and mails its end, if it is an account's and the address has not got too many mails; otherwise
 * does the same for nobody. What was mailed before stays good where nothing is mailed now: nobody can end it by asking
 * again and again.
 */
export async function mailChallenge(
  change: MailChange & Change<"quotas">,
  { prepared, take, recipient, message, otherwise }: MailedChallenge,
): Promise<"mailed" | "nobody" | "limited"> {
  const isWithin = await takeWithin(change, take);
  const { expiresInSeconds } = prepared;
  if (await saveOrDecoy(change, isWithin ? prepared : ofNobody(prepared))) {
    await queueMail(change, recipient, message, expiresInSeconds);
    return "mailed";
  }
  if (!isWithin || otherwise === undefined) await queueDecoy(change, recipient, message);
  else await queueMail(change, otherwise.recipient, otherwise.message, expiresInSeconds);
  return isWithin ? "nobody" : "limited";
}
