/** Mail to the owners of accounts: written in the transaction of the change it tells of, delivered later. */
import { randomBytes } from "node:crypto";
import type { MailMessage } from "../contract/mails.ts";
import type { Change } from "./change.ts";
import type { Recipient, SealedMail } from "./ports/mails.ts";
import { seal } from "./sealing.ts";

export type MailChange = Change<"secretKeys" | "mailTemplates">;

/** Puts a mail to the recipient's stored address into the outbox, as part of the change being made (RS-06). */
export async function queueMail(
  change: MailChange,
  recipient: Recipient,
  message: MailMessage,
  lifetimeSeconds: number,
): Promise<void> {
  const { id, sealed } = sealMail(change, recipient, message);
  const { now: createdAt } = change.occasion;
  const expiresAt = createdAt + lifetimeSeconds * 1000;
  await change.stores.mails.insert({ id, sealed, createdAt, expiresAt, finishedAt: null });
}

/**
 * Writes as much as `queueMail` would, in the language it would choose, and is never sent: so that time does not
 * tell who has an account (ET-01).
 */
export async function queueDecoy(
  change: MailChange,
  recipient: Recipient,
  message: MailMessage,
): Promise<void> {
  const { id, sealed } = sealMail(change, recipient, message);
  const { now } = change.occasion;
  const decoy = randomBytes(sealed.length);
  await change.stores.mails.insert({
    id,
    sealed: decoy,
    createdAt: now,
    expiresAt: now,
    finishedAt: now,
  });
}

function sealMail(
  { deps, occasion: { now } }: MailChange,
  { email: to, ...reader }: Recipient,
  message: MailMessage,
): { readonly id: string; readonly sealed: Uint8Array } {
  const id = deps.newId(now);
  const mail: SealedMail = { to, ...deps.mailTemplates.write(message, reader) };
  return { id, sealed: seal(deps.secretKeys.mailSeal, Buffer.from(JSON.stringify(mail)), id) };
}
