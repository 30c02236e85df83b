/** Reads the server's log on stdin and prints what matters for security, one readable line each. */
import { createInterface } from "node:readline";
import { type LogEvent, parseLine, type UnknownEvent } from "@portcullis/client/events";

const withColours = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
const COLOURS = { info: "\u001b[32m", warn: "\u001b[33m", error: "\u001b[31m" } as const;
const RESET = "\u001b[0m";

// The reader of our output is gone (`| head`): no reason for a stack trace.
process.stdout.on("error", () => process.exit(0));

for await (const line of createInterface({ input: process.stdin })) {
  const parsed = parseLine(line);
  if (parsed.kind === "no_event") continue; // npm's own lines, say
  const text = parsed.kind === "known" ? describe(parsed.event) : describeUnknown(parsed);
  if (text !== undefined) process.stdout.write(`${text}\n`);
}

/** The line for an event; undefined for those a security feed can do without. */
function describe(event: LogEvent): string | undefined {
  if (event.event === "request") return undefined;
  return lineOf(event.level, event.timestamp, event.event, wordsOf(event), event.ip);
}

/** An event of a newer server is shown by its name alone: what its fields mean, this version cannot know. */
function describeUnknown({ name, fields }: UnknownEvent): string {
  const { timestamp } = fields;
  const when = typeof timestamp === "string" ? timestamp : "";
  return lineOf("warn", when, name, "(unknown to this version)", null);
}

function wordsOf(event: Exclude<LogEvent, { event: "request" }>): string {
  switch (event.event) {
    case "login_failed":
    case "signup_failed":
      return `${event.email}: ${event.reason}`;
    case "login_success":
      return `${event.email} by ${event.method}`;
    case "login_pending":
      return `${event.email} by ${event.methods.join(" and ")}`;
    case "login_locked":
      return `${event.email} until ${event.lockedUntil}`;
    case "second_factor_failed":
      return `of ${event.userId}: ${event.kind} ${event.reason}`;
    case "second_factors_locked":
      return `of ${event.userId} until ${event.lockedUntil}`;
    case "recovery_code_used":
      return `of ${event.userId}, who has ${event.remaining} left`;
    case "reauthentication_requested":
    case "reauthenticated":
    case "reauthentication_failed":
      return `of ${event.userId} by ${event.method}`;
    case "passkey_refused":
      return `of ${event.userId}: ${event.reason}`;
    case "identity_linked":
    case "identity_removed":
      return `of ${event.userId}: ${event.provider}, by ${event.by}`;
    case "identity_collision":
      return `of ${event.userId}: ${event.provider}`;
    case "provider_login_failed":
      return `${event.provider}: ${event.reason}${event.why === null ? "" : ` (${event.why})`}`;
    case "provider_unreachable":
      return `${event.provider}: ${event.why}`;
    case "breached_passwords_unavailable":
      return `${event.source}: ${event.why}`;
    case "session_revoked":
      return `of ${event.userId}, by ${event.by}`;
    case "refresh_token_reuse":
      return `of ${event.userId}: a token was stolen, and its session has ended`;
    case "rate_limited":
      return `${event.operation} by ${event.key}`;
    case "csrf_rejected":
      return `${event.operation}: ${event.reason}`;
    case "authorization_denied":
      return `${event.userId} asked for ${event.operation}`;
    case "user_updated":
      return `${event.userId} ${JSON.stringify(event.changes)}`;
    case "reset_failed":
      return event.reason;
    case "mail_failed":
      return `attempt ${event.attempt}: ${event.code}`;
    case "overloaded":
      return event.code === null ? event.cause : `${event.cause}: ${event.code}`;
    case "unhandled_error":
      return `${event.error.class}: ${event.error.message}`;
    case "server_started":
      return `${event.version} on ${event.address}`;
    case "server_stopped":
      return event.reason;
    case "signing_key_rotated":
      return `the new key is ${event.kid}`;
    case "signup":
    case "reset_token_created":
    case "reset_requested_unknown_email":
    case "signup_started":
    case "signup_existing_email":
    case "email_verification_requested":
    case "mail_login_requested":
    case "mail_login_unknown_email":
      return event.email;
    case "email_verified":
      return `${event.email} by ${event.by}`;
    case "user_invited":
      return `${event.email} as ${event.role}, by ${event.actorId}`;
    case "challenge_failed":
      return `${event.purpose}: ${event.reason}`;
    case "email_change_started":
      return `${event.userId} to ${event.newEmail}`;
    case "email_changed":
    case "email_change_undone":
      return `${event.oldEmail} to ${event.newEmail}`;
    case "second_factor_added":
    case "second_factor_removed":
    case "second_factors_reset":
    case "recovery_codes_renewed":
    case "passkey_added":
    case "passkey_removed":
    case "passkey_clone_suspected":
    case "logout":
    case "token_refreshed":
    case "token_revoked":
    case "password_changed":
    case "password_reset":
    case "user_deleted":
    case "user_sessions_revoked":
    case "user_unlocked":
      return `of ${event.userId}`;
  }
}

function lineOf(
  level: LogEvent["level"],
  timestamp: string,
  name: string,
  words: string,
  ip: string | null,
): string {
  const mark = withColours ? `${COLOURS[level]}${level.padEnd(5)}${RESET}` : level.padEnd(5);
  const from = ip === null ? "" : ` from ${ip}`;
  return printable(`${timestamp} `) + mark + printable(` ${name} ${words}${from}`);
}

/** Text in a log may have been chosen by a stranger: no character of it may steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "�");
}
