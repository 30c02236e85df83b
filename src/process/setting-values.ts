/** The kinds of values that settings have. A message describes a good value, and never repeats the given one. */
import { isIP } from "node:net";
import { z } from "zod";
import { normalizeEmail } from "../contract/addresses.ts";
import { parseTrustedProxies } from "../platform/client-address.ts";
import { isLoopback } from "../platform/loopback.ts";
import { parseDatabaseUrl } from "../storage/engine/target.ts";

/** One day more than a year: beyond it a lifetime is a mistake in units. Seconds. */
const LIFETIME_MAX_SECONDS = 366 * 86_400;
/** The longest window that a limit may have: no client is told to wait longer. Seconds. */
const LIMIT_WINDOW_MAX_SECONDS = 86_400;
/** Fewer characters than this cannot hold 256 random bits in any common encoding (CF-01). */
const AUTH_SECRET_MIN_LENGTH = 32;
/** Different characters. Real randomness of that length has more; "aaaa…" has fewer. */
const AUTH_SECRET_MIN_DISTINCT = 12;
/** Different steps from a character to the next. A secret that counts or repeats, "0123…cdef0123…cdef", has fewer. */
const AUTH_SECRET_MIN_STEPS = 8;
/** Words of an example that is meant to be replaced. Of ten million random secrets one contains such a word. */
const PLACEHOLDER = /change|default|example|password|replace|secret/i;
/** RFC 6750 §2.1: the characters of a bearer token. 16 of them hold 96 random bits, which cannot be guessed over a network. */
const METRICS_TOKEN = /^[A-Za-z0-9._~+/-]{16,256}={0,2}$/;
/** RFC 1123 §2.1, and the underscores that names in a container network have. */
const HOST_NAME = /^(?=.{1,253}$)(?!-)[A-Za-z0-9_-]{1,63}(?:\.(?!-)[A-Za-z0-9_-]{1,63})*\.?$/;
/** `auth@example.com` or `Example <auth@example.com>`; the name without the characters that structure a header. */
const MAIL_FROM = /^(?:([^<>@"(),:;\\\[\]\x00-\x1F\x7F-\x9F]{1,64})<([^<>]+)>|([^<>]+))$/;

export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^[0-9]{1,10}$/, { error })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error });
}

/** A lifetime in seconds. */
export function seconds(fallback: number) {
  return wholeNumber(1, LIFETIME_MAX_SECONDS).default(fallback);
}

/** One of a few words. Unlike Zod's own enum it lets the faults between variables be told with its own. */
export function oneOf<const Word extends string>(...words: readonly Word[]) {
  const list = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return parsed((value) => words.find((word) => word === value), `must be ${list}`);
}

const QUOTA_ERROR = "must be <count>/<seconds>, such as 5/60, with at most 86400 seconds";

/** `<count>/<seconds>`: the quota of a limit. */
export const quota = z
  .string()
  .regex(/^[1-9][0-9]{0,5}\/[1-9][0-9]{0,4}$/, { error: QUOTA_ERROR })
  .transform((text) => {
    const [count = 0, seconds = 0] = text.split("/").map(Number);
    return { count, seconds };
  })
  .refine(({ seconds }) => seconds <= LIMIT_WINDOW_MAX_SECONDS, { error: QUOTA_ERROR });

/** NIST SP 800-63B-4 §3.2.2 allows no more failures in a row. */
const LOCK_THRESHOLD_MAX = 100;

/** `<count>/<seconds>`: failures that begin a lock, and how long the first one lasts. */
export const lockQuota = quota.refine(({ count }) => count <= LOCK_THRESHOLD_MAX, {
  error: `must be <count>/<seconds>, such as 10/900: at most ${LOCK_THRESHOLD_MAX} wrong codes, then a lock of that many seconds`,
});

export const databaseUrl = parsed(parseDatabaseUrl, (url) =>
  /^sqlite:.*:memory:/.test(url)
    ? "must name a file, such as sqlite:data/portcullis.db: a database in memory forgets what it has acknowledged"
    : "must be sqlite:<file>, such as sqlite:data/portcullis.db, or postgres://…",
);

/** An address or a name to listen on. Brackets, which an IPv6 address has in URLs, are taken off. */
export const host = parsed((value) => {
  const bare = bareAddress(value);
  const isAddress = isIP(bare) !== 0;
  return isAddress || HOST_NAME.test(value) ? bare : undefined;
}, "must be an address or a name of this machine, such as 127.0.0.1, ::1 or localhost, without a port");

