/** Second factors of an account: an authenticator app, recovery codes. Passkeys are in `passkeys.ts`. */
import { z } from "zod";
import { nullable } from "./event-shape.ts";
import { operation } from "./operation.ts";
import { PASSKEYS_MAX, RECOVERY_CODES } from "./bounds.ts";
import { exampleRecoveryCode, shownRecoveryCodes, TotpCode } from "./second-factor-values.ts";
import { admin, csrfHeaders, sessionOrBearer } from "./security.ts";
import { Id, Instant, opaqueSecret, seconds, secret } from "./values.ts";

const TAG = "Second factors";
const exampleInstant = "2026-11-23T10:06:00.000Z";
const exampleSetupToken = "mR8wL5pJ3dF6hS0aG2eU9iO4yK7sYz9nB2kQ7xV4cT1";

const Factors = z
  .strictObject({
    password: z
      .boolean()
      .meta({ description: "True where the account has a password. It is no second factor." }),
    totp: nullable(
      z.strictObject({
        createdAt: Instant,
        lastUsedAt: nullable(Instant),
      }),
    ).meta({ description: "The authenticator app; null where there is none." }),
    recoveryCodes: nullable(
      z.strictObject({
        remaining: z.int().min(0).max(RECOVERY_CODES).meta({ format: "int32" }),
        createdAt: Instant,
      }),
    ).meta({ description: "Null where none is left, or none was made." }),
    passkeys: z
      .int()
      .min(0)
      .max(PASSKEYS_MAX)
      .meta({ format: "int32", description: "How many; `listMyPasskeys` lists them." }),
  })
  .meta({
    id: "Factors",
    description: "The second factors of an account, and whether it has a password.",
    examples: [
      {
        password: true,
        totp: { createdAt: exampleInstant, lastUsedAt: null },
        recoveryCodes: { remaining: RECOVERY_CODES, createdAt: exampleInstant },
        passkeys: 0,
      },
    ],
  });

export const RecoveryCodes = z
  .strictObject({
    codes: shownRecoveryCodes.meta({
      description:
        "Ten codes, each good once, for the day when nothing else is at hand. They are shown now and never again. Empty where the account has codes already, which stay good.",
    }),
  })
  .meta({
    id: "RecoveryCodes",
    description: "Codes to keep in a safe place.",
    examples: [{ codes: [exampleRecoveryCode] }],
  });

export const listMyFactors = operation({
  operationId: "listMyFactors",
  method: "GET",
  path: "/me/factors",
  tags: [TAG],
  summary: "Read your second factors",
  description:
    "Which second factors the account has, and whether it has a password. None of their secrets.",
  security: sessionOrBearer,
  whileUnenrolled: true,
  request: {},
  responses: { 200: { description: "Your second factors.", body: Factors } },
  problems: [],
  events: [],
});

