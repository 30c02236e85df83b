/** The providers that people sign in with, as `PROVIDERS` and the variables `PROVIDER_<ID>_…` say. */
import type { z } from "zod";
import { providerCallbackPath } from "../contract/page-paths.ts";
import { PROVIDERS_MAX } from "../contract/providers.ts";
import { ProviderId, providerKinds } from "../contract/provider-values.ts";
import type { ProviderOptions } from "../platform/providers/provider-options.ts";
import { prefixOf, providerFieldNames } from "./provider-names.ts";
import { providerFields } from "./provider-values.ts";
import { oneOf, parsed } from "./setting-values.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Kind = (typeof providerKinds)[number];
type Fields = z.output<(typeof providerFields)[Kind]>;

/** The setting `PROVIDERS`. */
export const providerIds = parsed((list) => {
  const ids = listedIn(list);
  const isGood = ids.every(isProviderId) && new Set(ids).size === ids.length;
  return isGood && ids.length <= PROVIDERS_MAX ? ids : undefined;
}, `must be ids such as google,github, each once, at most ${PROVIDERS_MAX}, separated by commas: lower-case letters, digits and hyphens, with a letter first`);

function isProviderId(id: string): boolean {
  return ProviderId.safeParse(id).success;
}

function listedIn(list: string): readonly string[] {
  return list === "" ? [] : list.split(",").map((id) => id.trim());
}

/** One provider's variables, each good by itself. */
export interface ReadProvider {
  readonly id: string;
  readonly kind: Kind;
  readonly fields: Fields;
}

/** A variable, and a sentence that goes on from its name. Without its value. */
export type Fault = readonly [name: string, message: string];

/** Everything that PROVIDERS leads to. */
export interface ReadProviders {
  /** Those of `providerIdsIn`: a fault in one hides none of another. */
  readonly ids: readonly string[];
  readonly providers: readonly ReadProvider[];
  readonly faults: readonly Fault[];
}

/** Reads the variables of every id in `PROVIDERS`. A fault is a variable's name and a sentence without its value. */
export function readProviders(environment: Environment): ReadProviders {
  const ids = providerIdsIn(environment);
  const read = ids.map((id) => readProvider(id, environment));
  const providers = read.flatMap(({ provider }) => provider ?? []);
  return {
    ids,
    providers,
    faults: [...read.flatMap(({ faults }) => faults), ...sharedRedirects(providers)],
  };
}

/** The ids of `PROVIDERS` that are ids. */
export function providerIdsIn(environment: Environment): readonly string[] {
  return [...new Set(listedIn(environment["PROVIDERS"] ?? "").filter(isProviderId))];
}

function readProvider(
  id: string,
  environment: Environment,
): { readonly provider?: ReadProvider; readonly faults: readonly Fault[] } {
  const prefix = prefixOf(id);
  const kinds = oneOf(...providerKinds).prefault(kindByName(id));
  const kind = kinds.safeParse(environment[`${prefix}KIND`]);
  // The rules for the others depend on it.
  if (!kind.success) return { faults: faultsOf(kind.error, () => `${prefix}KIND`) };
  const given = Object.fromEntries(
    providerFieldNames.map((field) => [field, environment[`${prefix}${field}`]]),
  );
  const fields = providerFields[kind.data].safeParse(given);
  return fields.success
    ? { provider: { id, kind: kind.data, fields: fields.data }, faults: [] }
    : { faults: faultsOf(fields.error, (name) => `${prefix}${name}`) };
}

function faultsOf(error: z.ZodError | undefined, nameOf: (path: string) => string): Fault[] {
  return (error?.issues ?? []).map(({ path, message }) => [nameOf(path.join(".")), message]);
}

function kindByName(id: string): Kind {
  return providerKinds.find((kind) => kind === id) ?? "oidc";
}

/**
 * One address for each provider: what a provider sends there can then be of no other one, though a
 * browser was led from one to another (mix-up, RFC 9700 §4.4.2.2).
 */
function sharedRedirects(providers: readonly ReadProvider[]): Fault[] {
  return providers.flatMap(({ id, fields }, index) =>
    providers
      .slice(0, index)
      .filter((earlier) =>
        [...fields.REDIRECTS].some((address) => earlier.fields.REDIRECTS.has(address)),
      )
      .map((earlier): Fault => [
        `${prefixOf(id)}REDIRECTS`,
        `has an address that ${prefixOf(earlier.id)}REDIRECTS has: give each provider its own, so that nothing meant for one comes to the other`,
      ]),
  );
}

interface Server {
  readonly publicUrl: string;
  readonly isSignupClosed: boolean;
}

/** Our own pages are no page of another site: one of another provider's would make the two one. */
export function ownRedirects(providers: readonly ReadProvider[], publicUrl: string): Fault[] {
  const isOurs = (address: string) => address.startsWith(`${publicUrl}/login/`);
  return providers
    .filter(({ fields }) => [...fields.REDIRECTS].some(isOurs))
    .map(({ id }): Fault => [
      `${prefixOf(id)}REDIRECTS`,
      "has a page of this server, whose own page is known: list apps, and pages of other sites",
    ]);
}

/** Remarks on names that people cannot tell apart. */
export function equalNames(providers: readonly ReadProvider[]): readonly string[] {
  return providers.flatMap((provider, index) =>
    providers
      .slice(0, index)
      .filter((earlier) => nameOf(earlier) === nameOf(provider))
      .map(
        (earlier) =>
          `${prefixOf(provider.id)}NAME is the same name as ${prefixOf(earlier.id)}NAME: people cannot tell the two apart`,
      ),
  );
}

/** The provider as its adapter takes it, with what follows from the server's own settings. */
export function providerOptionsOf(
  provider: ReadProvider,
  { publicUrl, isSignupClosed }: Server,
): ProviderOptions {
  const { id, kind, fields } = provider;
  return {
    id,
    kind,
    name: nameOf(provider),
    issuer: fields.ISSUER,
    issuerAliases: fields.ISSUER_ALIASES,
    clientId: fields.CLIENT_ID,
    clientSecret: fields.CLIENT_SECRET,
    scopes: fields.SCOPES,
    tenants: fields.TENANTS,
    makesAccounts: (fields.SIGNUP ?? (isSignupClosed ? "off" : "on")) === "on",
    linking: fields.LINK,
    redirectUri: `${publicUrl}${providerCallbackPath(id)}`,
    otherRedirectUris: fields.REDIRECTS,
  };
}

const namesOfKinds = { google: "Google", microsoft: "Microsoft", github: "GitHub" } as const;

function nameOf({ id, kind, fields }: ReadProvider): string {
  if (fields.NAME !== undefined) return fields.NAME;
  return kind === "oidc" ? `${id.charAt(0).toUpperCase()}${id.slice(1)}` : namesOfKinds[kind];
}
