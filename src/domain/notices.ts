/** What the owner of an account is told by mail, in the transaction of what happened (PW-12). */
import type { Dependencies } from "./dependencies.ts";
import type { Occasion } from "./events.ts";
import { queueMail } from "./mail.ts";
import { lockMessage, passwordChangedMessage, passwordResetMessage } from "./mail-texts.ts";
import type { Stores } from "./storage.ts";

/** A notice is worth reading for as long as a mail server's outage usually lasts. Seconds. */
const NOTICE_LIFETIME_SECONDS = 2 * 86_400;

export async function passwordChangedNotice(
  deps: Dependencies,
  stores: Stores,
  occasion: Occasion,
  email: string,
): Promise<void> {
  const message = passwordChangedMessage(occasion);
  await queueMail(deps, stores, occasion, email, message, NOTICE_LIFETIME_SECONDS);
}

export async function passwordResetNotice(
  deps: Dependencies,
  stores: Stores,
  occasion: Occasion,
  email: string,
): Promise<void> {
  const message = passwordResetMessage(occasion);
  await queueMail(deps, stores, occasion, email, message, NOTICE_LIFETIME_SECONDS);
}

/** For an account that exists, at a new lock only. `email` as it is stored; `lockedUntil` in milliseconds since the epoch. */
export async function lockNotice(
  deps: Dependencies,
  stores: Stores,
  occasion: Occasion,
  email: string,
  lockedUntil: number,
): Promise<void> {
  const message = lockMessage(occasion, lockedUntil);
  await queueMail(deps, stores, occasion, email, message, NOTICE_LIFETIME_SECONDS);
}
