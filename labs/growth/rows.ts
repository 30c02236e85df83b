/**
 * Makes the rows that fill the databases. Each follows from its number alone, so a measurement can name a row
 * without a query.
 */
import { hash } from "node:crypto";
import type { LogEvent } from "../../src/contract/events.ts";

/** Numbers of rare rows, the same in every size. */
export const rare = { admins: 50, disabled: 100, team: 40 } as const;
/** Number of events of a rare kind, the same in every size. */
const UPDATES = 1_000;
export const TEAM_PREFIX = "team-lovelace.";
/** Prefix of a fixed share of all addresses: one of the first names below. */
export const SHARED_PREFIX = "ada.";
export const EVENTS_PER_USER = 5;

/** 2025-01-01T00:00:00Z. Milliseconds. */
export const BEGIN = 1_735_689_600_000;
const SPAN_MS = 600 * 86_400_000;
/** Instant after all rows. Milliseconds. */
export const NOW = BEGIN + SPAN_MS;
/** Lifetime that keeps every session alive at `NOW`. Milliseconds. */
const LIFETIME_MS = 700 * 86_400_000;
/** Time from the beginning of a session until it was last seen. Milliseconds. */
export const SEEN_AFTER_MS = 3_600_000;

export type Value = string | number | null | Uint8Array;

export interface TableRows {
  readonly name: "users" | "sessions" | "devices" | "limits" | "mails" | "events";
  /** Columns with their types in PostgreSQL. */
  readonly columns: Readonly<Record<string, "text" | "bigint" | "integer" | "bytea">>;
  /** Number of rows for this number of accounts. */
  count(users: number): number;
  /** Values in the order of the columns. */
  row(index: number, users: number): Value[];
}

export const tables: readonly TableRows[] = [
  {
    name: "users",
    columns: {
      id: "text",
      email: "text",
      password_hash: "text",
      role: "text",
      disabled: "integer",
      created_at: "bigint",
    },
    count: (users) => users,
    row(index, users) {
      const { id, email, role, disabled, createdAt } = userAt(index, users);
      return [id, email, passwordHash(index), role, disabled ? 1 : 0, createdAt];
    },
  },
  {
    name: "sessions",
    columns: {
      id: "text",
      user_id: "text",
      kind: "text",
      secret_hash: "bytea",
      refresh_salt: "bytea",
      created_at: "bigint",
      last_seen_at: "bigint",
      expires_at: "bigint",
      ip: "text",
      user_agent: "text",
    },
    count: countSessions,
    row(index, users) {
      const { id, userId, kind, createdAt, expiresAt } = sessionAt(index, users);
      return [
        id,
        userId,
        kind,
        kind === "cookie" ? digest(cookieSecret(index)) : null,
        kind === "token" ? digest(`salt ${index}`).subarray(0, 16) : null,
        createdAt,
        createdAt + SEEN_AFTER_MS,
        expiresAt,
        address(index),
        USER_AGENT,
      ];
    },
  },
  {
    name: "devices",
    columns: {
      id: "text",
      user_id: "text",
      secret_hash: "bytea",
      seen_at: "bigint",
      expires_at: "bigint",
    },
    count: countSessions,
    row(index, users) {
      const { userId, createdAt, expiresAt } = sessionAt(index, users);
      const id = idAt("device", index, createdAt);
      return [id, userId, digest(`device ${index}`), createdAt, expiresAt];
    },
  },
  {
    name: "limits",
    columns: { key_hash: "bytea", paid_at: "bigint" },
    count: countLimits,
    row: (index, users) => [digest(`limit ${index}`), limitPaidAt(index, users)],
  },
  {
    // All of them are due, as after an outage of the mail server.
    name: "mails",
    columns: {
      id: "text",
      sealed: "bytea",
      created_at: "bigint",
      expires_at: "bigint",
      due_at: "bigint",
      attempts: "integer",
    },
    count: countLimits,
    row(index, users) {
      const createdAt = instant(index, countLimits(users));
      const id = idAt("mail", index, createdAt);
      return [id, sealed, createdAt, createdAt + LIFETIME_MS, createdAt, 0];
    },
  },
  {
    name: "events",
    columns: {
      id: "text",
      event: "text",
      level: "text",
      timestamp: "bigint",
      user_id: "text",
      body: "text",
    },
    count: countEvents,
    row(index, users) {
      const { id, timestamp, userId, body } = eventAt(index, users);
      return [id, body.event, body.level, timestamp, userId, JSON.stringify(body)];
    },
  },
];

export function countSessions(users: number): number {
  return users / 2;
}

export function countLimits(users: number): number {
  return users / 10;
}

export function limitPaidAt(index: number, users: number): number {
  return instant(index, countLimits(users));
}