function bareAddress(host: string): string {
  return /^\[(.*)\]$/.exec(host)?.[1] ?? host;
}

export const trustedProxies = parsed(
  parseTrustedProxies,
  "must be none, loopback, or CIDR blocks such as 10.0.0.0/8,2001:db8::/32",
);

export const mailFrom = parsed((value) => {
  const [, name = "", bracketed, bare = ""] = MAIL_FROM.exec(value) ?? [];
  const address = normalizeEmail(bracketed ?? bare);
  return address === undefined ? undefined : { name: name.trim(), address };
}, "must be an address such as Example <auth@example.com>");

/** A name for people: in subjects, in texts, and as the sender of mails. */
export const serviceName = z.string().regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u, {
  error: "must be a name of at most 64 characters, such as Example Shop",
});

/** The part of an `otpauth:` URI before the colon. */
export const totpIssuer = z.string().regex(/^[^\p{C}\p{Zl}\p{Zp}:]{1,64}$/u, {
  error: "must be a name of at most 64 characters, without a colon, such as Example Shop",
});

/** RFC 5646, as far as folders are named by it. */
export const languageTag = z.string().regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, {
  error: "must be a language tag such as en or pt-BR",
});

/** A page of an application, to which a token is added as the fragment: so the URL has none, and is as a browser writes it. */
export const pageUrl = parsed((value) => {
  const url = URL.parse(value);
  if (url === null || url.href !== value || value.includes("#")) return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  return isSafeOrigin(url) ? value : undefined;
}, "must be the https URL of a page, as a browser writes it, such as https://app.example.com/reset: without a password or a #; http only on this very machine");

/** Of Have I Been Pwned. No setting names another: what answers there decides which passwords are taken. */
const PWNED_PASSWORDS = "https://api.pwnedpasswords.com";
const LIST_FILE = "file:";

export type BreachedPasswordsSetting =
  | { readonly kind: "off" }
  | { readonly kind: "hibp"; readonly url: string }
  | { readonly kind: "file"; readonly path: string };

export const breachedPasswords = parsed((value): BreachedPasswordsSetting | undefined => {
  if (value === "off") return { kind: "off" };
  if (value === "hibp") return { kind: "hibp", url: PWNED_PASSWORDS };
  const path = value.startsWith(LIST_FILE) ? value.slice(LIST_FILE.length) : "";
  return path === "" ? undefined : { kind: "file", path };
}, "must be off, hibp or file:<path>, such as file:/var/lib/pwned-passwords.txt");

/** Segments that are spelt in one way only: no percent-encoding, no empty segment, none that begins with a dot. */
const MOUNT_PATH = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;
const PUBLIC_URL_RULE =
  "must be a URL such as https://auth.example.com or https://example.com/auth: its path of letters, digits and -._~ alone, and nothing behind it";

/** Kept without a slash at the end, so that a path of ours can be added. */
export const publicUrl = z
  .url({ protocol: /^https?$/, error: "must be a URL such as https://auth.example.com" })
  .refine(isOriginWithPath, { error: PUBLIC_URL_RULE })
  .transform((text) => {
    const { origin, pathname } = new URL(text);
    return `${origin}${withoutEndSlash(pathname)}`;
  });

function isOriginWithPath(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  const others = `${url.search}${url.hash}${url.username}${url.password}`;
  return MOUNT_PATH.test(withoutEndSlash(url.pathname)) && others === "";
}

function withoutEndSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}

export const smtpUrl = z.url({
  protocol: /^smtps?$/,
  error: "must be a URL such as smtps://user:password@mail.example.com",
});

export const origins = z
  .string()
  .transform((list) => list.split(",").map((origin) => origin.trim()))
  .transform((list) => new Set(list.filter((origin) => list.length > 1 || origin !== "")))
  .refine((given) => [...given].every(isExactOrigin), {
    error: "must be exact origins such as https://app.example.com, separated by commas",
  });

export const relyingPartyId = z
  .string()
  .refine((name) => HOST_NAME.test(name) && isIP(name) === 0 && name === name.toLowerCase(), {
    error: "must be a host name in lower case, such as example.com, and no IP address",
  });

/** An origin of an Android app, as its browser component writes it. */
const ANDROID_ORIGIN = /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/;

