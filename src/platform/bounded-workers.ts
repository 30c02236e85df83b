/** Worker threads behind a bounded queue, for work that would hold the event loop for too long (IV-06, IV-07). */
import { Piscina } from "piscina";

export interface BoundedWorkers {
  /** Starts the threads now. Otherwise the first task does. */
  start(): void;
  /** Runs the worker's function of this name; `"overloaded"`, at once, where the queue is full. */
  run<T>(name: string, task: object): Promise<T | "overloaded">;
  /** Tasks that wait for a thread. */
  waiting(): number;
  /** Finishes the tasks that were begun, then ends the threads. */
  close(): Promise<void>;
}

/** `queueLimit` bounds the tasks that wait beyond those that run. */
export function createBoundedWorkers(
  options: ConstructorParameters<typeof Piscina>[0],
  queueLimit: number,
): BoundedWorkers {
  let pool: Piscina | undefined;
  const begun = new Set<Promise<unknown>>();
  const start = () => (pool ??= new Piscina({ ...options, maxQueue: queueLimit }));
  return {
    start: () => void start(),
    async run<T>(name: string, task: object) {
      const workers = start();
      // Asked before, not caught after: `queueSize` is the number that the pool itself compares with its bound.
      if (workers.queueSize >= queueLimit) return "overloaded";
      const running = workers.run(task, { name });
      begun.add(running);
      try {
        return (await running) as T; // the worker's functions have no types here
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
