/** The events of the server itself. They are printed, and kept nowhere. */
import { z } from "zod";
import { openEnum } from "./open-enum.ts";
import { nullable, operationName, outsideRequest, printedEvent } from "./event-shape.ts";
import { ProviderId } from "./provider-values.ts";
import { Id } from "./values.ts";

export const printedEventShapes = {
  request: printedEvent({
    level: "info",
    summary: "A request was answered.",
    fields: {
      method: z.string().max(32),
      path: z.string().max(256).meta({ description: "The route's pattern, never the query." }),
      status: z.int().min(100).max(599).meta({ format: "int32" }),
      durationMs: z.number().min(0).max(86_400_000),
      operation: nullable(operationName),
    },
    example: {
      method: "GET",
      path: "/users/{userId}",
      status: 200,
      durationMs: 1.2,
      operation: "getUser",
    },
  }),
  provider_unreachable: printedEvent({
    level: "warn",
    summary:
      "A provider does not say what it is, so nobody can sign in with it now. It is asked again when somebody tries. Told when it begins.",
    fields: {
      provider: ProviderId,
      why: z.string().max(64).meta({ description: "What failed, in words of this server." }),
    },
    example: { ...outsideRequest, provider: "google", why: "network" },
  }),
  breached_passwords_unavailable: printedEvent({
    level: "warn",
    summary:
      "The list of breached passwords could not be asked about a new password, which was taken without it. Told each time.",
    fields: {
      source: openEnum(["hibp", "file"], "The list that BREACHED_PASSWORDS names."),
      why: z.string().max(64).meta({
        description:
          "What failed, in words of this server: `timeout`, `network`, `status_503`, `answer_too_large`, `malformed_answer`, `file_not_readable`.",
      }),
    },
    example: { ...outsideRequest, source: "hibp", why: "timeout" },
  }),
  mail_failed: printedEvent({
    level: "warn",
    summary: "A mail was not accepted by the mail server.",
    fields: {
      mailId: Id,
      attempt: z.int().min(1).max(1_000_000).meta({ format: "int32" }),
      code: z.string().max(32).meta({
        description:
          "The kind of failure: `ECONNECTION`, `EAUTH`, `EENVELOPE` (refused at MAIL, RCPT or DATA), `ESMTPUTF8` (an address that the server cannot take). Never the server's own words, which may repeat the mail.",
      }),
      willRetry: z.boolean().meta({
        description:
          "False where it ends: the server refused it for good, or it would be of no use any more.",
      }),
    },
    example: {
      ...outsideRequest,
      mailId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e44",
      attempt: 1,
      code: "ECONNECTION",
      willRetry: true,
    },
  }),
  overloaded: printedEvent({
    level: "warn",
    summary:
      "A request was answered with 503. Told for the first one of each cause and code, and again after ten seconds; those in between are `request` lines with status 503.",
    fields: {
      cause: openEnum(
        ["database", "password_queue", "stopping"],
        "`database`: it is locked, full, read-only or away; `password_queue`: too many passwords wait to be hashed; `stopping`: shutdown has begun.",
      ),
      code: nullable(z.string().max(32)).meta({
        description:
          "The database's or the system's name for what it met: `SQLITE_FULL`, `SQLITE_IOERR:778`, an SQLSTATE, `ECONNREFUSED`; null for the other causes. Never its own words, which may name more.",
      }),
    },
    example: { cause: "database", code: "SQLITE_FULL" },
  }),
  unhandled_error: printedEvent({
    level: "error",
    summary: "The server met an error it did not expect.",
    fields: {
      error: z.strictObject({
        class: z.string().max(128),
        message: z.string().max(1024),
        stack: z.string().max(16_384).optional().meta({ description: "Below production only." }),
      }),
    },
    example: { error: { class: "TypeError", message: "x is not a function" } },
  }),
  server_started: printedEvent({
    level: "info",
    summary: "The server listens.",
    fields: { version: z.string().max(32), address: z.string().max(256) },
    example: { ...outsideRequest, version: "0.1.0", address: "http://127.0.0.1:3000" },
  }),
  server_stopped: printedEvent({
    level: "info",
    summary: "The server has answered its last request.",
    fields: { version: z.string().max(32), reason: z.string().max(128) },
    example: { ...outsideRequest, version: "0.1.0", reason: "SIGTERM" },
  }),
};
