/** The readings that a scrape adds to the counters: the queue of hashes, the pool, the outbox. */
import type { PoolState } from "../domain/ports/meter.ts";
import type { Storage } from "../domain/ports/storage.ts";
import type { HashPool } from "../platform/hash-workers.ts";
import type { Metrics } from "../platform/metrics.ts";

/** How long an answer of the database is used again: scraping faster does not ask it more often. Milliseconds. */
const READ_INTERVAL_MS = 1_000;
/** How long a scrape waits for that answer. Scrapers wait ten seconds, and get all other metrics in any case. Milliseconds. */
const READ_TIMEOUT_MS = 1_000;

export interface Scraped {
  readonly storage: Storage;
  readonly hashes: HashPool;
  /** Undefined where the database has no pool. */
  readonly pool: () => PoolState | undefined;
  /** Hashes that may wait at the most. */
  readonly hashQueueLimit: number;
  readonly now: () => number;
}

/** Makes the function that gives all metrics as text. It never fails for want of a database: an unknown value is left out. */
export function createExposition(metrics: Metrics, scraped: Scraped): () => Promise<string> {
  const { storage, hashes, pool, hashQueueLimit, now } = scraped;
  const readOutbox = atIntervals(() => storage.mails.measure());
  return async () => {
    const outbox = await readOutbox();
    return metrics.expose({
      hashQueue: { waiting: hashes.waiting(), limit: hashQueueLimit },
      pool: pool(),
      outbox: outbox && {
        waiting: outbox.waiting,
        oldestAgeSeconds: ageSeconds(outbox.oldestCreatedAt, now()),
      },
    });
  };

  function ageSeconds(createdAt: number | null, at: number): number {
    // Another process's clock may be ahead.
    return createdAt === null ? 0 : Math.max(0, at - createdAt) / 1000;
  }
}

/** Shares one reading among all that ask within the interval, or while it is under way. Undefined where it fails or takes too long. */
function atIntervals<T>(read: () => Promise<T>): () => Promise<T | undefined> {
  let startedAt = -Infinity;
  let isUnderWay = false;
  let reading: Promise<T | undefined> = Promise.resolve(undefined);
  return () => {
    if (!isUnderWay && performance.now() - startedAt >= READ_INTERVAL_MS) {
      startedAt = performance.now();
      isUnderWay = true;
      reading = read()
        .catch(() => undefined)
        .finally(() => (isUnderWay = false));
    }
    return Promise.race([reading, passed(READ_TIMEOUT_MS)]);
  };
}

function passed(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}
