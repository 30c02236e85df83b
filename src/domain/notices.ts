/**
 * What the owner of an account is told by mail, in the transaction of what happened (PW-12). Only the
 * first few of a kind in an hour are sent. Each kind is counted by itself, so that nobody can
 * use up the notice of a change by beginning locks.
 */
import type { Dependencies } from "./dependencies.ts";
import type { Occasion } from "./events.ts";
import { takeWithin } from "./limits.ts";
import { queueMail } from "./mail.ts";
import {
  lockMessage,
  type Message,
  passwordChangedMessage,
  passwordResetMessage,
} from "./mail-texts.ts";
import type { Stores } from "./storage.ts";

/** A notice is worth reading for as long as a mail server's outage usually lasts. Seconds. */
const NOTICE_LIFETIME_SECONDS = 2 * 86_400;

export async function passwordChangedNotice(
  deps: Dependencies,
  stores: Stores,
  occasion: Occasion,
  email: string,
): Promise<void> {
  await notify(deps, stores, occasion, email, "password_changed", passwordChangedMessage(occasion));
}

export async function passwordResetNotice(
  deps: Dependencies,
  stores: Stores,
  occasion: Occasion,
  email: string,
): Promise<void> {
  await notify(deps, stores, occasion, email, "password_reset", passwordResetMessage(occasion));
}

/** For an account that exists, at a new lock only. `email` as it is stored; `lockedUntil` in milliseconds since the epoch. */
export async function lockNotice(
  deps: Dependencies,
  stores: Stores,
  occasion: Occasion,
  email: string,
  lockedUntil: number,
): Promise<void> {
  await notify(deps, stores, occasion, email, "login_locked", lockMessage(occasion, lockedUntil));
}

async function notify(
  deps: Dependencies,
  stores: Stores,
  occasion: Occasion,
  email: string,
  kind: "password_changed" | "password_reset" | "login_locked",
  message: Message,
): Promise<void> {
  const take = { rule: "notice_email", subject: `${kind} ${email}` } as const;
  if (!(await takeWithin(deps, stores, occasion, take))) return;
  await queueMail(deps, stores, occasion, email, message, NOTICE_LIFETIME_SECONDS);
}
