/**
 * Forgets what enums and unions that were released as open have gained: that is promised to break nobody (D8). One that
 * is marked as open only now was closed to those who have built on it.
 */
import { OPEN } from "../../src/contract/open-enum.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}

/** The later document as it would be if its open enums and unions had no member more than those of the released one. */
export function withoutGains(released: Json | undefined, current: Json): Json {
  if (isList(current)) {
    const before = isList(released) ? released : [];
    return current.map((item, place) => withoutGains(before[place], item));
  }
  if (!isObject(current)) return current;
  const before = isObject(released) ? released : {};
  const same = Object.fromEntries(
    Object.entries(current).map(([key, value]) => [key, withoutGains(before[key], value)]),
  );
  return before[OPEN] === true ? { ...same, ...knownMembers(before, current) } : same;
}

/** The members that both have, in the order of the released one: the comparison goes by place. */
function knownMembers(released: JsonObject, current: JsonObject): JsonObject {
  const kept = ["enum", "oneOf"].flatMap((key): [string, Json][] => {
    const [before, after] = [released[key], current[key]];
    if (!isList(before) || !isList(after)) return [];
    const now = new Set(after.map((member) => JSON.stringify(member)));
    return [[key, before.filter((member) => now.has(JSON.stringify(member)))]];
  });
  const [before, after] = [mappingOf(released), mappingOf(current)];
  if (before === undefined || after === undefined) return Object.fromEntries(kept);
  const mapping = Object.fromEntries(Object.entries(after).filter(([name]) => name in before));
  const discriminator: JsonObject = { ...discriminatorOf(current), mapping };
  return { ...Object.fromEntries(kept), discriminator };
}

function mappingOf(union: JsonObject): JsonObject | undefined {
  const mapping = discriminatorOf(union)["mapping"];
  return isObject(mapping) ? mapping : undefined;
}

function discriminatorOf({ discriminator }: JsonObject): JsonObject {
  return isObject(discriminator) ? discriminator : {};
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
