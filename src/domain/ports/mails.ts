/** Mails: their texts, the outbox they wait in, and the transport that takes them. */
import type { MailMessage } from "../../contract/mails.ts";

/** A mail's text, in the language of whoever gets it. */
export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The languages, as far as they are known, of somebody who gets a mail. */
export interface Reader {
  /** The account's own, as a language tag; null where there is no account, or it has none. */
  readonly locale: string | null;
  /** The Accept-Language of the request that asked for the mail; null where nobody asked for it, or said none. */
  readonly languages: string | null;
}

export interface Recipient extends Reader {
  /** An account's stored address, or the one a pending change is about. */
  readonly email: string;
}

/** The templates, read and compiled once, at the start. */
export interface MailTemplates {
  /** Writes a mail in the account's language, else in one that the request accepts, else in that of the settings. */
  write(message: MailMessage, reader: Reader): Message;
}

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

/** The content of a sealed mail: one message for one address. */
export interface SealedMail extends Message {
  readonly to: string;
}

/** A mail that a process has claimed. `attempt` counts from 1, and names the claim: a later one ends it. */
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
  insert(mail: OutboxMail): Promise<void>;
  /** Takes on the mail that has been due longest, until `leaseEnd`: one conditional statement, so that no two processes get it. */
  claimDue(now: number, leaseEnd: number): Promise<ClaimedMail | undefined>;
  /** Ends a mail, sent or given up, and deletes what is in it. No effect where the claim was lost. */
  finish(id: string, attempt: number, now: number): Promise<void>;
  /** Gives a claimed mail back, to be claimed again from `dueAt` on. No effect where the claim was lost. */
  postpone(id: string, attempt: number, dueAt: number): Promise<void>;
  /** How many wait to be sent, and since when the oldest of them does: milliseconds since the epoch, null where none waits. */
  measure(): Promise<OutboxState>;
  /** Deletes up to `limit` rows of mails finished before that; answers how many. */
  deleteFinishedBefore(instant: number, limit: number): Promise<number>;
}

/** The end of a mail: it was taken, or it never will be. `code` names the kind of refusal: `EENVELOPE`. */
export type MailOutcome =
  { readonly accepted: true } | { readonly accepted: false; readonly code: string };

/** Where mails go: a mail server, or files. */
export interface MailTransport {
  /**
   * Answers what is decided about this mail. Rejects where nothing is, so that a later attempt may succeed. It gives
   * up, and leaves nothing behind, when `signal` aborts.
   */
  send(mail: DeliverableMail, signal: AbortSignal): Promise<MailOutcome>;
}

export interface DeliverableMail extends SealedMail {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}
