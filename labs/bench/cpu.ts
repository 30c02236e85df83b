/** What processes have used of the processors so far, as Linux counts it. */
import { readFileSync } from "node:fs";

/** What Linux has told programs a tick is since 2.6, whatever the kernel was built with. Milliseconds. */
const TICK_MS = 10;

/** User and system time of all threads of all these processes; NaN where there is no /proc. Milliseconds. */
export function readCpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + readOne(pid), 0);
}

function readOne(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name, which may hold anything but ends at the last parenthesis: fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}
