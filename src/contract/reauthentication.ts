/** Step-up: somebody who is signed in proves again who they are, for what could take the account over (D4). */
import { z } from "zod";
import { ChallengeStarted, challengeToken, exampleByCode, MailedCode } from "./challenges.ts";
import { operation } from "./operation.ts";
import { byPasskey, exampleByPasskey, PasskeyRequest } from "./passkey-values.ts";
import { exampleRecoveryCode, RecoveryCode, TotpCode } from "./second-factor-values.ts";
import { csrfHeaders, sessionOrBearer } from "./security.ts";
import { Instant, Password } from "./values.ts";

const TAG = "Second factors";

const StartReauthenticationInput = z
  .strictObject({
    method: z.enum(["mail", "passkey"]).meta({ description: "How you will prove it." }),
  })
  .meta({
    id: "StartReauthenticationInput",
    description: "A proof that has to be begun. A password or a code needs no beginning.",
    examples: [{ method: "passkey" }],
  });

export const startReauthentication = operation({
  operationId: "startReauthentication",
  method: "POST",
  path: "/me/reauthentication/start",
  tags: [TAG],
  summary: "Begin to prove again who you are",
  description:
    "By `mail`, a code goes to the account's address; by `passkey`, the answer names the account's passkeys. `reauthenticate` ends it. 403 for a method that would not suffice: `methods` names those that do.",
  security: sessionOrBearer,
  whileUnenrolled: true,
  request: { headers: csrfHeaders, body: StartReauthenticationInput },
  responses: {
    200: {
      description: "A mail is on its way, or the browser may be asked for a passkey.",
      body: z.union([ChallengeStarted, PasskeyRequest]).meta({
        id: "ReauthenticationStarted",
        description: "With `options` for a passkey, without them for a mail.",
        examples: [{ challengeToken: exampleByCode.challengeToken, expiresInSeconds: 600 }],
      }),
    },
  },
  problems: ["reauthentication_required"],
  events: ["reauthentication_requested"],
  limits: ["reauthentication_account"],
});

const byPassword = { method: "password", password: "correct horse battery staple" } as const;
const byTotp = { method: "totp", code: "492 039" } as const;
const byRecoveryCode = { method: "recovery_code", code: exampleRecoveryCode } as const;
const withPasskey = { method: "passkey", ...exampleByPasskey } as const;
const byMail = { method: "mail", ...exampleByCode } as const;

const ReauthenticateInput = z
  .discriminatedUnion("method", [
    z.strictObject({ method: z.literal("password"), password: Password }).meta({
      id: "ReauthenticateByPassword",
      description: "By the account's password.",
      examples: [byPassword],
    }),
    z.strictObject({ method: z.literal("totp"), code: TotpCode }).meta({
      id: "ReauthenticateByTotp",
      description: "By the authenticator app.",
      examples: [byTotp],
    }),
    z.strictObject({ method: z.literal("recovery_code"), code: RecoveryCode }).meta({
      id: "ReauthenticateByRecoveryCode",
      description: "By a recovery code, which is then used up.",
      examples: [byRecoveryCode],
    }),
    z.strictObject({ method: z.literal("passkey"), ...byPasskey }).meta({
      id: "ReauthenticateByPasskey",
      description: "By a passkey; `startReauthentication` begins it.",
      examples: [withPasskey],
    }),
    z.strictObject({ method: z.literal("mail"), challengeToken, code: MailedCode }).meta({
      id: "ReauthenticateByMail",
      description: "By the code of a mail; `startReauthentication` sends it.",
      examples: [byMail],
    }),
  ])
  .meta({
    id: "ReauthenticateInput",
    description: "The proof, by one of the `methods` of `reauthentication_required`.",
    examples: [byPassword, byTotp, byRecoveryCode, withPasskey, byMail],
  });

const Recent = z
  .strictObject({
    recentUntil: Instant.meta({ description: "Until then, nothing asks for it again." }),
  })
  .meta({
    id: "Recent",
    description: "You have proved who you are.",
    examples: [{ recentUntil: "2026-11-23T10:16:00.000Z" }],
  });

export const reauthenticate = operation({
  operationId: "reauthenticate",
  method: "POST",
  path: "/me/reauthentication",
  tags: [TAG],
  summary: "Prove again who you are",
  description:
    "Makes this session recent, and no other. An account with a second factor proves it by one of those; its password is not enough. A session by cookie gets a new cookie, and the old one is dead. Of a session by tokens, the access tokens of before are dead: refresh for the next one, which says the new time in `auth_time`. A session that sends too many wrong passwords ends.",
  security: sessionOrBearer,
  whileUnenrolled: true,
  request: { headers: csrfHeaders, body: ReauthenticateInput },
  responses: {
    200: {
      description: "This session is recent.",
      body: Recent,
      headers: { "set-cookie": "The session cookie's next value, for a session by cookie." },
      sometimes: ["set-cookie"],
    },
  },
  problems: [
    "invalid_credentials",
    "invalid_challenge",
    "invalid_second_factor",
    "reauthentication_required",
  ],
  events: [
    "reauthenticated",
    "reauthentication_failed",
    "challenge_failed",
    "second_factor_failed",
    "second_factors_locked",
    "recovery_code_used",
    "passkey_clone_suspected",
    "login_failed",
    "session_revoked",
  ],
  limits: ["password_account"],
});
