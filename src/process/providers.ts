/** The providers of the settings, opened. None is asked anything here. */
import { normalizeEmail } from "../contract/addresses.ts";
import { outsideRequest } from "../domain/change.ts";
import type { EventLog } from "../domain/ports/events.ts";
import type { ProvidedIdentity } from "../domain/ports/providers.ts";
import type { ProviderAdapter } from "../platform/providers/provider-adapter.ts";
import { createProvider } from "../platform/providers/providers.ts";
import type { Settings } from "./settings.ts";

export type OpenProviders = ReadonlyMap<string, ProviderAdapter>;

/** By id, in the order of the setting. What one of them fails at is told in the log. */
export function openProviders({ providers }: Settings, log: EventLog): OpenProviders {
  const tell = (trouble: { readonly provider: string; readonly why: string }) =>
    log.print(log.compose(outsideRequest(Date.now()), "provider_unreachable", trouble));
  const opened = providers.map((options) => createProvider(options, { now: Date.now, tell }));
  return new Map(opened.map((provider) => [provider.id, withNormalAddresses(provider)]));
}

/** Providers write addresses as people typed them. The rules compare the one normal form (LG-06). */
function withNormalAddresses(provider: ProviderAdapter): ProviderAdapter {
  return {
    ...provider,
    async identify(flow, answer) {
      const identity = await provider.identify(flow, answer);
      if ("fault" in identity) return identity;
      return { ...identity, address: async () => normalAddress(await identity.address()) };
    },
  };
}

function normalAddress(address: Awaited<ReturnType<ProvidedIdentity["address"]>>) {
  if (address === undefined || "fault" in address) return address;
  const email = normalizeEmail(address.email);
  return email === undefined ? undefined : { ...address, email };
}

/** Asks each what it is, in the background: a provider that is away stops no start, and the first person does not wait. */
export function warmProviders(providers: OpenProviders): void {
  for (const provider of providers.values()) void provider.warm();
}
