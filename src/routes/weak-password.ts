import type { WeakPassword } from "../domain/choose-password.ts";
import type { Failure } from "./handler.ts";

/** The problem of a password that the policy refused. */
export function weakPassword({
  reasons,
  minLength,
  maxLength,
}: WeakPassword): Failure<"weak_password"> {
  return { problem: "weak_password", reasons, minLength, maxLength };
}
