/**
 * Hashes in worker threads behind a bounded queue. To hash on the event loop is the simple way, and
 * makes every other request wait for a third of a second at the default cost (IV-06).
 */
import type { Meter } from "../domain/ports/meter.ts";
import type { HashWorkers } from "../domain/ports/passwords.ts";
import { createBoundedWorkers } from "./bounded-workers.ts";
import { workerFile } from "./files.ts";
import type { Done } from "./hash-worker.ts";

export interface HashPool extends HashWorkers {
  /** Hashes that wait for a thread. */
  waiting(): number;
  /** Finishes the hashes that were begun, then ends the threads. */
  close(): Promise<void>;
}

/**
 * Makes the pool. `queueLimit` bounds the hashes that wait beyond those that run: past it the answer is
 * `"overloaded"`, at once (IV-07). Without `meter` nothing is measured.
 */
export function createHashPool(
  threads: number,
  queueLimit: number,
  meter?: Pick<Meter, "hashWaited" | "hashRefused">,
): HashPool {
  const workers = createBoundedWorkers(
    {
      filename: workerFile("hash-worker").href,
      minThreads: threads,
      maxThreads: threads,
    },
    queueLimit,
  );

  async function run<T>(name: string, task: object): Promise<T | "overloaded"> {
    const askedAt = process.hrtime.bigint();
    const done = await workers.run<Done<T>>(name, task);
    if (done === "overloaded") {
      meter?.hashRefused();
      return done;
    }
    meter?.hashWaited(Number(done.startedAt - askedAt) / 1e9);
    return done.result;
  }

  return {
    hash: (input, recipe) => run<{ hash: string }>("hash", { input, recipe }),
    compare: (input, hash, atLeastAs) => run<boolean>("compare", { input, hash, atLeastAs }),
    waiting: workers.waiting,
    close: workers.close,
  };
}
