import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Handlers } from "./handler.ts";
import { overloaded } from "./overload.ts";

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
  let probe = Promise.resolve();

  function proveWritable(now: number): Promise<void> {
    // A clock that was put back counts as long ago.
    if (Math.abs(now - probedAt) < PROBE_INTERVAL_MS) return probe;
    probedAt = now;
    probe = storage.proveWritable();
    return probe;
  }

  return {
    // Up or down, and nothing about why (CF-07).
    getHealth: () => ({ status: 200, body: { status: "ok" } }),
    async getReadiness({ occasion }) {
      if (isDraining()) return overloaded("stopping");
      await proveWritable(occasion.now); // what refuses it is told in the log
      return { status: 200, body: { status: "ok" } };
    },
  };
}
