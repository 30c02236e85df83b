/**
 * Notices: mails that tell the owner of an account what happened, queued in the transaction in which it
 * happened (PW-12). Only the first few of a kind in an hour are sent. Each kind is counted by itself, so
 * that nobody can use up the notice of a change by beginning locks.
 */
import type { MailMessage } from "../contract/mails.ts";
import type { Change } from "./change.ts";
import { takeWithin } from "./limits.ts";
import { queueMail } from "./mail.ts";
import type { Occasion } from "./ports/events.ts";
import type { Recipient } from "./ports/mails.ts";

export type NoticeChange = Change<"secretKeys" | "quotas" | "mailTemplates">;

/** The account's owner, at its stored address. Whoever did it may be somebody else, whose languages do not count. */
export type Owner = Pick<Recipient, "email" | "locale">;

export type NoticeKind =
  | "password_changed"
  | "password_reset"
  | "login_locked"
  | "account_claimed"
  | "totp_added"
  | "totp_removed"
  | "passkey_added"
  | "passkey_removed"
  | "second_factors_reset"
  | "identity_linked"
  | "identity_removed"
  | "recovery_codes_renewed"
  | "recovery_code_used"
  | "second_factor_failing"
  | "passkey_clone_suspected";
type Notice = Extract<MailMessage, { readonly kind: NoticeKind }>;

/** A notice is worth reading for as long as a mail server's outage usually lasts. Seconds. */
const NOTICE_LIFETIME_SECONDS = 2 * 86_400;

export async function passwordChangedNotice(change: NoticeChange, owner: Owner): Promise<void> {
  await notify(change, owner, { kind: "password_changed", ...circumstancesOf(change.occasion) });
}

export async function passwordResetNotice(change: NoticeChange, owner: Owner): Promise<void> {
  await notify(change, owner, { kind: "password_reset", ...circumstancesOf(change.occasion) });
}

/** For an account that exists, at a new lock only. `until` in milliseconds since the epoch. */
export async function lockNotice(change: NoticeChange, owner: Owner, until: number): Promise<void> {
  const circumstances = circumstancesOf(change.occasion);
  await notify(change, owner, { kind: "login_locked", ...circumstances, until });
}

/** To the owner of a mailbox, who took over an account that nobody had proved to be theirs (EM-06). */
export async function accountClaimedNotice(change: NoticeChange, owner: Owner): Promise<void> {
  await notify(change, owner, { kind: "account_claimed", ...circumstancesOf(change.occasion) });
}

export async function totpAddedNotice(change: NoticeChange, owner: Owner): Promise<void> {
  await notify(change, owner, { kind: "totp_added", ...circumstancesOf(change.occasion) });
}

export async function totpRemovedNotice(change: NoticeChange, owner: Owner): Promise<void> {
  await notify(change, owner, { kind: "totp_removed", ...circumstancesOf(change.occasion) });
}

/** `name` is how the owner calls the passkey, or somebody in the owner's account. */
export async function passkeyAddedNotice(
  change: NoticeChange,
  owner: Owner,
  name: string,
): Promise<void> {
  await notify(change, owner, { kind: "passkey_added", name, ...circumstancesOf(change.occasion) });
}

export async function passkeyRemovedNotice(
  change: NoticeChange,
  owner: Owner,
  name: string,
): Promise<void> {
  const circumstances = circumstancesOf(change.occasion);
  await notify(change, owner, { kind: "passkey_removed", name, ...circumstances });
}

/** `provider` is its name for people. */
export async function identityLinkedNotice(
  change: NoticeChange,
  owner: Owner,
  provider: string,
): Promise<void> {
  const circumstances = circumstancesOf(change.occasion);
  await notify(change, owner, { kind: "identity_linked", provider, ...circumstances });
}

/** `provider` is its name for people. */
export async function identityRemovedNotice(
  change: NoticeChange,
  owner: Owner,
  provider: string,
): Promise<void> {
  const circumstances = circumstancesOf(change.occasion);
  await notify(change, owner, { kind: "identity_removed", provider, ...circumstances });
}

/** For an account whose second factors an administrator or a command removed. */
export async function factorsResetNotice(change: NoticeChange, owner: Owner): Promise<void> {
  await notify(change, owner, {
    kind: "second_factors_reset",
    ...circumstancesOf(change.occasion),
  });
}

export async function recoveryCodesRenewedNotice(
  change: NoticeChange,
  owner: Owner,
): Promise<void> {
  const circumstances = circumstancesOf(change.occasion);
  await notify(change, owner, { kind: "recovery_codes_renewed", ...circumstances });
}

/** `remaining` codes are left after the one that was used. */
export async function recoveryCodeUsedNotice(
  change: NoticeChange,
  owner: Owner,
  remaining: number,
): Promise<void> {
  const circumstances = circumstancesOf(change.occasion);
  await notify(change, owner, { kind: "recovery_code_used", remaining, ...circumstances });
}

/** The password was right, and several second factors after it were wrong (MF-14). */
export async function secondFactorFailingNotice(change: NoticeChange, owner: Owner): Promise<void> {
  const circumstances = circumstancesOf(change.occasion);
  await notify(change, owner, { kind: "second_factor_failing", ...circumstances });
}

/** The counter of the passkey did not grow (PK-05). */
export async function passkeyCloneNotice(
  change: NoticeChange,
  owner: Owner,
  name: string,
): Promise<void> {
  const circumstances = circumstancesOf(change.occasion);
  await notify(change, owner, { kind: "passkey_clone_suspected", name, ...circumstances });
}

/** When something was done and from where, as mails tell it. */
export function circumstancesOf({ now, ip }: Occasion) {
  return { when: now, where: ip };
}

async function notify(change: NoticeChange, owner: Owner, notice: Notice): Promise<void> {
  const { email, locale } = owner;
  const take = { rule: "notice_email", subject: `${notice.kind} ${email}` } as const;
  if (!(await takeWithin(change, take))) return;
  await queueMail(change, { email, locale, languages: null }, notice, NOTICE_LIFETIME_SECONDS);
}
