/** The shape of the chart of a day: one unit a pixel, so that words keep their size at every width. */

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function frameOf(width: number, largest: number): Frame {
  // Room for the figures of the axis, 7 px each at the most.
  const left = 10 + 7 * String(ticksOf(largest).at(-1)).length;
  return { width, height: width < 480 ? 170 : 210, left, top: 10, right: 4, bottom: 24 };
}

/** Round figures from 0 to at least the largest value, five at the most. */
export function ticksOf(largest: number): readonly number[] {
  const least = Math.max(1, largest) / 4;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= least) ?? 1);
  const whole = Math.ceil(step);
  const count = Math.max(1, Math.ceil(largest / whole));
  return Array.from({ length: count + 1 }, (_, at) => at * whole);
}

export function xOf({ width, left, right }: Frame, at: number, count: number): number {
  return round(left + ((width - left - right) * at) / Math.max(1, count - 1));
}

export function yOf({ height, top, bottom }: Frame, value: number, most: number): number {
  return round(height - bottom - ((height - top - bottom) * value) / Math.max(1, most));
}

/** A line through the values. */
export function lineOf(frame: Frame, values: readonly number[], most: number): string {
  return values
    .map((value, at) => `${at === 0 ? "M" : "L"}${xOf(frame, at, values.length)} ${yOf(frame, value, most)}`)
    .join("");
}

/** The area between the line and the axis. */
export function areaOf(frame: Frame, values: readonly number[], most: number): string {
  const floor = yOf(frame, 0, most);
  const last = xOf(frame, values.length - 1, values.length);
  return `${lineOf(frame, values, most)}L${last} ${floor}L${frame.left} ${floor}Z`;
}

/** Places of the hours that are named: every sixth, by the reader's clock. */
export function namedHours(hours: readonly number[]): readonly number[] {
  return hours.flatMap((hour, at) => (hour % 6 === 0 ? [at] : []));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
