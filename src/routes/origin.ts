/** Where a change comes from: the second layer behind the CSRF proof, and the first for login and signup (CS-06, CS-07). */

/**
 * Whether a browser says that another site makes this request. Both headers are set by the browser,
 * not by the page. A client that sends neither is no browser, carries no ambient cookies, and passes.
 */
export function isCrossSite(request: Request, allowedOrigins: ReadonlySet<string>): boolean {
  if (request.headers.get("sec-fetch-site") === "cross-site") return true;
  const origin = request.headers.get("origin");
  return origin !== null && !allowedOrigins.has(origin);
}
