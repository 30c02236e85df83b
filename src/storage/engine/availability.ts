/** Waiting for a busy database, for a bounded time and without blocking anybody else (ST-07). */
import { StorageUnavailableError } from "../../domain/ports/storage.ts";
import type { StorageDialect } from "./dialect.ts";
import { failureCodeOf } from "./failure-codes.ts";

/** How long a caller waits for a busy database before it is told to come back. Milliseconds. */
const RETRY_FOR_MS = 2_000;
/** The first pause; each later one is twice as long, up to the longest. Milliseconds. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 160;

/**
 * Runs `attempt` until it is not refused as busy, for two seconds at the most. Give it only what
 * changes nothing when it is refused: one statement, or the begin of a transaction. Throws
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

/** The error the domain knows, where the database's state is to blame; any other unchanged. */
export function asUnavailable(failureOf: StorageDialect["failureOf"], error: unknown): unknown {
  const failure = failureOf(error);
  return failure === undefined
    ? error
    : new StorageUnavailableError(`The database is ${failure}`, failureCodeOf(error), {
        cause: error,
      });
}

/** Between half the pause and all of it, so that those who wait do not all come back at once. */
function jittered(pauseMs: number): number {
  return pauseMs * (0.5 + Math.random() / 2);
}
