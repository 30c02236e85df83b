/**
 * `@portcullis/client/verify`: for another service that gets access tokens of a Portcullis server.
 *
 * A signature says for whom a token was made, not what became of them since. Until the token expires
 * (`ACCESS_TOKEN_TTL` of the server, 15 minutes by default) a verifier cannot see that its session was
 * revoked or logged out, that the account was disabled or deleted, or that its role changed; a role is
 * not in the token at all. Where that matters, ask the server: `GET /token/me` with the same token.
 */
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from "jose";
import type { WebAbortSignal, WebHeaders, WebResponse } from "../web.ts";

/** RFC 9068 §2.1: says what kind of JWT this is, so that no other kind can pass for it. */
const TOKEN_TYPE = "at+jwt";
const ALGORITHM = "EdDSA";
/** Longer than any token the server signs; what is longer is not parsed. Characters. */
const TOKEN_MAX_LENGTH = 2048;
/** How long fetched keys are believed, before they are fetched again. Milliseconds. */
const KEYS_MAX_AGE_MS = 600_000;
/** Anybody can make up a key id, so one that is unknown asks the server no more often. Seconds. */
const DEFAULT_COOLDOWN_SECONDS = 5;
/** How long the server may take for its keys. Milliseconds. */
const KEYS_TIMEOUT_MS = 5_000;

/** How the keys are asked for: a part of what `fetch` takes. */
export interface KeysRequest {
  readonly method: "GET";
  readonly headers: WebHeaders;
  readonly redirect: "manual";
  readonly signal: WebAbortSignal;
}

/** The issuer whose tokens are taken. */
export interface VerifierOptions {
  /** The server's `PUBLIC_URL`, exactly as in the token's `iss`: `https://auth.example.com`. */
  readonly issuer: string;
  /** The expected `aud`. Default: the issuer, which is what the server writes. */
  readonly audience?: string | undefined;
  /**
   * Where the keys are, if this service reaches the server under another name than its users.
   * Default: `/.well-known/jwks.json` of the issuer, which must then be https or a loopback name:
   * who can change the keys on their way can forge every token.
   */
  readonly jwksUrl?: string | undefined;
  /** How long a token with an unknown key id is refused without asking for new keys. Seconds, default 5. */
  readonly cooldownSeconds?: number | undefined;
  /** Fetches the keys. Default: the global `fetch`. */
  readonly fetch?: ((url: string, init: KeysRequest) => Promise<WebResponse>) | undefined;
}

/** The claims of a verified token. It names no role and no address: the server does not sign them. */
export interface Claims {
  readonly userId: string;
  /** The public id of the session behind it, as in the server's log events. */
  readonly sessionId: string;
  /** `jti`. */
  readonly tokenId: string;
  /** `amr`: the ways in which its session was proved (`pwd`, `mail`, `otp`, …). Empty if the server does not say. */
  readonly methods: readonly string[];
  /** `auth_time`: when its session was last proved. Neither a refresh nor use makes it later. */
  readonly authenticatedAt?: Date;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** Demands on a token besides being good. A token that does not say it at all fails. */
export interface Demands {
  /** How long ago its session may have been proved: `auth_time`. Seconds. */
  readonly maxAgeSeconds?: number | undefined;
  /** The session must have been proved in one of these ways: `amr`. */
  readonly methods?: readonly Method[] | undefined;
}

/** The ways to prove who one is that this version knows: `recovery` is a recovery code. */
export type Method = "pwd" | "mail" | "otp" | "recovery" | "passkey" | "provider";

/** The outcome of `verify`, told apart by `ok`. */
export type Verification =
  | { readonly ok: true; readonly claims: Claims }
  | { readonly ok: false; readonly reason: Refusal; readonly cause?: unknown };

/**
 * Why a token was refused. `missing`: there is none. `expired`: it was good once. `unknown_key`: signed
 * by a key that the server does not publish, or one so new that it was not asked for yet. `invalid`:
 * anything else. `too_old`, `other_methods`: it is good, but does not meet `maxAgeSeconds` or `methods`; its owner has to
 * `reauthenticate`, and refresh (RFC 9470). All of these are a 401. `keys_unavailable` is not: the server's keys could not be had,
 * `cause` says why, and nothing is known about the token; answer 503.
 */
export type Refusal =
  | "missing"
  | "expired"
  | "unknown_key"
  | "invalid"
  | "too_old"
  | "other_methods"
  | "keys_unavailable";

/** Verifies the access tokens of one server. Make one and keep it: it holds the server's keys. */
export interface Verifier {
  /**
   * Tells whether the token is one of the server's own, for this audience, and has not expired. It never rejects,
   * whatever it is given: `null` is `missing` too, and what is no text is `invalid`. `demands` ask for more.
   */
  verify(token: string | null | undefined, demands?: Demands): Promise<Verification>;
}

/**
 * Makes a verifier. The keys are fetched when the first token comes, kept for ten minutes, and asked for
 * again when a token names a key that is not among them: a rotation needs no restart. Throws a TypeError
 * for a URL that is none, or one that cannot be trusted with keys.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { issuer, audience = issuer, cooldownSeconds = DEFAULT_COOLDOWN_SECONDS } = options;
  const keys = createRemoteJWKSet(jwksUrlOf(options), {
    cacheMaxAge: KEYS_MAX_AGE_MS,
    cooldownDuration: cooldownSeconds * 1000,
    timeoutDuration: KEYS_TIMEOUT_MS,
    ...(options.fetch && { [customFetch]: options.fetch }),
  });

  // Each option closes what the library leaves open: any algorithm of the key, any typ, no exp.
  const checks = {
    algorithms: [ALGORITHM],
    typ: TOKEN_TYPE,
    issuer,
    audience,
    requiredClaims: ["sub", "sid", "jti", "iat", "exp"],
  };
  const findKey: JWTVerifyGetKey = (header, token) => {
    // The header as the server writes it: no other spelling of `typ`, and no member that asks for more.
    const isOurs = header.typ === TOKEN_TYPE && Object.keys(header).length === 3;
    if (!isOurs || typeof header.kid !== "string") throw new ForeignTokenError();
    return keys(header, token).catch((cause: unknown) => {
      throw cause instanceof errors.JWKSNoMatchingKey ? cause : new KeysUnavailableError(cause);
    });
  };

  return {
    async verify(token: unknown, demands: Demands = {}) {
      if (token === undefined || token === null) return { ok: false, reason: "missing" };
      // Out of a header, a cookie or a body, in plain JavaScript, anything may come.
      if (typeof token !== "string") return { ok: false, reason: "invalid" };
      if (token.length > TOKEN_MAX_LENGTH || !isCanonical(token))
        return { ok: false, reason: "invalid" };
      try {
        const { payload } = await jwtVerify(token, findKey, checks);
        const claims = claimsOf(payload);
        if (!claims) return { ok: false, reason: "invalid" };
        const unmet = unmetBy(claims, demands);
        return unmet ? { ok: false, reason: unmet } : { ok: true, claims };
      } catch (error) {
        return refusalOf(error);
      }
    },
  };
}

/** RFC 6750 §2.1, and nothing looser. The scheme's name has no case (RFC 9110 §11.1). */
const AUTHORIZATION = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * The token of an `Authorization` header; undefined where there is no header, or one of any other form
 * than `Bearer <token>`. Two headers, which `Headers` joins with a comma, are none.
 */
export function readBearer(authorization: string | null | undefined): string | undefined {
  return typeof authorization === "string" ? AUTHORIZATION.exec(authorization)?.[1] : undefined;
}

class ForeignTokenError extends Error {}

class KeysUnavailableError extends Error {
  constructor(cause: unknown) {
    super("The keys of the issuer could not be fetched", { cause });
  }
}

function jwksUrlOf({ issuer, jwksUrl }: VerifierOptions): URL {
  if (jwksUrl !== undefined) return new URL(jwksUrl);
  const url = new URL(`${issuer.replace(/\/+$/, "")}/.well-known/jwks.json`);
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback)) return url;
  throw new TypeError("issuer must be https; give jwksUrl to fetch its keys another way");
}

