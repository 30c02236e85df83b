/** The identities of an imported account, as the providers of the settings have them. */
import type { ImportedIdentity } from "../contract/imports.ts";
import type { AccountToImport } from "../domain/imports.ts";
import type { Settings } from "../process/settings.ts";

type Providers = Settings["providers"];
type Identities = AccountToImport["identities"];

/** Answers the fault of the first that no provider here could have sent, as a text; it repeats nothing of the file. */
export function identitiesOf(
  given: readonly ImportedIdentity[],
  providers: Providers,
): Identities | string {
  const identities: Identities[number][] = [];
  for (const [index, identity] of given.entries()) {
    const read = readIdentity(identity, providers);
    if (typeof read === "string") return `identities.${index}.${read}`;
    if (identities.some(({ provider }) => provider === read.provider))
      return `identities.${index}: An account has one of each provider`;
    identities.push(read);
  }
  return identities;
}

function readIdentity(
  { issuer, subject, provider: id }: ImportedIdentity,
  providers: Providers,
): Identities[number] | string {
  const named = providers.filter((provider) => id === undefined || provider.id === id);
  if (named.length === 0 && id !== undefined) return "provider: Is not in PROVIDERS";
  for (const provider of named) {
    const kept = issuerOf(provider, issuer);
    if (kept === undefined) continue;
    // A login can be given up and taken by somebody else; the number stays.
    if (provider.kind === "github" && !/^[1-9][0-9]*$/.test(subject))
      return "subject: Must be the number of the person at GitHub, not the login";
    return { provider: provider.id, issuer: kept, subject };
  }
  return id === undefined
    ? "issuer: No provider in PROVIDERS has it"
    : "issuer: Is not that of its provider";
}

/** The issuer under which people of the provider are kept; undefined where it never has the given one. */
function issuerOf(
  { kind, issuer, issuerAliases, tenants }: Providers[number],
  given: string,
): string | undefined {
  if (kind === "microsoft") {
    const spelled = [...tenants].map((tenant) => `${issuer}/${tenant}/v2.0`);
    return spelled.find((each) => each === given);
  }
  return given === issuer || issuerAliases.has(given) ? issuer : undefined;
}
