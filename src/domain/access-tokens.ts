/** Access tokens: how they are made, and the one function that believes one. */
import { type KeyObject, sign } from "node:crypto";
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose";
import type { Uses } from "./change.ts";
import type { Occasion } from "./ports/events.ts";
import type { Authentication, Session } from "./ports/sessions.ts";
import type {
  AccessTokenClaims,
  SigningKey,
  VerifiedToken,
  VerifyingKey,
} from "./ports/signing-keys.ts";
import type { User } from "./ports/users.ts";

type TokenUses = Uses<"keyRing" | "issuer" | "lifetimes" | "newId">;

/** RFC 9068 §2.1: says what kind of JWT this is, so that no other kind can pass for it (TK-04). */
const ACCESS_TOKEN_TYPE = "at+jwt";
const ALGORITHM = "EdDSA";
/** Longer than any token we sign; what is longer is not parsed. */
const ACCESS_TOKEN_MAX_LENGTH = 2048;

/**
 * The claims of an access token, or undefined where anything at all is wrong with it. A token that was
 * verified before is believed again for as long as it would pass: the same key, the same issuer, and
 * not expired. That its key is still good is asked in either case.
 */
export function verifyAccessToken(
  deps: TokenUses,
  occasion: Occasion,
  token: string,
): AccessTokenClaims | Promise<AccessTokenClaims | undefined> {
  const known = deps.keyRing.verified.find(token);
  if (known === undefined) return verifyUnknown(deps, occasion, token);
  const key = deps.keyRing.findVerifying(known.key.kid, occasion.now);
  // Where nobody is to be asked, no promise is made of the answer.
  return key instanceof Promise
    ? key.then((asked) => verifyKnown(deps, occasion, token, known, asked))
    : verifyKnown(deps, occasion, token, known, key);
}

/** Judges a token that was verified before by its key today: `key` is the ring's answer. */
function verifyKnown(
  deps: TokenUses,
  occasion: Occasion,
  token: string,
  known: VerifiedToken,
  key: VerifyingKey | undefined,
): AccessTokenClaims | Promise<AccessTokenClaims | undefined> {
  const isExpired = Math.floor(occasion.now / 1000) >= known.expiresAtSeconds;
  if (key?.publicKey === known.key.publicKey && known.issuer === deps.issuer && !isExpired)
    return known.claims;
  deps.keyRing.verified.forget(token);
  return verifyUnknown(deps, occasion, token);
}

/**
 * Everything about a token is checked here. Each option closes a hole that the library leaves open by
 * default (RFC 8725 §3): any algorithm the key allows, any typ, no exp. The header chooses among our
 * own keys, and fetches nothing (TK-02).
 */
async function verifyUnknown(
  deps: TokenUses,
  { now }: Occasion,
  token: string,
): Promise<AccessTokenClaims | undefined> {
  if (token.length > ACCESS_TOKEN_MAX_LENGTH || !isCanonical(token)) return undefined;
  const kid = keyIdOf(token);
  // Not inside the `try`: a database that fails is no reason to call a token bad.
  const key = kid === undefined ? undefined : await deps.keyRing.findVerifying(kid, now);
  if (key === undefined) return undefined;
  try {
    const { payload } = await jwtVerify(
      token,
      (header) => {
        // The header is the one we write: no other spelling of `typ`, which the library allows, and no
        // member more, whatever it would ask for (jwk, jku, x5u, crit).
        const isOurs = header.typ === ACCESS_TOKEN_TYPE && Object.keys(header).length === 3;
        if (!isOurs) throw new ForeignHeaderError();
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
    const claims = claimsOf(payload);
    if (claims !== undefined && payload.exp !== undefined) {
      const { issuer, keyRing } = deps;
      keyRing.verified.remember(token, { claims, key, issuer, expiresAtSeconds: payload.exp });
    }
    return claims;
  } catch {
    return undefined; // every reason to refuse a token is the same answer (TK-21)
  }
}

class ForeignHeaderError extends Error {}

function keyIdOf(token: string): string | undefined {
  try {
    const { kid } = decodeProtectedHeader(token);
    return typeof kid === "string" ? kid : undefined; // its type is a promise of the token's own
  } catch {
    return undefined;
  }
}

function claimsOf({
  sub,
  sid,
  jti,
  aud,
  iat,
  auth_time: authTime = 0,
}: JWTPayload): AccessTokenClaims | undefined {
  // One audience, not a list that has ours in it; types as we sign them (TK-03).
  if (typeof sub !== "string" || typeof sid !== "string" || typeof jti !== "string")
    return undefined;
  if (typeof aud !== "string" || typeof iat !== "number") return undefined;
  if (typeof authTime !== "number") return undefined;
  return { userId: sub, sessionId: sid, tokenId: jti, authTime };
}

/** Base64url has spare bits at the end of a segment; a spelling that sets them is not the one we signed (TK-07). */
function isCanonical(token: string): boolean {
  const segments = token.split(".");
  return (
    segments.length === 3 &&
    segments.every((segment) => Buffer.from(segment, "base64url").toString("base64url") === segment)
  );
}

/**
 * How long an access token made now is good. No longer than its session: whoever verifies it by the
 * published keys alone cannot ask whether that has ended (SE-05).
 */
export function accessTokenSeconds(
  { lifetimes }: Uses<"lifetimes">,
  { now }: Occasion,
  { expiresAt }: Session,
): number {
  return Math.min(lifetimes.accessTokenSeconds, Math.floor((expiresAt - now) / 1000));
}

/**
 * Signs a token for a session: 15 minutes by default, no e-mail and no role in it (TK-06). Written out here,
 * because jose spends as much around the signature as the signature costs; what believes a token is still jose.
 */
export async function signAccessToken(
  deps: TokenUses,
  occasion: Occasion,
  { kid, privateKey }: SigningKey,
  user: User,
  session: Session,
  { methods, authenticatedAt }: Authentication,
): Promise<string> {
  const { issuer } = deps;
  const { now } = occasion;
  const iat = Math.floor(now / 1000);
  const signed = `${segmentOf({ alg: ALGORITHM, typ: ACCESS_TOKEN_TYPE, kid })}.${segmentOf({
    iss: issuer,
    aud: issuer,
    sub: user.id,
    sid: session.id,
    amr: methods,
    auth_time: Math.floor(authenticatedAt / 1000),
    jti: deps.newId(now),
    iat,
    exp: iat + accessTokenSeconds(deps, occasion, session),
  })}`;
  // RFC 8037 §3.1: the signature itself, of the two segments as they are sent (RFC 7515 §7.1).
  const signature = await signElsewhere(Buffer.from(signed), privateKey);
  return `${signed}.${signature.toString("base64url")}`;
}

/** Signs in another thread: the event loop, which waits for the disk meanwhile, is what there is one of. */
function signElsewhere(data: Uint8Array, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(null, data, key, (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}

function segmentOf(member: object): string {
  return Buffer.from(JSON.stringify(member)).toString("base64url");
}
