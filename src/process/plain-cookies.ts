/**
 * `DEV_COOKIES=plain`: cookies without `Secure` and without their prefix, for development over plain http. Browsers
 * drop Secure cookies there: WebKit on localhost too, all of them on any other name. Nothing within the server knows;
 * cookies are renamed on their way in and out. The settings refuse it in production (CF-08).
 */
import { cookieNames, plainCookieName } from "../contract/cookies.ts";

type Fetch = (request: Request, given?: unknown) => Response | Promise<Response>;

const nameByPlainName = new Map(cookieNames.map((name) => [plainCookieName(name), name]));

/** Answers as `fetch` does, with plain cookies. */
export function withPlainCookies(fetch: Fetch): Fetch {
  return async (request, given) => makePlain(await fetch(withUsualNames(request), given));
}

/** The request as it is, but for its header `Cookie`. Not a new Request: that would lose what the socket tells. */
export function withUsualNames(request: Request): Request {
  const cookies = request.headers.get("cookie");
  if (cookies === null) return request;
  const headers = new Headers(request.headers);
  headers.set("cookie", renamed(cookies));
  return new Proxy(request, {
    get(target, key) {
      if (key === "headers") return headers;
      const value: unknown = Reflect.get(target, key, target);
      const own: unknown = typeof value === "function" ? value.bind(target) : value;
      return own;
    },
  });
}

/** Leaves out cookies of the usual names: a browser may still hold those of a run without this setting. */
function renamed(cookies: string): string {
  return cookies
    .split("; ")
    .filter((pair) => !cookieNames.some((name) => pair.startsWith(`${name}=`)))
    .map((pair) => {
      const [plainName = "", ...value] = pair.split("=");
      return [nameByPlainName.get(plainName) ?? plainName, ...value].join("=");
    })
    .join("; ");
}

function makePlain(response: Response): Response {
  const cookies = response.headers.getSetCookie();
  if (cookies.length === 0) return response;
  response.headers.delete("set-cookie");
  for (const cookie of cookies) {
    const name = cookieNames.find((each) => cookie.startsWith(`${each}=`));
    if (name === undefined) response.headers.append("set-cookie", cookie);
    else {
      const plain = plainCookieName(name) + cookie.slice(name.length).replace("; Secure", "");
      response.headers.append("set-cookie", plain);
      // Of a run without this setting: a page would read its stale proof first.
      response.headers.append("set-cookie", `${name}=; Path=/; Max-Age=0; Secure`);
    }
  }
  return response;
}
