/** Flows that this tab has begun. The storage of a tab is its own: a flow of another one, or of nobody, is not in it. */
import { textIn } from "../answer.ts";
import { type BegunFlow, providerReturn } from "../generated/provider-return.ts";

/** A flow that was begun by this client. */
export type KeptFlow = BegunFlow & { readonly provider: string };

/** Keeps a flow in that window's storage. Throws where the window may not store. */
export function keepFlow(
  { sessionStorage }: Pick<Window, "sessionStorage">,
  state: string,
  flow: KeptFlow,
): void {
  sessionStorage.setItem(providerReturn.flowKey + state, JSON.stringify(flow));
}

/** Takes a flow out of this tab's storage: it ends once. */
export function takeFlow(state: string): KeptFlow | undefined {
  const key = providerReturn.flowKey + state;
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
    sessionStorage.removeItem(key);
    const isWhole = textIn(kept, "challengeToken") && textIn(kept, "provider");
    return isWhole ? (kept as KeptFlow) : undefined; // written above, or by a script of the page, which may do anything
  } catch {
    return undefined; // a page that may not store has begun nothing
  }
}

/** The `state` in the URL at which a flow begins; undefined for a URL that no browser should be sent to. */
export function stateOf(authorizationUrl: string): string | undefined {
  // `javascript:` would run in this page, and a provider has a say in the URL.
  if (!URL.canParse(authorizationUrl) || !/^https?:/i.test(authorizationUrl)) return undefined;
  return new URL(authorizationUrl).searchParams.get("state") ?? undefined;
}
