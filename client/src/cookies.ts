/** Cookie mode: the session is a cookie, and changes carry the CSRF proof beside it. */
import { textIn } from "./answer.ts";
import type { Credential } from "./credential.ts";
import type { OperationRow } from "./input.ts";

const CSRF_COOKIE = "__Host-csrf";
/** Of a server in development with `DEV_COOKIES=plain`. Anybody's subdomain could set it: never read over TLS. */
const PLAIN_CSRF_COOKIE = "csrf";
const CSRF_HEADER = "x-csrf-token";

/** Keeps cookies where no browser does. `cookieJar()` of `@portcullis/client/node` is one. */
export interface CookieJar {
  /** The `Cookie` header for a request to the URL: `a=1; b=2`, or "" for none. */
  cookieHeader(url: string): string | Promise<string>;
  /** Keeps what the `Set-Cookie` headers of an answer from the URL say. A bad cookie is ignored. */
  setCookies(setCookie: readonly string[], url: string): void | Promise<void>;
}

/** With a jar, cookies come from it; without one, the browser sees to them, as `mode` says. */
export function cookieCredential(
  jar: CookieJar | undefined,
  mode: RequestCredentials,
  baseUrl: string,
): Credential {
  const kept = keptProof(jar, baseUrl);
  return {
    mode,
    async attach(request, row) {
      const cookies = jar ? await jar.cookieHeader(request.url) : documentCookies(request.url);
      if (jar && cookies) request.headers.set("cookie", cookies);
      if (!needsProof(row)) return;
      // The cookie first: another tab may have logged in since this client did.
      const proof =
        cookieValue(cookies, CSRF_COOKIE) ??
        (request.url.startsWith("http:") ? cookieValue(cookies, PLAIN_CSRF_COOKIE) : undefined) ??
        kept.read();
      if (proof) request.headers.set(CSRF_HEADER, proof);
    },
    async keep(response, url) {
      if (jar) await jar.setCookies(response.headers.getSetCookie(), url);
    },
    async learn(row, result) {
      if (row.learns === "csrfToken") kept.write(textIn(result.data, "csrfToken"));
      // A revoked token is not this client's session: the operation must take the cookie.
      if (row.learns === "signedOut" && needsProof(row)) kept.write(undefined);
    },
  };
}

/**
 * The proof of the last login, for pages that cannot read the cookie because the API has another
 * host. Web storage brings it over a reload and to other tabs; to a script of the page it tells no
 * more than the cookie does on the API's own host. A page without storage has it in memory alone.
 */
function keptProof(jar: CookieJar | undefined, baseUrl: string) {
  const key = `portcullis.csrf ${baseUrl}`;
  let proof: string | undefined;
  const storage = () => {
    try {
      const hasOtherHost = !jar && new URL(baseUrl).hostname !== location.hostname;
      return hasOtherHost ? localStorage : undefined;
    } catch {
      return undefined; // no page, or one that may not store
    }
  };
  return {
    read: () => storage()?.getItem(key) ?? proof,
    write(next: string | undefined) {
      proof = next;
      if (next) storage()?.setItem(key, next);
      else storage()?.removeItem(key);
    },
  };
}

/** The proof goes with changes that a session may authenticate, and nowhere else. */
function needsProof(row: OperationRow): boolean {
  return row.method !== "GET" && row.accepts.includes("session");
}

/**
 * The page's cookies, if the API lives on the page's host. Ports do not separate cookies
 * (RFC 6265 §8.5), hosts do: another host's cookie of the same name would be a wrong proof.
 */
function documentCookies(url: string): string {
  if (typeof document === "undefined" || typeof location === "undefined") return "";
  return new URL(url).hostname === location.hostname ? document.cookie : "";
}

function cookieValue(cookies: string, name: string): string | undefined {
  const prefix = `${name}=`;
  const pair = cookies.split("; ").find((each) => each.startsWith(prefix));
  return pair?.slice(prefix.length) || undefined;
}
