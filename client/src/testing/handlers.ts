/** The fake server's answers, by operation: the rules of the real one, as far as a test of a client meets them. */
import { type fakeTable, passwordPolicy } from "../generated/fake.ts";
import type { components } from "../generated/schema.ts";
import type { OperationId, SentInput } from "../input.ts";
import type { Result } from "../result.ts";
import {
  type Account,
  type Accounts,
  CLIENT_IP,
  currentPair,
  newSecret,
  type Session,
} from "./accounts.ts";
import type { Issue } from "./rules.ts";

/** The length of a page where the request gives none. */
const PAGE_LIMIT = 20;

/** The codes of the problems an operation documents. */
export type ProblemCode<K extends OperationId> = (typeof fakeTable)[K]["problems"][number];

/** The operations that need no administrator; the fake has none. */
type OpenOperation = {
  [K in OperationId]: (typeof fakeTable)[K]["isForAdmins"] extends true ? never : K;
}[OperationId];

/** A request whose parts are what the document asks for. */
export interface Call<K extends OperationId> {
  readonly input: SentInput<K>;
  readonly accounts: Accounts;
  /** The caller; there where the operation cannot be called by anybody. */
  readonly caller: "unauthenticated" extends ProblemCode<K> ? Session : Session | undefined;
  /** The session of the cookie, whatever the operation accepts. */
  readonly cookieSession: Session | undefined;
  readonly userAgent: string | null;
  /** Milliseconds. */
  readonly now: number;
}

type DataOf<R> = R extends { readonly ok: true; readonly data: infer D } ? D : never;

/** The outcome of an operation, in the document's own types. */
export type Answer<K extends OperationId> =
  | { readonly data: DataOf<Result<K>>; readonly cookies?: readonly string[] }
  | {
      readonly problem: ProblemCode<K>;
      readonly reasons?: readonly WeakPasswordReason[];
      readonly issues?: readonly Issue[];
    };

type WeakPasswordReason = components["schemas"]["WeakPasswordProblem"]["reasons"][number];

export type Handlers = { readonly [K in OpenOperation]: (call: Call<K>) => Answer<K> };

const done = { data: undefined };
const cursorIssue: Issue = {
  part: "query",
  path: ["cursor"],
  message: "Must be the nextCursor of an earlier page of this list",
  code: "invalid_cursor",
};
const foreignCursor = { problem: "validation_failed", issues: [cursorIssue] } as const;
const notLoggedIn = { problem: "invalid_credentials" } as const;
/** 400 days. */
const DEVICE_LIFETIME_SECONDS = 34_560_000;
const cleared = ["__Host-session=; HttpOnly", "__Host-csrf="].map((cookie) => cookieOf(cookie, 0));

