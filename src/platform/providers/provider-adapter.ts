/** A provider as the process makes and starts it, and what it needs of the world. */
import type { Provider } from "../../domain/ports/providers.ts";
import type { ProviderOptions } from "./provider-options.ts";

export interface ProviderAdapter extends Provider {
  /** The names that it may give to its issuer, and the one under which people are kept. */
  readonly issuers: ReadonlyMap<string, string>;
  /** Loads what a sign-in needs and asks the provider what it is, so that the first person does not wait. Never rejects. */
  warm(): Promise<void>;
}

export interface ProviderWorld {
  /** Asks over HTTP; Node's, where it is absent. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch. The library reads the machine's clock for the times in tokens; so should this. */
  now(): number;
  /** Told each time that the provider's description cannot be had any more, once until it can be had again. */
  tell?(trouble: { readonly provider: string; readonly why: string }): void;
}

/** The part of the options that the rules see. The secret is not in it: what holds a provider may be printed. */
export function describeProvider(options: ProviderOptions) {
  const { id, name, kind, makesAccounts, linking, redirectUri, otherRedirectUris } = options;
  return { id, name, kind, makesAccounts, linking, redirectUri, otherRedirectUris };
}