export function countEvents(users: number): number {
  return users * EVENTS_PER_USER;
}

export function userAt(index: number, users: number) {
  const createdAt = instant(index, users);
  const first = pick(firstNames, index * 7);
  const last = pick(lastNames, index * 13);
  const isInTeam = index % (users / rare.team) === 7;
  return {
    id: idAt("user", index, createdAt),
    email: `${isInTeam ? TEAM_PREFIX : `${first}.${last}`}${index}@${pick(providers, index)}`,
    role: index % (users / rare.admins) === 5 ? ("admin" as const) : ("user" as const),
    disabled: index % (users / rare.disabled) === 3,
    createdAt,
  };
}

/** Every fourth account has two sessions: an even one by cookie and an odd one by token. */
export function sessionAt(index: number, users: number) {
  const createdAt = instant(index, countSessions(users));
  return {
    id: idAt("session", index, createdAt),
    userId: userAt(4 * Math.floor(index / 2), users).id,
    kind: index % 2 === 0 ? ("cookie" as const) : ("token" as const),
    createdAt,
    expiresAt: createdAt + LIFETIME_MS,
  };
}

/** Value of the cookie of an even session, in the application's format. */
export function cookieSecret(index: number): string {
  return hash("sha256", `session ${index}`, "base64url");
}

/** A prime, which spreads the events of an account over time, as in real use. */
const STRIDE = 7919;

export function eventAt(index: number, users: number) {
  const timestamp = instant(index, countEvents(users));
  const { id: userId, email } = userAt((index * STRIDE) % users, users);
  const base = {
    timestamp: new Date(timestamp).toISOString(),
    requestId: idAt("request", index, timestamp),
    ip: address(index),
  };
  const sessionId = idAt("session", index, timestamp);
  return {
    id: idAt("event", index, timestamp),
    timestamp,
    userId,
    body: bodyAt(),
  };

  function bodyAt(): LogEvent {
    if (index % (countEvents(users) / UPDATES) === 3) {
      const changes = { disabled: false };
      return { event: "user_updated", level: "info", ...base, userId, actorId: userId, changes };
    }
    const reason = "wrong_password";
    if (index % 3 === 1)
      return { event: "login_failed", level: "warn", ...base, email, userId, reason };
    if (index % 3 === 2)
      return { event: "token_refreshed", level: "info", ...base, userId, sessionId };
    return { event: "login_success", level: "info", ...base, userId, email, method: "session" };
  }
}

/** An account that is in no database yet, and the event of its signup. */
export function newcomer(number: number) {
  const id = idAt("newcomer", number, NOW);
  const email = `newcomer${number}@example.com`;
  const timestamp = new Date(NOW).toISOString();
  const occasion = { timestamp, requestId: idAt("request", number, NOW), ip: address(number) };
  return {
    user: {
      id,
      email,
      emailVerified: false,
      name: null,
      locale: null,
      role: "user",
      disabled: false,
      createdAt: NOW,
    },
    event: { event: "signup", level: "info", ...occasion, userId: id, email },
  } as const;
}

/** Stored digest of a secret: of a session, a device or a limit. */
export function digest(name: string): Uint8Array {
  return new Uint8Array(hash("sha256", name, "buffer"));
}

function instant(index: number, count: number): number {
  return BEGIN + Math.floor((index * SPAN_MS) / count);
}

/** A UUIDv7 (RFC 9562 §5.7) whose random bits follow from the kind and number of its row. */
function idAt(kind: string, index: number, timestamp: number): string {
  const time = timestamp.toString(16).padStart(12, "0");
  const random = hash("md5", `${kind} ${index}`);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-a${random.slice(3, 6)}-${random.slice(6, 18)}`;
}

/** Text as long as a stored password hash. No password fits it. */
function passwordHash(index: number): string {
  return `v1$2b$12$${hash("sha512", `password ${index}`, "base64").slice(0, 53)}`;
}

function address(index: number): string {
  return `203.0.${(index >> 8) % 256}.${index % 256}`;
}

function pick(words: readonly string[], index: number): string {
  return words[index % words.length] ?? "";
}

/** Bytes as many as a sealed mail with a link. No key opens them. */
const sealed = new Uint8Array(1_200).fill(0x5a);
const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36";
const firstNames =
  "ada alan barbara bjarne claude dennis donald edsger frances grace hedy james jean john karen ken leslie linus margaret niklaus radia rosalind shafi tim vint".split(
    " ",
  );
const lastNames =
  "allen backus cerf dijkstra goldwasser hamilton hopper kernighan knuth lamarr lamport liskov lovelace perlman ritchie shannon thompson turing wirth".split(
    " ",
  );
const providers = ["example.com", "example.org", "mail.example.net"];
