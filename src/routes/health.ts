import type { Dependencies } from "../domain/dependencies.ts";
import type { Handlers } from "./handler.ts";
import { RETRY_AFTER_SECONDS } from "./overload.ts";

export function createHealthHandlers(
  { storage }: Dependencies,
  isDraining: () => boolean,
): Pick<Handlers, "getHealth" | "getReadiness"> {
  return {
    // Up or down, and nothing about why (CF-07).
    getHealth: () => ({ status: 200, body: { status: "ok" } }),
    async getReadiness() {
      if (!isDraining() && (await storage.isWritable())) return { status: 200, body: { status: "ok" } };
      return { problem: "overloaded", retryAfterSeconds: RETRY_AFTER_SECONDS };
    },
  };
}
