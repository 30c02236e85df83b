/** The names of the cookies. `__Host-` pins each to this origin, over TLS, for every path (RFC 6265bis §4.1.3.2). */

const HOST_PREFIX = "__Host-";

/** Carries the secret of a cookie session. */
export const SESSION_COOKIE = `${HOST_PREFIX}session`;
/** Carries the CSRF proof, for scripts of the page to read. */
export const CSRF_COOKIE = `${HOST_PREFIX}csrf`;
/** Names a browser that has logged in before. It signs nobody in. */
export const DEVICE_COOKIE = `${HOST_PREFIX}device`;
/** Names the challenge that this browser has begun, so that a mailed link works here alone (ML-02). */
export const CHALLENGE_COOKIE = `${HOST_PREFIX}challenge`;

/** Every cookie there is. */
export const cookieNames: readonly string[] = [
  SESSION_COOKIE,
  CSRF_COOKIE,
  DEVICE_COOKIE,
  CHALLENGE_COOKIE,
];

/** The name under `DEV_COOKIES=plain`, where nothing but the prefix and `Secure` is missing. */
export function plainCookieName(name: string): string {
  return name.slice(HOST_PREFIX.length);
}
