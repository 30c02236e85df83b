/** Sign-in by mail, and the end of every sign-in that has more than one step. */
import { z } from "zod";
import { Email } from "./addresses.ts";
import {
  ChallengeStarted,
  challengeToken,
  exampleByCode,
  exampleByLink,
  linkToken,
  LOGIN_CHALLENGE_SECONDS,
  MailedCode,
} from "./challenges.ts";
import { either } from "./either.ts";
import { operation } from "./operation.ts";
import { open } from "./security.ts";
import { Session } from "./sessions.ts";
import { TokenPair } from "./tokens.ts";
import { opaqueSecret, seconds } from "./values.ts";

const TAG = "Sign-in by mail";

const StartMailLoginInput = z.strictObject({ email: Email }).meta({
  id: "StartMailLoginInput",
  description: "Who wants to sign in.",
  examples: [{ email: "ada@example.com" }],
});

export const startMailLogin = operation({
  operationId: "startMailLogin",
  method: "POST",
  path: "/login/mail",
  tags: [TAG],
  summary: "Begin to sign in by mail",
  description:
    "If an account has this address, a code and a link are mailed to it. The answer is the same, and takes the same time, where there is none; no account is made here. The link signs in only the browser that asked, which is known by the cookie `__Host-challenge`; opened elsewhere, it shows the code. Asking again ends the one before. 404 unless the setting `MAIL_LOGIN` is `on`.",
  security: open,
  switchedBy: "MAIL_LOGIN",
  request: { body: StartMailLoginInput },
  responses: {
    202: {
      description: "If there is such an account, a mail is on its way to it.",
      body: ChallengeStarted,
      headers: { "set-cookie": "The challenge cookie." },
    },
  },
  problems: [],
  events: ["mail_login_requested", "mail_login_unknown_email"],
  limits: ["mail_login_ip"],
});

const CompleteMailLoginInput = either(
  "CompleteMailLoginInput",
  "The code of the mail, or the token of the mailed link. In a browser the cookie says what was begun; elsewhere send the `challengeToken` of the answer.",
  [
    z.strictObject({ challengeToken: challengeToken.optional(), code: MailedCode }),
    z.strictObject({ challengeToken: challengeToken.optional(), token: linkToken }),
  ],
  [exampleByCode, exampleByLink],
);

const exampleLoginToken = "kQ7xV4cT1mR8wL5pJ3dF6hS0aG2eU9iO4yK7sYz9nB2";
const loginToken = opaqueSecret("The `loginToken` of a `LoginPending`.", exampleLoginToken);

const LoginPending = z
  .strictObject({
    loginToken: opaqueSecret(
      "Proves the first step. Send it to `finishLogin` or `finishTokenLogin`. Good once.",
      exampleLoginToken,
    ),
    expiresInSeconds: seconds("How long it is good.", LOGIN_CHALLENGE_SECONDS),
    secondFactors: z
      .array(z.enum(["totp", "recovery_code", "passkey"]))
      .max(3)
      .meta({ description: "The ways to take the second step; empty where nothing is missing." }),
  })
  .meta({
    id: "LoginPending",
    description: "The first step of a sign-in is taken. There is no session yet.",
    examples: [
      {
        loginToken: exampleLoginToken,
        expiresInSeconds: LOGIN_CHALLENGE_SECONDS,
        secondFactors: [],
      },
    ],
  });

export const completeMailLogin = operation({
  operationId: "completeMailLogin",
  method: "POST",
  path: "/login/mail/complete",
  tags: [TAG],
  summary: "Prove your mailbox",
  description:
    "By the code of the mail or by its link, which are spent together. Five codes may be tried, and each wrong one counts towards the account's lock. If the account's address was never proved, it is now: whatever the account had before, its password included, ends. There is no session yet: `finishLogin` or `finishTokenLogin` is next.",
  security: open,
  switchedBy: "MAIL_LOGIN",
  request: { body: CompleteMailLoginInput },
  responses: {
    200: {
      description: "The mailbox is yours.",
      body: LoginPending,
      headers: { "set-cookie": "Clears the challenge cookie." },
    },
  },
  problems: ["invalid_challenge"],
  events: ["challenge_failed", "login_failed", "login_locked", "email_verified", "session_revoked"],
  limits: ["challenge_ip"],
});

const FinishLoginInput = z
  .strictObject({
    loginToken,
    method: z.enum(["none"]).meta({
      description: "The second step: `none` where `secondFactors` is empty.",
      examples: ["none"],
    }),
  })
  .meta({
    id: "FinishLoginInput",
    description: "The second step of a sign-in.",
    examples: [{ loginToken: exampleLoginToken, method: "none" }],
  });

const finishes = {
  method: "POST",
  tags: ["Sessions"],
  security: open,
  request: { body: FinishLoginInput },
  problems: ["invalid_login_token"],
  limits: ["challenge_ip"],
} as const;

export const finishLogin = operation({
  ...finishes,
  operationId: "finishLogin",
  path: "/login/finish",
  summary: "Finish a sign-in with cookies",
  description:
    "Starts the session of a `LoginPending`, and sets the three cookies of `login`. A session the request came with ends.",
  responses: {
    200: {
      description: "You are logged in.",
      body: Session,
      headers: { "set-cookie": "The session cookie, the CSRF cookie and the device cookie." },
    },
  },
  events: ["login_success", "login_failed", "challenge_failed", "session_revoked"],
  learns: "csrfToken",
});

export const finishTokenLogin = operation({
  ...finishes,
  tags: ["Tokens"],
  operationId: "finishTokenLogin",
  path: "/token/login/finish",
  summary: "Finish a sign-in with tokens",
  description: "Starts the session of a `LoginPending`, carried by tokens.",
  responses: { 200: { description: "You are logged in.", body: TokenPair } },
  events: ["login_success", "login_failed", "challenge_failed"],
  learns: "tokens",
});
