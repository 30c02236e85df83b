import type { LoginFailure } from "../domain/credentials.ts";
import { RETRY_AFTER_SECONDS } from "./overload.ts";

/** One answer for every cause, on every way to log in (LG-01, LG-07). */
export function presentLoginFailure({ failure }: LoginFailure) {
  return failure === "overloaded"
    ? { problem: "overloaded" as const, retryAfterSeconds: RETRY_AFTER_SECONDS }
    : { problem: "invalid_credentials" as const };
}
