/** Bcrypt in worker threads behind a bounded queue. */
import { Piscina } from "piscina";
import type { Meter } from "../domain/ports/meter.ts";
import type { BcryptWorkers } from "../domain/ports/passwords.ts";
import type { Done } from "./bcrypt-worker.ts";

export interface BcryptPool extends BcryptWorkers {
  /** How many hashes wait for a thread. */
  waiting(): number;
  /** Finishes what was begun, then ends the threads. */
  close(): Promise<void>;
}

/**
 * `queueLimit` bounds what waits beyond what runs: past it the answer is `"overloaded"`, at once (IV-07).
 * A command has no `meter`.
 */
export function createBcryptPool(
  threads: number,
  queueLimit: number,
  meter?: Pick<Meter, "hashWaited" | "hashRefused">,
): BcryptPool {
  const pool = new Piscina({
    filename: new URL("./bcrypt-worker.ts", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    maxQueue: queueLimit,
  });

  async function run<T>(name: string, task: object): Promise<T | "overloaded"> {
    // Asked before, not caught after: `queueSize` is what the pool itself compares with its bound.
    if (pool.queueSize >= queueLimit) {
      meter?.hashRefused();
      return "overloaded";
    }
    const askedAt = process.hrtime.bigint();
    const { startedAt, result } = (await pool.run(task, { name })) as Done<T>; // the worker's functions have no types here
    meter?.hashWaited(Number(startedAt - askedAt) / 1e9);
    return result;
  }

  return {
    hash: (input, cost) => run<{ hash: string }>("hash", { input, cost }),
    compare: (input, hash) => run<boolean>("compare", { input, hash }),
    waiting: () => pool.queueSize,
    close: () => pool.close(),
  };
}
