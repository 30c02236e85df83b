/** Codes of second factors, as people type them. */
import { z } from "zod";
import { RECOVERY_CODES } from "./bounds.ts";
import { secret } from "./values.ts";

/** Of a code of an authenticator app (RFC 4226 §5.3). */
export const TOTP_DIGITS = 6;

/** Shown as `123 456` by most apps; what comes out are the digits. */
export const TotpCode = secret(
  z
    .string()
    .max(TOTP_DIGITS + 3)
    .regex(/^ ?[0-9]{3} ?[0-9]{3} ?$/, {
      error: `Must be the ${TOTP_DIGITS} digits that the authenticator app shows`,
    })
    .transform((text) => text.replaceAll(" ", ""))
    .meta({
      type: "string",
      pattern: "^ ?[0-9]{3} ?[0-9]{3} ?$",
      maxLength: TOTP_DIGITS + 3,
      description: `The ${TOTP_DIGITS} digits that the authenticator app shows, with a space in the middle or without. Good once.`,
      examples: ["492 039"],
    }),
);

export const exampleRecoveryCode = "7KQ2-M9XT-4HVB-0RWE-PJ6S-C3NA";
/** Twice what a code has, for spaces around its groups. UTF-16 units. */
const RECOVERY_CODE_MAX_LENGTH = 48;

/** As it was typed or pasted; whether it could be one, its comparison decides. */
export const RecoveryCode = secret(
  z
    .string()
    .max(RECOVERY_CODE_MAX_LENGTH)
    .regex(/^[0-9A-Za-z -]{24,48}$/, {
      error: "Must be a recovery code: 24 letters and digits, in groups of four",
    })
    .meta({
      description:
        "One of the recovery codes: 24 letters and digits. Case, spaces and hyphens do not count. Good once.",
      examples: [exampleRecoveryCode],
    }),
);

/** Codes as they are shown, once. */
export const shownRecoveryCodes = z
  .array(
    secret(
      z
        .string()
        .max(RECOVERY_CODE_MAX_LENGTH)
        .meta({ examples: [exampleRecoveryCode] }),
    ),
  )
  .max(RECOVERY_CODES);
