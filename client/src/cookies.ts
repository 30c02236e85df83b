/** Cookie mode: the session is a cookie, and changes carry the CSRF proof beside it. */
import { textIn } from "./answer.ts";
import type { CookieUse, OwnCredential } from "./credential.ts";
import { CSRF_COOKIE, plainCookieName } from "./generated/cookies.ts";
import { operationTable } from "./generated/operations.ts";
import type { OperationRow } from "./input.ts";
import type { WebResponse } from "./web.ts";

/** Of a server in development with `DEV_COOKIES=plain`. Anybody's subdomain could set it: never read over TLS. */
const PLAIN_CSRF_COOKIE = plainCookieName(CSRF_COOKIE);
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
  mode: CookieUse,
  baseUrl: string,
): OwnCredential {
  const kept = keptProof(jar, baseUrl);
  return {
    signsInBy: "cookies",
    mode,
    async attach(request, row) {
      if (row.learns === "csrfToken" && !jar && mayScriptsSetCookies()) throw new Error(NEEDS_JAR);
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
      if (row.learns === "csrfToken") {
        if (jar) await assertKept(jar, result.response, baseUrl + row.path);
        kept.write(textIn(result.data, "csrfToken"));
      }
      if (row.learns === "signedOut") kept.write(undefined);
    },
    signOut: (call) => call(operationTable.logout, {}),
  };
}

const OR_TOKENS =
  "or sign in with tokens: createClient({ tokens: memoryTokens() }) and tokenLogin()";
const NEEDS_JAR = `Nothing would keep the session's cookie here. Give createClient a jar, cookies: cookieJar() of "@portcullis/client/node", ${OR_TOKENS}`;

/** Browsers keep cookies, and let no script write the header (Fetch standard, forbidden request-header). Node does neither. */
function mayScriptsSetCookies(): boolean {
  return new Request("http://localhost", { headers: { cookie: "a=b" } }).headers.has("cookie");
}

/** Throws where a jar gives back none of the cookies of a login: the next call would be a 401 that nobody understands. */
async function assertKept(jar: CookieJar, { headers }: WebResponse, url: string): Promise<void> {
  const pairs = headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "");
  const kept = await jar.cookieHeader(url);
  if (pairs.length === 0 || pairs.some((pair) => kept.includes(pair))) return;
  throw new Error(
    `The jar kept no cookie of ${url}. They are Secure: a jar takes them over https, or from this machine (localhost, 127.0.0.1). Use such an address, ${OR_TOKENS}`,
  );
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
