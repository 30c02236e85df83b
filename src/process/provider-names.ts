/** The names of the variables of providers, and what is odd about names that look like them. */
import { misspeltSettings } from "./misspelt-settings.ts";
import { providerFields } from "./provider-values.ts";
import { fileVariableOf, secretProviderFields } from "./secret-settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The ends of the names. */
export const providerFieldNames: readonly string[] = [
  "KIND",
  ...Object.keys(providerFields.oidc.shape),
];

/** The ends of the names, also of those that name a secret's file. */
export const providerVariableEnds: readonly string[] = providerFieldNames.flatMap((field) =>
  isSecret(field) ? [field, fileVariableOf(field)] : [field],
);

function isSecret(field: string): boolean {
  return secretProviderFields.some((secret) => secret === field);
}

/** `PROVIDER_<ID>_` of an id. No two ids have the same, as ids have no underscores. */
export function prefixOf(id: string): string {
  return `PROVIDER_${keyOf(id)}_`;
}

function keyOf(id: string): string {
  return id.toUpperCase().replaceAll("-", "_");
}

/** Every variable that is read for these ids. */
export function providerNames(ids: readonly string[]): readonly string[] {
  return ids.flatMap((id) => providerVariableEnds.map((end) => `${prefixOf(id)}${end}`));
}

/** Those of them that are secrets. */
export function providerSecretNames(ids: readonly string[]): readonly string[] {
  return ids.flatMap((id) => secretProviderFields.map((field) => `${prefixOf(id)}${field}`));
}

/**
 * Variables that no provider of `PROVIDERS` has, and a remark on each: of an id that is not listed, or with an end that
 * is none. What is nearly one that is read is left to `misspeltSettings`, which says which.
 */
export function oddProviderNames(
  environment: Environment,
  ids: readonly string[],
): ReadonlyMap<string, string> {
  const known = new Set(providerNames(ids));
  const odd = Object.keys(environment)
    .filter((name) => name.startsWith("PROVIDER_") && !known.has(name))
    .flatMap((name): [string, string][] => {
      const remark = remarkOn(name, ids);
      return remark === undefined ? [] : [[name, remark]];
    });
  return new Map(odd);
}

function remarkOn(name: string, ids: readonly string[]): string | undefined {
  if (isOfUnlistedId(name, ids)) return unlisted;
  return hasUnknownEnd(name, ids) ? noField : undefined;
}

const unlisted = "has no effect: PROVIDERS does not list its provider";
const noField = `is not known, and has no effect: the names of a provider's settings end in ${providerVariableEnds.join(", ")}`;

function isOfUnlistedId(name: string, ids: readonly string[]): boolean {
  const end = providerVariableEnds.find((known) => name.endsWith(`_${known}`));
  if (end === undefined) return false;
  const key = name.slice("PROVIDER_".length, -end.length - 1);
  return key !== "" && misspeltSettings({ [key]: "" }, ids.map(keyOf)).length === 0;
}

function hasUnknownEnd(name: string, ids: readonly string[]): boolean {
  const isListed = ids.some((id) => name.startsWith(prefixOf(id)));
  return isListed && misspeltSettings({ [name]: "" }, providerNames(ids)).length === 0;
}
