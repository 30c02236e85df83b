/** The words for each end of a flow with a provider. */
import type { Problem } from "../kit/failure.ts";
import { say } from "./words.ts";

/** Refusals after which nothing can be tried again with the same answer of the provider. */
const ends = {
  provider_unavailable: "end_provider_unavailable",
  provider_email_unverified: "end_provider_email_unverified",
  signup_closed: "end_signup_closed",
  email_taken: "end_email_taken",
  identity_collision: "end_identity_collision",
  identity_taken: "end_identity_taken",
  not_found: "end_not_found",
  invalid_challenge: "end_invalid_challenge",
  validation_failed: "nothingLeft",
  csrf_rejected: "end_signed_out",
  unauthenticated: "end_signed_out",
  reauthentication_required: "end_reauthentication_required",
  invalid_login_token: "end_invalid_login_token",
} as const;

/** Says why nobody is let in, or nothing was linked; undefined where the same may be tried again. `name`: the provider's. */
export function finalSentence(name: string, { code, reason }: Pick<Problem, "code" | "reason">) {
  if (code === "provider_denied")
    return say(reason === "invalid_answer" ? "end_invalid_answer" : "end_denied", { name });
  return isEnd(code) ? sayEnd(ends[code], name) : undefined;
}

function sayEnd(key: (typeof ends)[keyof typeof ends], name: string): string {
  return key === "end_invalid_login_token" || key === "end_invalid_challenge"
    ? say(key)
    : say(key, { name });
}

function isEnd(code: string): code is keyof typeof ends {
  return Object.hasOwn(ends, code);
}
