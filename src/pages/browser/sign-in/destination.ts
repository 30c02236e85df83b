/** Where somebody goes on to after signing in, and how links keep it on the way (PG-05). */
import { pagePaths } from "../../../contract/page-paths.ts";
import { readReturnTo, RETURN_PARAMETER } from "../../../contract/return-to.ts";
import { given } from "../kit/given.ts";
import { href } from "../kit/router.tsx";

export interface Destination {
  /** A whole URL, or a path of ours with the mount path. */
  readonly url: string;
  /** The host of an application that asked; undefined for a page of ours. */
  readonly host: string | undefined;
  /** Somebody asked for a place that this service does not lead to. */
  readonly isRefused: boolean;
}

/** Reads `return_to`. A bad one is not followed, and not kept by links either. */
export function destinationOf(query: URLSearchParams): Destination {
  const kept = keptReturnTo(query);
  const account = { url: href(pagePaths.account), host: undefined };
  if (kept === undefined) return { ...account, isRefused: query.has(RETURN_PARAMETER) };
  const { origin, host, pathname, search, hash } = new URL(kept);
  if (origin !== location.origin) return { url: kept, host, isRefused: false };
  return { url: pathname + search + hash, host: undefined, isRefused: false };
}

/** The path with the query that it needs to lead to the same place in the end. */
export function onTheWay(
  path: string,
  query: URLSearchParams,
  more: Readonly<Record<string, string>> = {},
): string {
  const kept = keptReturnTo(query);
  const next = new URLSearchParams({
    ...more,
    ...(kept !== undefined && { [RETURN_PARAMETER]: kept }),
  });
  return next.size === 0 ? path : `${path}?${next}`;
}

/** Two values of a name mean two things, so neither counts. */
function keptReturnTo(query: URLSearchParams): string | undefined {
  const [asked, ...others] = query.getAll(RETURN_PARAMETER);
  if (asked === undefined || others.length > 0) return undefined;
  const { mountPath, returnOrigins } = given();
  return readReturnTo(asked, { origin: location.origin, mountPath, origins: returnOrigins });
}
