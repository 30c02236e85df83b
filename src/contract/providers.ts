/** Sign-in with a provider: OpenID Connect, and GitHub's OAuth 2. */
import { z } from "zod";
import { either } from "./either.ts";
import { LoginPending } from "./login-pending.ts";
import { operation } from "./operation.ts";
import {
  byProviderCode,
  byProviderError,
  keptReturnTo,
  PROVIDER_NAME_MAX_LENGTH,
  providerAnswerExamples,
  ProviderId,
  ProviderKind,
  ProviderRedirect,
  StartProviderInput,
} from "./provider-values.ts";
import { open } from "./security.ts";

const TAG = "Sign-in with a provider";
/** More would be no choice any more. */
export const PROVIDERS_MAX = 20;

const ProviderList = z
  .strictObject({
    items: z
      .array(
        z
          .strictObject({
            id: ProviderId,
            name: z.string().max(PROVIDER_NAME_MAX_LENGTH).meta({ description: "For a button." }),
            kind: ProviderKind,
          })
          .meta({
            id: "Provider",
            description: "A provider that people can sign in with.",
            examples: [{ id: "google", name: "Google", kind: "google" }],
          }),
      )
      .max(PROVIDERS_MAX),
  })
  .meta({
    id: "ProviderList",
    description: "The providers, in the order of the setting `PROVIDERS`.",
    examples: [{ items: [{ id: "google", name: "Google", kind: "google" }] }],
  });

export const listProviders = operation({
  operationId: "listProviders",
  method: "GET",
  path: "/providers",
  tags: [TAG],
  summary: "List the providers",
  description:
    "The providers that people can sign in with: a button for each. Empty where none is set.",
  security: open,
  request: {},
  responses: { 200: { description: "The providers.", body: ProviderList } },
  problems: [],
  events: [],
  readableByEveryOrigin: true,
  selfContained: true,
});

const params = z.strictObject({ providerId: ProviderId });

export const startProviderLogin = operation({
  operationId: "startProviderLogin",
  method: "POST",
  path: "/login/providers/{providerId}",
  tags: [TAG],
  summary: "Begin to sign in with a provider",
  description:
    "Send the browser to `authorizationUrl`. The provider leads back to a page of this server, or to `redirectUri`; only whoever began it can end it, by the cookie `__Host-challenge` or the `challengeToken`.",
  security: open,
  request: { params, body: StartProviderInput },
  responses: {
    200: {
      description: "Send the browser to the provider.",
      body: ProviderRedirect,
      headers: { "set-cookie": "The challenge cookie." },
    },
  },
  problems: ["not_found", "return_not_allowed", "provider_unavailable"],
  events: ["provider_login_failed"],
  limits: ["provider_ip"],
});

const CompleteProviderLoginInput = either(
  "CompleteProviderLoginInput",
  "The parameters with which the browser came back. In that browser the cookie says what was begun; elsewhere send the `challengeToken`.",
  [byProviderCode, byProviderError],
  providerAnswerExamples,
);

const ProviderLoginPending = z
  .strictObject({
    ...LoginPending.shape,
    returnTo: keptReturnTo,
  })
  .meta({
    id: "ProviderLoginPending",
    description: "The provider knows you. There is no session yet.",
    examples: [
      {
        loginToken: "kQ7xV4cT1mR8wL5pJ3dF6hS0aG2eU9iO4yK7sYz9nB2",
        expiresInSeconds: 300,
        secondFactors: [],
        returnTo: "https://app.example.com/welcome",
      },
    ],
  });

export const completeProviderLogin = operation({
  operationId: "completeProviderLogin",
  method: "POST",
  path: "/login/providers/{providerId}/complete",
  tags: [TAG],
  summary: "Come back from a provider",
  description:
    "Somebody who is known by the provider is let in to that account. Somebody who is not, and for whose address the provider vouches, gets an account where nobody has the address; where somebody has, the answer is 409 with a `linkToken`. The flow is spent, whatever comes of it, but for a wrong `state` or `iss`. There is no session yet, and a second factor is still missing where the account has one: `finishLogin` or `finishTokenLogin` is next.",
  security: open,
  request: { params, body: CompleteProviderLoginInput },
  responses: {
    200: {
      description: "You are known, or have an account from now on.",
      body: ProviderLoginPending,
      headers: { "set-cookie": "Clears the challenge cookie." },
    },
  },
  problems: [
    "not_found",
    "invalid_challenge",
    "provider_denied",
    "provider_email_unverified",
    "signup_closed",
    "email_taken",
    "identity_collision",
    "identity_taken",
    "provider_unavailable",
  ],
  events: [
    "login_pending",
    "challenge_failed",
    "login_failed",
    "provider_login_failed",
    "identity_collision",
    "identity_linked",
    "identity_removed",
    "signup",
    "signup_failed",
    "email_verified",
    "second_factor_removed",
    "passkey_removed",
    "session_revoked",
  ],
});
