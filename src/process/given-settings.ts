/** Which settings somebody set, and in which words: for whoever is shown the settings in force. No secret is kept here. */
import { providerNames, providerSecretNames } from "./provider-names.ts";
import { fileVariableOf, secretSettings } from "./secret-settings.ts";
import { settingNames } from "./setting-variables.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface GivenSetting {
  readonly source: "environment" | "file";
  /** Null of a secret. */
  readonly text: string | null;
}

/** The settings that are set, by their names. Those that are secrets are named, and nothing more. */
export function givenSettings(
  environment: Environment,
  providerIds: readonly string[],
): ReadonlyMap<string, GivenSetting> {
  const secrets = secretNames(providerIds);
  return new Map(
    shownNames(providerIds).flatMap((name): [string, GivenSetting][] => {
      const isSecret = secrets.has(name);
      const text = environment[name];
      if (isSecret && environment[fileVariableOf(name)] !== undefined)
        return [[name, { source: "file", text: null }]];
      if (text === undefined) return [];
      return [[name, { source: "environment", text: isSecret ? null : text }]];
    }),
  );
}

/** Every setting that is read for these providers. The file of a secret is the secret's. */
export function shownNames(providerIds: readonly string[]): readonly string[] {
  const secrets = secretNames(providerIds);
  const files = new Set(Array.from(secrets, (name): string => fileVariableOf(name)));
  return [...settingNames, ...providerNames(providerIds)].filter((name) => !files.has(name));
}

export function secretNames(providerIds: readonly string[]): ReadonlySet<string> {
  return new Set([...Object.keys(secretSettings), ...providerSecretNames(providerIds)]);
}
