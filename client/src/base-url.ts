/** Where the server is, as the requests need it. */

/** An address made of a setting that was forgotten: `undefined`, `${undefined}/auth`, `https://null`. */
const FORGOTTEN = /^(?:https?:\/\/)?(?:undefined|null)(?:[:/]|$)/;

/**
 * The address without a slash at its end. Throws a TypeError for one that is missing, is none of HTTP, or is relative
 * where there is no page; in a page a relative one belongs to the page's origin, whatever its path.
 */
export function baseUrlOf(baseUrl: unknown): string {
  if (typeof baseUrl !== "string" || FORGOTTEN.test(baseUrl))
    throw new TypeError(
      `baseUrl is missing (${String(baseUrl)}): give "https://auth.example.com", or "" in a page for its own origin`,
    );
  const page = typeof location === "undefined" ? undefined : location.origin;
  let url;
  try {
    url = new URL(baseUrl, page);
  } catch (cause) {
    throw new TypeError(
      `baseUrl is no URL (${baseUrl}): outside of a page it is a whole one, "https://auth.example.com"`,
      { cause },
    );
  }
  if (!["http:", "https:"].includes(url.protocol))
    throw new TypeError("baseUrl must be http or https");
  if (url.username || url.password)
    throw new TypeError("baseUrl must not carry a user or password");
  return url.origin + url.pathname.replace(/\/+$/, "");
}
