/** Values of sign-in with a provider, as clients send and get them. */
import { z } from "zod";
import { challengeToken, PROVIDER_CHALLENGE_SECONDS } from "./challenges.ts";
import { openEnum } from "./open-enum.ts";
import { LINK_STATE_PREFIX } from "./provider-state.ts";
import { URL_MAX_LENGTH } from "./return-to.ts";
import { opaqueSecret, secret, seconds } from "./values.ts";

/** Generic OpenID Connect, and the three that differ. */
export const providerKinds = ["oidc", "google", "microsoft", "github"] as const;
export const ProviderKind = openEnum(providerKinds, "For the look of a button.");

/** Longer names have no use in a path. Characters. */
const PROVIDER_ID_MAX_LENGTH = 32;

/** As the setting `PROVIDERS` lists it. */
export const ProviderId = z
  .string()
  .max(PROVIDER_ID_MAX_LENGTH)
  .regex(/^[a-z][a-z0-9-]*$/, {
    error: "Must be the id of a provider: lower-case letters, digits and hyphens",
  })
  .meta({
    description: "The id of a provider, as the setting `PROVIDERS` lists it.",
    examples: ["google"],
  });

/** Longer issuers belong to no provider. Characters. */
export const ISSUER_MAX_LENGTH = 512;

/** How long a provider that did not answer is let alone, and when a client may try again. Seconds. */
export const PROVIDER_RETRY_SECONDS = 10;

/** For people. Characters. */
export const PROVIDER_NAME_MAX_LENGTH = 64;

const exampleState = "hN4vB8xC2mK6jL0qW3eR7tY1uI5oP9aS2dF6gH0jK4z";
const exampleChallengeToken = "Yz9nB2kQ7xV4cT1mR8wL5pJ3dF6hS0aG2eU9iO4yK7s";
const exampleAuthorizationUrl = `https://accounts.google.com/o/oauth2/v2/auth?client_id=portcullis&state=${exampleState}`;

/** A URL of an application, as it was given. The server compares its origin, or all of it, with the settings. */
const address = (description: string, example: string) =>
  z
    .string()
    .max(URL_MAX_LENGTH)
    .regex(/^[!-~]+$/, { error: "Must be an absolute URL, with everything but ASCII escaped" })
    .meta({ description, examples: [example] });

export const ReturnTo = address(
  "The page to go on to afterwards. On the origin of `PUBLIC_URL`, or on one in `CORS_ORIGINS`.",
  "https://app.example.com/welcome",
);

/** As the answers at the end of a flow tell it. */
export const keptReturnTo = z.union([ReturnTo, z.null()]).meta({
  description: "The `returnTo` with which it began; null where it had none.",
});

export const StartProviderInput = z
  .strictObject({
    returnTo: ReturnTo.optional(),
    redirectUri: address(
      "The place the provider leads back to, instead of the server's own page: an app, or a page of another site. One that the setting `PROVIDER_<ID>_REDIRECTS` lists, exactly.",
      "com.example.app:/callback",
    ).optional(),
  })
  .meta({
    id: "StartProviderInput",
    description: "Where to go afterwards.",
    examples: [{ returnTo: "https://app.example.com/welcome" }],
  });

export const ProviderRedirect = z
  .strictObject({
    authorizationUrl: z
      .string()
      .max(2 * URL_MAX_LENGTH)
      .regex(/^https?:\/\/[!-~]+$/)
      .meta({
        description: "The provider's page. Send the browser there, by `location.assign`.",
        examples: [exampleAuthorizationUrl],
      }),
    challengeToken: opaqueSecret(
      "Proves that whoever ends it has begun it. Keep it under the `state` that the URL carries.",
      exampleChallengeToken,
    ),
    expiresInSeconds: seconds("How long it is good.", PROVIDER_CHALLENGE_SECONDS),
  })
  .meta({
    id: "ProviderRedirect",
    description: "A sign-in with a provider has begun.",
    examples: [
      {
        authorizationUrl: exampleAuthorizationUrl,
        challengeToken: exampleChallengeToken,
        expiresInSeconds: PROVIDER_CHALLENGE_SECONDS,
      },
    ],
  });

const state = secret(
  z
    .string()
    .max(LINK_STATE_PREFIX.length + 43)
    .regex(/^(?:link\.)?[A-Za-z0-9_-]{43}$/, {
      error: "Must be the `state` of a flow that began here",
    })
    .meta({ description: "As it came back, in the URL.", examples: [exampleState] }),
);

const iss = z
  .string()
  .max(ISSUER_MAX_LENGTH)
  .meta({
    description: "As it came back, where it did (RFC 9207).",
    examples: ["https://accounts.google.com"],
  })
  .optional();

/** The end of a flow whose provider gave a code. */
export const byProviderCode = z.strictObject({
  state,
  code: secret(
    z
      .string()
      .min(1)
      .max(4096)
      .regex(/^[ -~]+$/, { error: "Must be the `code` that came back" })
      .meta({ description: "As it came back.", examples: ["4/0AeanS0example"] }),
  ),
  iss,
  challengeToken: challengeToken.optional(),
});

/** The end of a flow whose provider, or whose user there, refused. */
export const byProviderError = z.strictObject({
  state,
  error: z
    .string()
    .min(1)
    .max(128)
    .meta({ description: "As it came back (RFC 6749 §4.1.2.1).", examples: ["access_denied"] }),
  iss,
  challengeToken: challengeToken.optional(),
});

export const providerAnswerExamples = [
  { state: exampleState, code: "4/0AeanS0example", challengeToken: exampleChallengeToken },
  { state: exampleState, error: "access_denied", challengeToken: exampleChallengeToken },
] as const;

/** The token that links what collided, once its account is signed in to. */
export const exampleLinkToken = "kQ7xV4cT1mR8wL5pJ3dF6hS0aG2eU9iO4yK7sYz9nB2";
export const identityLinkToken = opaqueSecret(
  "Links the identity to the account that has its address: send it to `claimIdentity` once you have signed in to that account.",
  exampleLinkToken,
);
