/** Bcrypt in worker threads behind a bounded queue. */
import { Piscina } from "piscina";
import type { BcryptWorkers } from "../domain/passwords.ts";

export interface BcryptPool extends BcryptWorkers {
  /** Finishes what was begun, then ends the threads. */
  close(): Promise<void>;
}

/** `queueLimit` bounds what waits beyond what runs: past it the answer is `"overloaded"`, at once (IV-07). */
export function createBcryptPool(threads: number, queueLimit: number): BcryptPool {
  const pool = new Piscina({
    filename: new URL("./bcrypt-worker.ts", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    maxQueue: queueLimit,
  });

  async function run<T>(name: string, task: object): Promise<T | "overloaded"> {
    // Asked before, not caught after: `queueSize` is what the pool itself compares with its bound.
    if (pool.queueSize >= queueLimit) return "overloaded";
    return pool.run(task, { name }) as Promise<T>; // the worker's functions have no types here
  }

  return {
    hash: (input, cost) => run<{ hash: string }>("hash", { input, cost }),
    compare: (input, hash) => run<boolean>("compare", { input, hash }),
    close: () => pool.close(),
  };
}
