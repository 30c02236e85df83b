/** Waits for a busy database, for a bounded time and without blocking the process (ST-07). */
import { StorageUnavailableError } from "../../domain/ports/storage.ts";
import type { StorageDialect } from "./dialect.ts";
import { failureCodeOf } from "./failure-codes.ts";

/** How long a caller waits for a busy database before it gets an error. Milliseconds. */
const RETRY_FOR_MS = 2_000;
/** The first pause; each later one is twice as long, up to the longest. Milliseconds. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 160;

/**
 * Runs `attempt` until it is not refused as busy, for two seconds at the most. An attempt that is refused must
 * have changed nothing: it is one statement, or a transaction. Throws
 * `StorageUnavailableError` where the database stays busy or is away; other errors as they are.
 */
export async function retryWhileBusy<T>(
  failureOf: StorageDialect["failureOf"],
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + RETRY_FOR_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const pause = jittered(pauseMs);
      const mayRetry = failureOf(error) === "busy" && performance.now() + pause < deadline;
      if (!mayRetry) throw asUnavailable(failureOf, error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Turns an error into the domain's `StorageUnavailableError` where the database's state is to blame; answers any other unchanged. */
export function asUnavailable(failureOf: StorageDialect["failureOf"], error: unknown): unknown {
  const failure = failureOf(error);
  return failure === undefined
    ? error
    : new StorageUnavailableError(`The database is ${failure}`, failureCodeOf(error), {
        cause: error,
      });
}

/** Shortens the pause by up to a half, at random, so that waiting callers do not all come back at once. */
function jittered(pauseMs: number): number {
  return pauseMs * (0.5 + Math.random() / 2);
}
