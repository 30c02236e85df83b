/** The names of the cookies. `__Host-` pins each to this origin, over TLS, for every path (RFC 6265bis §4.1.3.2). */

/** Carries the secret of a cookie session. */
export const SESSION_COOKIE = "__Host-session";
/** Carries the CSRF proof, for scripts of the page to read. */
export const CSRF_COOKIE = "__Host-csrf";
/** Names a browser that has logged in before. It signs nobody in. */
export const DEVICE_COOKIE = "__Host-device";
