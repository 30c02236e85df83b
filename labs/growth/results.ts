/** Sums up the timings: medians, and their growth from the smallest size to the largest. */
import { percentile } from "../report/statistics.ts";
import type { Filled } from "./fill.ts";
import type { Timing } from "./measure.ts";

/** Growth from the smallest to the largest size up to which a statement is flat. */
export const FLAT_FACTOR = 1.5;
/** Number of consecutive stretches into which the samples are cut; each has a factor of its own. */
const STRETCHES = 20;

export interface EngineResult {
  readonly title: string;
  readonly filled: readonly Filled[];
  readonly topics: readonly TopicResult[];
}

export interface TopicResult {
  readonly title: string;
  readonly isJudged: boolean;
  /** One entry per size. Milliseconds. */
  readonly sizes: readonly { readonly medianMs: number; readonly p95Ms: number }[];
  readonly growth: Growth;
  readonly verdict: "flat" | "within noise" | "grows" | "not judged";
}

/** Ratios of the largest size to the smallest. */
export interface Growth {
  /** Ratio of the medians over all samples. */
  readonly factor: number;
  /** The 10th and the 90th percentile of the stretches' factors. */
  readonly low: number;
  readonly high: number;
  /** Ratio of the 10th percentiles: the quickest calls, which other work of the machine disturbed least. */
  readonly undisturbed: number;
}

export function resultOf({ topic, samples }: Timing): TopicResult {
  const growth = growthOf(samples.at(0) ?? [], samples.at(-1) ?? []);
  return {
    title: topic.title,
    isJudged: topic.isJudged,
    sizes: samples.map((times) => ({ medianMs: median(times), p95Ms: at(times, 95) })),
    growth,
    verdict: topic.isJudged ? judge(growth) : "not judged",
  };
}

/**
 * A statement grows if nearly every stretch or its quickest calls exceed the bound. If only its median does,
 * other work disturbed it for a while.
 */
export function judge({ factor, low, undisturbed }: Growth): "flat" | "within noise" | "grows" {
  if (!(factor > FLAT_FACTOR)) return "flat";
  return Math.max(low, undisturbed) > FLAT_FACTOR ? "grows" : "within noise";
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
    undisturbed: quickest(largest) / quickest(smallest),
    low: percentile(sorted, 10) ?? NaN,
    high: percentile(sorted, 90) ?? NaN,
  };
}

function median(values: readonly number[]): number {
  return at(values, 50);
}

function quickest(values: readonly number[]): number {
  return at(values, 10);
}

function at(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return percentile(sorted, percent) ?? NaN;
}
