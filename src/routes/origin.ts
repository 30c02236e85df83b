/** Where a change comes from: the second layer behind the CSRF proof, and the first for login and signup (CS-06, CS-07). */

/**
 * Whether a browser says that another site makes this request. Both headers are set by the browser,
 * not by the page. A client that sends neither is no browser, carries no ambient cookies, and passes.
 * An origin in CORS_ORIGINS was let in by whoever runs the server, also where it is of another site;
 * what it does by cookie still needs the CSRF proof.
 */
export function isCrossSite(
  request: Request,
  allowedOrigins: ReadonlySet<string>,
  corsOrigins: ReadonlySet<string>,
): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null && corsOrigins.has(origin)) return false;
  if (request.headers.get("sec-fetch-site") === "cross-site") return true;
  return origin !== null && !allowedOrigins.has(origin);
}
