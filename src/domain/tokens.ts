/**
 * Token sessions: begun by a login, carried on by refresh tokens, ended by revoking one. A refresh
 * token is `sessionId.counter.mac` and is not stored. The session's counter says which one is good,
 * and the MAC, keyed by AUTH_SECRET and salted per session, that we made it.
 */
import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from "node:crypto";
import { accessTokenSeconds, signAccessToken, verifyAccessToken } from "./access-tokens.ts";
import { type Credentials, type LoginFailure, startSession } from "./credentials.ts";
import type { Dependencies } from "./dependencies.ts";
import type { Device } from "./devices.ts";
import { commit, commitRecorded, type Occasion } from "./events.ts";
import type { SigningKey } from "./keys.ts";
import {
  type Client,
  isLive,
  newSession,
  type RefreshState,
  type SessionStore,
} from "./sessions.ts";

const REFRESH_SALT_BYTES = 16;
/** As `refreshToken` writes it: a UUID, a counter without leading zeros, 32 bytes in base64url. */
const REFRESH_TOKEN = /^([0-9a-f-]{36})\.(0|[1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})$/;
/** Each time it is another request that was first, and then this one finds its successor. */
const MAX_ATTEMPTS = 5;

export interface TokenPair {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
  readonly refreshExpiresInSeconds: number;
}

/** Logs in by token. */
export async function tokenLogin(
  deps: Dependencies,
  occasion: Occasion,
  credentials: Credentials,
  client: Client,
  device: Device | undefined,
): Promise<TokenPair | LoginFailure> {
  const refreshSalt = randomBytes(REFRESH_SALT_BYTES);
  const started = await startSession(deps, occasion, credentials, device, (user) => ({
    ...newSession(deps, occasion, user, client, deps.lifetimes.refreshTokenSeconds),
    kind: "token" as const,
    refreshSalt,
  }));
  if ("failure" in started) return started;
  const { user, session } = started;
  const key = await deps.keyRing.findSigning(occasion.now);
  return {
    accessToken: await signAccessToken(deps, occasion, key, user, session),
    expiresInSeconds: accessTokenSeconds(deps, occasion, session),
    refreshToken: refreshToken(deps.secretKeys.refreshToken, session.id, refreshSalt, 0),
    refreshExpiresInSeconds: deps.lifetimes.refreshTokenSeconds,
  };
}

/**
 * Exchanges a refresh token for the next pair; undefined where it is good for nothing. What was used
 * before, beyond the grace, ends its session: whoever comes second cannot be told from a thief, so
 * both must log in again (RFC 9700 §4.14.2). `first` is what the token stands for, where it has been
 * found already.
 */
export async function refresh(
  deps: Dependencies,
  occasion: Occasion,
  presented: string,
  first?: Presented,
): Promise<TokenPair | undefined> {
  let known = first;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const found = known ?? (await findPresented(deps, deps.storage, presented));
    known = undefined;
    if (found === undefined || !isLive(deps, found.state, occasion.now)) return undefined;
    const { state, counter } = found;
    // Ahead of the counter: the database was put back to an earlier day. No theft, and no way on.
    if (counter > state.refreshCounter) return undefined;

    const isCurrent = counter === state.refreshCounter;
    if (!isCurrent && !isWithinGrace(deps, occasion, state, counter)) {
      await endFamily(deps, occasion, state);
      return undefined;
    }
    // Before anything is moved, because it may fail (TK-16). The signature cannot: it is made while the
    // exchange waits for the disk.
    const key = await deps.keyRing.findSigning(occasion.now);
    const [isMoved, pair] = await Promise.all([
      exchange(deps, occasion, state, isCurrent ? counter : undefined),
      successorOf(deps, occasion, key, state, counter),
    ]);
    if (isMoved) return pair;
  }
  return undefined;
}

/** Ends the session of an access or refresh token (RFC 7009); what is no token of ours changes nothing. */
export async function revokeToken(
  deps: Dependencies,
  occasion: Occasion,
  token: string,
): Promise<void> {
  const refreshed = await findPresented(deps, deps.storage, token);
  const access = refreshed ? undefined : await verifyAccessToken(deps, occasion, token);
  const target = refreshed
    ? { userId: refreshed.state.user.id, jti: null, sessionId: refreshed.state.session.id }
    : access && { userId: access.userId, jti: access.tokenId, sessionId: access.sessionId };
  if (target === undefined) return;
  await commit(deps, occasion, async (stores, record) => {
    if (await stores.deleteSessionOf(target.userId, target.sessionId))
      await record("token_revoked", target);
  });
}

