/** How a browser arrives from a provider, and how it leaves the page again. */
import type {
  BegunFlow,
  ProviderFragment,
  ProviderReturnMessage,
} from "../../../contract/provider-return.ts";

/** The answer of a provider, as the address bar had it. */
export interface Arrival {
  readonly state: string;
  readonly came: { readonly code: string } | { readonly error: string };
  readonly iss: string | undefined;
  /** As the page that began it keeps it; empty where another origin, or another browser, began it. */
  readonly flow: Partial<BegunFlow>;
}

/**
 * Takes the answer out of the address bar, and so out of the history, before anything else (FD-13). Undefined where there
 * is none, or not exactly one: of two values of a name nobody can say which one counts (RFC 6749 §3.1, FD-19). Whatever
 * else a provider adds is left: its sentences are no words of this page. `flowKey` stands before the state, in the storage.
 */
export function takeArrival(flowKey: string): Arrival | undefined {
  const query = new URLSearchParams(location.search);
  history.replaceState(null, "", location.pathname);
  const names = ["state", "code", "error", "iss"] as const;
  if (names.some((name) => query.getAll(name).length > 1)) return undefined;
  const [state, code, error, iss] = names.map((name) => query.get(name) || undefined); // without a value: as if left out (RFC 6749 §3.1)
  if (state === undefined || (code === undefined) === (error === undefined)) return undefined;
  const came = code === undefined ? { error: error ?? "" } : { code };
  return { state, came, iss, flow: takeFlow(flowKey + state) };
}

function takeFlow(key: string): Partial<BegunFlow> {
  try {
    const kept = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return kept === null ? {} : (JSON.parse(kept) as BegunFlow); // written by a page of this origin
  } catch {
    return {}; // a browser without storage, or another program's value: the cookie is left
  }
}

/** Keeps a text for a page of this origin that comes later in this window. Without storage there is none. */
export function keepHere(key: string, text: string): void {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    // the words on the page say what to do
  }
}

/** Leads on, in place of this page: Back does not come here. Never resolves, so that the page stays as it waits. */
export function leaveTo(url: string): Promise<never> {
  location.replace(url);
  return new Promise(() => undefined);
}

/** Hands what an application is to finish to its own page. Fragments reach neither a server nor a `Referer`. */
export function handTo(returnTo: string, parameters: ProviderFragment): Promise<never> {
  const url = new URL(returnTo);
  url.hash = new URLSearchParams(parameters).toString();
  return leaveTo(url.href);
}

export function isOurs(url: string): boolean {
  return new URL(url, location.href).origin === location.origin;
}

/** Tells the page that opened this window, and closes it. A browser that does not close it leaves the words on it. */
export function tellOpener(channel: string, message: ProviderReturnMessage): void {
  new BroadcastChannel(channel).postMessage(message);
  close();
}
