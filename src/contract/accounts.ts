import { z } from "zod";
import { operation } from "./operation.ts";
import { PasswordPolicy } from "./password-policy.ts";
import { csrfHeaders, open, sessionOrBearer } from "./security.ts";
import { Email, NormalEmail } from "./addresses.ts";
import { Id, Instant, NewPassword, Password, Role } from "./values.ts";

export const exampleUser = {
  id: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  email: "ada@example.com",
  role: "user",
  disabled: false,
  createdAt: "2026-11-23T10:06:00.000Z",
} as const;

export const User = z
  .strictObject({
    id: Id,
    email: NormalEmail,
    role: Role,
    disabled: z.boolean().meta({ description: "A disabled account cannot log in." }),
    createdAt: Instant,
  })
  .meta({
    id: "User",
    description: "An account, as its owner sees it.",
    examples: [exampleUser],
  });

const SignupInput = z.strictObject({ email: Email, password: NewPassword }).meta({
  id: "SignupInput",
  description: "The new account's address and password.",
  examples: [{ email: "ada@example.com", password: "correct horse battery staple" }],
});

export const signup = operation({
  operationId: "signup",
  method: "POST",
  path: "/signup",
  tags: ["Accounts"],
  summary: "Make an account",
  description:
    "Makes an account with the role `user`. It signs nobody in: log in next. The address is normalised before it is compared, so two spellings of one address are one account.",
  security: open,
  request: { body: SignupInput },
  responses: {
    201: {
      description: "The account was made.",
      body: User,
    },
  },
  problems: ["weak_password", "email_taken"],
  events: ["signup", "signup_failed"],
  limits: ["signup_ip"],
});

export const getPasswordPolicy = operation({
  operationId: "getPasswordPolicy",
  method: "GET",
  path: "/password-policy",
  tags: ["Accounts"],
  summary: "Read the rules for passwords",
  description:
    "The rule for new passwords, to show before the first mistake: the bounds of their length, and a sentence for each reason that `weak_password` gives.",
  security: open,
  request: {},
  responses: {
    200: {
      description: "The rule, cacheable.",
      body: PasswordPolicy,
      headers: { "cache-control": "How long the rule may be kept." },
    },
  },
  problems: [],
  events: [],
  selfContained: true,
});

export const getMe = operation({
  operationId: "getMe",
  method: "GET",
  path: "/me",
  tags: ["Accounts"],
  summary: "Read your account",
  description:
    "The account the request is signed in as, by cookie or by access token, as it is now.",
  security: sessionOrBearer,
  request: {},
  responses: { 200: { description: "Your account.", body: User } },
  problems: [],
  events: [],
});

const ChangePasswordInput = z
  .strictObject({ currentPassword: Password, newPassword: NewPassword })
  .meta({
    id: "ChangePasswordInput",
    description: "The password as it is, and as it is to be.",
    examples: [
      { currentPassword: "correct horse battery staple", newPassword: "four clear words of mine" },
    ],
  });

export const changePassword = operation({
  operationId: "changePassword",
  method: "POST",
  path: "/me/password",
  tags: ["Accounts"],
  summary: "Change your password",
  description:
    "Needs the current password; a session that sends too many wrong ones ends. Every other session and token of the account ends at once, and every other known device is forgotten; the one that asks stays. The address is told by mail, by the first few changes in an hour.",
  security: sessionOrBearer,
  request: { headers: csrfHeaders, body: ChangePasswordInput },
  responses: { 204: { description: "The password is changed." } },
  problems: ["invalid_credentials", "weak_password"],
  events: ["password_changed", "session_revoked", "login_failed"],
  limits: ["password_account"],
});

const DeleteMeInput = z.strictObject({ password: Password }).meta({
  id: "DeleteMeInput",
  description: "The account's password, as proof.",
  examples: [{ password: "correct horse battery staple" }],
});

export const deleteMe = operation({
  operationId: "deleteMe",
  method: "POST",
  path: "/me/delete",
  tags: ["Accounts"],
  summary: "Delete your account",
  description:
    "Needs the password; a session that sends too many wrong ones ends. The account and everything it has are gone at once. A POST, because a body on DELETE does not survive every proxy. The last enabled administrator cannot go.",
  security: sessionOrBearer,
  request: { headers: csrfHeaders, body: DeleteMeInput },
  responses: {
    204: {
      description: "The account is gone.",
      headers: { "set-cookie": "Clears the cookies of the session." },
    },
  },
  problems: ["invalid_credentials", "last_admin"],
  events: ["user_deleted", "session_revoked", "login_failed"],
  limits: ["password_account"],
});
