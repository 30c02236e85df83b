/** When a call is sent again because the server asked to come back later (RFC 9110 §10.2.3). */
import type { OperationRow } from "./input.ts";
import type { UntypedResult } from "./result.ts";

/** How `Retry-After` of a 429 or 503 is honoured. `false` never waits. */
export type Retry = false | RetryOptions;

/** Options of retrying; each has a default. */
export interface RetryOptions {
  /** How often a call is sent again at the most. Default 2. */
  readonly times?: number | undefined;
  /** The longest single wait, in milliseconds; asked for more, the answer is yours at once. Default 10 000. */
  readonly maxWaitMs?: number | undefined;
  /** Calls that are retried: those that change nothing (GET, the default), or all. */
  readonly calls?: "safe" | "all" | undefined;
}

const DEFAULT_TIMES = 2;
const DEFAULT_MAX_WAIT_MS = 10_000;

/** How long to wait before the call is sent again; undefined where its result stands. */
export function retryWaitMs(
  retry: Retry | undefined,
  retriesSoFar: number,
  row: OperationRow,
  result: UntypedResult,
): number | undefined {
  if (retry === false || (result.status !== 429 && result.status !== 503)) return undefined;
  const { times = DEFAULT_TIMES, maxWaitMs = DEFAULT_MAX_WAIT_MS, calls } = retry ?? {};
  if (retriesSoFar >= times || (row.method !== "GET" && calls !== "all")) return undefined;
  const waitMs = Number(result.response.headers.get("retry-after") ?? NaN) * 1000;
  // Not asked for, or asked as a date: nobody knows how long, and the caller decides.
  return waitMs >= 0 && waitMs <= maxWaitMs ? waitMs : undefined;
}
