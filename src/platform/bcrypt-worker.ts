/** Computes bcrypt, in a worker thread: nothing else does. */
import { constants, setPriority } from "node:os";
import { compareSync, hashSync } from "bcryptjs";

// On Linux a priority belongs to a thread, so this lowers the worker alone: requests of sessions that
// exist go before logins, and a login storm cannot starve the event loop (IV-06).
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

/** A result, and when the work on it began: nanoseconds of the clock that all threads of a process share. */
export interface Done<T> {
  readonly startedAt: bigint;
  readonly result: T;
}

export function hash({ input, cost }: { input: string; cost: number }): Done<{ hash: string }> {
  const startedAt = process.hrtime.bigint();
  return { startedAt, result: { hash: hashSync(input, cost) } };
}

export function compare({ input, hash }: { input: string; hash: string }): Done<boolean> {
  const startedAt = process.hrtime.bigint();
  return { startedAt, result: compareSync(input, hash) };
}
