/** Challenges as clients meet them: begun by one request, ended by another (D1 of the sign-in design; decision 15). */
import { z } from "zod";
import { opaqueSecret, seconds, secret } from "./values.ts";

/** Purposes of challenges. One ends for its own alone (CH-01). */
export const challengePurposes = [
  "signup",
  "invitation",
  "email_verification",
  "email_change",
  "email_change_undo",
  "password_reset",
  "mail_login",
  "login",
  "totp_setup",
  "passkey_setup",
  "passkey_login",
  "second_factor_passkey",
  "reauthentication",
  "provider_login",
  "provider_link",
  "identity_claim",
] as const;
export type ChallengePurpose = (typeof challengePurposes)[number];

/** Tries of a code, right or wrong; with eight digits, 5 in 100 million. */
export const CHALLENGE_TRIES = 5;
/** Life of what `login`, by whatever way, leaves to be finished. Seconds. */
export const LOGIN_CHALLENGE_SECONDS = 300;
/** Life of a ceremony in which a browser asks for a passkey, or makes one. Seconds. */
export const CEREMONY_SECONDS = 300;
/** Life of a flow that leads to a provider and back. Room for a password and a second factor there. Seconds. */
export const PROVIDER_CHALLENGE_SECONDS = 600;
/** How long the old address can take back a change. Long enough for a weekend. Seconds. */
export const EMAIL_UNDO_SECONDS = 3 * 86_400;

export const CODE_DIGITS = 8;

const exampleChallengeToken = "Yz9nB2kQ7xV4cT1mR8wL5pJ3dF6hS0aG2eU9iO4yK7s";
const exampleLinkToken = "o3bV0Zt0m1x5n9Qe7yJc2kLr8sWf4aGh6uDiPpXwYzA";

export const challengeToken = opaqueSecret(
  "The `challengeToken` of the answer that began it.",
  exampleChallengeToken,
);

export const linkToken = opaqueSecret(
  "The token of the mailed link, from behind `#token=`.",
  exampleLinkToken,
);

/** Mailed as `1234 5678`, and pasted as it was found; what comes out are the digits. */
export const MailedCode = secret(
  z
    .string()
    .max(CODE_DIGITS + 3)
    .regex(/^ ?[0-9]{4}[ -]?[0-9]{4} ?$/, {
      error: `Must be the ${CODE_DIGITS} digits of the mail`,
    })
    .transform((text) => text.replaceAll(/[ -]/g, ""))
    .meta({
      type: "string",
      pattern: "^ ?[0-9]{4}[ -]?[0-9]{4} ?$",
      maxLength: CODE_DIGITS + 3,
      description: `The ${CODE_DIGITS} digits of the mail, with a space or a hyphen in the middle or without.`,
      examples: ["1234 5678"],
    }),
);

export const exampleByCode = { challengeToken: exampleChallengeToken, code: "1234 5678" } as const;
export const exampleByLink = { token: exampleLinkToken } as const;

/** The end by code: for whoever began it, and has the mail. */
export const byCode = { challengeToken, code: MailedCode };
/** The end by link: for whoever has the mail. */
export const byLink = { token: linkToken };

export const ChallengeStarted = z
  .strictObject({
    challengeToken: opaqueSecret(
      "Proves that whoever ends it has begun it. Send it with the mailed code.",
      exampleChallengeToken,
    ),
    expiresInSeconds: seconds("How long it is good.", 600),
  })
  .meta({
    id: "ChallengeStarted",
    description:
      "Something has begun that a mail ends. The answer is alike for everybody, whether or not there is such an account.",
    examples: [{ challengeToken: exampleChallengeToken, expiresInSeconds: 600 }],
  });
