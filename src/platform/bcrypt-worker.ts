/** Runs in a worker thread: the only place where bcrypt is computed. */
import { constants, setPriority } from "node:os";
import { compareSync, hashSync } from "bcryptjs";

// On Linux a priority belongs to a thread, so this lowers the worker alone: whoever asks "who is
// this?" goes before whoever logs in, and a login storm cannot starve the event loop (IV-06).
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

/** Besides the result, when the work began: nanoseconds of the clock that all threads of a process share. */
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