const TotpSetup = z
  .strictObject({
    setupToken: opaqueSecret("Send it with the first code.", exampleSetupToken),
    secret: secret(
      z
        .string()
        .max(64)
        .meta({
          description: "The secret in base32, to be typed into the app.",
          examples: ["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
        }),
    ),
    uri: secret(
      z
        .string()
        .max(1_024)
        .meta({
          description: "The same, to be drawn as a QR code that the app scans.",
          examples: [
            "otpauth://totp/Portcullis:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Portcullis",
          ],
        }),
    ),
    expiresInSeconds: seconds("How long it is good.", 600),
  })
  .meta({
    id: "TotpSetup",
    description: "A secret for an authenticator app. It is the account's after its first code.",
    examples: [
      {
        setupToken: exampleSetupToken,
        secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        uri: "otpauth://totp/Portcullis:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Portcullis",
        expiresInSeconds: 600,
      },
    ],
  });

export const startTotp = operation({
  operationId: "startTotp",
  method: "POST",
  path: "/me/factors/totp/start",
  tags: [TAG],
  summary: "Begin to add an authenticator app",
  description:
    "Makes a secret for the app. Nothing changes for the account before `confirmTotp`. Asked again, it ends the one before.",
  security: sessionOrBearer,
  recent: true,
  whileUnenrolled: true,
  request: { headers: csrfHeaders },
  responses: { 200: { description: "Show it to the app.", body: TotpSetup } },
  problems: ["factor_exists"],
  events: [],
});

const ConfirmTotpInput = z
  .strictObject({
    setupToken: opaqueSecret("The `setupToken` of the answer that began it.", exampleSetupToken),
    code: TotpCode,
  })
  .meta({
    id: "ConfirmTotpInput",
    description: "The first code of the app, as proof that it has the secret.",
    examples: [{ setupToken: exampleSetupToken, code: "492 039" }],
  });

export const confirmTotp = operation({
  operationId: "confirmTotp",
  method: "POST",
  path: "/me/factors/totp",
  tags: [TAG],
  summary: "Add an authenticator app",
  description:
    "From now on every sign-in asks for a code of the app. Every other session and token of the account ends. With its first second factor the account gets its recovery codes. The address is told by mail.",
  security: sessionOrBearer,
  recent: true,
  whileUnenrolled: true,
  request: { headers: csrfHeaders, body: ConfirmTotpInput },
  responses: { 200: { description: "The app is added.", body: RecoveryCodes } },
  problems: ["invalid_challenge", "invalid_second_factor", "factor_exists"],
  events: ["second_factor_added", "second_factor_failed", "challenge_failed", "session_revoked"],
});

export const removeTotp = operation({
  operationId: "removeTotp",
  method: "DELETE",
  path: "/me/factors/totp",
  tags: [TAG],
  summary: "Remove the authenticator app",
  description:
    "Its codes are good for nothing from now on. Every other session and token of the account ends; with the last second factor go the recovery codes. The address is told by mail. Where the setting `SECOND_FACTOR` asks for one, the next thing to do is to add another.",
  security: sessionOrBearer,
  recent: true,
  request: { headers: csrfHeaders },
  responses: { 204: { description: "The app is removed." } },
  problems: ["not_found"],
  events: ["second_factor_removed", "session_revoked"],
});

export const renewRecoveryCodes = operation({
  operationId: "renewRecoveryCodes",
  method: "POST",
  path: "/me/factors/recovery-codes",
  tags: [TAG],
  summary: "Make new recovery codes",
  description:
    "The ones before are void. Every other session and token of the account ends, and the address is told by mail. 404 for an account without a second factor, which has nothing to recover.",
  security: sessionOrBearer,
  recent: true,
  request: { headers: csrfHeaders },
  responses: { 200: { description: "Your new codes.", body: RecoveryCodes } },
  problems: ["not_found"],
  events: ["recovery_codes_renewed", "session_revoked"],
});

export const listUserFactors = operation({
  operationId: "listUserFactors",
  method: "GET",
  path: "/users/{userId}/factors",
  tags: ["Users"],
  summary: "Read an account's second factors",
  description:
    "Which second factors the account has, and whether it has a password. None of their secrets.",
  security: admin,
  request: { params: z.strictObject({ userId: Id }) },
  responses: { 200: { description: "Its second factors.", body: Factors } },
  problems: ["not_found"],
  events: [],
});

export const resetUserFactors = operation({
  operationId: "resetUserFactors",
  method: "DELETE",
  path: "/users/{userId}/factors",
  tags: ["Users"],
  summary: "Remove an account's second factors",
  description:
    "For somebody who has lost the app, the passkeys and the recovery codes: all of them are removed, and every session and token of the account ends. Its owner is told by mail, and signs in next with what is left: the password, a mail, or a new password by mail. Make sure first who asks.",
  security: admin,
  recent: true,
  request: { params: z.strictObject({ userId: Id }), headers: csrfHeaders },
  responses: { 204: { description: "The account has no second factor." } },
  problems: ["not_found"],
  events: ["second_factors_reset", "second_factor_removed", "passkey_removed", "session_revoked"],
});
