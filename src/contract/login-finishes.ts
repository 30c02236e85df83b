/** The end of every sign-in that has more than one step. */
import { z } from "zod";
import { exampleLoginToken, loginToken } from "./login-pending.ts";
import { operation } from "./operation.ts";
import { byPasskey, exampleByPasskey, PasskeyRequest } from "./passkey-values.ts";
import { exampleRecoveryCode, RecoveryCode, TotpCode } from "./second-factor-values.ts";
import { open } from "./security.ts";
import { Session } from "./sessions.ts";
import { TokenPair } from "./tokens.ts";

const byNothing = { method: "none", loginToken: exampleLoginToken } as const;
const byTotp = { method: "totp", loginToken: exampleLoginToken, code: "492 039" } as const;
const byRecoveryCode = {
  method: "recovery_code",
  loginToken: exampleLoginToken,
  code: exampleRecoveryCode,
} as const;
const withPasskey = {
  method: "passkey",
  loginToken: exampleLoginToken,
  ...exampleByPasskey,
} as const;

const FinishLoginInput = z
  .discriminatedUnion("method", [
    z.strictObject({ method: z.literal("none"), loginToken }).meta({
      id: "FinishWithNothing",
      description: "Nothing is missing: `secondFactors` is empty.",
      examples: [byNothing],
    }),
    z.strictObject({ method: z.literal("totp"), loginToken, code: TotpCode }).meta({
      id: "FinishByTotp",
      description: "By the authenticator app.",
      examples: [byTotp],
    }),
    z.strictObject({ method: z.literal("recovery_code"), loginToken, code: RecoveryCode }).meta({
      id: "FinishByRecoveryCode",
      description: "By a recovery code, which is then used up.",
      examples: [byRecoveryCode],
    }),
    z.strictObject({ method: z.literal("passkey"), loginToken, ...byPasskey }).meta({
      id: "FinishByPasskey",
      description: "By a passkey; `startSecondFactorPasskey` begins it.",
      examples: [withPasskey],
    }),
  ])
  .meta({
    id: "FinishLoginInput",
    description:
      "The second step of a sign-in: `none` where `secondFactors` is empty, else one of those it names.",
    examples: [byNothing, byTotp, byRecoveryCode, withPasskey],
  });

const finishes = {
  method: "POST",
  tags: ["Sessions"],
  security: open,
  request: { body: FinishLoginInput },
  problems: ["invalid_login_token", "invalid_second_factor"],
  limits: ["challenge_ip"],
} as const;
const events = [
  "login_success",
  "login_failed",
  "challenge_failed",
  "second_factor_failed",
  "second_factors_locked",
  "recovery_code_used",
  "passkey_clone_suspected",
] as const;

export const finishLogin = operation({
  ...finishes,
  operationId: "finishLogin",
  path: "/login/finish",
  summary: "Finish a sign-in with cookies",
  description:
    "Takes the second step of a `LoginPending`, if one is missing, then starts its session and sets the three cookies of `login`. A session the request came with ends. A wrong second factor may be tried again: five times for one login token, and ten times in a quarter of an hour for one account.",
  responses: {
    200: {
      description: "You are logged in.",
      body: Session,
      headers: { "set-cookie": "The session cookie, the CSRF cookie and the device cookie." },
    },
  },
  events: [...events, "session_revoked"],
  learns: "csrfToken",
});

export const finishTokenLogin = operation({
  ...finishes,
  tags: ["Tokens"],
  operationId: "finishTokenLogin",
  path: "/token/login/finish",
  summary: "Finish a sign-in with tokens",
  description:
    "Takes the second step of a `LoginPending`, if one is missing, then starts its session, carried by tokens. Wrong second factors are bounded as in `finishLogin`.",
  responses: { 200: { description: "You are logged in.", body: TokenPair } },
  events,
  learns: "tokens",
});

const StartSecondFactorPasskeyInput = z.strictObject({ loginToken }).meta({
  id: "StartSecondFactorPasskeyInput",
  description: "The sign-in whose second step a passkey is to take.",
  examples: [{ loginToken: exampleLoginToken }],
});

export const startSecondFactorPasskey = operation({
  operationId: "startSecondFactorPasskey",
  method: "POST",
  path: "/login/second-factor/passkey",
  tags: ["Passkeys"],
  summary: "Begin the second step by passkey",
  description:
    "Names the account's passkeys for the browser to ask for one of them. `finishLogin` or `finishTokenLogin` with `method: passkey` ends it.",
  security: open,
  request: { body: StartSecondFactorPasskeyInput },
  responses: { 200: { description: "Ask the browser for one of these.", body: PasskeyRequest } },
  problems: ["invalid_login_token"],
  events: ["challenge_failed"],
  limits: ["passkey_ip"],
});
