/** The settings in force, as administrators are shown them: those that are set in the words that set them, the others by their defaults. */
import { z } from "zod";
import { type Setting, SETTING_VALUE_MAX_LENGTH } from "../contract/installation.ts";
import { secretNames, shownNames } from "./given-settings.ts";
import { prefixOf } from "./provider-names.ts";
import { providerFields } from "./provider-values.ts";
import type { SecretSetting } from "./secret-settings.ts";
import { publicUrlOf, variableSchemas } from "./setting-variables.ts";
import type { Settings } from "./settings.ts";

/** Every setting. `redact` is the second guard: what is given here holds no secret, unless somebody put one where none belongs. */
export function shownSettings(
  settings: Settings,
  redact: (text: string) => string,
): readonly Setting[] {
  const ids = settings.providers.map(({ id }) => id);
  const secrets = secretNames(ids);
  const defaults = new Map([...defaultsOf(settings), ...providerDefaults(settings)]);
  return shownNames(ids).map((name): Setting => {
    const given = settings.given.get(name);
    const secret = secrets.has(name);
    const text = given === undefined ? (defaults.get(name) ?? null) : given.text;
    return {
      name,
      value: secret || text === null ? null : redact(text).slice(0, SETTING_VALUE_MAX_LENGTH),
      source: given?.source ?? (generated.has(name) ? "generated" : "default"),
      secret,
    };
  });
}

/** Where it is not set, which production does not allow, the data folder has one. */
const generated: ReadonlySet<string> = new Set<SecretSetting>(["AUTH_SECRET"]);

/** Some follow from other settings, and stand in `settings`; the rest are those of the schemas. */
function defaultsOf(settings: Settings): [string, string | null][] {
  const inForce: Readonly<Record<string, unknown>> = {
    ...settings,
    PUBLIC_URL: publicUrlOf(settings),
  };
  return Object.entries(variableSchemas).map(([name, schema]) => [
    name,
    textOf(defaultOf(schema)) ?? textOf(inForce[name]),
  ]);
}

function providerDefaults({ providers }: Settings): [string, string | null][] {
  return providers.flatMap((provider) => [
    [`${prefixOf(provider.id)}KIND`, provider.kind],
    [`${prefixOf(provider.id)}NAME`, provider.name],
    ...Object.entries(providerFields[provider.kind].shape)
      .filter(([field]) => field !== "NAME")
      .map(([field, schema]): [string, string | null] => [
        `${prefixOf(provider.id)}${field}`,
        textOf(defaultOf(schema)),
      ]),
  ]);
}

function defaultOf(schema: z.ZodType): unknown {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? schema.def.defaultValue
    : undefined;
}

/** The words in which it would be set; null for nothing, and for what has no words. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  if (typeof value === "number") return String(value);
  if (value instanceof Set) return textOf([...value].join(","));
  if (typeof value !== "object" || value === null) return null;
  return "count" in value && "seconds" in value
    ? `${String(value.count)}/${String(value.seconds)}`
    : null;
}
