/** The two parts of a URL that routing needs, as they stand in it: not decoded, not normalized. */
export interface RequestTarget {
  pathname: string;
  /** The query string without its `?`. */
  search: string;
}

const SCHEME_END = "://";

/**
 * Cuts the path and the query out of a request's absolute URL. By hand, because `new URL` on every
 * request costs more than everything else the framework does; `Request.url` is well-formed already.
 */
export function splitUrl(url: string): RequestTarget {
  const pathStart = url.indexOf("/", url.indexOf(SCHEME_END) + SCHEME_END.length);
  const hashStart = url.indexOf("#", pathStart);
  const end = hashStart === -1 ? url.length : hashStart;
  const queryStart = url.indexOf("?", pathStart);
  if (queryStart === -1 || queryStart > end) {
    return { pathname: url.slice(pathStart, end), search: "" };
  }
  return { pathname: url.slice(pathStart, queryStart), search: url.slice(queryStart + 1, end) };
}

/**
 * Decodes percent-escapes and never throws: what is not a valid escape of UTF-8 stays as it stands,
 * while the valid escapes around it are decoded (`"%41%zz"` gives `"A%zz"`).
 */
export function decodePercent(text: string): string {
  if (!text.includes("%")) return text;
  return (
    decodeOrKeep(text) ?? text.replace(/(?:%[\da-f]{2})+/gi, (run) => decodeOrKeep(run) ?? run)
  );
}

function decodeOrKeep(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // Its only failure is the URIError of a malformed escape.
    return undefined;
  }
}
