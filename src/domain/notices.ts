/**
 * Notices: mails that tell the owner of an account what happened, queued in the transaction in which it
 * happened (PW-12). Only the first few of a kind in an hour are sent. Each kind is counted by itself, so
 * that nobody can use up the notice of a change by beginning locks.
 */
import type { Change } from "./change.ts";
import { takeWithin } from "./limits.ts";
import { queueMail } from "./mail.ts";
import { lockMessage, passwordChangedMessage, passwordResetMessage } from "./mail-texts.ts";
import type { Message } from "./ports/mails.ts";

type NoticeChange = Change<"secretKeys" | "quotas">;

/** A notice is worth reading for as long as a mail server's outage usually lasts. Seconds. */
const NOTICE_LIFETIME_SECONDS = 2 * 86_400;

export async function passwordChangedNotice(change: NoticeChange, email: string): Promise<void> {
  await notify(change, email, "password_changed", passwordChangedMessage(change.occasion));
}

export async function passwordResetNotice(change: NoticeChange, email: string): Promise<void> {
  await notify(change, email, "password_reset", passwordResetMessage(change.occasion));
}

/** For an account that exists, at a new lock only. `email` as it is stored; `lockedUntil` in milliseconds since the epoch. */
export async function lockNotice(
  change: NoticeChange,
  email: string,
  lockedUntil: number,
): Promise<void> {
  await notify(change, email, "login_locked", lockMessage(change.occasion, lockedUntil));
}

async function notify(
  change: NoticeChange,
  email: string,
  kind: "password_changed" | "password_reset" | "login_locked",
  message: Message,
): Promise<void> {
  const take = { rule: "notice_email", subject: `${kind} ${email}` } as const;
  if (!(await takeWithin(change, take))) return;
  await queueMail(change, email, message, NOTICE_LIFETIME_SECONDS);
}
