/**
 * From the outbox to the mail server: each mail by one process at a time, again and again until it is taken, refused
 * for good, or useless.
 */
import { outsideRequest } from "./change.ts";
import type { EventLog } from "./ports/events.ts";
import type { ClaimedMail, MailOutcome, MailTransport, SealedMail } from "./ports/mails.ts";
import { unseal } from "./sealing.ts";
import type { Storage } from "./ports/storage.ts";

export interface Delivery {
  readonly storage: Storage;
  readonly log: EventLog;
  readonly transport: MailTransport;
  readonly mailSeal: Uint8Array;
  /** How long one attempt may take in all: a server that drips a byte now and then is cut too. */
  readonly attemptTimeoutMs: number;
  readonly now: () => number;
}

/** How long a claim holds: well beyond an attempt, so that nobody sends what is being sent. Milliseconds. */
const LEASE_MS = 60_000;
/** The pause after the first failure; each later one is twice as long, up to the longest. Milliseconds. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** A bound beside the mail's own end, which comes first: at the longest pause it is reached after 60 hours. */
const MAX_ATTEMPTS = 250;

/** Tries the mail that has been due longest; false where none is due. Aborting `stopping` gives it back at once. */
export async function deliverNext(delivery: Delivery, stopping: AbortSignal): Promise<boolean> {
  const { storage, transport, now } = delivery;
  const claimedAt = now();
  const claimed = await storage.mails.claimDue(claimedAt, claimedAt + LEASE_MS);
  if (claimed === undefined) return false;
  const { id, attempt, createdAt } = claimed;
  const mail = open(delivery.mailSeal, claimed);
  if (mail === undefined || claimed.expiresAt <= claimedAt || attempt > MAX_ATTEMPTS) {
    await storage.mails.finish(id, attempt, claimedAt);
    tell(delivery, claimed, mail === undefined ? "unreadable" : "expired", false);
    return true;
  }
  let outcome: MailOutcome;
  try {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(delivery.attemptTimeoutMs)]);
    outcome = await transport.send({ id, createdAt, ...mail }, signal);
  } catch (error) {
    if (stopping.aborted) await storage.mails.postpone(id, attempt, now());
    else await fail(delivery, claimed, error);
    return true;
  }
  await storage.mails.finish(id, attempt, now());
  if (!outcome.accepted) tell(delivery, claimed, outcome.code, false);
  return true;
}

async function fail(delivery: Delivery, claimed: ClaimedMail, error: unknown): Promise<void> {
  const { id, attempt } = claimed;
  const now = delivery.now();
  const dueAt = now + pauseAfter(attempt);
  const willRetry = dueAt < claimed.expiresAt && attempt < MAX_ATTEMPTS;
  if (willRetry) await delivery.storage.mails.postpone(id, attempt, dueAt);
  else await delivery.storage.mails.finish(id, attempt, now);
  tell(delivery, claimed, codeOf(error), willRetry);
}

function pauseAfter(attempt: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
}

function open(key: Uint8Array, { id, sealed }: ClaimedMail): SealedMail | undefined {
  const plain = unseal(key, sealed, id);
  return plain && (JSON.parse(plain.toString()) as SealedMail); // sealed by `queueMail`, and authentic
}

function tell(
  { log, now }: Delivery,
  { id: mailId, attempt }: ClaimedMail,
  code: string,
  willRetry: boolean,
): void {
  log.print(
    log.compose(outsideRequest(now()), "mail_failed", { mailId, attempt, code, willRetry }),
  );
}

/** A mail server's own words may repeat the address or the mail, so that only the kind of failure is told (LA-03). */
function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "ETIMEDOUT";
  if (!(error instanceof Error && "code" in error)) return "UNKNOWN";
  return /^[A-Z0-9_]{1,32}$/.exec(String(error.code))?.[0] ?? "UNKNOWN";
}
