import { isLoopbackAddress } from "../../domain/addresses.ts";
import { hashSecret, isSameSecret } from "../../domain/secrets.ts";
import { readBearer } from "../credentials/bearer.ts";
import type { RequestState } from "../request-state.ts";
import { check, type ScraperRule } from "./check.ts";

/** Metrics ask for no account. */
export const scraper = check({
  name: "scraper",
  refuses:
    "A request for metrics without the `METRICS_TOKEN` or, where there is none, from another machine.",
  problems: ["unauthenticated", "not_found"],
  concerns: ({ security }) => security.scrapersOnly === true,
  judge: ({ gate, state, request }) => gate.refuseScraper(state, request),
});

export interface ScraperOptions {
  /** METRICS_TOKEN. */
  readonly token: string | undefined;
  /** PUBLIC_URL, or the one that holds in development. */
  readonly publicUrl: string;
}

/**
 * With a token, the token decides, wherever the request comes from: that there is one is no secret, so
 * the answer is 401. Without one, a stranger learns as much as of any id that is not theirs: 404.
 */
export function createScraperRule({ token, publicUrl }: ScraperOptions): ScraperRule {
  if (token !== undefined) {
    const expected = hashSecret(token);
    return (_, request) => {
      const presented = readBearer(request.headers.get("authorization") ?? "");
      const isOwn = presented !== undefined && isSameSecret(hashSecret(presented), expected);
      return isOwn ? undefined : { problem: "unauthenticated" };
    };
  }
  // A server that is known elsewhere has a proxy in front, and one on this machine that adds no header
  // makes every stranger look local: so there, without a token, no request is.
  const isForThisMachine = isLoopbackName(new URL(publicUrl).hostname);
  return (state, request) =>
    isForThisMachine && isLocal(state, request) ? undefined : { problem: "not_found" };
}

/** Headers that proxies and tunnels add. One is enough, believed or not: its author was elsewhere. */
const PROXY_HEADERS = [
  "x-forwarded-for",
  "forwarded",
  "via",
  "x-real-ip",
  "x-forwarded-host",
  "x-forwarded-proto",
] as const;

/** From this machine, to this machine by name: a page elsewhere whose name was rebound to it has another Host. */
function isLocal({ ip }: RequestState, { headers }: Request): boolean {
  if (PROXY_HEADERS.some((name) => headers.has(name))) return false;
  const host = URL.parse(`http://${headers.get("host") ?? ""}/`)?.hostname;
  return isLoopbackAddress(ip) && host !== undefined && isLoopbackName(host);
}

/** A URL's hostname, brackets included. */
function isLoopbackName(hostname: string): boolean {
  return hostname === "localhost" || isLoopbackAddress(hostname.replaceAll(/[[\]]/g, ""));
}
