/** What a session is, how it begins, how it is recognised, how it ends. */
import { type Credentials, type LoginFailure, startSession } from "./credentials.ts";
import { csrfProof } from "./csrf.ts";
import type { Dependencies } from "./dependencies.ts";
import { type Device, rememberDevice } from "./devices.ts";
import { commit, type NewEvent, type Occasion } from "./events.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import { StorageUnavailableError } from "./storage.ts";
import type { User } from "./users.ts";

export type SessionKind = "cookie" | "token";

/** One login. It ends at `expiresAt`, or when idle for too long, or when somebody ends it. */
export interface Session {
  /** Public: it may be shown and logged. */
  readonly id: string;
  readonly userId: string;
  readonly kind: SessionKind;
  /** Milliseconds since the epoch, like every instant below. */
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** The absolute limit. Nothing moves it (SE-06). */
  readonly expiresAt: number;
  readonly ip: string;
  readonly userAgent: string | null;
}

/** What a new session is stored with, besides what can be shown. */
export type NewSession = Session &
  (
    | {
        readonly kind: "cookie";
        /** SHA-256 of the cookie's secret (SE-02). */ readonly secretHash: Uint8Array;
      }
    | {
        readonly kind: "token";
        /** Per-session salt of its refresh tokens; the counter starts at 0. */ readonly refreshSalt: Uint8Array;
      }
  );

/** A session with the account it belongs to, read in one query so that neither can be stale (TK-08, TK-09). */
export interface SessionWithUser {
  readonly session: Session;
  readonly user: User;
}

/** When a session is past its limits. Milliseconds since the epoch. */
export interface SessionLimits {
  readonly now: number;
  /** A cookie session not seen since is dead. */
  readonly idleSince: number;
}

export interface RefreshState extends SessionWithUser {
  readonly refreshSalt: Uint8Array;
  /** The counter of the one refresh token that is good now. */
  readonly refreshCounter: number;
  /** When the counter last moved; null before the first time. */
  readonly refreshRotatedAt: number | null;
}

export interface SessionStore {
  findSessionBySecretHash(secretHash: Uint8Array): Promise<SessionWithUser | undefined>;
  findSession(sessionId: string): Promise<SessionWithUser | undefined>;
  /** True where there is the session; inside a transaction, until whose end nobody ends it. */
  holdSession(sessionId: string): Promise<boolean>;
  /**
   * Inserts the session only if its account is enabled and still has this password hash, in one
   * statement. False where it has not; then nothing was written.
   */
  insertSession(session: NewSession, passwordHash: string): Promise<boolean>;
  /** Moves `lastSeenAt` forward, never back, and nothing else. */
  touchSession(sessionId: string, lastSeenAt: number): Promise<void>;
  /** False where it had ended already. */
  deleteSession(sessionId: string): Promise<boolean>;
  /** Counts a wrong current password from it, and ends it at the threshold: true where this one ended it. */
  countSessionFailure(sessionId: string, threshold: number): Promise<boolean>;
  forgetSessionFailures(sessionId: string): Promise<void>;
  /** The account's own session only: false where it is somebody else's, or none. */
  deleteSessionOf(userId: string, sessionId: string): Promise<boolean>;
  /** Ends all sessions of the account but one, if given; answers the ids of those it ended. */
  deleteSessionsOf(userId: string, exceptId: string | undefined): Promise<string[]>;
  /** Up to `limit` live sessions of the account in order of id, those after `afterId` only. */
  listSessions(
    userId: string,
    limits: SessionLimits,
    limit: number,
    afterId: string | undefined,
  ): Promise<Session[]>;
  /** A token session with what its refresh tokens are made from; undefined for other kinds. */
  findRefreshState(sessionId: string): Promise<RefreshState | undefined>;
  /** Moves the counter on by one only if it is still `counter`, in one statement (TK-13). */
  advanceRefreshCounter(sessionId: string, counter: number, now: number): Promise<boolean>;
  /** The same, and stores the event of it with that, or neither. */
  exchangeRefreshToken(
    sessionId: string,
    counter: number,
    now: number,
    recorded: NewEvent,
  ): Promise<boolean>;
  /** Deletes up to `limit` sessions past their absolute or idle limit; answers how many. */
  deleteExpiredSessions(now: number, idleSince: number, limit: number): Promise<number>;
}

/** The client a session is made for, as far as it can be told. */
export interface Client {
  readonly ip: string;
  readonly userAgent: string | null;
}

export interface CookieLogin {
  readonly user: User;
  readonly session: Session;
  /** The cookie's value. It is never stored, and never known again. */
  readonly secret: string;
  readonly csrfToken: string;
  /** The device cookie's next value. */
  readonly deviceSecret: string;
}

