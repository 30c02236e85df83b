/** The parameters with which the browser comes back: in the query from the provider, in the fragment from the server's page. */
import { linkStatePrefix, type ProviderFragment } from "../generated/provider-return.ts";

export type Kind = "login" | "link";

/** Parameters of a provider's answer (RFC 6749 §4.1.2, RFC 9207), and of the server's own page. */
const inQuery = ["state", "code", "error", "error_description", "error_uri", "iss"] as const;
const inFragment = [
  "state",
  "provider",
  "loginToken",
  "secondFactors",
  "expiresInSeconds",
  "linkToken",
] as const satisfies readonly KeyOf<ProviderFragment>[];
type KeyOf<Fragment> = Fragment extends unknown ? keyof Fragment : never;
/** Each answer has one of these. */
const outcomes = ["code", "error", "loginToken", "linkToken"] as const;

/** The parameters, each as it came. */
export type Given = Readonly<
  Partial<Record<(typeof inQuery | typeof inFragment)[number], string>>
> & {
  readonly state: string;
};

/** The parameters in the page's address; undefined where it has nothing of such a flow. Removes it from there, as it may sign in. */
export function takeFromAddress(kind: Kind): Given | "bad_return" | undefined {
  if (typeof location === "undefined") return undefined;
  const url = new URL(location.href);
  const fragment = new URLSearchParams(url.hash.slice(1));
  if (isOf(kind, fragment) && fragment.has("provider")) {
    history.replaceState(history.state, "", url.pathname + url.search);
    return read(fragment);
  }
  const query = url.searchParams;
  if (!isOf(kind, query)) return undefined;
  const given = read(query);
  for (const name of inQuery) query.delete(name);
  history.replaceState(history.state, "", url.pathname + url.search + url.hash);
  return given;
}

/** The parameters of a query that another window handed over. */
export function readQuery(query: string): Given | "bad_return" {
  return read(new URLSearchParams(query));
}

/** The parameters as a query, for another window. */
export function queryOf(given: Given): string {
  return String(new URLSearchParams(given));
}

/** True where they are those of a flow of that kind. Which one it ends, its state says. */
function isOf(kind: Kind, parameters: URLSearchParams): boolean {
  const state = parameters.get("state");
  const isEnd = outcomes.some((name) => parameters.has(name));
  return state !== null && isEnd && state.startsWith(linkStatePrefix) === (kind === "link");
}

/** A parameter that is there twice means two things: one reader takes the first, another the last (FD-19). */
function read(parameters: URLSearchParams): Given | "bad_return" {
  const names = [...new Set([...inQuery, ...inFragment])];
  const given = names.flatMap((name) => parameters.getAll(name).map((value) => [name, value]));
  const isOnce = new Set(given.map(([name]) => name)).size === given.length;
  const ends = outcomes.filter((name) => parameters.has(name));
  const { state = "", ...others } = Object.fromEntries(given) as Partial<Given>; // of the names above
  return isOnce && ends.length === 1 && state !== "" ? { ...others, state } : "bad_return";
}
