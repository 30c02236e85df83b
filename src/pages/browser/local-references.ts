/**
 * Resolves the references of our document in Swagger UI. Its own resolver reads the whole document anew for every
 * operation that is opened, which takes a second or more each; ours has references into itself alone.
 */
import type { Json, SwaggerUIPlugin } from "./swagger-ui.ts";

export const localReferences: SwaggerUIPlugin = () => ({
  fn: {
    async resolveSubtree(document, path) {
      return { spec: resolvedAt(document, path), errors: [] };
    },
  },
});

/** The part of the document at `path`, without references. */
export function resolvedAt(document: Json, path: readonly string[]): Json {
  return resolve(document, memberAt(document, path), []);
}

/** A copy without references. `within`: those that lead here; one that is among them again stays as it is. */
function resolve(document: Json, json: Json | undefined, within: readonly string[]): Json {
  if (isList(json)) return json.map((member) => resolve(document, member, within));
  if (!isObject(json)) return json ?? null;
  const { $ref } = json;
  if (typeof $ref === "string" && $ref.startsWith("#/")) {
    if (within.includes($ref)) return json;
    const found = resolve(document, memberAt(document, keysOf($ref)), [...within, $ref]);
    // By this, Swagger UI shows the name of a schema.
    return isObject(found) ? { ...found, $$ref: $ref } : found;
  }
  return Object.fromEntries(
    Object.entries(json).map(([key, member]) => [key, resolve(document, member, within)]),
  );
}

export function isObject(json: Json | undefined): json is { readonly [key: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

export function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

function memberAt(json: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inside, key) => {
    if (isList(inside)) return inside[Number(key)];
    return isObject(inside) && Object.hasOwn(inside, key) ? inside[key] : undefined;
  }, json);
}

/** The keys of a JSON Pointer in a fragment (RFC 6901 §6). */
function keysOf(pointer: string): string[] {
  const keys = pointer.slice("#/".length).split("/").map(decodeURIComponent);
  return keys.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}
