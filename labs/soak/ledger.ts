/**
 * What the clients know. An operation whose answer arrived is acknowledged, and must hold for ever. One
 * without an answer may have happened or not: its account is `pending` until somebody has looked, and
 * what is seen then must be one of the two, as a whole. Seen once, it is as certain as an answer.
 */
import type { Client } from "@portcullis/client";

export interface CookieSession {
  readonly kind: "cookie";
  readonly api: Client;
  isLive: boolean;
}

export interface TokenSession {
  readonly kind: "token";
  /** It sends the session's access token. */
  readonly api: Client;
  readonly id: string;
  refreshToken: string;
  /** Those exchanged before, oldest first. Milliseconds since the epoch. */
  readonly exchanged: { readonly token: string; readonly answeredAt: number }[];
  isLive: boolean;
}

export type KnownSession = CookieSession | TokenSession;

/** An operation without an answer. */
export type Pending =
  | { readonly what: "refresh"; readonly session: TokenSession; readonly sentAt: number }
  | {
      readonly what: string;
      /** All of them are dead, or all live on. */
      readonly ends: readonly KnownSession[];
      /** It is the password where they are dead, and is not where they live on. */
      readonly newPassword?: string;
    };

/** A request for a reset that was acknowledged. Milliseconds since the epoch. */
export interface ResetRequest {
  readonly sentAt: number;
  readonly answeredAt: number;
  /** False where something without an answer may have voided its token. */
  isCertain: boolean;
}

export interface Account {
  readonly email: string;
  readonly id: string;
  password: string;
  /** What it was before, and must never be again. */
  formerPassword: string | undefined;
  sessions: KnownSession[];
  /** The last one, until its token is used or voided. */
  reset: ResetRequest | undefined;
  pending: Pending | undefined;
  /** Whether it was signed up, or its password changed, since a login last proved it. */
  isPasswordUnproven: boolean;
}

/** An event that an acknowledged operation stored. */
export interface DueEvent {
  readonly requestId: string;
  readonly event: string;
  readonly what: string;
}

export interface Ledger {
  acknowledged: number;
  /** Without an answer: under way when the process was killed. */
  unanswered: number;
  /** 503: the server took nothing. */
  refused: number;
  /** Facts that were looked at after a restart. */
  proven: number;
  readonly dueEvents: DueEvent[];
  /** Every reset mail that is due, by address. */
  readonly dueMails: (ResetRequest & { readonly email: string })[];
  /** What was acknowledged and does not hold. There must be none. */
  readonly losses: string[];
}

export function openLedger(): Ledger {
  return {
    acknowledged: 0,
    unanswered: 0,
    refused: 0,
    proven: 0,
    dueEvents: [],
    dueMails: [],
    losses: [],
  };
}

/** The part of an SDK's result that tells what became of the operation. */
export interface Answer {
  readonly status: number;
  readonly requestId?: string;
  readonly problem?: { readonly code: string };
}

/**
 * Whether the operation is acknowledged: answered with the one status that its state allows. No answer
 * and a 503 leave it open; any other answer contradicts what was acknowledged before, and is a loss.
 */
export function isAcknowledged(
  ledger: Ledger,
  what: string,
  answer: Answer,
  expected: number,
  events: readonly string[] = [],
): boolean {
  if (answer.status === 0) ledger.unanswered += 1;
  else if (answer.status === 503) ledger.refused += 1;
  else if (answer.status !== expected) {
    const code = answer.problem?.code ?? "";
    ledger.losses.push(`${what}: ${expected} was due, and the answer is ${answer.status} ${code}`);
  } else {
    ledger.acknowledged += 1;
    for (const event of events)
      ledger.dueEvents.push({ requestId: answer.requestId ?? "", event, what });
    return true;
  }
  return false;
}

/** Asserts a fact after a restart. */
export function prove(ledger: Ledger, what: string, holds: boolean): void {
  ledger.proven += 1;
  if (!holds) ledger.losses.push(what);
}

export function liveSessions(account: Account): KnownSession[] {
  return account.sessions.filter(({ isLive }) => isLive);
}

/** What tells whether a session lives: 200 or 401. */
export function whoAmI(session: KnownSession) {
  return session.kind === "cookie" ? session.api.getMe() : session.api.getTokenMe();
}

/** What was pending has happened. */
export function applyEnd(account: Account): void {
  const { pending } = account;
  account.pending = undefined;
  if (pending === undefined || !("ends" in pending)) return;
  for (const session of pending.ends) session.isLive = false;
  if (pending.newPassword === undefined) return;
  account.formerPassword = account.password;
  account.password = pending.newPassword;
  account.isPasswordUnproven = true;
  account.reset = undefined;
}