/** Logs in by cookie, from a `device` the account knows, if any. The session the request came with ends (LG-03). */
export async function login(
  deps: Dependencies,
  occasion: Occasion,
  credentials: Credentials,
  client: Client,
  device: Device | undefined,
  replaced: Session | undefined,
): Promise<CookieLogin | LoginFailure> {
  const secret = newSecret();
  let deviceSecret = "";
  const started = await startSession(
    deps,
    occasion,
    credentials,
    device,
    (user) => ({
      ...newSession(deps, occasion, user, client, deps.lifetimes.sessionSeconds),
      kind: "cookie" as const,
      secretHash: hashSecret(secret),
    }),
    async (stores, record, owner) => {
      deviceSecret = await rememberDevice(deps, occasion, stores, owner.id, device);
      if (replaced === undefined || !(await stores.deleteSession(replaced.id))) return;
      const { userId, id: sessionId } = replaced;
      await record("session_revoked", { userId, sessionId, by: "user" });
    },
  );
  if ("failure" in started) return started;
  const { user, session } = started;
  const csrfToken = csrfProof(deps.secretKeys.csrf, session.id);
  return { user, session, secret, csrfToken, deviceSecret };
}

/** A session that begins now and lasts `lifetimeSeconds`, without what it will be recognised by. */
export function newSession(
  deps: Dependencies,
  { now }: Occasion,
  user: User,
  client: Client,
  lifetimeSeconds: number,
) {
  return {
    id: deps.newId(now),
    userId: user.id,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: now + lifetimeSeconds * 1000,
    ip: client.ip,
    userAgent: client.userAgent,
  };
}

/** Activity is written at most this often. Milliseconds. */
const TOUCH_INTERVAL_MS = 60_000;
/** And at least this often within an idle limit, or a short limit would end sessions in use. */
const TOUCHES_PER_IDLE_LIMIT = 4;

/** The live session behind a cookie's value, with its account as it is now; undefined where there is none. */
export async function recognizeCookie(
  deps: Dependencies,
  occasion: Occasion,
  secret: string,
): Promise<SessionWithUser | undefined> {
  return keepAlive(deps, occasion, await deps.storage.findSessionBySecretHash(hashSecret(secret)));
}

/** The same without taking note of it as activity, for whoever only asks which session there is. */
export async function seekCookie(
  deps: Dependencies,
  stores: SessionStore,
  { now }: Occasion,
  secret: string,
): Promise<Session | undefined> {
  const found = await stores.findSessionBySecretHash(hashSecret(secret));
  return found !== undefined && isLive(deps, found, now) ? found.session : undefined;
}

/** The same for a session's id, as an access token carries it. */
export async function recognizeSession(
  deps: Dependencies,
  occasion: Occasion,
  sessionId: string,
): Promise<SessionWithUser | undefined> {
  return keepAlive(deps, occasion, await deps.storage.findSession(sessionId));
}

/** At once, unless its activity is due to be written: a promise more would cost every request half a microsecond. */
function keepAlive(
  deps: Dependencies,
  { now }: Occasion,
  found: SessionWithUser | undefined,
): SessionWithUser | undefined | Promise<SessionWithUser> {
  if (found === undefined || !isLive(deps, found, now)) return undefined;
  const idleLimitMs = deps.lifetimes.sessionIdleSeconds * 1000;
  const touchAfterMs = Math.min(TOUCH_INTERVAL_MS, idleLimitMs / TOUCHES_PER_IDLE_LIMIT);
  return now - found.session.lastSeenAt >= touchAfterMs ? touch(deps, now, found) : found;
}

async function touch(
  deps: Dependencies,
  now: number,
  found: SessionWithUser,
): Promise<SessionWithUser> {
  try {
    await deps.storage.touchSession(found.session.id, now);
  } catch (error) {
    // A database that cannot be written for a moment must not refuse those it can still read.
    if (!(error instanceof StorageUnavailableError)) throw error;
  }
  return found;
}

/** Both limits, and the account, are the server's to judge (SE-05). Only cookies have an idle limit. */
export function isLive(
  deps: Dependencies,
  { session, user }: SessionWithUser,
  now: number,
): boolean {
  if (user.disabled || now >= session.expiresAt) return false;
  if (session.kind === "token") return true;
  return now - session.lastSeenAt < deps.lifetimes.sessionIdleSeconds * 1000;
}

/** Ends the session at once, in every process (SE-04). */
export async function logout(
  deps: Dependencies,
  occasion: Occasion,
  session: Session,
): Promise<void> {
  await commit(deps, occasion, async (stores, record) => {
    if (await stores.deleteSession(session.id)) await record("logout", { userId: session.userId });
  });
}
