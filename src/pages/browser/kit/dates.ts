/** Dates and times in the reader's zone and language. */
import { readersLocale, say } from "./words.ts";

const DAY_MS = 86_400_000;

/** `12 May 2026`. */
export function dateOf(instant: string | number | Date): string {
  return format(instant, { dateStyle: "medium" });
}

/** `Tuesday 12 May 2026`. */
export function fullDateOf(instant: string | number | Date): string {
  return format(instant, { dateStyle: "full" });
}

/** `12 May 2026, 09:41`. */
export function dateTimeOf(instant: string | number | Date): string {
  return format(instant, { dateStyle: "medium", timeStyle: "short" });
}

/** `09:41`; with seconds `09:41:07`. */
export function timeOf(instant: string | number | Date, style: "short" | "medium" = "short") {
  return format(instant, { timeStyle: style });
}

/** `today, 09:41`, `yesterday, 18:03`, and before that the date. */
export function dayOf(instant: string | number | Date, now = new Date()): string {
  const days = daysBetween(new Date(instant), now);
  const time = timeOf(instant);
  if (days === 0) return say("today", { time });
  if (days === 1) return say("yesterday", { time });
  return dateOf(instant);
}

const units = [
  ["year", 365 * DAY_MS],
  ["month", 30 * DAY_MS],
  ["week", 7 * DAY_MS],
  ["day", DAY_MS],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** `3 months ago`, `in 2 days`, `now`. */
export function agoOf(instant: string | number | Date, now = new Date()): string {
  const format = new Intl.RelativeTimeFormat(readersLocale(), { numeric: "auto" });
  const ms = new Date(instant).getTime() - now.getTime();
  for (const [unit, unitMs] of units)
    if (Math.abs(ms) >= unitMs) return format.format(Math.trunc(ms / unitMs), unit);
  return format.format(0, "second");
}

/** Kept: a list of events asks for hundreds, and each costs a slow phone 1 to 5 ms to make; the first of all 120. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(instant: string | number | Date, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify([readersLocale(), options]);
  let kept = formats.get(key);
  if (kept === undefined)
    formats.set(key, (kept = new Intl.DateTimeFormat(readersLocale(), options)));
  return kept.format(new Date(instant));
}

/** Days of the calendar between two instants, in the reader's zone. */
export function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date) => new Date(date).setHours(0, 0, 0, 0);
  return Math.round((midnight(to) - midnight(from)) / DAY_MS);
}
