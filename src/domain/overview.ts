/** A day of sign-ins, refusals, new accounts and locks, counted from the stored events. */
import type { BUSIEST_AMONG, HOUR_COUNT_MAX, OVERVIEW_HOURS } from "../contract/overview.ts";
import type { Uses } from "./change.ts";
import type { Tally } from "./ports/event-store.ts";
import { remembered } from "./remembered.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Other numbers than the contract's do not compile. */
const HOURS: typeof OVERVIEW_HOURS = 24;
const HOUR_MAX: typeof HOUR_COUNT_MAX = 100_000;
const AMONG: typeof BUSIEST_AMONG = 2_000;
/** An event has the time at which its request came, and is stored later: after this long, none comes to an hour. Milliseconds. */
const SETTLED_MS = 600_000;
/** How long an overview is good. Milliseconds. */
const FRESH_MS = 2_000;

/** Instants are milliseconds since the epoch. */
export interface Overview {
  readonly from: number;
  readonly to: number;
  /** Oldest first. */
  readonly hours: readonly (Tally & { readonly startsAt: number })[];
  /** That stretch a day earlier. */
  readonly dayBefore: Tally;
  readonly busiest: { readonly ip: string; readonly refused: number } | undefined;
  readonly waitingMails: { readonly count: number; readonly oldestAt: number | null };
}

/** Makes the function that answers an overview. What has settled is counted once, and kept. */
export function createOverview({ storage }: Uses<"storage">): (now: number) => Promise<Overview> {
  const settled = new Map<number, Tally>();

  /** Counts an hour, or its beginning; one at a time, so that a SQLite server answers others in between. */
  async function count(startsAt: number, until: number, now: number): Promise<Tally> {
    const kept = settled.get(startsAt);
    if (kept !== undefined && until === startsAt + HOUR_MS) return kept;
    await nextTurn();
    const tally = await storage.events.tally(startsAt, until, HOUR_MAX);
    if (until === startsAt + HOUR_MS && until + SETTLED_MS <= now) settled.set(startsAt, tally);
    return tally;
  }

  return remembered(FRESH_MS, async (now) => {
    const thisHour = Math.floor(now / HOUR_MS) * HOUR_MS;
    const from = thisHour - (HOURS - 1) * HOUR_MS;
    for (const startsAt of settled.keys())
      if (startsAt < from - DAY_MS || startsAt > now) settled.delete(startsAt);
    const startsOfHours = Array.from({ length: HOURS }, (_, index) => from + index * HOUR_MS);
    const hours = [];
    let dayBefore: Tally = nothing;
    for (const startsAt of startsOfHours) {
      const isLast = startsAt === thisHour;
      const until = isLast ? now : startsAt + HOUR_MS;
      dayBefore = add(dayBefore, await count(startsAt - DAY_MS, until - DAY_MS, now));
      // To the end of the hour: an event of this very millisecond belongs to it.
      hours.push({ startsAt, ...(await count(startsAt, startsAt + HOUR_MS, now)) });
    }
    const [busiest, mails] = await Promise.all([
      storage.events.findBusiest(from, AMONG),
      storage.mails.measure(),
    ]);
    const { waiting: waitingCount, oldestCreatedAt: oldestAt } = mails;
    const waitingMails = { count: waitingCount, oldestAt };
    return { from, to: now, hours, dayBefore, busiest, waitingMails };
  });
}

const nothing: Tally = { signedIn: 0, refused: 0, signedUp: 0, locked: 0 };

function add(one: Tally, other: Tally): Tally {
  return {
    signedIn: one.signedIn + other.signedIn,
    refused: one.refused + other.refused,
    signedUp: one.signedUp + other.signedUp,
    locked: one.locked + other.locked,
  };
}

/** Lets whatever else waits have its turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
