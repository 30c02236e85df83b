import { z } from "zod";
import { operation } from "./operation.ts";
import { open } from "./security.ts";
import { Email } from "./addresses.ts";
import { NewPassword, opaqueSecret } from "./values.ts";

const ForgotPasswordInput = z.strictObject({ email: Email }).meta({
  id: "ForgotPasswordInput",
  description: "Whose password is forgotten.",
  examples: [{ email: "ada@example.com" }],
});

export const forgotPassword = operation({
  operationId: "forgotPassword",
  method: "POST",
  path: "/forgot-password",
  tags: ["Password reset"],
  summary: "Ask for a new password",
  description:
    "If an account has this address, a link to choose a new password is mailed to it. The answer is the same, and takes the same time, where there is none. The link is good once and for a short time; asking again makes earlier links useless. Asked for too often, an address gets no more mails for a while, and the answer stays the same.",
  security: open,
  request: { body: ForgotPasswordInput },
  responses: { 202: { description: "If there is such an account, a mail is on its way to it." } },
  problems: [],
  events: ["reset_token_created", "reset_requested_unknown_email"],
  limits: ["forgot_ip"],
});

const exampleResetToken = "o3bV0Zt0m1x5n9Qe7yJc2kLr8sWf4aGh6uDiPpXwYzA";

const ResetPasswordInput = z
  .strictObject({
    token: opaqueSecret("The token of the mailed link, from behind `#token=`.", exampleResetToken),
    newPassword: NewPassword,
  })
  .meta({
    id: "ResetPasswordInput",
    description: "The token that was mailed, and the password as it is to be.",
    examples: [{ token: exampleResetToken, newPassword: "four clear words of mine" }],
  });

export const resetPassword = operation({
  operationId: "resetPassword",
  method: "POST",
  path: "/reset-password",
  tags: ["Password reset"],
  summary: "Choose a new password",
  description:
    "Every session and token of the account ends, its known devices are forgotten, its lock and the limit of logins to its address start anew, and nobody is logged in: log in next. The cookie `__Host-device` signs nobody in; it lets that login through while somebody else keeps failing to log in to the address. A password that is refused leaves the token as good as it was.",
  security: open,
  request: { body: ResetPasswordInput },
  responses: {
    204: {
      description: "The password is the new one.",
      headers: { "set-cookie": "The device cookie." },
    },
  },
  problems: ["invalid_reset_token", "weak_password"],
  events: [
    "password_reset",
    "session_revoked",
    "email_verified",
    "second_factor_removed",
    "passkey_removed",
    "reset_failed",
  ],
  limits: ["reset_ip"],
});
