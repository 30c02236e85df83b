/** Access and refresh tokens: how they are made, and the one function that believes an access token. */
import { createHmac, randomBytes } from "node:crypto";
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { type Credentials, type LoginFailure, startSession } from "./credentials.ts";
import type { Dependencies } from "./dependencies.ts";
import type { Occasion } from "./events.ts";
import { type Client, newSession, type Session } from "./sessions.ts";
import type { User } from "./users.ts";

/** RFC 9068 §2.1: says what kind of JWT this is, so that no other kind can pass for it (TK-04). */
const ACCESS_TOKEN_TYPE = "at+jwt";
const ALGORITHM = "EdDSA";
/** Longer than any token we sign; what is longer is not parsed. */
const ACCESS_TOKEN_MAX_LENGTH = 2048;
const REFRESH_SALT_BYTES = 16;

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
): Promise<TokenPair | LoginFailure> {
  const refreshSalt = randomBytes(REFRESH_SALT_BYTES);
  const started = await startSession(deps, occasion, credentials, (user) => ({
    ...newSession(deps, occasion, user, client, deps.lifetimes.refreshTokenSeconds),
    kind: "token" as const,
    refreshSalt,
  }));
  if ("failure" in started) return started;
  const { user, session } = started;
  return {
    accessToken: await signAccessToken(deps, occasion, user, session),
    expiresInSeconds: deps.lifetimes.accessTokenSeconds,
    refreshToken: refreshToken(deps.secretKeys.refreshToken, session.id, refreshSalt, 0),
    refreshExpiresInSeconds: deps.lifetimes.refreshTokenSeconds,
  };
}

/** What a believed access token says. Whether its session lives is asked of the database, every time. */
export interface AccessTokenClaims {
  readonly userId: string;
  readonly sessionId: string;
}

/**
 * The claims of an access token, or undefined where anything at all is wrong with it. Each option
 * closes a hole that the library leaves open by default (RFC 8725 §3): any algorithm the key allows,
 * any typ, no exp. The header chooses among our own keys, and fetches nothing (TK-02).
 */
export async function verifyAccessToken(
  deps: Dependencies,
  { now }: Occasion,
  token: string,
): Promise<AccessTokenClaims | undefined> {
  if (token.length > ACCESS_TOKEN_MAX_LENGTH || !isCanonical(token)) return undefined;
  try {
    const { payload } = await jwtVerify(
      token,
      (header) => {
        const key = deps.keyRing.verifying.get(header.kid ?? "");
        // The header is the one we write: no other spelling of `typ`, which the library allows, and no
        // member more, whatever it would ask for (jwk, jku, x5u, crit).
        const isOurs = header.typ === ACCESS_TOKEN_TYPE && Object.keys(header).length === 3;
        if (key === undefined || !isOurs) throw new UnknownKeyError();
        return key.publicKey;
      },
      {
        algorithms: [ALGORITHM],
        typ: ACCESS_TOKEN_TYPE,
        issuer: deps.issuer,
        audience: deps.issuer,
        requiredClaims: ["sub", "sid", "jti", "iat", "exp"],
        currentDate: new Date(now),
        clockTolerance: 0,
      },
    );
    return claimsOf(payload);
  } catch {
    return undefined; // every reason to refuse a token is the same answer (TK-21)
  }
}

class UnknownKeyError extends Error {}

function claimsOf({ sub, sid, jti, aud, iat }: JWTPayload): AccessTokenClaims | undefined {
  // One audience, not a list that has ours in it; types as we sign them (TK-03).
  if (typeof sub !== "string" || typeof sid !== "string" || typeof jti !== "string")
    return undefined;
  if (typeof aud !== "string" || typeof iat !== "number") return undefined;
  return { userId: sub, sessionId: sid };
}

/** Base64url has spare bits at the end of a segment; a spelling that sets them is not the one we signed (TK-07). */
function isCanonical(token: string): boolean {
  const segments = token.split(".");
  return (
    segments.length === 3 &&
    segments.every((segment) => Buffer.from(segment, "base64url").toString("base64url") === segment)
  );
}

/** 15 minutes by default; no e-mail and no role in it (TK-06). */
async function signAccessToken(
  deps: Dependencies,
  { now }: Occasion,
  user: User,
  session: Session,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({ sid: session.id })
    .setProtectedHeader({ alg: ALGORITHM, typ: ACCESS_TOKEN_TYPE, kid: deps.keyRing.signing.kid })
    .setIssuer(deps.issuer)
    .setAudience(deps.issuer)
    .setSubject(user.id)
    .setJti(deps.newId(now))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + deps.lifetimes.accessTokenSeconds)
    .sign(deps.keyRing.signing.privateKey);
}

/**
 * `sessionId.counter.mac`. It is not stored: the session's counter says which one is current, and the
 * MAC, keyed by AUTH_SECRET and salted per session, that nobody else made it.
 */
export function refreshToken(
  key: Uint8Array,
  sessionId: string,
  salt: Uint8Array,
  counter: number,
): string {
  const mac = createHmac("sha256", key)
    .update(salt)
    .update(`${sessionId}.${counter}`)
    .digest("base64url");
  return `${sessionId}.${counter}.${mac}`;
}
