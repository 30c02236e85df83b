/**
 * The ledger records what the clients know of their accounts. An operation is acknowledged once its answer
 * has arrived; its effect must then stay. Without an answer it may have happened or not, so it is pending
 * until settle.ts has looked. It must have happened as a whole or not at all, and is then as certain as if it
 * had been answered.
 */
import type { Client } from "@portcullis/client";

export interface CookieSession {
  readonly kind: "cookie";
  readonly api: Client;
  isLive: boolean;
}

export interface TokenSession {
  readonly kind: "token";
  /** Sends the access token of the session. */
  readonly api: Client<"tokens">;
  readonly id: string;
  refreshToken: string;
  /** Refresh tokens that were rotated, oldest first. Milliseconds since the epoch. */
  readonly rotated: { readonly token: string; readonly answeredAt: number }[];
  isLive: boolean;
}

export type KnownSession = CookieSession | TokenSession;

/** An operation whose answer has not arrived. */
export type Pending =
  | { readonly operation: "refresh"; readonly session: TokenSession; readonly sentAt: number }
  | {
      readonly operation: string;
      /** Sessions it ends. It ends all of them or none. */
      readonly ends: readonly KnownSession[];
      /** Password it sets. It is good exactly if the sessions have ended. */
      readonly newPassword?: string;
    };

/** An acknowledged request for a password reset. Milliseconds since the epoch. */
export interface ResetRequest {
  readonly sentAt: number;
  readonly answeredAt: number;
  /** False once an operation without an answer may have voided its token. */
  isCertain: boolean;
}

export interface Account {
  readonly email: string;
  readonly id: string;
  password: string;
  /** Password before the last change. It must never be good again. */
  formerPassword: string | undefined;
  sessions: KnownSession[];
  /** Last request for a reset, until its token is used or voided. */
  reset: ResetRequest | undefined;
  pending: Pending | undefined;
  /** True if no login has proved the password since the signup or the last change. */
  isPasswordUnproven: boolean;
}

/** An event that an acknowledged operation must have stored. */
export interface DueEvent {
  readonly requestId: string;
  readonly event: string;
  readonly operation: string;
}

export interface Ledger {
  acknowledged: number;
  /** Operations without an answer, which were under way when the process was killed. */
  unanswered: number;
  /** Answers of 503: the server has changed nothing. */
  refused: number;
  /** Facts that were checked after a restart. */
  proven: number;
  readonly dueEvents: DueEvent[];
  /** Reset mails that must arrive, with their addresses. */
  readonly dueMails: (ResetRequest & { readonly email: string })[];
  /** Acknowledged effects that are gone. There must be none. */
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

/** The part of an SDK result that tells how the operation ended. */
export interface Answer {
  readonly status: number;
  readonly requestId?: string;
  readonly problem?: { readonly code: string } | undefined;
}

/**
 * Tells whether the operation is acknowledged: answered with the one status that its state allows. It is
 * not if there is no answer, or a 503. Any other status contradicts an earlier acknowledgement: a loss.
 */
export function isAcknowledged(
  ledger: Ledger,
  operation: string,
  answer: Answer,
  expected: number,
  events: readonly string[] = [],
): boolean {
  if (answer.status === 0) ledger.unanswered += 1;
  else if (answer.status === 503 && answer.problem !== undefined) ledger.refused += 1;
  else if (answer.status !== expected) {
    const code = answer.problem?.code ?? "";
    ledger.losses.push(
      `${operation}: the status must be ${expected}, and is ${answer.status} ${code}`,
    );
  } else {
    ledger.acknowledged += 1;
    for (const event of events)
      ledger.dueEvents.push({ requestId: answer.requestId ?? "", event, operation });
    return true;
  }
  return false;
}

/**
 * Counts a fact that was checked after a restart, and records it as lost if `found` is not as expected.
 * `found` is undefined where the server did not answer in time, which is a fault of another kind.
 */
export function prove(
  ledger: Ledger,
  fact: string,
  found: boolean | undefined,
  expected = true,
): void {
  ledger.proven += 1;
  if (found === undefined) ledger.losses.push(`${fact}: the server did not answer`);
  else if (found !== expected) ledger.losses.push(fact);
}

export function liveSessions(account: Account): KnownSession[] {
  return account.sessions.filter(({ isLive }) => isLive);
}

/** Asks for the session's account. The status tells whether the session lives: 200 or 401. */
export function whoAmI(session: KnownSession) {
  return session.kind === "cookie" ? session.api.getMe() : session.api.getTokenMe();
}

/** Records that the pending operation has happened. */
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
