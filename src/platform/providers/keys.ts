/**
 * A provider's keys, asked for at most once a minute whatever its tokens say (FD-14). The library keeps them for each of
 * its server objects, of which each issuer has one, and asks again after each failure.
 */
import { AnswerRefused } from "./faults.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { type JsonObject, isJsonObject, parseJson } from "./json.ts";

/**
 * Keys are not asked for again before. The library counts 60 seconds, cut off to whole ones, from the end of its
 * request: then these are over by then, and a new key is seen after a minute, not after two. Milliseconds.
 */
const KEYS_HELD_MS = 59_000;
/** A failure is not tried again before. Milliseconds. */
const KEYS_RETRY_MS = 10_000;

export interface ProviderKeys {
  /** Stands in for fetch where the library asks for keys. */
  fetch(url: string): Promise<Response>;
  /** The key of this id, as it was answered last. */
  find(kid: unknown): JsonObject | undefined;
}

export function createProviderKeys(world: { fetch: GuardedFetch; now(): number }): ProviderKeys {
  let last: { url: string; keys: Promise<JsonObject[]>; until: number } | undefined;
  let known: readonly JsonObject[] = [];
  return {
    async fetch(url) {
      if (last === undefined || last.url !== url || world.now() >= last.until) {
        const asked = { url, keys: ask(url, world.fetch), until: world.now() + KEYS_HELD_MS };
        last = asked;
        asked.keys.catch(() => (asked.until = world.now() + KEYS_RETRY_MS));
      }
      known = await last.keys;
      return Response.json({ keys: known });
    },
    find: (kid) => known.find((key) => typeof kid === "string" && key["kid"] === kid),
  };
}

async function ask(url: string, fetch: GuardedFetch): Promise<JsonObject[]> {
  const response = await fetch(url, { method: "GET", headers: { accept: "application/json" } });
  if (response.status !== 200) throw new AnswerRefused("answer_status");
  const document = parseJson(await response.text());
  const keys = isJsonObject(document) ? document["keys"] : undefined;
  if (!Array.isArray(keys) || !keys.every(isJsonObject)) throw new AnswerRefused("keys_malformed");
  return keys;
}
