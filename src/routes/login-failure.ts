import type { LoginFailure } from "../domain/credentials.ts";
import { overloaded } from "./overload.ts";

/** One answer for every cause, on every way to log in (LG-01, LG-07). */
export function presentLoginFailure({ failure }: LoginFailure) {
  return failure === "overloaded"
    ? overloaded("password_queue")
    : { problem: "invalid_credentials" as const };
}
