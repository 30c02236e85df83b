/** Median, range and percentiles of a list of measurements. */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Ignores NaN, which stands for a value that could not be measured. Undefined if no value is left. */
export function summarize(values: readonly number[]): Summary | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const [min, max, median] = [sorted[0], sorted.at(-1), percentile(sorted, 50)];
  if (min === undefined || max === undefined || median === undefined) return undefined;
  return { median, min, max };
}

/** Smallest value that `percent` of the sorted values do not exceed. The median is the mean of the middle two. */
export function percentile(sorted: readonly number[], percent: number): number | undefined {
  const rank = (percent / 100) * sorted.length;
  const above = sorted[Math.min(Math.max(Math.ceil(rank) - 1, 0), sorted.length - 1)];
  if (percent !== 50 || sorted.length % 2 === 1 || above === undefined) return above;
  return (above + (sorted[sorted.length / 2] ?? above)) / 2;
}
