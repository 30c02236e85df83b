/** Mail to the owners of accounts: written in the transaction of the change it tells of, delivered later. */
import { randomBytes } from "node:crypto";
import type { Change } from "./change.ts";
import type { Message, SealedMail } from "./ports/mails.ts";
import { seal } from "./sealing.ts";

/** Puts a message to an account's stored address into the outbox, as part of the change being made (RS-06). */
export async function queueMail(
  { deps, occasion: { now }, stores }: Change<"secretKeys">,
  to: string,
  message: Message,
  lifetimeSeconds: number,
): Promise<void> {
  const id = deps.newId(now);
  const mail: SealedMail = { to, ...message };
  const sealed = seal(deps.secretKeys.mailSeal, Buffer.from(JSON.stringify(mail)), id);
  const expiresAt = now + lifetimeSeconds * 1000;
  await stores.mails.insert({ id, sealed, createdAt: now, expiresAt, finishedAt: null });
}

/** Writes as much as `queueMail` would, and is never sent: so that time does not tell who has an account (ET-01). */
export async function queueDecoy(
  { deps, occasion: { now }, stores }: Change<"secretKeys">,
  to: string,
  message: Message,
): Promise<void> {
  const id = deps.newId(now);
  const mail: SealedMail = { to, ...message };
  const { length } = seal(deps.secretKeys.mailSeal, Buffer.from(JSON.stringify(mail)), id);
  const sealed = randomBytes(length);
  await stores.mails.insert({ id, sealed, createdAt: now, expiresAt: now, finishedAt: now });
}
