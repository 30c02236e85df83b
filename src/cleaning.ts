/** The process's own cleaning: rows that say nothing any more go, so that the database does not grow for ever. */
import type { Settings } from "./config.ts";
import { deleteOldEvents } from "./domain/retention.ts";
import type { Storage } from "./domain/storage.ts";

/** How often rows that have ended by themselves are removed. Milliseconds. */
const CLEANING_INTERVAL_MS = 600_000;
/** How long the empty row of a mail that was sent is kept, for whoever asks whether it was. Milliseconds. */
const FINISHED_MAIL_KEPT_MS = 86_400_000;

/** Cleans at every interval until it is stopped, and keeps no process alive. A turn that fails is left to the next. */
export function startCleaning(
  storage: Storage,
  { SESSION_IDLE_TTL, EVENT_RETENTION_DAYS }: Settings,
  now: () => number,
): { stop(): void } {
  const timer = setInterval(() => {
    const idleSince = now() - SESSION_IDLE_TTL * 1000;
    // It is tried again at the next turn: a session past its limit is dead, whether or not it is still a row.
    storage.deleteExpiredSessions(now(), idleSince).catch(() => undefined);
    deleteOldEvents(storage, EVENT_RETENTION_DAYS, now()).catch(() => undefined);
    storage.deletePaidLimits(now()).catch(() => undefined);
    storage.deleteExpiredDevices(now()).catch(() => undefined);
    storage.deleteExpiredResetTokens(now()).catch(() => undefined);
    storage.deleteMailsFinishedBefore(now() - FINISHED_MAIL_KEPT_MS).catch(() => undefined);
  }, CLEANING_INTERVAL_MS).unref();
  return { stop: () => clearInterval(timer) };
}
