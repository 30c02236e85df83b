/** How a session is recognised, how long it lives, and how its owner logs out. It begins in `begin-session.ts`. */
import { commit, type Uses } from "./change.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { FoundSession, Session, SessionLimits, SessionWithUser } from "./ports/sessions.ts";
import { StorageUnavailableError } from "./ports/storage.ts";
import { hashSecret } from "./secrets.ts";

type SessionUses = Uses<"storage" | "lifetimes">;

/** Activity is written at most this often. Milliseconds. */
const TOUCH_INTERVAL_MS = 60_000;
/** And at least this often within an idle limit, or a short limit would end sessions in use. */
const TOUCHES_PER_IDLE_LIMIT = 4;

/** The live session behind a cookie's value, with its account as it is now; undefined where there is none. Changes nothing. */
export async function recognizeCookie(
  deps: SessionUses,
  occasion: Occasion,
  secret: string,
): Promise<SessionWithUser | undefined> {
  const found = await deps.storage.sessions.findBySecretHash(hashSecret(secret));
  return found !== undefined && isLive(deps, found, occasion.now) ? found : undefined;
}

/** The live session with this id, as an access token carries it, with its account as it is now. Changes nothing. */
export async function recognizeSession(
  deps: SessionUses,
  occasion: Occasion,
  sessionId: string,
): Promise<FoundSession | undefined> {
  const found = await deps.storage.sessions.find(sessionId);
  return found !== undefined && isLive(deps, found, occasion.now) ? found : undefined;
}

/**
 * Notes that the recognised session is in use, where that is due to be written. Answers undefined, at once, where it is
 * not: a promise more would cost every request half a microsecond.
 */
export function keepAlive(
  deps: SessionUses,
  { now }: Occasion,
  { session }: SessionWithUser,
): undefined | Promise<void> {
  const idleLimitMs = deps.lifetimes.sessionIdleSeconds * 1000;
  const touchAfterMs = Math.min(TOUCH_INTERVAL_MS, idleLimitMs / TOUCHES_PER_IDLE_LIMIT);
  return now - session.lastSeenAt >= touchAfterMs ? touch(deps, now, session) : undefined;
}

async function touch(deps: SessionUses, now: number, { id }: Session): Promise<void> {
  try {
    await deps.storage.sessions.touch(id, now);
  } catch (error) {
    // A database that cannot be written for a moment must not refuse those it can still read.
    if (!(error instanceof StorageUnavailableError)) throw error;
  }
}

/** Tells if a session is neither expired nor idle, and its account enabled: the server's to judge (SE-05). Only cookies have an idle limit. */
export function isLive(
  deps: Uses<"lifetimes">,
  { session, user }: SessionWithUser,
  now: number,
): boolean {
  if (user.disabled || now >= session.expiresAt) return false;
  if (session.kind === "token") return true;
  return now - session.lastSeenAt < deps.lifetimes.sessionIdleSeconds * 1000;
}

/** Answers the instants that decide which sessions have ended by themselves: now, and the last use before which one is idle. */
export function sessionLimits({ lifetimes }: Uses<"lifetimes">, { now }: Occasion): SessionLimits {
  return { now, idleSince: now - lifetimes.sessionIdleSeconds * 1000 };
}

/** Ends the session at once, in every process (SE-04). */
export async function logout(deps: Journal, occasion: Occasion, session: Session): Promise<void> {
  await commit(deps, occasion, async ({ stores, record }) => {
    if (await stores.sessions.delete(session.id))
      await record("logout", { userId: session.userId });
  });
}