/** Origins as `clientDataJSON` has them. Those of apps are kept verbatim: as a URL, each would be `null`. */
export const webauthnOrigins = z
  .string()
  .transform((list) => new Set(list.split(",").map((origin) => origin.trim())))
  .refine(
    (given) => [...given].every((origin) => ANDROID_ORIGIN.test(origin) || isExactOrigin(origin)),
    {
      error:
        "must be exact origins such as https://app.example.com or android:apk-key-hash:…, separated by commas",
    },
  )
  .refine((given) => ![...given].some(isOnAddress), {
    error:
      "has an IP address, and browsers make passkeys for names alone: give names, such as https://app.example.com or http://localhost:3000",
  });

/** RFC 9110 §5.1: the characters of a field name. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
/** More would make the answer to every preflight long, and is no list that somebody keeps. */
const HEADER_NAMES_MAX = 32;

export const headerNames = z
  .string()
  .transform((list) => list.split(",").map((name) => name.trim().toLowerCase()))
  .transform((list) => new Set(list.filter((name) => list.length > 1 || name !== "")))
  // `*` is a field name by its characters, and would stand for all headers where no credentials are sent.
  .refine((given) => [...given].every((name) => HEADER_NAME.test(name) && name !== "*"), {
    error: "must be names of headers such as x-app-version, separated by commas",
  })
  .refine((given) => given.size <= HEADER_NAMES_MAX, {
    error: `must be at most ${HEADER_NAMES_MAX} names of headers`,
  });

/** Domains as addresses have them in their normal form. */
export const emailDomains = z
  .string()
  .transform((list) => list.split(",").map((domain) => normalDomain(domain.trim())))
  .refine((domains) => !domains.includes(undefined), {
    error: "must be domains such as example.com, separated by commas",
  })
  .transform((domains) => new Set(domains.filter((domain) => domain !== undefined)));

function normalDomain(domain: string): string | undefined {
  return normalizeEmail(`x@${domain}`)?.slice("x@".length);
}

export const authSecret = z
  .string()
  .min(AUTH_SECRET_MIN_LENGTH, {
    error: "must be at least 32 random bytes; make one with: openssl rand -base64 48",
  })
  .refine(looksRandom, { error: "is not random; make one with: openssl rand -base64 48" });

export const metricsToken = z.string().regex(METRICS_TOKEN, {
  error: "must be 16 to 256 letters, digits or ._~+/-; make one with: openssl rand -hex 32",
});

/**
 * Says what stands around a value and was not meant to be in it: quotes that `docker --env-file` keeps, the carriage
 * return of a file from Windows, the line break of a secret that was pasted. Undefined where there is nothing.
 */
export function whatSurrounds(value: string): string | undefined {
  if (/[\r\n]$/.test(value))
    return "ends in a line break: take it away (is its file from Windows?)";
  if (value !== value.trim()) return "begins or ends with white space: take it away";
  if (/^(?:"[^]*"|'[^]*'|`[^]*`|“[^]*”|‘[^]*’)$/.test(value))
    return "stands in quotes, which would be a part of it: take them away";
  return undefined;
}

/** A value that `parse` reads, with one message where it answers undefined. */
export function parsed<T>(
  parse: (value: string) => T | undefined,
  message: string | ((value: string) => string),
) {
  return z.string().transform((value, context) => {
    const result = parse(value);
    if (result !== undefined) return result;
    // `continue`: the other faults, between variables too, are told with it.
    const told = typeof message === "string" ? message : message(value);
    context.addIssue({ code: "custom", message: told, input: undefined, continue: true });
    return z.NEVER;
  });
}

/** As a browser writes it, so that it can be compared as it stands; over TLS, or on this very machine. */
function isExactOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin || origin.includes("*")) return false;
  return isSafeOrigin(url);
}

/** True where the host of the URL is an IP address. */
export function isOnAddress(url: string): boolean {
  return isIP(bareAddress(URL.parse(url)?.hostname ?? "")) !== 0;
}

/** True where requests to the URL leave this machine without TLS. */
export function leavesInPlainText({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && !isLoopback(hostname);
}

/** True for TLS, and for this very machine. */
export function isSafeOrigin(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && !leavesInPlainText(url));
}

/** False where it shows that a person made the secret up (CF-01). */
function looksRandom(secret: string): boolean {
  const codes = Array.from(secret, (character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  return (
    new Set(codes).size >= AUTH_SECRET_MIN_DISTINCT &&
    new Set(steps).size >= AUTH_SECRET_MIN_STEPS &&
    !PLACEHOLDER.test(secret)
  );
}
