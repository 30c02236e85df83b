/**
 * Refresh tokens: they carry a token session on, and revoking one ends it. A refresh token is
 * `sessionId.counter.mac` and is not stored. The session's counter says which one is good, and the MAC,
 * keyed by AUTH_SECRET and salted per session, that we made it.
 */
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { accessTokenSeconds, signAccessToken, verifyAccessToken } from "./access-tokens.ts";
import { commit, commitRecorded, type Uses } from "./change.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { RefreshState } from "./ports/sessions.ts";
import type { SigningKey } from "./ports/signing-keys.ts";
import type { Stores } from "./ports/storage.ts";
import { isLive } from "./sessions.ts";

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

type RefreshUses = Journal & Uses<"secretKeys" | "lifetimes" | "keyRing" | "issuer">;

/**
 * Rotates a refresh token: answers the next pair, or undefined where the token is good for nothing. A token
 * used before, beyond the grace, ends its session: the second user cannot be told from a thief, so both
 * must log in again (RFC 9700 §4.14.2). `first` is the token's state where the caller has read it already.
 */
export async function refresh(
  deps: RefreshUses,
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
    // rotation waits for the disk.
    const key = await deps.keyRing.findSigning(occasion.now);
    const [isMoved, pair] = await Promise.all([
      rotate(deps, occasion, state, isCurrent ? counter : undefined),
      successorOf(deps, occasion, key, state, counter),
    ]);
    if (isMoved) return pair;
  }
  return undefined;
}

/** Ends the session of an access or refresh token (RFC 7009); what is no token of ours changes nothing. */
export async function revokeToken(
  deps: RefreshUses,
  occasion: Occasion,
  token: string,
): Promise<void> {
  const refreshed = await findPresented(deps, deps.storage, token);
  const access = refreshed ? undefined : await verifyAccessToken(deps, occasion, token);
  const target = refreshed
    ? { userId: refreshed.state.user.id, jti: null, sessionId: refreshed.state.session.id }
    : access && { userId: access.userId, jti: access.tokenId, sessionId: access.sessionId };
  if (target === undefined) return;
  await commit(deps, occasion, async ({ stores, record }) => {
    if (await stores.sessions.deleteOf(target.userId, target.sessionId))
      await record("token_revoked", target);
  });
}

/** A genuine refresh token: its session, and the counter it was made at. */
export interface Presented {
  readonly state: RefreshState;
  readonly counter: number;
}

/** Reads the state of a refresh token whose MAC is ours; undefined for any other. Whether it is still good, `refresh` judges. */
export async function findPresented(
  deps: Uses<"secretKeys">,
  stores: Pick<Stores, "sessions">,
  presented: string,
): Promise<Presented | undefined> {
  const [, sessionId, digits, mac] = REFRESH_TOKEN.exec(presented) ?? [];
  if (sessionId === undefined || mac === undefined) return undefined;
  const state = await stores.sessions.findRefreshState(sessionId);
  if (state === undefined) return undefined;
  const counter = Number(digits);
  const expected = macOf(deps.secretKeys.refreshToken, sessionId, state.refreshSalt, counter);
  const given = Buffer.from(mac, "base64url");
  // A wrong MAC touches nothing: knowing a session's id must not be enough to end it (TK-10).
  const isOurs = given.toString("base64url") === mac && timingSafeEqual(given, expected);
  return isOurs ? { state, counter } : undefined;
}

/** Only the one before the current, only for seconds after the rotation, and asking extends nothing (TK-15). */
function isWithinGrace(
  deps: Uses<"lifetimes">,
  { now }: Occasion,
  { refreshCounter, refreshRotatedAt }: RefreshState,
  counter: number,
): boolean {
  if (counter !== refreshCounter - 1 || refreshRotatedAt === null) return false;
  // Either way: a clock that was set back must not lengthen it.
  return Math.abs(now - refreshRotatedAt) <= deps.lifetimes.refreshGraceSeconds * 1000;
}

async function successorOf(
  deps: RefreshUses,
  occasion: Occasion,
  key: SigningKey,
  { user, session, authentication, refreshSalt }: RefreshState,
  counter: number,
): Promise<TokenPair> {
  return {
    accessToken: await signAccessToken(deps, occasion, key, user, session, authentication),
    expiresInSeconds: accessTokenSeconds(deps, occasion, session),
    refreshToken: refreshToken(deps.secretKeys.refreshToken, session.id, refreshSalt, counter + 1),
    refreshExpiresInSeconds: Math.floor((session.expiresAt - occasion.now) / 1000),
  };
}

/** Moves the counter on from `counter`; false where another request did. Within the grace there is nothing to move. */
async function rotate(
  deps: Journal,
  occasion: Occasion,
  { session }: RefreshState,
  counter: number | undefined,
): Promise<boolean> {
  const { id: sessionId, userId } = session;
  const fields = { userId, sessionId };
  if (counter !== undefined)
    return commitRecorded(deps, occasion, "token_refreshed", fields, (recorded) =>
      deps.storage.sessions.rotate(sessionId, counter, occasion.now, recorded),
    );
  return commit(deps, occasion, async ({ stores, record }) => {
    if ((await stores.sessions.find(sessionId)) === undefined) return false; // it may have ended meanwhile
    await record("token_refreshed", fields);
    return true;
  });
}

/** Ends the session of a reused token, and commits that although the request fails (TK-12). Of several that come at once, one tells of it. */
async function endFamily(
  deps: Journal,
  occasion: Occasion,
  { session }: RefreshState,
): Promise<void> {
  const { id: sessionId, userId } = session;
  await commit(deps, occasion, async ({ stores, record }) => {
    if (!(await stores.sessions.delete(sessionId))) return;
    await record("refresh_token_reuse", { userId, family: sessionId });
    await record("session_revoked", { userId, sessionId, by: "reuse" });
  });
}

/** Writes the refresh token of a session at a counter. The same input gives the same token. */
export function refreshToken(
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
