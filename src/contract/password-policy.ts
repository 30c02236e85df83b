/** Reasons to refuse a new password, and a sentence for each. The policy itself is in `domain/password-policy.ts`. */
import { z } from "zod";

export const WeakPasswordReason = z
  .enum(["too_short", "too_long", "too_common", "contains_identifier"])
  .meta({ description: "Why the password was refused." });

/** A sentence for people per reason. */
export type WeakPasswordSentences = Readonly<Record<z.output<typeof WeakPasswordReason>, string>>;

/** `{minLength}` and `{maxLength}` stand for the bounds of a deployment. */
export const weakPasswordReasons = {
  too_short: "It must have at least {minLength} characters.",
  too_long: "It must have at most {maxLength} characters.",
  too_common: "Too many people use it.",
  contains_identifier: "It is too much like your address or the name of this service.",
} as const satisfies WeakPasswordSentences;

/** Lengths of a new password, both included. Code points. */
export interface PasswordBounds {
  readonly minLength: number;
  readonly maxLength: number;
}

/** `weakPasswordReasons` with the bounds of this deployment in place. */
export function weakPasswordSentences(bounds: PasswordBounds): WeakPasswordSentences {
  const { too_short, too_long } = weakPasswordReasons;
  return {
    ...weakPasswordReasons,
    too_short: too_short.replace("{minLength}", String(bounds.minLength)),
    too_long: too_long.replace("{maxLength}", String(bounds.maxLength)),
  };
}
