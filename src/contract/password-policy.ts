/** The rule for new passwords, as it is told: reasons to refuse one, and a sentence for each. The policy itself is in `domain/password-policy.ts`. */
import { z } from "zod";
import { openEnum } from "./open-enum.ts";
import {
  PASSWORD_FLOOR_CODE_POINTS,
  PASSWORD_MAX_CODE_POINTS,
  PASSWORD_MIN_DEFAULT_CODE_POINTS,
} from "./values.ts";

export const WeakPasswordReason = openEnum(
  [
    "too_short",
    "too_long",
    "too_common",
    "contains_identifier",
    "too_guessable",
    "breached",
    "unassigned_character",
  ],
  "Why the password was refused.",
);
type Reason = z.output<typeof WeakPasswordReason>;

/** A sentence for people per reason. */
export type WeakPasswordSentences = Readonly<Record<Reason, string>>;

/** `{minLength}` and `{maxLength}` stand for the bounds of a deployment. */
export const weakPasswordReasons = {
  too_short: "It must have at least {minLength} characters.",
  too_long: "It must have at most {maxLength} characters.",
  too_common: "Too many people use it.",
  contains_identifier: "It is too much like your address or the name of this service.",
  too_guessable: "It can be guessed: it is made of common words, repetitions or rows of keys.",
  breached: "It is on a list of passwords that were stolen from other services.",
  unassigned_character: "It has a character that Unicode has not assigned yet.",
} as const satisfies WeakPasswordSentences;

/** Lengths of a new password, both included. Code points. */
export interface PasswordBounds {
  readonly minLength: number;
  readonly maxLength: number;
}

/** The bounds as schemas: of the policy, and of each refusal. */
export const passwordBounds = {
  minLength: z
    .int()
    .min(PASSWORD_FLOOR_CODE_POINTS)
    .max(PASSWORD_MAX_CODE_POINTS)
    .meta({
      format: "int32",
      description: "The fewest characters of a new password.",
      examples: [PASSWORD_MIN_DEFAULT_CODE_POINTS],
    }),
  maxLength: z
    .int()
    .min(PASSWORD_FLOOR_CODE_POINTS)
    .max(PASSWORD_MAX_CODE_POINTS)
    .meta({
      format: "int32",
      description: "The most characters of a new password.",
      examples: [PASSWORD_MAX_CODE_POINTS],
    }),
};

/** `weakPasswordReasons` with the bounds of this deployment in place. */
export function weakPasswordSentences(bounds: PasswordBounds): WeakPasswordSentences {
  const { too_short, too_long } = weakPasswordReasons;
  return {
    ...weakPasswordReasons,
    too_short: fillIn(too_short, bounds),
    too_long: fillIn(too_long, bounds),
  };
}

/** A refusal in words. */
export function weakPasswordText(refusal: PasswordBounds & { readonly reasons: Reason[] }): string {
  const sentences = weakPasswordSentences(refusal);
  return refusal.reasons.map((reason) => sentences[reason]).join(" ");
}

/** The rule in a sentence, for the place where a password is typed. */
export function passwordRule(bounds: PasswordBounds): string {
  return fillIn(
    "{minLength} to {maxLength} characters, such as four or five words. Spaces and any other characters are welcome; no kind is required.",
    bounds,
  );
}

function fillIn(sentence: string, { minLength, maxLength }: PasswordBounds): string {
  return sentence
    .replace("{minLength}", String(minLength))
    .replace("{maxLength}", String(maxLength));
}

/** The policy as clients read it. */
export interface PublishedPolicy extends PasswordBounds {
  readonly rule: string;
  readonly reasons: WeakPasswordSentences;
}

/** The policy as it is published, made of the bounds of a deployment. */
export function publishedPolicy(bounds: PasswordBounds): PublishedPolicy {
  const { minLength, maxLength } = bounds;
  return {
    minLength,
    maxLength,
    rule: passwordRule(bounds),
    reasons: weakPasswordSentences(bounds),
  };
}

const Sentence = z.string().min(1).max(256);

export const PasswordPolicy = z
  .strictObject({
    ...passwordBounds,
    rule: Sentence.meta({ description: "The rule in a sentence, to show beside the field." }),
    reasons: z
      .strictObject({
        too_short: Sentence,
        too_long: Sentence,
        too_common: Sentence,
        contains_identifier: Sentence,
        too_guessable: Sentence,
        breached: Sentence,
        unassigned_character: Sentence,
      } satisfies Record<Reason, z.ZodType>)
      .meta({ description: "A sentence for people per reason of `weak_password`." }),
  })
  .meta({
    id: "PasswordPolicy",
    description: "The rule for new passwords.",
    examples: [
      publishedPolicy({
        minLength: PASSWORD_MIN_DEFAULT_CODE_POINTS,
        maxLength: PASSWORD_MAX_CODE_POINTS,
      }),
    ],
  });
