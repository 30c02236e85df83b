import type { Session } from "../domain/ports/sessions.ts";

/** A session as the API shows it; field by field, so that a new column shows nothing by itself (AZ-03). */
export function presentSession(session: Session) {
  const { id, kind, createdAt, lastSeenAt, expiresAt, ip, userAgent } = session;
  return {
    id,
    kind,
    createdAt: new Date(createdAt).toISOString(),
    lastSeenAt: new Date(lastSeenAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    ip,
    userAgent,
  };
}
