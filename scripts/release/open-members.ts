/** Forgets what open enums and unions of a document have gained: that is promised to break nobody (D8). */
import { OPEN } from "../../src/contract/open-enum.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}

/** The later document as it would be if its open enums and unions had no member more than those of the released one. */
export function withoutGains(released: Json | undefined, current: Json): Json {
  if (Array.isArray(current)) {
    const before = Array.isArray(released) ? released : [];
    return current.map((item: Json, place) => withoutGains(before[place], item));
  }
  if (!isObject(current)) return current;
  const before = isObject(released) ? released : {};
  const same = Object.fromEntries(
    Object.entries(current).map(([key, value]) => [key, withoutGains(before[key], value)]),
  );
  return current[OPEN] === true ? { ...same, ...knownMembers(before, current) } : same;
}

/** The members that both have, in the order of the released one: the comparison goes by place. */
function knownMembers(released: JsonObject, current: JsonObject): JsonObject {
  const kept = ["enum", "oneOf"].flatMap((key): [string, Json][] => {
    const [before, after] = [released[key], current[key]];
    if (!Array.isArray(before) || !Array.isArray(after)) return [];
    const now = new Set(after.map((member) => JSON.stringify(member)));
    return [[key, before.filter((member: Json) => now.has(JSON.stringify(member)))]];
  });
  const [before, after] = [mappingOf(released), mappingOf(current)];
  if (before === undefined || after === undefined) return Object.fromEntries(kept);
  const mapping = Object.fromEntries(Object.entries(after).filter(([name]) => name in before));
  return {
    ...Object.fromEntries(kept),
    discriminator: { ...Object(current["discriminator"]), mapping },
  };
}

function mappingOf({ discriminator }: JsonObject): JsonObject | undefined {
  const mapping = isObject(discriminator) ? discriminator["mapping"] : undefined;
  return isObject(mapping) ? mapping : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
