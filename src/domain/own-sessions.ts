/** The sessions of one account: listed, and ended one by one or all at once, for its owner or an administrator. */
import type { EventFields } from "../contract/events.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { type Page, pageOf } from "./paging.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Session } from "./ports/sessions.ts";
import type { User } from "./ports/users.ts";
import { sessionLimits } from "./sessions.ts";

/** One page of an account's live sessions, oldest first; undefined where the cursor is not of this list. */
export async function listSessions(
  deps: Uses<"storage" | "secretKeys" | "lifetimes">,
  occasion: Occasion,
  userId: string,
  limit: number,
  cursor: string | undefined,
): Promise<Page<Session> | undefined> {
  const limits = sessionLimits(deps, occasion);
  const list = {
    name: `sessions of ${userId}`,
    read: (most: number, afterId: string | undefined) =>
      deps.storage.sessions.list(userId, limits, most, afterId),
    positionOf: ({ id }: Session) => id,
  };
  return pageOf(deps, list, limit, cursor);
}

/** Ends one session of the account; false where it has no such session (SE-07). */
export async function revokeSession(
  deps: Journal,
  occasion: Occasion,
  userId: string,
  sessionId: string,
): Promise<boolean> {
  return endSession(deps, occasion, { userId, sessionId, by: "user" });
}

/** Ends one session of an account for an administrator; false where the account has no such session (AZ-05). */
export async function revokeUserSession(
  deps: Journal,
  occasion: Occasion,
  actor: User,
  userId: string,
  sessionId: string,
): Promise<boolean> {
  return endSession(deps, occasion, { userId, sessionId, by: "admin", actorId: actor.id });
}

async function endSession(
  deps: Journal,
  occasion: Occasion,
  ended: EventFields<"session_revoked">,
): Promise<boolean> {
  return commit(deps, occasion, async ({ stores, record }) => {
    if (!(await stores.sessions.deleteOf(ended.userId, ended.sessionId))) return false;
    await record("session_revoked", ended);
    return true;
  });
}

/** Ends every session of the account but the one that asks. */
export async function revokeOtherSessions(
  deps: Journal,
  occasion: Occasion,
  { userId, id }: Session,
): Promise<void> {
  await commit(deps, occasion, (change) => endSessions(change, userId, id, { by: "user" }));
}

/** Why sessions end. An administrator is named; null is a command (LA-09). */
export type EndedBy =
  | {
      readonly by:
        | "user"
        | "password_change"
        | "password_reset"
        | "email_change"
        | "email_change_undo"
        | "email_proof"
        | "factor_change";
    }
  | {
      readonly by: "admin" | "disable" | "factor_change";
      readonly actorId: string | null;
    };

/** Ends the account's sessions within a change that is being made, and tells of each. Answers how many. */
export async function endSessions(
  { stores, record }: Change,
  userId: string,
  exceptId: string | undefined,
  cause: EndedBy,
): Promise<number> {
  const ended = await stores.sessions.deleteAllOf(userId, exceptId);
  for (const sessionId of ended) await record("session_revoked", { userId, sessionId, ...cause });
  return ended.length;
}
