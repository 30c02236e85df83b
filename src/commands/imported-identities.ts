/** The identities of an imported account, as the providers of the settings have them. */
import type { ImportedIdentity } from "../contract/imports.ts";
import type { AccountToImport } from "../domain/imports.ts";
import type { System } from "../process/system.ts";

type Providers = System["providers"];
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
  if (id !== undefined && !providers.has(id)) return "provider: Is not in PROVIDERS";
  for (const provider of providers.values()) {
    const kept = provider.issuers.get(issuer);
    if (kept === undefined || (id !== undefined && provider.id !== id)) continue;
    // A login can be given up and taken by somebody else; the number stays.
    if (provider.kind === "github" && !/^[1-9][0-9]*$/.test(subject))
      return "subject: Must be the number of the person at GitHub, not the login";
    return { provider: provider.id, issuer: kept, subject };
  }
  return id === undefined
    ? "issuer: No provider in PROVIDERS has it"
    : "issuer: Is not that of its provider";
}
