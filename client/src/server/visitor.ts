/** Reads the request of a visitor: of which page it is, and from which address. Nothing in it is believed but by rule. */

/** Headers as servers have them: of `fetch`, or Node's `IncomingHttpHeaders`. */
export type HeaderSource =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** A request, of `fetch` or of Node; or its headers alone. */
export type Visitor =
  HeaderSource | { readonly headers: HeaderSource; readonly method?: string | undefined };

/**
 * The visitor's IP address. Either your server knows it, as of the socket; or it stands behind proxies of your own, each
 * of which adds the address that it sees to `X-Forwarded-For`, and `trustedHops` is how many they are.
 */
export type VisitorAddress =
  | { readonly address: string | undefined; readonly trustedHops?: undefined }
  | { readonly trustedHops: number; readonly address?: undefined };

/** The parts of a visitor's request. */
export interface Read {
  readonly method: string | undefined;
  header(name: string): string | undefined;
}

export function readVisitor(visitor: Visitor): Read {
  const { headers, method } = isRequest(visitor) ? visitor : { headers: visitor };
  return {
    method,
    header(name) {
      if (hasGet(headers)) return headers.get(name) ?? undefined;
      const value = headers[name];
      if (value === undefined || typeof value === "string") return value;
      return value.join(name === "cookie" ? "; " : ", ");
    },
  };
}

/**
 * True where a page of this site made the request, and it is one that may change something. A sibling domain's page can
 * make a browser send the cookies too, the one with the CSRF proof among them.
 */
export function isOwnChange({ method, header }: Read, origin: string | undefined): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const site = header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  // A browser from before Fetch Metadata, or a page without TLS. All of these name the origin of a POST.
  const sent = header("origin");
  if (sent === undefined || !URL.canParse(sent)) return false;
  return origin === undefined ? new URL(sent).host === header("host") : sent === origin;
}

/** The one address that is told to the auth server. Throws a TypeError for one that you give and that is none. */
export function addressOf({ header }: Read, from: VisitorAddress): string | undefined {
  if (from.trustedHops === undefined) {
    if (from.address === undefined || isAddress(from.address)) return from.address;
    throw new TypeError(
      "address is not one IP address. X-Forwarded-For may have more, which a visitor wrote: give trustedHops",
    );
  }
  if (!Number.isInteger(from.trustedHops) || from.trustedHops < 1)
    throw new TypeError("trustedHops is the number of your proxies, 1 or more");
  // From the right: what stands before the first proxy's own entry was sent by the visitor.
  const hops = (header("x-forwarded-for") ?? "").split(",");
  const hop = withoutPort(hops.at(-from.trustedHops)?.trim() ?? "");
  return isAddress(hop) ? hop : undefined;
}

/** Strips the port and brackets that some proxies write: `192.0.2.1:80`, `[2001:db8::1]:80`, `[2001:db8::1]`. */
function withoutPort(entry: string): string {
  const [, v4, v6] = /^(?:([\d.]+):\d{1,5}|\[([^\]]*:[^\]]*)\](?::\d{1,5})?)$/.exec(entry) ?? [];
  return v4 ?? v6 ?? entry;
}

function isRequest(
  visitor: Visitor,
): visitor is { readonly headers: HeaderSource; readonly method?: string | undefined } {
  return typeof Reflect.get(visitor, "headers") === "object";
}

function hasGet(headers: HeaderSource): headers is { get(name: string): string | null } {
  return "get" in headers && typeof headers.get === "function";
}

/** IPv4 or IPv6, as far as it matters here: one, and nothing that a header would take apart. The server reads it. */
function isAddress(text: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f.:]*)$/i.test(text);
}
