import { z } from "zod";
import { operation } from "./operation.ts";
import { PasswordPolicy } from "./password-policy.ts";
import { csrfHeaders, open, sessionOrBearer } from "./security.ts";
import { Email, NormalEmail } from "./addresses.ts";
import { byCode, byLink, ChallengeStarted, exampleByCode, exampleByLink } from "./challenges.ts";
import { either } from "./either.ts";
import { nullable } from "./event-shape.ts";
import { Id, Instant, Locale, NewPassword, Password, PersonName, Role } from "./values.ts";

export const exampleUser = {
  id: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  email: "ada@example.com",
  emailVerified: true,
  name: "Ada",
  locale: "en",
  role: "user",
  disabled: false,
  createdAt: "2026-11-23T10:06:00.000Z",
} as const;

export const User = z
  .strictObject({
    id: Id,
    email: NormalEmail,
    emailVerified: z.boolean().meta({
      description: "Somebody proved that the address is theirs, or an administrator said so.",
    }),
    name: nullable(PersonName).meta({ description: "Null where none was given." }),
    locale: nullable(Locale).meta({
      description: "The language of mails; null where none was given.",
    }),
    role: Role,
    disabled: z.boolean().meta({ description: "A disabled account cannot log in." }),
    createdAt: Instant,
  })
  .meta({
    id: "User",
    description: "An account, as its owner sees it.",
    examples: [exampleUser],
  });

const SignupInput = z
  .strictObject({ email: Email, password: NewPassword, locale: Locale.optional() })
  .meta({
    id: "SignupInput",
    description: "The new account's address and password, and the language of its mails.",
    examples: [{ email: "ada@example.com", password: "correct horse battery staple" }],
  });

export const signup = operation({
  operationId: "signup",
  method: "POST",
  path: "/signup",
  tags: ["Accounts"],
  summary: "Sign up",
  description:
    "The setting `SIGNUP` decides. `open`: the account is made at once (201), and nobody has proved that the address is theirs. `verified`: a mail with a code and a link goes to the address, and `confirmSignup` makes the account (202); the answer is the same for an address that has an account, whose owner is told by mail. `closed`: 403 `signup_closed`. It signs nobody in: log in next. The address is normalised before it is compared, so two spellings of one address are one account.",
  security: open,
  request: { body: SignupInput },
  responses: {
    201: { description: "The account was made (`SIGNUP=open`).", body: User },
    202: {
      description: "A mail is on its way to the address (`SIGNUP=verified`).",
      body: ChallengeStarted,
    },
  },
  problems: ["weak_password", "email_taken", "signup_closed"],
  events: ["signup", "signup_failed", "signup_started", "signup_existing_email"],
  limits: ["signup_ip"],
});

const ConfirmSignupInput = either(
  "ConfirmSignupInput",
  "The code of the mail, with the token of the answer to `signup`; or the token of the mailed link, with a password.",
  [z.strictObject(byCode), z.strictObject({ ...byLink, newPassword: NewPassword })],
  [exampleByCode, { ...exampleByLink, newPassword: "correct horse battery staple" }],
);

export const confirmSignup = operation({
  operationId: "confirmSignup",
  method: "POST",
  path: "/signup/confirm",
  tags: ["Accounts"],
  summary: "Confirm a signup",
  description:
    "Makes the account that `signup` began, its address proved. By code, the password is the one given at signup: whoever signed up has the mailbox. By link, whoever opens the mail chooses a password, and the one given at signup is worth nothing. Also for the link of an invitation. It signs nobody in: log in next.",
  security: open,
  request: { body: ConfirmSignupInput },
  responses: { 201: { description: "The account was made.", body: User } },
  problems: ["invalid_challenge", "weak_password"],
  events: ["signup", "email_verified", "challenge_failed"],
  limits: ["challenge_ip"],
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
  whileUnenrolled: true,
  summary: "Read your account",
  description:
    "The account the request is signed in as, by cookie or by access token, as it is now.",
  security: sessionOrBearer,
  request: {},
  responses: { 200: { description: "Your account.", body: User } },
  problems: [],
  events: [],
});

const UpdateMeInput = z
  .strictObject({
    name: nullable(PersonName).optional(),
    locale: nullable(Locale).optional(),
  })
  .meta({
    id: "UpdateMeInput",
    description: "What is to change. What is left out stays; null takes it away.",
    examples: [{ name: "Ada", locale: "en" }],
  });

export const updateMe = operation({
  operationId: "updateMe",
  method: "PATCH",
  path: "/me",
  tags: ["Accounts"],
  summary: "Change your name or language",
  description: "Sets how you are called, and the language of the mails you get.",
  security: sessionOrBearer,
  request: { headers: csrfHeaders, body: UpdateMeInput },
  responses: { 200: { description: "Your account as it is now.", body: User } },
  problems: [],
  events: [],
});

const ChangePasswordInput = z
  .strictObject({ currentPassword: Password.optional(), newPassword: NewPassword })
  .meta({
    id: "ChangePasswordInput",
    description:
      "The password as it is, and as it is to be. Leave `currentPassword` out where the account has none.",
    examples: [
      { currentPassword: "correct horse battery staple", newPassword: "four clear words of mine" },
    ],
  });

export const changePassword = operation({
  operationId: "changePassword",
  method: "POST",
  path: "/me/password",
  tags: ["Accounts"],
  recent: { bodyLacks: "currentPassword" },
  summary: "Change your password",
  description:
    "Needs the current password or, where the account has none, recent authentication instead; a session that sends too many wrong ones ends. Every other session and token of the account ends at once, and every other known device is forgotten; the one that asks stays. The address is told by mail, by the first few changes in an hour.",
  security: sessionOrBearer,
  request: { headers: csrfHeaders, body: ChangePasswordInput },
  responses: { 204: { description: "The password is changed." } },
  problems: ["invalid_credentials", "weak_password"],
  events: ["password_changed", "session_revoked", "login_failed"],
  limits: ["password_account"],
});

const DeleteMeInput = z.strictObject({ password: Password.optional() }).meta({
  id: "DeleteMeInput",
  description: "The account's password, as proof. Leave it out where the account has none.",
  examples: [{ password: "correct horse battery staple" }],
});

export const deleteMe = operation({
  operationId: "deleteMe",
  method: "POST",
  path: "/me/delete",
  tags: ["Accounts"],
  recent: { bodyLacks: "password" },
  summary: "Delete your account",
  description:
    "Needs the password or, where the account has none, recent authentication instead; a session that sends too many wrong ones ends. The account and everything it has are gone at once. A POST, because a body on DELETE does not survive every proxy. The last enabled administrator cannot go.",
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
