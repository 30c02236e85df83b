/** Times the statements. All sizes are open at once and take turns, so that noise meets them alike. */
import { openStorage } from "../../src/storage/storage.ts";
import type { Progress } from "../report/progress.ts";
import type { Filled } from "./fill.ts";
import { type Ask, createRequests, type Storage } from "./requests.ts";
import { type Topic, topics } from "./topics.ts";

/** Calls of each statement on each size before it is timed. */
const WARM_UP_CALLS = 30;
/** Time for each statement, unless `SAMPLES_MIN` calls take longer. Milliseconds. */
const TIME_LIMIT_MS = 60_000;
const SAMPLES_MIN = 20;

export interface Timing {
  readonly topic: Topic;
  /** Duration of each call, in the order of the calls; a list per size. Milliseconds. */
  readonly samples: readonly (readonly number[])[];
}

interface Opened {
  readonly users: number;
  readonly storage: Storage;
  readonly ask: Ask;
}

/** Answers a timing per topic, with its lists in the order of `filled`. */
export async function measure(
  engineTitle: string,
  filled: readonly Filled[],
  samples: number,
  progress: Progress,
): Promise<Timing[]> {
  const opened: Opened[] = [];
  try {
    for (const { users, database } of filled) {
      const storage = await openStorage(database.location);
      opened.push({ users, storage, ask: await createRequests(storage) });
    }
    const timings: Timing[] = [];
    for (const topic of topics) {
      progress.step(`${engineTitle}: ${topic.title}`);
      for (const { database } of filled) await database.warm();
      timings.push(await time(topic, opened, samples));
    }
    return timings;
  } finally {
    for (const { storage } of opened) await storage.close();
  }
}

async function time(topic: Topic, opened: readonly Opened[], samples: number): Promise<Timing> {
  const times = opened.map((): number[] => []);
  const endAt = performance.now() + TIME_LIMIT_MS;
  for (let round = -WARM_UP_CALLS; round < samples; round += 1) {
    if (round >= SAMPLES_MIN && performance.now() > endAt) break;
    // Each round begins with another size, so that no size always follows the same one.
    for (let turn = 0; turn < opened.length; turn += 1) {
      const index = (turn + round + WARM_UP_CALLS) % opened.length;
      const size = opened[index];
      if (size === undefined) continue;
      const call = topic.prepare(size.users, draw);
      const startedAt = performance.now();
      const found = await call(size.storage, size.ask);
      const took = performance.now() - startedAt;
      if (found < topic.finds)
        throw new Error(`"${topic.title}" found ${found} of ${topic.finds} at ${size.users}`);
      if (round >= 0) times[index]?.push(took);
    }
  }
  return { topic, samples: times };
}

function draw(limit: number): number {
  return Math.floor(Math.random() * limit);
}
