/** A client for one visitor and one request: it has their cookies, and gives back those that they get. */
import type { Client } from "../client.ts";
import { createClient } from "../client.ts";
import type { CookieJar } from "../cookies.ts";
import { cookieNames, CSRF_COOKIE, plainCookieName } from "../generated/cookies.ts";
import type { CookieOptions } from "../options.ts";
import { cookieOf, parseSetCookie } from "./set-cookie.ts";
import {
  addressOf,
  isOwnChange,
  readVisitor,
  type Visitor,
  type VisitorAddress,
} from "./visitor.ts";

export type ForwardOptions = Omit<CookieOptions, "cookies" | "credentials"> &
  VisitorAddress & {
    /**
     * The origin of your pages, `https://app.example.com`. Needed only behind a proxy that changes `Host`, for browsers
     * that send no `Sec-Fetch-Site`.
     */
    readonly origin?: string | undefined;
  };

export interface Forwarded {
  /** Calls the auth server as the visitor. For this request alone: never keep it. */
  readonly api: Client<"cookies">;
  /**
   * The `Set-Cookie` lines of all answers so far. Send each to the visitor, as a line of its own. Reading operations,
   * those by GET, set none.
   */
  readonly setCookies: readonly string[];
}

/**
 * Makes the visitor's client. A change passes where a page of your own site made the request; any other the auth server
 * refuses with 403 `csrf_rejected`, sign-ins and sign-ups too. A request by GET changes nothing.
 */
export function forward(visitor: Visitor, options: ForwardOptions): Forwarded {
  const { address, trustedHops, origin, fetch = globalThis.fetch, ...rest } = options;
  const read = readVisitor(visitor);
  const isOwn = isOwnChange(read, origin);
  const ip = addressOf(read, trustedHops === undefined ? { address } : { trustedHops });
  const { jar, setCookies } = jarOf(read.header("cookie") ?? "", isOwn);
  const passedOn = [
    ["user-agent", read.header("user-agent")],
    ["accept-language", read.header("accept-language")],
    ["x-forwarded-for", ip],
    // In the browser's words, so that the auth server refuses it, and records that.
    ["sec-fetch-site", isOwn ? undefined : "cross-site"],
  ] as const;
  const api = createClient({
    ...rest,
    cookies: jar,
    fetch(request) {
      for (const [name, value] of passedOn) if (value) request.headers.set(name, value);
      if (!isOwn && request.headers.get("sec-fetch-site") !== "cross-site")
        throw new Error("This runtime lets no program say where a request comes from");
      return fetch(request);
    },
  });
  return { api, setCookies };
}

/** The cookies of the auth server among those of the visitor: what others there are is none of its business. */
function jarOf(cookieHeader: string, isOwn: boolean) {
  const kept = new Map<string, string>();
  for (const each of cookieHeader.split(";")) {
    // One space, as browsers send it: a name after another white space is one that a sibling domain may set.
    const { name, value } = cookieOf(each.startsWith(" ") ? each.slice(1) : each);
    if (ours.has(name) && (isOwn || !proofs.has(name))) kept.set(name, value);
  }
  const setCookies: string[] = [];
  const jar: CookieJar = {
    cookieHeader: () => [...kept].map((pair) => pair.join("=")).join("; "),
    setCookies(lines) {
      for (const line of lines) {
        setCookies.push(line);
        const { name, value, maxAge } = parseSetCookie(line);
        if (maxAge === 0) kept.delete(name);
        else kept.set(name, value);
      }
    },
  };
  return { jar, setCookies };
}

/** Under `DEV_COOKIES=plain` they have other names, of which a server that has not set it takes none. */
const withPlain = (name: string) => [name, plainCookieName(name)];
const ours = new Set(cookieNames.flatMap(withPlain));
const proofs = new Set(withPlain(CSRF_COOKIE));
