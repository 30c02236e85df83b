/** Times the statements. All sizes are open at once and asked in turn, so that noise meets all alike. */
import { openStorage } from "../../src/storage/storage.ts";
import type { Engine } from "./engines.ts";
import { type Ask, createRequests } from "./requests.ts";
import type { Progress } from "../bench/progress.ts";
import type { Filled } from "./fill.ts";
import { type Storage, type Topic, topics } from "./topics.ts";

/** Calls of each statement on each size before it is timed. */
const WARM_UP_CALLS = 30;
/** A statement gets no more than this, and no fewer calls than `SAMPLES_MIN`. Milliseconds. */
const TIME_LIMIT_MS = 60_000;
const SAMPLES_MIN = 20;

export interface Timing {
  readonly topic: Topic;
  /** Milliseconds of each call, in the order of the calls; one list per size. */
  readonly samples: readonly (readonly number[])[];
}

interface Opened {
  readonly users: number;
  readonly storage: Storage;
  readonly ask: Ask;
}

/** Answers one timing per topic, its lists in the order of `filled`. */
export async function measure(
  { title, targetOf, warm }: Engine,
  filled: readonly Filled[],
  samples: number,
  progress: Progress,
): Promise<Timing[]> {
  const opened: Opened[] = [];
  try {
    for (const { users, location } of filled) {
      const storage = await openStorage(targetOf(location));
      opened.push({ users, storage, ask: await createRequests(storage) });
    }
    const timings: Timing[] = [];
    for (const topic of topics) {
      progress.step(`${title}: ${topic.title}`);
      for (const { location } of filled) await warm(location);
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
    // Another size begins each round: none always comes after the same one.
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
