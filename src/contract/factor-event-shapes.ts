/** The events of second factors, passkeys and step-up. */
import { z } from "zod";
import { openEnum } from "./open-enum.ts";
import { AuthMethod, authMethods, ReauthenticationMethod, SecondFactor } from "./auth-methods.ts";
import { NormalEmail } from "./addresses.ts";
import { nullable, operatorEvent, ownerEvent } from "./event-shape.ts";
import { RECOVERY_CODES } from "./bounds.ts";
import { Id, Instant } from "./values.ts";

const userId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43";
const passkeyId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e47";
const exampleAdminId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e45";

/** A passkey has events of its own. */
const kind = openEnum(["totp"], "Which one.");
/** How a factor went. */
const removedBy = openEnum(
  ["user", "admin", "command", "email_proof", "email_change_undo"],
  "`email_proof`: the address, never proved before, was proved by its mailbox; `email_change_undo`: it had been added since the change of address that was undone.",
);
const actorId = nullable(Id).optional().meta({
  description:
    "Of `admin` and `command`: the administrator; null for a command on the server's own machine. Absent from all others.",
});

export const factorEventShapes = {
  login_pending: ownerEvent({
    about: "userId",
    shown: ["methods"],
    level: "info",
    summary: "The first step of a sign-in was taken, and there is no session yet.",
    fields: {
      userId: Id,
      email: NormalEmail,
      methods: z.array(AuthMethod).max(authMethods.length),
      secondFactors: z
        .array(SecondFactor)
        .max(SecondFactor.options.length)
        .meta({ description: "The ways to take the second step; empty where nothing is missing." }),
    },
    example: {
      userId,
      email: "ada@example.com",
      methods: ["pwd"],
      secondFactors: ["totp", "recovery_code"],
    },
  }),
  second_factor_added: ownerEvent({
    about: "userId",
    shown: ["kind"],
    level: "warn",
    summary: "An owner added a second factor.",
    fields: { userId: Id, kind },
    example: { userId, kind: "totp" },
  }),
  second_factor_removed: ownerEvent({
    about: "userId",
    shown: ["kind", "by"],
    level: "warn",
    summary: "A second factor was removed.",
    fields: { userId: Id, kind, by: removedBy, actorId },
    example: { userId, kind: "totp", by: "user" },
  }),
  second_factors_reset: ownerEvent({
    about: "userId",
    shown: [],
    level: "warn",
    summary:
      "An administrator, or a command, removed all second factors of an account. The recovery codes went with them, and each factor has an event of its own.",
    fields: {
      userId: Id,
      actorId: nullable(Id).meta({
        description: "The administrator; null for a command on the server's own machine.",
      }),
    },
    example: { userId, actorId: exampleAdminId },
  }),
  second_factor_failed: ownerEvent({
    about: "userId",
    shown: ["kind", "reason"],
    level: "warn",
    summary: "A second factor was refused.",
    fields: {
      userId: Id,
      kind: SecondFactor,
      reason: openEnum(
        ["wrong", "replayed", "locked"],
        "`replayed`: the code was used before; `locked`: too many wrong ones came before it, and it was not looked at.",
      ),
    },
    example: { userId, kind: "totp", reason: "wrong" },
  }),
  second_factors_locked: ownerEvent({
    about: "userId",
    shown: [],
    level: "warn",
    summary:
      "Too many wrong codes. Until `lockedUntil`, no code is looked at; a passkey is. Whoever sent them knows the password, or a session.",
    fields: { userId: Id, lockedUntil: Instant },
    example: { userId, lockedUntil: "2026-11-23T10:21:00.000Z" },
  }),
  recovery_codes_renewed: ownerEvent({
    about: "userId",
    shown: [],
    level: "warn",
    summary: "An owner made new recovery codes. The ones before are void.",
    fields: { userId: Id },
    example: { userId },
  }),
  recovery_code_used: ownerEvent({
    about: "userId",
    shown: ["remaining"],
    level: "warn",
    summary: "A recovery code was used.",
    fields: { userId: Id, remaining: z.int().min(0).max(RECOVERY_CODES).meta({ format: "int32" }) },
    example: { userId, remaining: 9 },
  }),
  reauthentication_requested: ownerEvent({
    about: "userId",
    shown: ["method"],
    level: "info",
    summary: "Somebody who is signed in began to prove again who they are.",
    fields: { userId: Id, method: ReauthenticationMethod },
    example: { userId, method: "mail" },
  }),
  reauthenticated: ownerEvent({
    about: "userId",
    shown: ["method"],
    level: "info",
    summary: "Somebody who is signed in proved again who they are.",
    fields: { userId: Id, sessionId: Id, method: ReauthenticationMethod },
    example: {
      userId,
      sessionId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e44",
      method: "totp",
    },
  }),
  reauthentication_failed: ownerEvent({
    about: "userId",
    shown: ["method"],
    level: "warn",
    summary: "Somebody who is signed in failed to prove again who they are.",
    fields: { userId: Id, method: ReauthenticationMethod },
    example: { userId, method: "password" },
  }),
  passkey_added: ownerEvent({
    about: "userId",
    shown: [],
    level: "warn",
    summary: "An owner added a passkey.",
    fields: { userId: Id, passkeyId: Id },
    example: { userId, passkeyId },
  }),
  passkey_removed: ownerEvent({
    about: "userId",
    shown: ["by"],
    level: "warn",
    summary: "A passkey was removed.",
    fields: { userId: Id, passkeyId: Id, by: removedBy, actorId },
    example: { userId, passkeyId, by: "user" },
  }),
  passkey_clone_suspected: ownerEvent({
    about: "userId",
    shown: [],
    level: "error",
    summary:
      "A passkey's counter did not grow: there may be a copy of it. The sign-in was refused, and the owner is told.",
    fields: { userId: Id, passkeyId: Id },
    example: { userId, passkeyId },
  }),
  passkey_refused: operatorEvent({
    about: "userId",
    level: "warn",
    summary:
      "A passkey was refused while it was being added. Told once in ten minutes for each account; those in between are `request` lines.",
    fields: {
      userId: Id,
      reason: z
        .string()
        .max(32)
        .meta({ description: "The rule it broke, for whoever looks into it." }),
    },
    example: { userId, reason: "origin" },
  }),
};
