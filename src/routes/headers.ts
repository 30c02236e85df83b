/** The headers every answer carries, made once. */

/** Two years, as hstspreload.org asks. Seconds. */
const HSTS_MAX_AGE_SECONDS = 63_072_000;

/** Nothing is loaded, framed or submitted: right for JSON, and for whatever is mistaken for a page (HD-01). */
export const CLOSED_POLICY =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export type AnswerHeaders = Readonly<Record<string, string>>;

/** Headers for JSON answers: private by default (HD-02). `https` adds HSTS. */
export function createBaseHeaders(https: boolean): AnswerHeaders {
  return {
    "cache-control": "no-store",
    "content-security-policy": CLOSED_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    ...(https && {
      "strict-transport-security": `max-age=${HSTS_MAX_AGE_SECONDS}; includeSubDomains`,
    }),
  };
}
