/** The address of an account that exists: proved, changed, and changed back. */
import { z } from "zod";
import { Email } from "./addresses.ts";
import { byCode, byLink, ChallengeStarted, exampleByCode, exampleByLink } from "./challenges.ts";
import { either } from "./either.ts";
import { operation } from "./operation.ts";
import { csrfHeaders, open, sessionOrBearer } from "./security.ts";
import { opaqueSecret } from "./values.ts";

const TAG = "E-mail address";

export const requestEmailVerification = operation({
  operationId: "requestEmailVerification",
  method: "POST",
  path: "/me/email/verification",
  tags: [TAG],
  summary: "Ask to prove your address",
  description:
    "Mails a code and a link to your account's address. `confirmEmailVerification` ends it. Asking again ends the one before. Asked for too often, an address gets no more mails for a while, and the answer stays the same.",
  security: sessionOrBearer,
  request: { headers: csrfHeaders },
  responses: { 202: { description: "A mail is on its way.", body: ChallengeStarted } },
  problems: ["email_already_verified"],
  events: ["email_verification_requested"],
  limits: ["challenge_ip"],
});

/** The proof that somebody has a mailbox. */
const MailedProof = either(
  "MailedProof",
  "The code of the mail, with the token of the answer that began it; or the token of the mailed link.",
  [z.strictObject(byCode), z.strictObject(byLink)],
  [exampleByCode, exampleByLink],
);

export const confirmEmailVerification = operation({
  operationId: "confirmEmailVerification",
  method: "POST",
  path: "/me/email/verification/confirm",
  tags: [TAG],
  summary: "Prove your address",
  description:
    "By the code or the link of the mail, and only for the account that asked for it: a link that is opened by somebody else proves nothing. Five codes may be tried.",
  security: sessionOrBearer,
  request: { headers: csrfHeaders, body: MailedProof },
  responses: { 204: { description: "Your address is proved." } },
  problems: ["invalid_challenge"],
  events: ["email_verified", "challenge_failed"],
  limits: ["challenge_ip"],
});

const StartEmailChangeInput = z.strictObject({ newEmail: Email }).meta({
  id: "StartEmailChangeInput",
  description: "The address that the account is to have.",
  examples: [{ newEmail: "ada@example.org" }],
});

export const startEmailChange = operation({
  operationId: "startEmailChange",
  method: "POST",
  path: "/me/email",
  tags: [TAG],
  summary: "Begin to change your address",
  description:
    "Mails a code and a link to the new address. Nothing changes before `confirmEmailChange`. The answer is the same for an address that has an account, whose owner is told by mail. Needs a login of a short time ago.",
  security: sessionOrBearer,
  recent: true,
  request: { headers: csrfHeaders, body: StartEmailChangeInput },
  responses: { 202: { description: "A mail is on its way.", body: ChallengeStarted } },
  problems: [],
  events: ["email_change_started"],
  limits: ["email_change_account"],
});

export const confirmEmailChange = operation({
  operationId: "confirmEmailChange",
  method: "POST",
  path: "/me/email/confirm",
  tags: [TAG],
  summary: "Change your address",
  description:
    "By the code or the link of the mail to the new address, and only for the account that asked for it. Every other session and token of the account ends, every other known device is forgotten, and links mailed before are worth nothing. The old address is told, with a link that takes the change back for three days.",
  security: sessionOrBearer,
  request: { headers: csrfHeaders, body: MailedProof },
  responses: { 204: { description: "Your address is the new one." } },
  problems: ["invalid_challenge"],
  events: ["email_changed", "challenge_failed", "session_revoked"],
  limits: ["challenge_ip"],
});

const exampleUndoToken = "Qe7yJc2kLr8sWf4aGh6uDiPpXwYzAo3bV0Zt0m1x5n9";

const UndoEmailChangeInput = z
  .strictObject({
    token: opaqueSecret("The token of the mailed link, from behind `#undo=`.", exampleUndoToken),
  })
  .meta({
    id: "UndoEmailChangeInput",
    description: "The token that was mailed to the old address.",
    examples: [{ token: exampleUndoToken }],
  });

export const undoEmailChange = operation({
  operationId: "undoEmailChange",
  method: "POST",
  path: "/email-change/undo",
  tags: [TAG],
  summary: "Take a change of address back",
  description:
    "For the owner of the old address, who did not ask for the change. The old address is back, everything the account had ends, and its password is void: ask for a new one by mail next.",
  security: open,
  request: { body: UndoEmailChangeInput },
  responses: { 204: { description: "The old address is back." } },
  problems: ["invalid_challenge"],
  events: [
    "email_change_undone",
    "second_factor_removed",
    "passkey_removed",
    "session_revoked",
    "challenge_failed",
  ],
  limits: ["challenge_ip"],
});
