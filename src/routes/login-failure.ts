import type { Pending } from "../domain/login.ts";
import type { Refused } from "../domain/password-proof.ts";
import { overloaded } from "./overload.ts";

/** One answer for every cause, on every way to log in (LG-01, LG-07). */
export function presentNoSession(outcome: Pending | Refused) {
  return outcome.kind === "refused" && outcome.failure === "overloaded"
    ? overloaded("password_queue")
    : { problem: "invalid_credentials" as const };
}
