/** Cleaning: deletes rows that have ended, so that the database does not grow for ever. One process does it for all. */
import type { Settings } from "../settings.ts";
import { deleteOldEvents } from "../../domain/retention.ts";
import type { Storage } from "../../domain/ports/storage.ts";

/** The time between two cleanings. Milliseconds. */
const CLEANING_INTERVAL_MS = 600_000;
/** How often a process asks whether it is its turn. Milliseconds. */
const ASKING_INTERVAL_MS = 60_000;
/** How long the empty row of a sent mail is kept, so that an operator can see that it was sent. Milliseconds. */
const FINISHED_MAIL_KEPT_MS = 86_400_000;

/** Rows of one statement: on SQLite it blocks the whole process, on PostgreSQL it must end within its timeout. */
const BATCH = 500;

type Kept = Pick<Settings, "SESSION_IDLE_TTL" | "EVENT_RETENTION_DAYS">;

/** Cleans whenever it is due and no other process does, until it is stopped. Its timer keeps no process alive. */
export function startCleaning(
  storage: Storage,
  settings: Kept,
  now: () => number,
): { stop(): void } {
  let stopping = false;
  const timer = setInterval(
    // The database is away: the next process that asks is told that cleaning is still due.
    () => void cleanIfDue(storage, settings, now(), () => stopping).catch(() => undefined),
    ASKING_INTERVAL_MS,
  ).unref();
  return {
    stop() {
      stopping = true;
      clearInterval(timer);
    },
  };
}

/** Cleans where it is this process's turn, and answers whether it was. A step that fails is left to the next turn. */
export async function cleanIfDue(
  storage: Storage,
  settings: Kept,
  now: number,
  isStopping: () => boolean = () => false,
): Promise<boolean> {
  if (!(await storage.jobs.claim("cleaning", now, now + CLEANING_INTERVAL_MS))) return false;
  const idleSince = now - settings.SESSION_IDLE_TTL * 1000;
  const steps: ((limit: number) => Promise<number>)[] = [
    // A session past its limit is refused, whether or not its row is still there; so is every row of these.
    (limit) => storage.sessions.deleteExpired(now, idleSince, limit),
    (limit) => storage.limits.deletePaid(now, limit),
    (limit) => storage.devices.deleteExpired(now, limit),
    (limit) => storage.challenges.deleteExpired(now, limit),
    (limit) => storage.mails.deleteFinishedBefore(now - FINISHED_MAIL_KEPT_MS, limit),
    (limit) => deleteOldEvents(storage, settings.EVENT_RETENTION_DAYS, now, limit),
  ];
  for (const step of steps) await repeat(step, isStopping).catch(() => undefined);
  return true;
}

/** Repeats a step until nothing is left, with a pause after each batch in which waiting requests are served. */
async function repeat(
  step: (limit: number) => Promise<number>,
  isStopping: () => boolean,
): Promise<void> {
  while (!isStopping() && (await step(BATCH)) === BATCH) await new Promise(setImmediate);
}
