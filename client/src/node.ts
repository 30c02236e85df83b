/** Cookie mode outside a browser. */
import { CookieJar as ToughJar } from "tough-cookie";
import type { CookieJar } from "./cookies.ts";

/** The part of a tough-cookie jar that is used here, so that its types are not needed by those who pass none. */
export interface ToughCookieJar {
  getCookieString(url: string): Promise<string>;
  setCookie(
    cookie: string,
    url: string,
    options: { readonly ignoreError: boolean },
  ): Promise<unknown>;
}

/**
 * A cookie jar for one session, in memory unless you pass a tough-cookie jar with a store of its
 * own. Like browsers and curl it takes `Secure` cookies, `__Host-` ones included, from `https` and
 * from loopback addresses, and gives them back to those only.
 */
export function cookieJar(jar: ToughCookieJar = new ToughJar(undefined, rules)): CookieJar {
  return {
    cookieHeader: (url) => jar.getCookieString(url),
    async setCookies(setCookie, url) {
      for (const each of setCookie) await jar.setCookie(each, url, { ignoreError: true });
    },
  };
}

/** The library's defaults today, spelt out because the session depends on them. */
const rules = {
  allowSecureOnLocal: true,
  enforceSecureOriginOnStorage: true,
  prefixSecurity: "silent",
} as const;
