/** A session's columns, alone and together with its owner's. */
import type { Selectable } from "kysely";
import type {
  Authentication,
  AuthMethod,
  Session,
  SessionWithUser,
} from "../domain/ports/sessions.ts";
import type { Db, SessionsTable } from "./schema.ts";
import { toUser, type UserRow, userSelection } from "./user-rows.ts";

/** The columns of a session but its owner's id, which a join selects from the owner. */
const ownColumns = [
  "sessions.id",
  "sessions.kind",
  "sessions.created_at",
  "sessions.last_seen_at",
  "sessions.expires_at",
  "sessions.ip",
  "sessions.user_agent",
] as const;

export const sessionSelection = [...ownColumns, "sessions.user_id"] as const;

/** A session as `sessionSelection` selects it. */
type SessionRow = Pick<
  Selectable<SessionsTable>,
  (typeof sessionSelection)[number] extends `sessions.${infer Name extends keyof SessionsTable}`
    ? Name
    : never
>;

export function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    ip: row.ip,
    userAgent: row.user_agent,
  };
}

export const authenticationSelection = [
  "sessions.methods",
  "sessions.authenticated_at",
  "sessions.second_factor_at",
  "sessions.created_at",
] as const;

/** How and when a session was proved. */
export function toAuthentication(
  row: Pick<
    Selectable<SessionsTable>,
    "methods" | "authenticated_at" | "second_factor_at" | "created_at"
  >,
): Authentication {
  return {
    methods: row.methods.split(" ") as AuthMethod[], // `insert` alone writes them
    authenticatedAt: row.authenticated_at ?? row.created_at,
    secondFactorAt: row.second_factor_at,
  };
}

/** Selects every session with its owner; the caller narrows it down. */
export function sessionsWithUsers(db: Db) {
  return db
    .selectFrom("sessions")
    .innerJoin("users", "users.id", "sessions.user_id")
    .select(ownColumns)
    .select(userSelection);
}

export function toSessionWithUser(row: SessionRow & UserRow): SessionWithUser {
  return { session: toSession(row), user: toUser(row) };
}
