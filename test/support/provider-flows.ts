/** Signs in at a test provider through the adapter alone, without a server of ours. */
import { inspect } from "node:util";
import { expect } from "vitest";
import type {
  ProvidedAddress,
  ProvidedIdentity,
  ProviderFault,
  ProviderFlow,
} from "../../src/domain/ports/providers.ts";
import type {
  ProviderAdapter,
  ProviderWorld,
} from "../../src/platform/providers/provider-adapter.ts";
import type { ProviderOptions } from "../../src/platform/providers/provider-options.ts";
import { newSecret } from "../../src/domain/secrets.ts";
import { createProvider } from "../../src/platform/providers/providers.ts";
import { PROVIDER_CLIENT, type TestProvider } from "./provider.ts";

export const TENANT = "0dd4c4cb-1111-4aaa-8bbb-000000000001";
export const REDIRECT_URI = "https://auth.example.org/login/providers/there/callback";

/** The adapter of a test provider, as settings would make it. */
export function adapterOf(
  there: Pick<TestProvider, "issuer">,
  options: Partial<ProviderOptions> = {},
  world: Partial<ProviderWorld> = {},
): ProviderAdapter {
  const kind = options.kind ?? "oidc";
  const given: ProviderOptions = {
    id: "there",
    name: "There",
    kind,
    makesAccounts: true,
    linking: "ask",
    redirectUri: REDIRECT_URI,
    otherRedirectUris: new Set(),
    issuer: there.issuer,
    issuerAliases: new Set(),
    ...PROVIDER_CLIENT,
    scopes: kind === "github" ? ["read:user", "user:email"] : ["openid", "email"],
    tenants: new Set(kind === "microsoft" ? [TENANT] : []),
    ...options,
  };
  return createProvider(given, { now: Date.now, ...world });
}

/** A sign-in, as far as it got. */
interface SignIn {
  readonly identity: ProvidedIdentity | undefined;
  /** The word of the fault, and its kind: `token token_nonce`. */
  readonly fault: string | undefined;
  /** The address of the identity, asked for. `fault` where asking failed. */
  readonly address: ProvidedAddress | undefined;
}

/**
 * Begins, approves and identifies. The person's answer and the kept flow may be changed on the way. Each outcome, and
 * all that it holds, is searched for what is secret (FD-13).
 */
export async function signIn(
  there: TestProvider,
  adapter: ProviderAdapter,
  change: {
    flow?: (flow: ProviderFlow) => ProviderFlow;
    answer?: (answer: { code: string; iss?: string }) => { code: string; iss?: string };
  } = {},
): Promise<SignIn> {
  const begun = await adapter.begin(adapter.redirectUri, newSecret());
  if ("fault" in begun) return refused(begun, there);
  const flow = change.flow?.(begun) ?? begun;
  const back = there.approve(begun.authorizationUrl).searchParams;
  const iss = back.get("iss");
  const answer = { code: back.get("code") ?? "", ...(iss !== null && { iss }) };
  const identity = await adapter.identify(flow, change.answer?.(answer) ?? answer);
  if ("fault" in identity) return refused(identity, there, begun);
  const address = await identity.address();
  if (address !== undefined && "fault" in address)
    return { ...refused(address, there, begun), identity };
  expectNoSecrets([identity, address, adapter], there, begun);
  return { identity, fault: undefined, address };
}

/** Fails where a fault, as a log would print it, holds a secret of the flow, of the provider or of ours. */
function expectNoSecrets(outcome: unknown, there: TestProvider, flow?: ProviderFlow): void {
  const printed = inspect(outcome, { depth: Infinity, showHidden: true });
  const secrets = [...there.secrets, PROVIDER_CLIENT.clientSecret, flow?.verifier, flow?.nonce];
  for (const secret of secrets) if (secret !== undefined) expect(printed).not.toContain(secret);
}

function refused(fault: ProviderFault, there: TestProvider, flow?: ProviderFlow): SignIn {
  expectNoSecrets(fault, there, flow);
  expect(fault.why).toMatch(/^[a-z0-9_]{1,64}$/);
  expect(Object.keys(fault).sort()).toEqual(["fault", "why"]);
  return { identity: undefined, fault: `${fault.fault} ${fault.why}`, address: undefined };
}
