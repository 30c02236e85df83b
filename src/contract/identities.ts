/** Providers that are linked to an account. */
import { z } from "zod";
import { NormalEmail } from "./addresses.ts";
import { either } from "./either.ts";
import { nullable } from "./event-shape.ts";
import { operation } from "./operation.ts";
import {
  byProviderCode,
  byProviderError,
  exampleLinkToken,
  identityLinkToken,
  providerAnswerExamples,
  ProviderId,
  ProviderRedirect,
  StartProviderInput,
} from "./provider-values.ts";
import { admin, csrfHeaders, sessionOrBearer } from "./security.ts";
import { Id, Instant } from "./values.ts";

const TAG = "Sign-in with a provider";
const providerParams = z.strictObject({ providerId: ProviderId });

const exampleIdentity = {
  id: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e48",
  provider: "google",
  email: "ada@example.com",
  createdAt: "2026-11-23T10:06:00.000Z",
  lastUsedAt: null,
};

const Identity = z
  .strictObject({
    id: Id,
    provider: ProviderId,
    email: nullable(NormalEmail).meta({
      description: "The address at the provider when it was last told. It decides nothing.",
    }),
    createdAt: Instant,
    lastUsedAt: nullable(Instant),
  })
  .meta({
    id: "Identity",
    description: "Somebody at a provider, who signs in to the account.",
    examples: [exampleIdentity],
  });

/** An account has one of each provider, and those of providers that are no longer set stay. */
const IDENTITIES_MAX = 100;

const IdentityList = z.strictObject({ items: z.array(Identity).max(IDENTITIES_MAX) }).meta({
  id: "IdentityList",
  description: "Those at providers who sign in to the account, oldest first.",
  examples: [{ items: [exampleIdentity] }],
});

export const listMyIdentities = operation({
  operationId: "listMyIdentities",
  method: "GET",
  path: "/me/identities",
  tags: [TAG],
  summary: "List your linked providers",
  description: "Those at providers who sign in to your account, oldest first.",
  security: sessionOrBearer,
  request: {},
  responses: { 200: { description: "Your linked providers.", body: IdentityList } },
  problems: [],
  events: [],
});

export const listUserIdentities = operation({
  operationId: "listUserIdentities",
  method: "GET",
  path: "/users/{userId}/identities",
  tags: ["Users"],
  summary: "List an account's linked providers",
  description: "Those at providers who sign in to the account, oldest first.",
  security: admin,
  request: { params: z.strictObject({ userId: Id }) },
  responses: { 200: { description: "Its linked providers.", body: IdentityList } },
  problems: ["not_found"],
  events: [],
});

export const startProviderLink = operation({
  operationId: "startProviderLink",
  method: "POST",
  path: "/me/identities/{providerId}/start",
  tags: [TAG],
  summary: "Begin to link a provider",
  description:
    "Send the browser to `authorizationUrl`. The link ends in the session that began it, and in no other.",
  security: sessionOrBearer,
  recent: true,
  request: { params: providerParams, headers: csrfHeaders, body: StartProviderInput },
  responses: {
    200: {
      description: "Send the browser to the provider.",
      body: ProviderRedirect,
      headers: { "set-cookie": "The challenge cookie." },
    },
  },
  problems: ["not_found", "return_not_allowed", "identity_taken", "provider_unavailable"],
  events: ["provider_login_failed"],
  limits: ["provider_ip"],
});

const CompleteProviderLinkInput = either(
  "CompleteProviderLinkInput",
  "The parameters with which the browser came back. In that browser the cookie says what was begun; elsewhere send the `challengeToken`.",
  [byProviderCode, byProviderError],
  providerAnswerExamples,
);

const linkedAnswers = {
  201: { description: "It signs in to your account from now on.", body: Identity },
} as const;

export const completeProviderLink = operation({
  operationId: "completeProviderLink",
  method: "POST",
  path: "/me/identities/{providerId}/complete",
  tags: [TAG],
  summary: "Link a provider",
  description:
    "The person who signed in there can sign in to your account that way from now on. Their address there decides nothing. The account's address is told by mail.",
  security: sessionOrBearer,
  recent: true,
  request: { params: providerParams, headers: csrfHeaders, body: CompleteProviderLinkInput },
  responses: {
    201: { ...linkedAnswers[201], headers: { "set-cookie": "Clears the challenge cookie." } },
  },
  problems: [
    "not_found",
    "invalid_challenge",
    "provider_denied",
    "identity_taken",
    "provider_unavailable",
  ],
  events: ["identity_linked", "challenge_failed", "provider_login_failed"],
});

const ClaimIdentityInput = z.strictObject({ linkToken: identityLinkToken }).meta({
  id: "ClaimIdentityInput",
  description: "The `linkToken` of a collision.",
  examples: [{ linkToken: exampleLinkToken }],
});

export const claimIdentity = operation({
  operationId: "claimIdentity",
  method: "POST",
  path: "/me/identities/claim",
  tags: [TAG],
  summary: "Link the provider that collided",
  description:
    "After `identity_collision`: links that sign-in to the account it collided with, which is the one you are signed in to. The account's address is told by mail.",
  security: sessionOrBearer,
  recent: true,
  request: { headers: csrfHeaders, body: ClaimIdentityInput },
  responses: linkedAnswers,
  problems: ["invalid_challenge", "identity_taken"],
  events: ["identity_linked", "challenge_failed"],
});

export const removeMyIdentity = operation({
  operationId: "removeMyIdentity",
  method: "DELETE",
  path: "/me/identities/{identityId}",
  tags: [TAG],
  summary: "Unlink a provider",
  description:
    "It signs in to your account no more. Every other session and token of the account ends. The address is told by mail. The last way to sign in stays.",
  security: sessionOrBearer,
  recent: true,
  request: { params: z.strictObject({ identityId: Id }), headers: csrfHeaders },
  responses: { 204: { description: "It is unlinked." } },
  problems: ["not_found", "last_credential"],
  events: ["identity_removed", "session_revoked"],
});