/** What a genuine refresh token stands for: its session, and the counter it was made at. */
export interface Presented {
  readonly state: RefreshState;
  readonly counter: number;
}

/** What a refresh token stands for, if the MAC is ours. Whether it is still good, `refresh` judges. */
export async function findPresented(
  deps: Dependencies,
  stores: SessionStore,
  presented: string,
): Promise<Presented | undefined> {
  const [, sessionId, digits, mac] = REFRESH_TOKEN.exec(presented) ?? [];
  if (sessionId === undefined || mac === undefined) return undefined;
  const state = await stores.findRefreshState(sessionId);
  if (state === undefined) return undefined;
  const counter = Number(digits);
  const expected = macOf(deps.secretKeys.refreshToken, sessionId, state.refreshSalt, counter);
  const given = Buffer.from(mac, "base64url");
  // A wrong MAC touches nothing: knowing a session's id must not be enough to end it (TK-10).
  const isOurs = given.toString("base64url") === mac && timingSafeEqual(given, expected);
  return isOurs ? { state, counter } : undefined;
}

/** Only the one before the current, only for seconds after the exchange, and asking extends nothing (TK-15). */
function isWithinGrace(
  deps: Dependencies,
  { now }: Occasion,
  { refreshCounter, refreshRotatedAt }: RefreshState,
  counter: number,
): boolean {
  if (counter !== refreshCounter - 1 || refreshRotatedAt === null) return false;
  // Either way: a clock that was set back must not lengthen it.
  return Math.abs(now - refreshRotatedAt) <= deps.lifetimes.refreshGraceSeconds * 1000;
}

async function successorOf(
  deps: Dependencies,
  occasion: Occasion,
  key: SigningKey,
  { user, session, refreshSalt }: RefreshState,
  counter: number,
): Promise<TokenPair> {
  return {
    accessToken: await signAccessToken(deps, occasion, key, user, session),
    expiresInSeconds: accessTokenSeconds(deps, occasion, session),
    refreshToken: refreshToken(deps.secretKeys.refreshToken, session.id, refreshSalt, counter + 1),
    refreshExpiresInSeconds: Math.floor((session.expiresAt - occasion.now) / 1000),
  };
}

/** Moves the counter on from `counter`; false where another request did. Within the grace there is nothing to move. */
async function exchange(
  deps: Dependencies,
  occasion: Occasion,
  { session }: RefreshState,
  counter: number | undefined,
): Promise<boolean> {
  const { id: sessionId, userId } = session;
  const fields = { userId, sessionId };
  if (counter !== undefined)
    return commitRecorded(deps, occasion, "token_refreshed", fields, (recorded) =>
      deps.storage.exchangeRefreshToken(sessionId, counter, occasion.now, recorded),
    );
  return commit(deps, occasion, async (stores, record) => {
    if ((await stores.findSession(sessionId)) === undefined) return false; // it may have ended meanwhile
    await record("token_refreshed", fields);
    return true;
  });
}

/** Committed although the request fails (TK-12). Of several that come at once, one tells of it. */
async function endFamily(
  deps: Dependencies,
  occasion: Occasion,
  { session }: RefreshState,
): Promise<void> {
  const { id: sessionId, userId } = session;
  await commit(deps, occasion, async (stores, record) => {
    if (!(await stores.deleteSession(sessionId))) return;
    await record("refresh_token_reuse", { userId, family: sessionId });
    await record("session_revoked", { userId, sessionId, by: "reuse" });
  });
}

/** The refresh token of a session at a counter. The same input gives the same token. */
function refreshToken(
  key: KeyObject,
  sessionId: string,
  salt: Uint8Array,
  counter: number,
): string {
  return `${sessionId}.${counter}.${macOf(key, sessionId, salt, counter).toString("base64url")}`;
}

function macOf(key: KeyObject, sessionId: string, salt: Uint8Array, counter: number): Buffer {
  return createHmac("sha256", key).update(salt).update(`${sessionId}.${counter}`).digest();
}
