import type { Dependencies } from "../domain/dependencies.ts";
import type { Handlers } from "./handler.ts";
import { RETRY_AFTER_SECONDS } from "./overload.ts";

/**
 * How long an answer about the database holds. Anybody may ask, and each asking is a write to the
 * disk: without this, readiness would be a way to keep the disk busy. Milliseconds.
 */
const PROBE_INTERVAL_MS = 1_000;

export function createHealthHandlers(
  { storage }: Dependencies,
  isDraining: () => boolean,
): Pick<Handlers, "getHealth" | "getReadiness"> {
  let probedAt = -Infinity;
  let probe = Promise.resolve(false);

  function isWritable(now: number): Promise<boolean> {
    if (now - probedAt < PROBE_INTERVAL_MS) return probe;
    probedAt = now;
    probe = storage.isWritable().catch(() => false); // whatever it is, it is not ready
    return probe;
  }

  return {
    // Up or down, and nothing about why (CF-07).
    getHealth: () => ({ status: 200, body: { status: "ok" } }),
    async getReadiness({ occasion }) {
      if (!isDraining() && (await isWritable(occasion.now)))
        return { status: 200, body: { status: "ok" } };
      return { problem: "overloaded", retryAfterSeconds: RETRY_AFTER_SECONDS };
    },
  };
}
