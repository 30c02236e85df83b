/**
 * The rule of limits, as plain code: GCRA (ITU-T I.371, the generic cell rate algorithm). Storage decides by
 * it in one statement, so that two requests at once cannot take the same token; tests hold the statements to
 * this function on both databases. A key is counted under one setting: `limitKey` gives it another name under
 * another one, so that what is stored never makes anybody wait longer than the setting in force does (RL-12).
 */
import type { Pace } from "./ports/limits.ts";

export interface TakeOutcome {
  /** When all that was taken is paid back, from now on. Milliseconds since the epoch. */
  readonly paidAt: number;
  /** Milliseconds until one is left: 0 where one was taken. */
  readonly waitMs: number;
}

/**
 * Takes one from a key that is paid back at `paidAt`; 0 for a key that nothing is known of. Each taking moves
 * that instant one interval further, from now at the earliest. It is refused, and changes nothing, where
 * that would lead further ahead of now than a full burst.
 */
export function take(paidAt: number, { intervalMs, burstMs }: Pace, now: number): TakeOutcome {
  const next = Math.max(paidAt, now) + intervalMs;
  const waitMs = next - (now + burstMs);
  return waitMs > 0 ? { paidAt, waitMs } : { paidAt: next, waitMs: 0 };
}
