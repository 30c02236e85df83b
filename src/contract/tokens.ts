import { z } from "zod";
import { User } from "./accounts.ts";
import { pendingAnswer } from "./login-pending.ts";
import { operation } from "./operation.ts";
import { bearer, open } from "./security.ts";
import { Credentials, loginLimits } from "./sessions.ts";
import { opaqueSecret, seconds } from "./values.ts";

const exampleAccessToken =
  "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IjAxOTM2ZjJlIn0.eyJzdWIiOiIwMTkzNmYyZSJ9.c2lnbmF0dXJl";
const exampleRefreshToken =
  "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e44.0.x2nQ8v0m3Jk7sYw1rT5uB9cD4eF6gH8iK0lM2nO4pQ6";

export const TokenPair = z
  .strictObject({
    tokenType: z.literal("Bearer"),
    accessToken: opaqueSecret(
      "An EdDSA-signed JWT, type `at+jwt` (RFC 9068). Send it as `Authorization: Bearer …`.",
      exampleAccessToken,
    ),
    expiresInSeconds: seconds("How long the access token is good.", 900),
    refreshToken: opaqueSecret("Exchanges for the next pair. Good once.", exampleRefreshToken),
    refreshExpiresInSeconds: seconds(
      "How long this login lasts, however often it is refreshed.",
      2_592_000,
    ),
  })
  .meta({
    id: "TokenPair",
    description: "The tokens of a token session.",
    examples: [
      {
        tokenType: "Bearer",
        accessToken: exampleAccessToken,
        expiresInSeconds: 900,
        refreshToken: exampleRefreshToken,
        refreshExpiresInSeconds: 2_592_000,
      },
    ],
  });

export const tokenLogin = operation({
  operationId: "tokenLogin",
  method: "POST",
  path: "/token/login",
  tags: ["Tokens"],
  summary: "Log in with tokens",
  description:
    "Starts a session that is carried by tokens instead of cookies: for programs, and for apps outside a browser. An account with a second factor gets none yet: 202, and `finishTokenLogin` is next.",
  security: open,
  request: { body: Credentials },
  responses: {
    200: { description: "You are logged in.", body: TokenPair },
    202: pendingAnswer,
  },
  problems: ["invalid_credentials"],
  events: ["login_success", "login_pending", "login_failed", "login_locked"],
  limits: loginLimits,
  learns: "tokens",
});

const RefreshInput = z
  .strictObject({
    refreshToken: opaqueSecret("The refresh token of the last pair.", exampleRefreshToken),
  })
  .meta({
    id: "RefreshInput",
    description: "What a refresh asks for.",
    examples: [{ refreshToken: exampleRefreshToken }],
  });

export const tokenRefresh = operation({
  operationId: "tokenRefresh",
  method: "POST",
  path: "/token/refresh",
  tags: ["Tokens"],
  summary: "Exchange a refresh token",
  description:
    "Each refresh token is good once. The one before the current, within a few seconds of the exchange, gives the same successor again, so that a lost answer logs nobody out. Any older one, or a later use, means that somebody has a copy: the session ends, with all its tokens.",
  security: open,
  request: { body: RefreshInput },
  responses: { 200: { description: "The next pair.", body: TokenPair } },
  problems: ["invalid_refresh_token"],
  events: ["token_refreshed", "refresh_token_reuse", "session_revoked"],
  limits: ["refresh_ip"],
  learns: "tokens",
});

const RevokeInput = z
  .strictObject({ token: opaqueSecret("An access or a refresh token.", exampleRefreshToken) })
  .meta({
    id: "RevokeInput",
    description: "What is to be revoked.",
    examples: [{ token: exampleRefreshToken }],
  });

export const tokenRevoke = operation({
  operationId: "tokenRevoke",
  method: "POST",
  path: "/token/revoke",
  tags: ["Tokens"],
  summary: "Revoke a token",
  description:
    "Ends the session of the token, and so every token of it (RFC 7009). The answer is the same for a token that is unknown, expired or revoked already.",
  security: open,
  request: { body: RevokeInput },
  responses: { 204: { description: "The token is good for nothing now." } },
  problems: [],
  events: ["token_revoked"],
  learns: "signedOut",
});

export const getTokenMe = operation({
  operationId: "getTokenMe",
  method: "GET",
  path: "/token/me",
  tags: ["Tokens"],
  whileUnenrolled: true,
  summary: "Read your account by token",
  description:
    "The account the access token belongs to, as it is now. A cookie is not accepted here.",
  security: bearer,
  request: {},
  responses: { 200: { description: "Your account.", body: User } },
  problems: [],
  events: [],
});