/** Base64url has spare bits at the end of a segment; a spelling that sets them is not the one that was signed. */
function isCanonical(token: string): boolean {
  const segments = token.split(".");
  return segments.length === 3 && segments.every(isCanonicalSegment);
}

function isCanonicalSegment(segment: string): boolean {
  if (!/^[A-Za-z0-9_-]+$/.test(segment)) return false;
  const base64 = segment.replaceAll("-", "+").replaceAll("_", "/");
  try {
    return btoa(atob(base64)).replace(/=+$/, "") === base64;
  } catch {
    return false; // a length that no bytes have
  }
}

function claimsOf(payload: JWTPayload): Claims | undefined {
  const { sub, sid, jti, aud, iat, exp, amr = [], auth_time: authTime } = payload;
  // One audience, not a list that has ours in it; types as the server signs them.
  if (typeof sub !== "string" || typeof sid !== "string" || typeof jti !== "string")
    return undefined;
  if (typeof aud !== "string" || typeof iat !== "number" || typeof exp !== "number")
    return undefined;
  if (!isTexts(amr) || (authTime !== undefined && typeof authTime !== "number")) return undefined;
  const [issuedAt, expiresAt] = [new Date(iat * 1000), new Date(exp * 1000)];
  return {
    ...{ userId: sub, sessionId: sid, tokenId: jti, issuedAt, expiresAt, methods: amr },
    ...(authTime !== undefined && { authenticatedAt: new Date(authTime * 1000) }),
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** Fails closed: a claim that is missing, and a demand that is no number or an empty list, are met by nothing. */
function unmetBy(
  { methods, authenticatedAt }: Claims,
  { maxAgeSeconds, methods: wanted }: Demands,
): "too_old" | "other_methods" | undefined {
  const ageSeconds = (Date.now() - (authenticatedAt?.getTime() ?? NaN)) / 1000;
  if (maxAgeSeconds !== undefined && !(ageSeconds <= maxAgeSeconds)) return "too_old";
  if (wanted === undefined) return undefined;
  return isTexts(wanted) && wanted.some((method) => methods.includes(method))
    ? undefined
    : "other_methods";
}

function refusalOf(error: unknown): Verification {
  if (error instanceof KeysUnavailableError)
    return { ok: false, reason: "keys_unavailable", cause: error.cause };
  if (error instanceof errors.JWTExpired) return { ok: false, reason: "expired" };
  if (error instanceof errors.JWKSNoMatchingKey) return { ok: false, reason: "unknown_key" };
  return { ok: false, reason: "invalid" };
}