export const handlers: Handlers = {
  signup({ input: { email, password }, accounts, now }) {
    const weak = weaknessOf(password);
    if (weak) return weak;
    if (accounts.findByEmail(email)) return { problem: "email_taken" };
    return { data: accounts.add(email, password, now).user };
  },
  login({ input, accounts, cookieSession, userAgent, now }) {
    const account = findByCredentials(accounts, input, now);
    if (account === undefined) return notLoggedIn;
    if (cookieSession) accounts.revoke(cookieSession, "user", now);
    const { secret, csrfToken, expiresAt } = accounts.startSession(
      account,
      "cookie",
      userAgent,
      now,
    );
    accounts.record(account, { event: "login_success", method: "session" }, now);
    const maxAgeSeconds = Math.floor((expiresAt - now) / 1000);
    const cookies = [`__Host-session=${secret}; HttpOnly`, `__Host-csrf=${csrfToken}`];
    return {
      data: { user: account.user, csrfToken, expiresAt: new Date(expiresAt).toISOString() },
      cookies: cookies.map((cookie) => cookieOf(cookie, maxAgeSeconds)),
    };
  },
  logout({ accounts, caller, now }) {
    if (caller) {
      accounts.end(caller);
      accounts.record(caller.account, { event: "logout" }, now);
    }
    return { ...done, cookies: cleared };
  },
  getMe: ({ caller }) => ({ data: caller.account.user }),
  getTokenMe: ({ caller }) => ({ data: caller.account.user }),
  listMySessions({ input: { limit = PAGE_LIMIT, cursor }, accounts, caller, now }) {
    const all = accounts.sessionsOf(caller.account, now);
    const at = all.findIndex(({ id }) => id === cursor);
    if (cursor !== undefined && at === -1) return foreignCursor;
    const sessions = all.slice(at + 1);
    const page = sessions.slice(0, limit);
    const nextCursor = page.length < sessions.length ? (page.at(-1)?.id ?? null) : null;
    return { data: { items: page.map((session) => presentSession(session, caller)), nextCursor } };
  },
  listMyEvents({ input: { limit = PAGE_LIMIT, cursor }, caller }) {
    // A cursor is the number of events that are older. New ones do not move it.
    const { events } = caller.account;
    const older = cursor === undefined ? events.length : Number(cursor);
    if (!(older <= events.length)) return foreignCursor;
    const first = Math.max(0, older - limit);
    const items = events.slice(first, older).reverse();
    return { data: { items, nextCursor: first > 0 ? String(first) : null } };
  },
  revokeMySession({ input: { sessionId }, accounts, caller, now }) {
    const session = accounts.sessionsOf(caller.account, now).find(({ id }) => id === sessionId);
    if (session === undefined) return { problem: "not_found" };
    accounts.revoke(session, "user", now);
    return done;
  },
  revokeMyOtherSessions({ accounts, caller, now }) {
    accounts.revokeAll(caller.account, "user", now, caller);
    return done;
  },
  changePassword({ input: { currentPassword, newPassword }, accounts, caller, now }) {
    const { account } = caller;
    if (!knowsPassword(accounts, account, currentPassword, now)) return notLoggedIn;
    const weak = weaknessOf(newPassword);
    if (weak) return weak;
    setPassword(account, newPassword);
    accounts.record(account, { event: "password_changed" }, now);
    accounts.revokeAll(account, "password_change", now, caller);
    return done;
  },
  deleteMe({ input: { password }, accounts, caller, now }) {
    if (!knowsPassword(accounts, caller.account, password, now)) return notLoggedIn;
    accounts.remove(caller.account);
    return { ...done, cookies: cleared };
  },
  tokenLogin({ input, accounts, userAgent, now }) {
    const account = findByCredentials(accounts, input, now);
    if (account === undefined) return notLoggedIn;
    accounts.record(account, { event: "login_success", method: "token" }, now);
    return { data: presentPair(accounts.startSession(account, "token", userAgent, now), now) };
  },
  tokenRefresh({ input: { refreshToken }, accounts, now }) {
    const session = accounts.refresh(refreshToken, now);
    return session ? { data: presentPair(session, now) } : { problem: "invalid_refresh_token" };
  },
  tokenRevoke({ input: { token }, accounts, now }) {
    const session = accounts.findByAnyToken(token, now);
    if (session) {
      accounts.end(session);
      accounts.record(session.account, { event: "token_revoked" }, now);
    }
    return done;
  },
  forgotPassword({ input: { email }, accounts, now }) {
    const account = accounts.findByEmail(email);
    if (account) accounts.startReset(account, now);
    return done;
  },
  resetPassword({ input: { token, newPassword }, accounts, now }) {
    const account = accounts.findByResetToken(token, now);
    if (account === undefined) return { problem: "invalid_reset_token" };
    const weak = weaknessOf(newPassword);
    if (weak) return weak;
    setPassword(account, newPassword);
    accounts.record(account, { event: "password_reset" }, now);
    accounts.revokeAll(account, "password_reset", now);
    // The fake locks nobody out, so it knows no devices: their cookie is a value like any other.
    const device = `__Host-device=${newSecret()}; HttpOnly`;
    return { ...done, cookies: [cookieOf(device, DEVICE_LIFETIME_SECONDS)] };
  },
  getPasswordPolicy: () => ({ data: passwordPolicy }),
  // It signs nothing: its access tokens are text without a meaning.
  getJwks: () => ({ data: { keys: [] } }),
  getHealth: () => ({ data: { status: "ok" } }),
  getReadiness: () => ({ data: { status: "ok" } }),
  /** As on a machine that is not the scraper's: the fake counts nothing. */
  getMetrics: () => ({ problem: "not_found" }),
};

/** It judges the length alone: what can be guessed needs dictionaries. */
function weaknessOf(password: string) {
  const { length } = [...password.normalize("NFKC")];
  const refused = (reason: "too_short" | "too_long") =>
    ({ problem: "weak_password", reasons: [reason] }) as const;
  if (length < passwordPolicy.minLength) return refused("too_short");
  return length > passwordPolicy.maxLength ? refused("too_long") : undefined;
}

function findByCredentials(
  accounts: Accounts,
  { email, password }: components["schemas"]["Credentials"],
  now: number,
): Account | undefined {
  const account = accounts.findByEmail(email);
  return account && knowsPassword(accounts, account, password, now) ? account : undefined;
}

/** True for the account's password. A wrong one is recorded. */
function knowsPassword(accounts: Accounts, account: Account, password: string, now: number) {
  if (account.password === password) return true;
  accounts.record(account, { event: "login_failed" }, now);
  return false;
}

function setPassword(account: Account, password: string): void {
  account.password = password;
  delete account.resetToken;
}

function cookieOf(cookie: string, maxAgeSeconds: number): string {
  return `${cookie}; Path=/; Max-Age=${maxAgeSeconds}; Secure; SameSite=Lax`;
}

function presentPair(session: Session, now: number): components["schemas"]["TokenPair"] {
  const { accessToken, refreshToken } = currentPair(session);
  const refreshExpiresInSeconds = Math.floor((session.expiresAt - now) / 1000);
  return {
    tokenType: "Bearer",
    accessToken,
    expiresInSeconds: 900,
    refreshToken,
    refreshExpiresInSeconds,
  };
}

function presentSession(session: Session, caller: Session): components["schemas"]["SessionInfo"] {
  const { id, kind, createdAt, lastSeenAt, expiresAt, userAgent } = session;
  return {
    id,
    kind,
    current: session === caller,
    createdAt: new Date(createdAt).toISOString(),
    lastSeenAt: new Date(lastSeenAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    ip: CLIENT_IP,
    userAgent,
  };
}
