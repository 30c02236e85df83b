/** The events of challenges: addresses that are proved and changed, and sign-ins by mail. */
import { openEnum } from "./open-enum.ts";
import { NormalEmail } from "./addresses.ts";
import { challengePurposes } from "./challenges.ts";
import { nullable, operatorEvent, ownerEvent } from "./event-shape.ts";
import { Id, Role } from "./values.ts";

const exampleUserId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43";
const exampleAdminId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e45";
const example = { userId: exampleUserId, email: "ada@example.com" } as const;

export const challengeEventShapes = {
  signup_started: operatorEvent({
    about: null,
    level: "info",
    summary: "Somebody signed up. There is no account before the address is proved.",
    fields: { email: NormalEmail },
    example: { email: "ada@example.com" },
  }),
  signup_existing_email: ownerEvent({
    about: "userId",
    shown: [],
    level: "warn",
    summary:
      "Somebody signed up with an address that has an account. The caller is not told; the owner is, by mail.",
    fields: { userId: Id, email: NormalEmail },
    example,
  }),
  user_invited: operatorEvent({
    about: null,
    level: "info",
    summary: "An administrator invited somebody.",
    fields: { email: NormalEmail, role: Role, actorId: Id },
    example: { email: "ada@example.com", role: "user", actorId: exampleAdminId },
  }),
  challenge_failed: operatorEvent({
    about: "userId",
    level: "warn",
    summary:
      "A challenge was not ended. A wrong code is told once for each challenge. What is no good any more, or never was, is told once in ten minutes for each purpose and client address; those in between are `request` lines.",
    fields: {
      purpose: openEnum(challengePurposes),
      reason: openEnum(
        ["wrong_code", "not_good"],
        "`not_good`: unknown, used, expired, of another purpose or another account, or of one that may not sign in now. The caller is told the same for all.",
      ),
      userId: nullable(Id),
    },
    example: { purpose: "mail_login", reason: "wrong_code", userId: exampleUserId },
  }),
  reset_token_created: ownerEvent({
    about: "userId",
    shown: [],
    level: "info",
    summary: "A link to choose a new password was put into the outbox.",
    fields: { email: NormalEmail, userId: Id },
    example: { email: "ada@example.com", userId: exampleUserId },
  }),
  reset_requested_unknown_email: operatorEvent({
    about: null,
    level: "warn",
    summary: "A new password was asked for an address that no account has. The caller is not told.",
    fields: { email: NormalEmail },
    example: { email: "ada@example.com" },
  }),
  reset_failed: operatorEvent({
    about: null,
    level: "warn",
    summary: "A new password by token was refused.",
    fields: { reason: openEnum(["invalid_or_expired_token", "weak_password"]) },
    example: { reason: "invalid_or_expired_token" },
  }),
  email_verification_requested: ownerEvent({
    about: "userId",
    shown: [],
    level: "info",
    summary: "An owner asked to prove the account's address.",
    fields: { userId: Id, email: NormalEmail },
    example,
  }),
  email_verified: ownerEvent({
    about: "userId",
    shown: ["by"],
    level: "info",
    summary: "The account's address was proved.",
    fields: {
      userId: Id,
      email: NormalEmail,
      by: openEnum(
        ["signup", "owner", "password_reset", "mail_login", "provider", "admin", "command"],
        "`owner`: somebody signed in to the account; `provider`: a provider vouched for it; `admin`, `command`: somebody vouched for it.",
      ),
      actorId: nullable(Id).optional().meta({
        description:
          "Of `admin` and `command`: the administrator; null for a command on the server's own machine. Absent from all others.",
      }),
    },
    example: { ...example, by: "owner" },
  }),
  email_change_started: ownerEvent({
    about: "userId",
    shown: [],
    level: "info",
    summary: "An owner began to change the account's address.",
    fields: { userId: Id, newEmail: NormalEmail },
    example: { userId: exampleUserId, newEmail: "ada@example.org" },
  }),
  email_changed: ownerEvent({
    about: "userId",
    shown: [],
    level: "warn",
    summary: "The account's address was changed. The old one can take it back for three days.",
    fields: { userId: Id, oldEmail: NormalEmail, newEmail: NormalEmail },
    example: {
      userId: exampleUserId,
      oldEmail: "ada@example.com",
      newEmail: "ada@example.org",
    },
  }),
  email_change_undone: ownerEvent({
    about: "userId",
    shown: [],
    level: "error",
    summary:
      "The old address took a change back: somebody else had probably changed it. Everything the account had has ended, and its password is void.",
    fields: { userId: Id, oldEmail: NormalEmail, newEmail: NormalEmail },
    example: {
      userId: exampleUserId,
      oldEmail: "ada@example.org",
      newEmail: "ada@example.com",
    },
  }),
  mail_login_requested: ownerEvent({
    about: "userId",
    shown: [],
    level: "info",
    summary: "A code and a link to sign in were put into the outbox.",
    fields: { userId: Id, email: NormalEmail },
    example,
  }),
  mail_login_unknown_email: operatorEvent({
    about: null,
    level: "warn",
    summary:
      "A sign-in by mail was asked for an address that no enabled account has. The caller is not told.",
    fields: { email: NormalEmail },
    example: { email: "ada@example.com" },
  }),
};
