/** Mail to the owners of accounts: written in the transaction of the change it tells of, delivered later. */
import { randomBytes } from "node:crypto";
import type { Dependencies } from "./dependencies.ts";
import type { Occasion } from "./events.ts";
import type { Message } from "./mail-texts.ts";
import { seal } from "./sealing.ts";
import type { Stores } from "./storage.ts";

/** A mail as the outbox keeps it. A mail may hold a reset link, so all of it is sealed (LA-03). */
export interface OutboxMail {
  readonly id: string;
  /** A `SealedMail` as JSON, sealed under the key for mail. */
  readonly sealed: Uint8Array;
  /** Instants in milliseconds since the epoch. */
  readonly createdAt: number;
  /** From then on it is of no use to anybody, and is not sent. */
  readonly expiresAt: number;
  /** Null while it waits to be sent. */
  readonly finishedAt: number | null;
}
/** What is inside: one message for one address. */
export interface SealedMail extends Message {
  readonly to: string;
}

/** A mail somebody has taken on. `attempt` counts from 1, and names the claim: a later one ends it. */
export interface ClaimedMail {
  readonly id: string;
  readonly sealed: Uint8Array;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly attempt: number;
}

export interface OutboxState {
  readonly waiting: number;
  readonly oldestCreatedAt: number | null;
}

export interface MailStore {
  insertMail(mail: OutboxMail): Promise<void>;
  /** Takes on the mail that has been due longest, until `leaseEnd`: one conditional statement, so that no two processes get it. */
  claimDueMail(now: number, leaseEnd: number): Promise<ClaimedMail | undefined>;
  /** Ends a mail, sent or given up, and deletes what is in it. No effect where the claim was lost. */
  finishMail(id: string, attempt: number, now: number): Promise<void>;
  /** Gives a claimed mail back, to be claimed again from `dueAt` on. No effect where the claim was lost. */
  postponeMail(id: string, attempt: number, dueAt: number): Promise<void>;
  /** How many wait to be sent, and since when the oldest of them does: milliseconds since the epoch, null where none waits. */
  measureOutbox(): Promise<OutboxState>;
  /** Deletes up to `limit` rows of mails finished before that; answers how many. */
  deleteMailsFinishedBefore(instant: number, limit: number): Promise<number>;
}

/** Puts a message to an account's stored address into the outbox, as part of the change being made (RS-06). */
export async function queueMail(
  deps: Dependencies,
  stores: Stores,
  { now }: Occasion,
  to: string,
  message: Message,
  lifetimeSeconds: number,
): Promise<void> {
  const id = deps.newId(now);
  const mail: SealedMail = { to, ...message };
  const sealed = seal(deps.secretKeys.mailSeal, Buffer.from(JSON.stringify(mail)), id);
  const expiresAt = now + lifetimeSeconds * 1000;
  await stores.insertMail({ id, sealed, createdAt: now, expiresAt, finishedAt: null });
}

/** Writes as much as `queueMail` would, and is never sent: so that time does not tell who has an account (ET-01). */
export async function queueDecoy(
  deps: Dependencies,
  stores: Stores,
  { now }: Occasion,
  to: string,
  message: Message,
): Promise<void> {
  const id = deps.newId(now);
  const mail: SealedMail = { to, ...message };
  const { length } = seal(deps.secretKeys.mailSeal, Buffer.from(JSON.stringify(mail)), id);
  const sealed = randomBytes(length);
  await stores.insertMail({ id, sealed, createdAt: now, expiresAt: now, finishedAt: now });
}
