/** The events that are stored: what each says, which account it concerns, and what of it the account's owner sees. */
import { z } from "zod";
import { openEnum } from "./open-enum.ts";
import {
  nullable,
  operationName,
  operatorEvent,
  outsideRequest,
  ownerEvent,
} from "./event-shape.ts";
import { AuthMethod, authMethods } from "./auth-methods.ts";
import { factorEventShapes } from "./factor-event-shapes.ts";
import { providerEventShapes } from "./provider-event-shapes.ts";
import { ProviderId } from "./provider-values.ts";
import { challengeEventShapes } from "./challenge-event-shapes.ts";
import { printedEventShapes } from "./printed-event-shapes.ts";
import { NormalEmail } from "./addresses.ts";
import { Id, Instant, Role } from "./values.ts";

export const exampleUserId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43";
const exampleSessionId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e44";
const exampleAdminId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e45";

/** The actor of an administrative act (LA-09). */
const actorId = nullable(Id).meta({
  description: "The administrator; null for a command on the server's own machine.",
});

/** Declared here, an event exists: `EventName` and all schemas follow. */
export const eventShapes = {
  signup: ownerEvent({
    about: "userId",
    shown: ["by"],
    level: "info",
    summary: "An account was made.",
    fields: {
      userId: Id,
      email: NormalEmail,
      role: Role.optional().meta({ description: "Absent from events of versions before 0.2." }),
      by: openEnum(
        ["user", "admin", "command", "provider"],
        "`user`: whoever signed up; `admin`: whoever was invited; `provider`: somebody for whose address a provider vouched; `command`: a command or a setting on the server's own machine. Absent from events of versions before 0.2.",
      ).optional(),
    },
    example: { userId: exampleUserId, email: "ada@example.com", role: "user", by: "user" },
  }),
  signup_failed: operatorEvent({
    about: null,
    level: "warn",
    summary: "A signup was refused.",
    fields: { email: NormalEmail, reason: openEnum(["email_taken", "weak_password", "closed"]) },
    example: { email: "ada@example.com", reason: "email_taken" },
  }),
  login_success: ownerEvent({
    about: "userId",
    shown: ["method", "methods", "provider"],
    level: "info",
    summary: "Somebody logged in.",
    fields: {
      userId: Id,
      email: NormalEmail,
      method: z.enum(["session", "token"]).meta({ description: "How the session is carried." }),
      methods: z.array(AuthMethod).max(authMethods.length).optional().meta({
        description: "How they proved it. Absent from events of versions before 0.3.",
      }),
      provider: ProviderId.optional().meta({ description: "Of `provider`: which one." }),
    },
    example: {
      userId: exampleUserId,
      email: "ada@example.com",
      method: "session",
      methods: ["pwd"],
    },
  }),
  login_failed: ownerEvent({
    about: "userId",
    shown: [],
    level: "warn",
    summary:
      "A login was refused, or a current password. `wrong_code` is one of a sign-in by mail. A current password is asked of somebody who is signed in, and its reason is always `wrong_password`. The caller of a login is never told which reason it was.",
    fields: {
      email: nullable(NormalEmail).meta({
        description: "Null for a passkey that is nobody's: no address is asked for.",
      }),
      userId: nullable(Id),
      reason: openEnum([
        "wrong_password",
        "user_not_found",
        "account_locked",
        "account_disabled",
        "wrong_code",
        "wrong_passkey",
        "unknown_passkey",
      ]),
    },
    example: { email: "ada@example.com", userId: null, reason: "user_not_found" },
  }),
  login_locked: ownerEvent({
    about: "userId",
    shown: [],
    level: "warn",
    summary:
      "Too many wrong passwords. Until `lockedUntil`, only a device the account knows can log in.",
    fields: {
      userId: Id.optional().meta({ description: "Absent from events of versions before 0.2." }),
      email: NormalEmail,
      lockedUntil: Instant,
    },
    example: {
      userId: exampleUserId,
      email: "ada@example.com",
      lockedUntil: "2026-11-23T10:21:00.000Z",
    },
  }),
  logout: ownerEvent({
    about: "userId",
    shown: [],
    level: "info",
    summary: "Somebody logged out.",
    fields: { userId: Id },
    example: { userId: exampleUserId },
  }),
  session_revoked: ownerEvent({
    about: "userId",
    shown: ["by"],
    level: "info",
    summary: "A session ended before its time, other than by logout.",
    fields: {
      userId: Id,
      sessionId: Id,
      by: openEnum(
        [
          "user",
          "admin",
          "password_change",
          "password_reset",
          "email_change",
          "email_change_undo",
          "email_proof",
          "factor_change",
          "disable",
          "reuse",
          "wrong_password",
        ],
        "`admin`, `disable`: an administrator or a command; `factor_change`: a second factor or passkey was added or removed, or a provider unlinked; `email_proof`: the address, never proved before, was proved by its mailbox; `wrong_password`: it sent too many wrong current passwords.",
      ),
      actorId: actorId.optional().meta({
        description:
          "Of `admin` and `disable`, and of a `factor_change` that was not the owner's: the administrator; null for a command on the server's own machine. Absent from all others, and from events of versions before 0.2.",
      }),
    },
    example: {
      userId: exampleUserId,
      sessionId: exampleSessionId,
      by: "admin",
      actorId: exampleAdminId,
    },
  }),
  user_sessions_revoked: operatorEvent({
    about: "userId",
    level: "info",
    summary:
      "An administrator ended all sessions of an account, also where none was left. Each that ended has its `session_revoked`.",
    fields: { userId: Id, actorId },
    example: { userId: exampleUserId, actorId: exampleAdminId },
  }),
  token_refreshed: operatorEvent({
    about: "userId",
    level: "info",
    summary: "A refresh token was exchanged for the next pair.",
    fields: { userId: Id, sessionId: Id },
    example: { userId: exampleUserId, sessionId: exampleSessionId },
  }),
  token_revoked: ownerEvent({
    about: "userId",
    shown: [],
    level: "info",
    summary: "A token, and the session behind it, was revoked by whoever held it.",
    fields: {
      userId: Id,
      jti: nullable(Id).meta({ description: "Of an access token; null for a refresh token." }),
      sessionId: Id,
    },
    example: { userId: exampleUserId, jti: null, sessionId: exampleSessionId },
  }),
  refresh_token_reuse: ownerEvent({
    about: "userId",
    shown: [],
    level: "error",
    summary:
      "A refresh token was used again, and its session has ended. It was stolen, or its successor was.",
    fields: {
      userId: Id,
      family: Id.meta({ description: "The session all these tokens belong to." }),
    },
    example: { userId: exampleUserId, family: exampleSessionId },
  }),
  password_changed: ownerEvent({
    about: "userId",
    shown: [],
    level: "info",
    summary: "An owner changed the password.",
    fields: { userId: Id },
    example: { userId: exampleUserId },
  }),
  rate_limited: operatorEvent({
    about: "userId",
    level: "warn",
    summary:
      "A request came too soon after too many others. Told for the first refusal of whoever is counted, and again after as long as the limit's window; those in between are `request` lines with status 429, and counted in the metrics. Of mails that an address gets no more of, each request is told, and refused to nobody.",
    fields: {
      operation: operationName,
      key: openEnum(["ip", "email", "account"]),
      email: NormalEmail.optional().meta({
        description: "Of `email`: the address that was sent, whether or not it is anybody's.",
      }),
      userId: Id.optional().meta({ description: "Of `account`: whose." }),
    },
    example: { operation: "login", key: "email", email: "ada@example.com" },
  }),
  password_reset: ownerEvent({
    about: "userId",
    shown: [],
    level: "info",
    summary: "An owner chose a new password by a mailed token.",
    fields: { userId: Id },
    example: { userId: exampleUserId },
  }),
  csrf_rejected: operatorEvent({
    about: null,
    level: "warn",
    summary:
      "A change without valid proof of its origin was refused. Told once in ten minutes for each operation, reason and client address; those in between are `request` lines with status 403.",
    fields: { operation: operationName, reason: openEnum(["missing", "mismatch", "cross_site"]) },
    example: { operation: "deleteUser", reason: "missing" },
  }),
  authorization_denied: operatorEvent({
    about: "userId",
    level: "warn",
    summary:
      "A signed-in caller asked for what its role does not allow. Told once in ten minutes for each operation and account; those in between are `request` lines with status 403.",
    fields: { userId: Id, operation: operationName },
    example: { userId: exampleUserId, operation: "listUsers" },
  }),
  user_updated: ownerEvent({
    about: "userId",
    shown: ["changes"],
    level: "info",
    summary: "An administrator, or a command, changed an account.",
    fields: {
      userId: Id,
      actorId,
      changes: z.strictObject({
        role: Role.optional(),
        disabled: z.boolean().optional(),
        emailVerified: z.literal(true).optional(),
      }),
    },
    example: {
      userId: exampleUserId,
      actorId: exampleAdminId,
      changes: { disabled: true },
    },
  }),
  user_deleted: operatorEvent({
    about: "userId",
    level: "info",
    summary: "An account and all that hung on it was deleted, by its owner or an administrator.",
    fields: { userId: Id, actorId: Id },
    example: { userId: exampleUserId, actorId: exampleAdminId },
  }),
  user_unlocked: ownerEvent({
    about: "userId",
    shown: [],
    level: "info",
    summary: "An administrator, or a command, ended the lock of an account.",
    fields: { userId: Id, actorId },
    example: { userId: exampleUserId, actorId: exampleAdminId },
  }),
  signing_key_rotated: operatorEvent({
    about: null,
    level: "info",
    summary:
      "A new key signs access tokens. The one before goes on verifying until its tokens have expired.",
    fields: { kid: Id.meta({ description: "The new key's id, as in the JWK set." }) },
    example: { ...outsideRequest, kid: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e46" },
  }),
  ...challengeEventShapes,
  ...factorEventShapes,
  ...providerEventShapes,
  ...printedEventShapes,
};
