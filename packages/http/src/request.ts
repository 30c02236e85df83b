/** How `app.request` builds its request. */
export interface RequestOptions {
  /** `GET` unless given. */
  method?: string;
  /** Sent as JSON; absent or `undefined`, no body is sent. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Added after the query already in the path; an array repeats its key. */
  query?: Record<string, string | string[]>;
}

// Never resolved: the request goes to `fetch` directly. A handler can see it in `request.url`.
const ORIGIN = "http://localhost";

/** Builds the request that `app.request(path, options)` hands to `fetch`. */
export function buildRequest(path: string, options: RequestOptions = {}): Request {
  const { method = "GET", body, headers: given, query } = options;
  const url = new URL(`${ORIGIN}${path.startsWith("/") ? "" : "/"}${path}`);
  if (query !== undefined) url.search = joinQuery(url.search, query);
  const headers = new Headers(given);
  if (body === undefined) return new Request(url, { method, headers });
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  return new Request(url, { method, headers, body: JSON.stringify(body) });
}

// Text is joined, not URLSearchParams: they would rewrite what the path's own query says.
function joinQuery(search: string, query: Record<string, string | string[]>): string {
  const added = new URLSearchParams();
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) added.append(name, value);
  }
  return [search.slice(1), added.toString()].filter((part) => part !== "").join("&");
}
