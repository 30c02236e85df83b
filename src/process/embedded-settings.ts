/** The settings of an embedded server: an object in place of the environment, read by the same rules. */
import type { providerFields } from "./provider-values.ts";
import type { FileVariable, SecretProviderField } from "./secret-settings.ts";
import { readSettings, type Settings } from "./settings.ts";
import type { Variables } from "./setting-variables.ts";

/** As the environment would have it, or a number. Undefined and `""` are "not set". */
type Value = string | number | undefined;

type ProviderField =
  "KIND" | keyof (typeof providerFields)["oidc"]["shape"] | FileVariable<SecretProviderField>;

/**
 * The settings by the names that the environment has for them, with the meanings of docs/settings.md. `NODE_ENV` has to
 * be given: an embedded server reads no environment, and rules that hold in production must not depend on a guess.
 */
export type PortcullisSettings = {
  readonly [Name in Exclude<keyof Variables | FileVariable, "NODE_ENV">]?: Value;
} & {
  readonly NODE_ENV: string | undefined;
} & {
  readonly [Name in `PROVIDER_${string}_${ProviderField}`]?: Value;
};

/** One or more settings are wrong. The message has a sentence for each, which names it and never its value. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      [...faults.map((fault) => `Setting ${fault}`), "docs/settings.md has them all."].join("\n"),
    );
    this.faults = faults;
  }
}

/** Reads them, with sentences on what is odd. Throws a `SettingsError`. */
export function readEmbeddedSettings(given: PortcullisSettings): {
  readonly settings: Settings;
  readonly remarks: readonly string[];
} {
  const values: [string, unknown][] = Object.entries(given);
  const faults = values
    .filter(([, value]) => !isValue(value))
    .map(([name]) => `${name} must be a string or a number, as the environment would have it`);
  if (given.NODE_ENV === undefined || given.NODE_ENV === "")
    faults.push("NODE_ENV must be given: production, or development on your own machine");
  const texts = values
    .filter(([, value]) => isValue(value) && value !== undefined)
    .map(([name, value]) => [name, String(value)] as const);
  const read = readSettings(Object.fromEntries(texts), true);
  if (faults.length > 0 || "faults" in read)
    throw new SettingsError([...faults, ...("faults" in read ? read.faults : [])]);
  return read;
}

function isValue(value: unknown): value is Value {
  return value === undefined || typeof value === "string" || typeof value === "number";
}
