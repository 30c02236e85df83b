/** What each event says: its level, whether it is kept, its own fields, an example. `events.ts` adds what all have. */
import { z } from "zod";
import { Id, Instant, NormalEmail, Role } from "./values.ts";

export type Level = "info" | "warn" | "error";

export const nullable = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()]);

export const exampleUserId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43";
const exampleSessionId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e44";
const outsideRequest = { requestId: null, ip: null };

const operationName = z.string().max(64).meta({ description: "An operationId." });

/** Declared here, an event exists: `EventName` and all schemas follow. */
export const eventShapes = {
  signup: event(
    "info",
    "stored",
    "An account was made.",
    { userId: Id, email: NormalEmail },
    {
      userId: exampleUserId,
      email: "ada@example.com",
    },
  ),
  signup_failed: event(
    "warn",
    "stored",
    "A signup was refused.",
    { email: NormalEmail, reason: z.enum(["email_taken", "weak_password"]) },
    { email: "ada@example.com", reason: "email_taken" },
  ),
  login_success: event(
    "info",
    "stored",
    "Somebody logged in.",
    { userId: Id, email: NormalEmail, method: z.enum(["session", "token"]) },
    { userId: exampleUserId, email: "ada@example.com", method: "session" },
  ),
  login_failed: event(
    "warn",
    "stored",
    "A login was refused, or a current password. A current password is asked of somebody who is signed in, and its reason is always `wrong_password`. The caller of a login is never told which reason it was.",
    {
      email: NormalEmail,
      userId: nullable(Id),
      reason: z.enum(["wrong_password", "user_not_found", "account_locked", "account_disabled"]),
    },
    { email: "ada@example.com", userId: null, reason: "user_not_found" },
  ),
  login_locked: event(
    "warn",
    "stored",
    "Too many wrong passwords: until then, only a device the account knows can log in.",
    { email: NormalEmail, lockedUntil: Instant },
    { email: "ada@example.com", lockedUntil: "2026-11-23T10:21:00.000Z" },
  ),
  logout: event(
    "info",
    "stored",
    "Somebody logged out.",
    { userId: Id },
    { userId: exampleUserId },
  ),
  session_revoked: event(
    "info",
    "stored",
    "A session ended before its time, other than by logout.",
    {
      userId: Id,
      sessionId: Id,
      by: z
        .enum([
          "user",
          "admin",
          "password_change",
          "password_reset",
          "disable",
          "reuse",
          "wrong_password",
        ])
        .meta({ description: "`wrong_password`: it sent too many wrong current passwords." }),
    },
    { userId: exampleUserId, sessionId: exampleSessionId, by: "user" },
  ),
  token_refreshed: event(
    "info",
    "stored",
    "A refresh token was exchanged for the next pair.",
    { userId: Id, sessionId: Id },
    { userId: exampleUserId, sessionId: exampleSessionId },
  ),
  token_revoked: event(
    "info",
    "stored",
    "A token, and the session behind it, was revoked by whoever held it.",
    {
      userId: Id,
      jti: nullable(Id).meta({ description: "Of an access token; null for a refresh token." }),
      sessionId: Id,
    },
    { userId: exampleUserId, jti: null, sessionId: exampleSessionId },
  ),
  refresh_token_reuse: event(
    "error",
    "stored",
    "A refresh token was used again, and its session has ended. It was stolen, or its successor was.",
    { userId: Id, family: Id.meta({ description: "The session all these tokens belong to." }) },
    { userId: exampleUserId, family: exampleSessionId },
  ),
  password_changed: event(
    "info",
    "stored",
    "An owner changed the password.",
    { userId: Id },
    { userId: exampleUserId },
  ),
  rate_limited: event(
    "warn",
    "stored",
    "A request came too soon after too many others. Told for the first refusal of whoever is counted, and again after as long as the limit's window; those in between are `request` lines with status 429, and counted in the metrics.",
    { operation: operationName, key: z.enum(["ip", "email", "account", "global"]) },
    { operation: "login", key: "email" },
  ),
  password_reset: event(
    "info",
    "stored",
    "An owner chose a new password by a mailed token.",
    { userId: Id },
    { userId: exampleUserId },
  ),
  reset_token_created: event(
    "info",
    "stored",
    "A link to choose a new password was put into the outbox.",
    { email: NormalEmail, userId: Id },
    { email: "ada@example.com", userId: exampleUserId },
  ),
  reset_requested_unknown_email: event(
    "warn",
    "stored",
    "A new password was asked for an address that no account has. The caller is not told.",
    { email: NormalEmail },
    { email: "ada@example.com" },
  ),
  reset_failed: event(
    "warn",
    "stored",
    "A new password by token was refused.",
    { reason: z.enum(["invalid_or_expired_token", "weak_password"]) },
    { reason: "invalid_or_expired_token" },
  ),
  csrf_rejected: event(
    "warn",
    "stored",
    "A change without valid proof of its origin was refused. Told once in ten minutes for each operation, reason and client address; those in between are `request` lines with status 403.",
    { operation: operationName, reason: z.enum(["missing", "mismatch", "cross_site"]) },
    { operation: "deleteUser", reason: "missing" },
  ),
  authorization_denied: event(
    "warn",
    "stored",
    "A signed-in caller asked for what its role does not allow. Told once in ten minutes for each operation and account; those in between are `request` lines with status 403.",
    { userId: Id, operation: operationName },
    { userId: exampleUserId, operation: "listUsers" },
  ),
  user_updated: event(
    "info",
    "stored",
    "An administrator, or a command, changed an account.",
    {
      userId: Id,
      actorId: nullable(Id).meta({
        description: "The administrator; null for a command on the server's own machine.",
      }),
      changes: z.strictObject({ role: Role.optional(), disabled: z.boolean().optional() }),
    },
    {
      userId: exampleUserId,
      actorId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e45",
      changes: { disabled: true },
    },
  ),
  user_deleted: event(
    "info",
    "stored",
    "An account and all that hung on it was deleted.",
    { userId: Id, actorId: Id },
    { userId: exampleUserId, actorId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e45" },
  ),
  user_unlocked: event(
    "info",
    "stored",
    "An administrator ended the lock of an account.",
    { userId: Id, actorId: Id },
    { userId: exampleUserId, actorId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e45" },
  ),
  signing_key_rotated: event(
    "info",
    "stored",
    "A new key signs access tokens. The one before goes on verifying until its tokens have expired.",
    { kid: Id.meta({ description: "The new key's id, as in the JWK set." }) },
    { ...outsideRequest, kid: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e46" },
  ),
  request: event(
    "info",
    "stdout",
    "A request was answered.",
    {
      method: z.string().max(32),
      path: z.string().max(256).meta({ description: "The route's pattern, never the query." }),
      status: z.int().min(100).max(599).meta({ format: "int32" }),
      durationMs: z.number().min(0).max(86_400_000),
      operation: nullable(operationName),
    },
    { method: "GET", path: "/users/{userId}", status: 200, durationMs: 1.2, operation: "getUser" },
  ),
  mail_failed: event(
    "warn",
    "stdout",
    "A mail was not accepted by the mail server.",
    {
      mailId: Id,
      attempt: z.int().min(1).max(1_000_000).meta({ format: "int32" }),
      code: z.string().max(32).meta({
        description:
          "The kind of failure. Never the server's own words, which may repeat the mail.",
      }),
      willRetry: z.boolean(),
    },
    {
      ...outsideRequest,
      mailId: exampleSessionId,
      attempt: 1,
      code: "ECONNECTION",
      willRetry: true,
    },
  ),
  overloaded: event(
    "warn",
    "stdout",
    "A request was answered with 503. Told for the first one of each cause and code, and again after ten seconds; those in between are `request` lines with status 503.",
    {
      cause: z.enum(["database", "password_queue", "stopping"]).meta({
        description:
          "`database`: it is locked, full, read-only or away; `password_queue`: too many passwords wait to be hashed; `stopping`: shutdown has begun.",
      }),
      code: nullable(z.string().max(32)).meta({
        description:
          "The database's or the system's name for what it met: `SQLITE_FULL`, `SQLITE_IOERR:778`, an SQLSTATE, `ECONNREFUSED`; null for the other causes. Never its own words, which may name more.",
      }),
    },
    { cause: "database", code: "SQLITE_FULL" },
  ),
  unhandled_error: event(
    "error",
    "stdout",
    "The server met an error it did not expect.",
    {
      error: z.strictObject({
        class: z.string().max(128),
        message: z.string().max(1024),
        stack: z.string().max(16_384).optional().meta({ description: "Below production only." }),
      }),
    },
    { error: { class: "TypeError", message: "x is not a function" } },
  ),
  server_started: event(
    "info",
    "stdout",
    "The server listens.",
    { version: z.string().max(32), address: z.string().max(256) },
    { ...outsideRequest, version: "0.1.0", address: "http://127.0.0.1:3000" },
  ),
  server_stopped: event(
    "info",
    "stdout",
    "The server has answered its last request.",
    { version: z.string().max(32), reason: z.string().max(128) },
    { ...outsideRequest, version: "0.1.0", reason: "SIGTERM" },
  ),
};

function event<F extends Record<string, z.ZodType>, const K extends "stored" | "stdout">(
  level: Level,
  kept: K,
  summary: string,
  fields: F,
  example: Partial<typeof outsideRequest> & z.output<z.ZodObject<F>>,
) {
  return { level, kept, summary, fields, example };
}
