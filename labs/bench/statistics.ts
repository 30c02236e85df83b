/** What a list of measurements comes to. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Undefined for an empty list. NaN, for what could not be measured, is left out. */
export function summarize(values: readonly number[]): Summary | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const [min, max, median] = [sorted[0], sorted.at(-1), percentile(sorted, 50)];
  if (min === undefined || max === undefined || median === undefined) return undefined;
  return { median, min, max };
}

/** The value `percent` of the sorted values do not exceed; the mean of the middle two for the median. */
export function percentile(sorted: readonly number[], percent: number): number | undefined {
  const rank = (percent / 100) * sorted.length;
  const above = sorted[Math.min(Math.max(Math.ceil(rank) - 1, 0), sorted.length - 1)];
  if (percent !== 50 || sorted.length % 2 === 1 || above === undefined) return above;
  return (above + (sorted[sorted.length / 2] ?? above)) / 2;
}
