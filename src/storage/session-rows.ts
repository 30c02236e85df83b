/** A session's row together with its owner's, and what the two mean to the domain. */
import type { SessionKind, SessionWithUser } from "../domain/ports/sessions.ts";
import type { Db } from "./schema.ts";
import { toUser } from "./users.ts";
import type { UserRow } from "./users.ts";

/** A session with its owner, as `sessionsWithUsers` selects them. */
export interface SessionUserRow extends Omit<UserRow, "id" | "created_at"> {
  session_id: string;
  user_id: string;
  kind: SessionKind;
  session_created_at: number;
  last_seen_at: number;
  expires_at: number;
  ip: string;
  user_agent: string | null;
  user_created_at: number;
}

/** Every session with its owner; the caller says which. */
export function sessionsWithUsers(db: Db) {
  return db
    .selectFrom("sessions")
    .innerJoin("users", "users.id", "sessions.user_id")
    .select([
      "sessions.id as session_id",
      "user_id",
      "kind",
      "sessions.created_at as session_created_at",
      "last_seen_at",
      "expires_at",
      "ip",
      "user_agent",
      "email",
      "role",
      "disabled",
      "users.created_at as user_created_at",
    ]);
}

export function toSessionWithUser(row: SessionUserRow): SessionWithUser {
  return {
    session: {
      id: row.session_id,
      userId: row.user_id,
      kind: row.kind,
      createdAt: row.session_created_at,
      lastSeenAt: row.last_seen_at,
      expiresAt: row.expires_at,
      ip: row.ip,
      userAgent: row.user_agent,
    },
    user: toUser({ ...row, id: row.user_id, created_at: row.user_created_at }),
  };
}
