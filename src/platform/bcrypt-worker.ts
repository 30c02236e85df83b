/** Runs in a worker thread: the only place where bcrypt is computed. */
import { constants, setPriority } from "node:os";
import { compareSync, hashSync } from "bcryptjs";

// On Linux a priority belongs to a thread, so this lowers the worker alone: whoever asks "who is
// this?" goes before whoever logs in, and a login storm cannot starve the event loop (IV-06).
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

export function hash({ input, cost }: { input: string; cost: number }): { hash: string } {
  return { hash: hashSync(input, cost) };
}

export function compare({ input, hash }: { input: string; hash: string }): boolean {
  return compareSync(input, hash);
}
