/** Sign-in by mail. */
import { z } from "zod";
import { Email } from "./addresses.ts";
import {
  ChallengeStarted,
  challengeToken,
  exampleByCode,
  exampleByLink,
  linkToken,
  MailedCode,
} from "./challenges.ts";
import { either } from "./either.ts";
import { LoginPending } from "./login-pending.ts";
import { operation } from "./operation.ts";
import { open } from "./security.ts";

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

export const completeMailLogin = operation({
  operationId: "completeMailLogin",
  method: "POST",
  path: "/login/mail/complete",
  tags: [TAG],
  summary: "Prove your mailbox",
  description:
    "By the code of the mail or by its link, which are spent together. Five codes may be tried, and each wrong one counts towards the account's lock. If the account's address was never proved, it is now: whatever the account had before, its password included, ends. There is no session yet, and a second factor is still missing where the account has one: `finishLogin` or `finishTokenLogin` is next.",
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
  events: [
    "login_pending",
    "challenge_failed",
    "login_failed",
    "login_locked",
    "email_verified",
    "second_factor_removed",
    "passkey_removed",
    "session_revoked",
  ],
  limits: ["challenge_ip"],
});
