/** A mode is one kind of fault, which a system meets under load, and the record of what it lost. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SoakDatabase } from "../database.ts";
import { type Ledger, openLedger } from "../ledger.ts";
import type { Mailbox } from "../mailbox.ts";
import { createPerson, type Person, type Soak } from "../person.ts";
import { proveEvents, provePerson } from "../proofs.ts";
import { createRandom } from "../random.ts";
import { proveRows } from "../rows.ts";

export interface FaultOptions {
  /** How long each mode's load lasts. Seconds. */
  readonly seconds: number;
  readonly clients: number;
  readonly seed: number;
  /** Temporary folder of the whole run. */
  readonly folder: string;
}

export interface Outcome {
  readonly mode: string;
  /** Says which faults the mode makes, or why it was left out. */
  readonly says: string;
  /** Undefined where it was left out. */
  readonly ledger: Ledger | undefined;
  /** Faults that were made. */
  readonly faults: number;
}

/** Turns the losses of a control, which loses on purpose, into what it found; to find none is its only loss. */
export function judgeControl(outcome: Outcome): Outcome {
  const { ledger, says } = outcome;
  if (ledger === undefined) return outcome;
  const found = ledger.losses.splice(0);
  if (found.length === 0) ledger.losses.push("everything was lost, and the checks found nothing");
  return { ...outcome, says: `${says}: ${found.length} were` };
}

/** REFRESH_GRACE of the servers, in seconds: longer than any fault, so that no refresh is left in doubt. */
export const GRACE_SECONDS = 60;
/** Lifetime of sessions and tokens, longer than the soak. Seconds. */
const LIFETIME = "86400";

/** Settings that all servers have in their environment. */
export function settingsFor({ folder }: FaultOptions): Readonly<Record<string, string>> {
  return {
    REFRESH_GRACE: String(GRACE_SECONDS),
    ACCESS_TOKEN_TTL: LIFETIME,
    SESSION_TTL: LIFETIME,
    SESSION_IDLE_TTL: LIFETIME,
    RESET_TOKEN_TTL: LIFETIME,
    HASH_QUEUE: "1000", // overload is another soak: no client is turned away here
    NODE_COMPILE_CACHE: join(folder, "compile-cache"), // many starts of the same code
  };
}

/** One mode's people, and what they know. */
export interface Trial {
  readonly soak: Soak;
  readonly ledger: Ledger;
  readonly people: readonly Person[];
  /** Instant before the first operation. Milliseconds since the epoch. */
  readonly beganAt: number;
}

export function openTrial(
  mode: string,
  baseUrl: string,
  mailbox: Mailbox,
  { clients, seed }: FaultOptions,
): Trial {
  const ledger = openLedger();
  return {
    soak: { baseUrl, ledger, mailbox, graceMs: GRACE_SECONDS * 1000 },
    ledger,
    people: Array.from({ length: clients }, (_, index) =>
      createPerson(`${mode}-${index}`, createRandom(seed + index + 1)),
    ),
    beganAt: Date.now(),
  };
}

/** Holds everything that was acknowledged against the rows, and against the answers of the server. */
export async function proveTrial(
  { soak, ledger, people, beganAt }: Trial,
  database: Pick<SoakDatabase, "rows" | "faults">,
): Promise<void> {
  await soak.mailbox.read();
  await Promise.all(people.map((person) => provePerson(soak, person, true)));
  ledger.losses.push(...(await database.faults()));
  await proveRows(ledger, database, people, ledger.dueEvents);
  await proveEvents(soak, ledger.dueEvents.slice(-EVENTS_READ), beganAt);
}

/** Events that are read through the API too, page by page; all are looked up among the rows. */
const EVENTS_READ = 500;

/** Waits until the condition holds. Answers false where it does not within the limit. */
export async function holdsWithin(
  limitMs: number,
  condition: () => Promise<boolean>,
): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
const POLL_MS = 20;
