/** This machine's clock beside others. Of those on the same machine none tells anything. */
import { attention, type Finding, ok, wrong } from "./finding.ts";

/** A code of an authenticator app is of its half minute (RFC 6238). Milliseconds. */
const WRONG_MS = 30_000;
/** Networks and whole seconds of HTTP make less than this. Milliseconds. */
const ODD_MS = 5_000;

/** A clock that was read between two readings of ours. Milliseconds since the epoch. */
export interface OtherClock {
  readonly name: string;
  readonly reading: number;
  readonly from: number;
  readonly to: number;
  /** The width of its ticks: HTTP's `Date` has whole seconds. Milliseconds. */
  readonly tickMs: number;
}

export function judgeClocks(clocks: readonly OtherClock[]): readonly Finding[] {
  if (clocks.length === 0)
    return [attention("not known: no other clock could be asked", "timedatectl; let NTP set it")];
  const found = clocks.flatMap((clock) => {
    const off = differenceMs(clock);
    if (off < ODD_MS) return [];
    const finding = off < WRONG_MS ? attention : wrong;
    return [
      finding(
        `${Math.round(off / 1000)} s apart from ${clock.name}: codes of apps and lifetimes are off`,
        "timedatectl; let NTP set the clock of each machine",
      ),
    ];
  });
  if (found.length > 0) return found;
  return [ok(`as that of ${clocks.map(({ name }) => name).join(", ")}`)];
}

/** 0 where the reading may have been made between ours. */
function differenceMs({ reading, from, to, tickMs }: OtherClock): number {
  return Math.max(0, from - (reading + tickMs), reading - to);
}

/** The clock behind an answer over HTTP; undefined where it has none that can be read. */
export function httpClock(
  name: string,
  date: string | undefined,
  from: number,
  to: number,
): OtherClock | undefined {
  const reading = Date.parse(date ?? "");
  return Number.isNaN(reading) ? undefined : { name, reading, from, to, tickMs: 1_000 };
}
