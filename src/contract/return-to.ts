/**
 * Where a person may be led after signing in: to pages of ours, and of the applications that the settings name. The
 * server and the pages read such a place with the same parser (FD-12, PG-05). Without Zod, since pages load it.
 */
import { pagePaths } from "./page-paths.ts";

/** UTF-16 units. */
export const URL_MAX_LENGTH = 2048;

/**
 * The URL as every later reader takes it, or undefined where its origin is none of `origins`: one parser judges and
 * writes it. A `blob:` URL has the origin of whoever made it (URL Standard §4.7), and is no page of theirs. Escapes may
 * have made it longer than answers can be.
 */
export function readReturnUrl(text: string, origins: ReadonlySet<string>): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  const { origin, href } = url;
  const isOnOrigin = origins.has(origin) && href.startsWith(`${origin}/`);
  return isOnOrigin && href.length <= URL_MAX_LENGTH ? href : undefined;
}

/** The page that asks, and where it may lead. */
export interface ReturnPlace {
  /** Its own origin, as the browser has it. */
  readonly origin: string;
  /** Begins every path of ours, `/auth`; empty at the root. */
  readonly mountPath: string;
  readonly origins: Iterable<string>;
}

/** Name of the parameter that says where to go on to, in the query of `/sign-in` and `/sign-up`. */
export const RETURN_PARAMETER = "return_to";

/** Controls, spaces and line breaks of every kind, which parsers skip; and the slash that browsers turn around. */
const SKIPPED_OR_TURNED = /[\\\p{C}\p{Z}]/u;
/** `/path`, or `https://host`. Nothing that a parser has to complete. */
const WHOLE = /^(?:\/(?!\/)|https?:\/\/(?=[^/?#]))/;
/** A slash that stands for another host where somebody cuts the origin off, escaped or not. */
const SECOND_SLASH = /\/(?:\/|%2f|%5c)/i;

/**
 * Reads the parameter `return_to`, which whoever made the link has chosen: a path of ours, or a URL on an allowed origin.
 * Answers a whole URL, so that nobody has to add an origin to it again. The pages that sign in are no places to go on to.
 */
export function readReturnTo(
  text: string,
  { origin, mountPath, origins }: ReturnPlace,
): string | undefined {
  if (text.length > URL_MAX_LENGTH || SKIPPED_OR_TURNED.test(text) || !WHOLE.test(text))
    return undefined;
  const whole = text.startsWith("/") ? `${origin}${text}` : text;
  const href = readReturnUrl(whole, new Set([...origins, origin]));
  if (href === undefined) return undefined;
  const { pathname, origin: leadsTo } = new URL(href);
  if (SECOND_SLASH.test(pathname)) return undefined;
  const signsIn = [pagePaths.signIn, pagePaths.signUp].some(
    (path) => pathname === `${mountPath}${path}` || pathname === `${mountPath}${path}/`,
  );
  return signsIn && leadsTo === origin ? undefined : href;
}
