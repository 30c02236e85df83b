/**
 * Counts guesses in a worker thread of its own. One thread, whatever the number that hashes: its dictionaries take
 * some 60 MB, and a flood of passwords that are costly to judge keeps no login waiting. It starts with the first
 * password that is chosen, and ends when none has been for a while.
 */
import type { GuessCounter } from "../domain/ports/passwords.ts";
import { createBoundedWorkers } from "./bounded-workers.ts";
import { workerFile } from "./files.ts";

export interface GuessCounterThread extends GuessCounter {
  /** Finishes the counts that were begun, then ends the thread. */
  close(): Promise<void>;
}

/** After so long without a password to judge, the memory of the dictionaries is given back. Milliseconds. */
const IDLE_TIMEOUT_MS = 60_000;
/** The heap for what one count leaves behind. Without a bound, the collector lets it grow to some hundred megabytes. Megabytes. */
const YOUNG_GENERATION_MB = 16;

/** `queueLimit` bounds the counts that wait: past it the answer is `"overloaded"`, at once (IV-07). */
export function createGuessCounter(queueLimit: number): GuessCounterThread {
  const workers = createBoundedWorkers(
    {
      filename: workerFile("guess-worker").href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_TIMEOUT_MS,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    },
    queueLimit,
  );
  return {
    countGuesses: (password, words) => workers.run("countGuesses", { password, words }),
    close: workers.close,
  };
}
