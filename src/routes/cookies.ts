/** The cookies of the contract, written and read (RFC 6265bis). */
import { DEVICES_PER_BROWSER } from "../domain/devices.ts";
import {
  CHALLENGE_COOKIE,
  CSRF_COOKIE,
  DEVICE_COOKIE,
  SESSION_COOKIE,
} from "../contract/cookies.ts";

/** The form of the secrets we set: 256 bits in base64url. A value of another form was not set by us. */
const COOKIE_SECRET = /^[A-Za-z0-9_-]{43}$/;

/** Stands between the secrets of a device cookie; none has one within. */
const SEPARATOR = ".";

/** The two cookies of a login; their life is the session's own (SE-03). */
export function sessionCookies(secret: string, csrfToken: string, maxAgeSeconds: number): string[] {
  return [
    `${SESSION_COOKIE}=${secret}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=Lax`,
    `${CSRF_COOKIE}=${csrfToken}; Path=/; Max-Age=${maxAgeSeconds}; Secure; SameSite=Lax`,
  ];
}

/** The cookie of a device that has logged in, with a secret for each account; it outlives every session. */
export function deviceCookie(secrets: readonly string[], maxAgeSeconds: number): string {
  return `${DEVICE_COOKIE}=${secrets.join(SEPARATOR)}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=Lax`;
}

/**
 * Names what this browser has begun. Strict: only our own pages post it, and a mailed link leads to one of them, so no
 * other site can make a browser end anything.
 */
export function challengeCookie(challengeToken: string, maxAgeSeconds: number): string {
  return `${CHALLENGE_COOKIE}=${challengeToken}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=Strict`;
}

export const clearedChallengeCookie = challengeCookie("", 0);

export const clearedCookies: readonly string[] = [
  `${SESSION_COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`,
  `${CSRF_COOKIE}=; Path=/; Max-Age=0; Secure; SameSite=Lax`,
];

/** The session cookie's value; undefined where there is none that could be ours. */
export function readSessionSecret(request: Request): string | undefined {
  return readSecret(request, SESSION_COOKIE);
}

/** The challenge that this browser has begun; undefined where there is none that could be ours. */
export function readChallengeToken(request: Request): string | undefined {
  return readSecret(request, CHALLENGE_COOKIE);
}

/** The device cookie's secrets, newest first, without those that cannot be ours; no more than we set. */
export function readDeviceSecrets(request: Request): readonly string[] {
  const secrets = readCookie(request, DEVICE_COOKIE)?.split(SEPARATOR, DEVICES_PER_BROWSER) ?? [];
  return secrets.filter((secret) => COOKIE_SECRET.test(secret));
}

function readSecret(request: Request, name: string): string | undefined {
  const value = readCookie(request, name);
  return value !== undefined && COOKIE_SECRET.test(value) ? value : undefined;
}

function readCookie(request: Request, name: string): string | undefined {
  const header = request.headers.get("cookie");
  if (header === null) return undefined;
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    // One space, as browsers send it. `trim` also takes what Unicode calls white space, and a cookie
    // named "\u00a0__Host-session" is one that a sibling domain may set: browsers see no prefix in it.
    const start = pair.startsWith(" ") ? 1 : 0;
    if (equals === -1 || pair.slice(start, equals) !== name) continue;
    return pair.slice(equals + 1);
  }
  return undefined;
}
