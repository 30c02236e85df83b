/** The load of a scrape on the database: little, seldom, and never for long. */
import { afterAll, expect, test } from "vitest";
import { eventNames } from "../../src/contract/events.ts";
import { metrics } from "../../src/contract/metrics.ts";
import { operationIds } from "../../src/contract/operations.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { createMetrics } from "../../src/platform/metrics.ts";
import { createExposition } from "../../src/process/scraping.ts";
import { openDomain } from "../support/domain.ts";
import { parseExposition, valueOf } from "../support/exposition.ts";

const AGE_SECONDS = 90;
const hashes = createHashPool(1, 3);
const meter = createMetrics({ catalogue: metrics, operationIds, eventNames });
afterAll(async () => {
  meter.close();
  await hashes.close();
});

const domain = await openDomain();
const { now } = domain.at();
const expose = (
  storage: Storage,
  pool = () => undefined as { size: number; idle: number; waiting: number } | undefined,
) => createExposition(meter, { storage, hashes, pool, hashQueueLimit: 3, now: () => now });

test("the metrics tell how many mails wait and since when; finished mails do not count", async () => {
  const mail = { sealed: Buffer.from("x"), expiresAt: now + 1e6 };
  const { storage } = domain.deps;
  const text = await expose(storage)();
  expect(valueOf(parseExposition(text), "portcullis_outbox_waiting_mails")).toBe(0);
  expect(valueOf(parseExposition(text), "portcullis_outbox_oldest_mail_age_seconds")).toBe(0);

  const createdAt = now - AGE_SECONDS * 1000;
  await storage.mails.insert({ ...mail, id: "a", createdAt, finishedAt: null });
  await storage.mails.insert({ ...mail, id: "b", createdAt: now, finishedAt: null });
  await storage.mails.insert({ ...mail, id: "c", createdAt: createdAt - 1e6, finishedAt: now });
  const later = parseExposition(await expose(storage)());
  expect(valueOf(later, "portcullis_outbox_waiting_mails")).toBe(2);
  expect(valueOf(later, "portcullis_outbox_oldest_mail_age_seconds")).toBe(AGE_SECONDS);
});

test("however many scrape at once, the database is asked once", async () => {
  let asked = 0;
  const { storage } = domain.deps;
  const counting: Storage = {
    ...storage,
    mails: {
      ...storage.mails,
      measure() {
        asked += 1;
        return storage.mails.measure();
      },
    },
  };
  const scrape = expose(counting);
  await Promise.all(Array.from({ length: 50 }, scrape));
  await scrape();
  expect(asked).toBe(1);
});

test("a database that fails, or does not answer, costs its own gauges and no others", async () => {
  let asked = 0;
  const failing: Storage = {
    ...domain.deps.storage,
    mails: {
      ...domain.deps.storage.mails,
      measure: () => Promise.reject(new Error("away")),
    },
  };
  const silent: Storage = {
    ...domain.deps.storage,
    mails: {
      ...domain.deps.storage.mails,
      measure() {
        asked += 1;
        return new Promise(() => undefined);
      },
    },
  };
  const askSilent = expose(silent);
  for (const scrape of [expose(failing), askSilent, askSilent]) {
    const exposition = parseExposition(await scrape());
    expect(exposition.get("portcullis_outbox_waiting_mails")?.samples).toEqual([]);
    expect(exposition.get("portcullis_outbox_oldest_mail_age_seconds")?.samples).toEqual([]);
    expect(valueOf(exposition, "portcullis_password_hash_queue_limit")).toBe(3);
  }
  expect(asked).toBe(1); // not again while the first is under way
});

test("a pool of connections has its gauges where there is one", async () => {
  const pool = () => ({ size: 5, idle: 2, waiting: 7 });
  const exposition = parseExposition(await expose(domain.deps.storage, pool)());
  expect(valueOf(exposition, "portcullis_database_pool_connections")).toBe(5);
  expect(valueOf(exposition, "portcullis_database_pool_idle_connections")).toBe(2);
  expect(valueOf(exposition, "portcullis_database_pool_waiting")).toBe(7);
});
