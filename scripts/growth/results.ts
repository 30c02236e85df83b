/** What the timings come to: medians, and how much they grow from the smallest size to the largest. */
import { percentile } from "../bench/statistics.ts";
import type { Filled } from "./fill.ts";
import type { Timing } from "./measure.ts";

/** Whatever grows more than this from the smallest to the largest size is not flat. */
export const FLAT_FACTOR = 1.5;
/** Consecutive stretches of the samples, each of which gives a factor of its own. */
const STRETCHES = 20;

export interface EngineResult {
  readonly title: string;
  readonly filled: readonly Filled[];
  readonly topics: readonly TopicResult[];
}

export interface TopicResult {
  readonly title: string;
  readonly isJudged: boolean;
  /** One per size. Milliseconds. */
  readonly sizes: readonly { readonly medianMs: number; readonly p95Ms: number }[];
  readonly growth: Growth;
  readonly verdict: "flat" | "within noise" | "grows" | "not judged";
}

/** Of the largest size's median to the smallest's: over all samples, and of nine in ten stretches. */
export interface Growth {
  readonly factor: number;
  readonly low: number;
  readonly high: number;
}

export function resultOf({ topic, samples }: Timing): TopicResult {
  const growth = growthOf(samples.at(0) ?? [], samples.at(-1) ?? []);
  return {
    title: topic.title,
    isJudged: topic.isJudged,
    sizes: samples.map((times) => {
      const sorted = times.toSorted((a, b) => a - b);
      return { medianMs: percentile(sorted, 50) ?? NaN, p95Ms: percentile(sorted, 95) ?? NaN };
    }),
    growth,
    verdict: topic.isJudged ? judge(growth) : "not judged",
  };
}

/**
 * Grows is what does so in nearly every stretch. What is above the bound over all, but not there, had
 * the machine against it for a while.
 */
export function judge({ factor, low }: Growth): "flat" | "within noise" | "grows" {
  if (!(factor > FLAT_FACTOR)) return "flat";
  return low > FLAT_FACTOR ? "grows" : "within noise";
}

export function growthOf(smallest: readonly number[], largest: readonly number[]): Growth {
  const length = Math.max(1, Math.floor(smallest.length / STRETCHES));
  const factors: number[] = [];
  for (let from = 0; from + length <= smallest.length; from += length)
    factors.push(
      median(largest.slice(from, from + length)) / median(smallest.slice(from, from + length)),
    );
  const sorted = factors.toSorted((a, b) => a - b);
  return {
    factor: median(largest) / median(smallest),
    low: percentile(sorted, 10) ?? NaN,
    high: percentile(sorted, 90) ?? NaN,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return percentile(sorted, 50) ?? NaN;
}
