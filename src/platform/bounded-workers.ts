/** Worker threads behind a bounded queue, for work that would hold the event loop for too long (IV-06, IV-07). */
import type { Piscina } from "piscina";

export interface BoundedWorkers {
  /** Runs the worker's function of this name; `"overloaded"`, at once, where the queue is full. */
  run<T>(name: string, task: object): Promise<T | "overloaded">;
  /** Tasks that wait for a thread. */
  waiting(): number;
  /** Finishes the tasks that were begun, then ends the threads. */
  close(): Promise<void>;
}

/**
 * Makes the pool, without a thread: the first task starts them, and waits for it about as long as a hash takes. A server
 * in which nobody signs in does without the 32 MB of two threads. `queueLimit` bounds the tasks that wait beyond those
 * that run.
 */
export function createBoundedWorkers(
  options: ConstructorParameters<typeof Piscina>[0],
  queueLimit: number,
): BoundedWorkers {
  let pool: Piscina | undefined;
  const begun = new Set<Promise<unknown>>();
  let starting: Promise<Piscina> | undefined;
  async function start(): Promise<Piscina> {
    const { Piscina } = await import("piscina");
    return (pool = new Piscina({ ...options, maxQueue: queueLimit }));
  }
  async function perform<T>(name: string, task: object): Promise<T | "overloaded"> {
    const workers = pool ?? (await (starting ??= start()));
    // Asked before, not caught after: `queueSize` is the number that the pool itself compares with its bound.
    if (workers.queueSize >= queueLimit) return "overloaded";
    return (await workers.run(task, { name })) as T; // the worker's functions have no types here
  }
  return {
    async run<T>(name: string, task: object) {
      const running = perform<T>(name, task);
      begun.add(running);
      try {
        return await running;
      } finally {
        begun.delete(running);
      }
    },
    waiting: () => pool?.queueSize ?? 0,
    async close() {
      // Piscina itself would end a thread that is still starting, with the tasks that wait for it.
      await Promise.allSettled(begun);
      await pool?.close();
    },
  };
}
