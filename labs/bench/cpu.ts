/** Reads the CPU time of processes, as Linux counts it. */
import { readFileSync } from "node:fs";

/** Length of a tick in /proc: USER_HZ is 100 on every Linux since 2.6. Milliseconds. */
const TICK_MS = 10;

/** User and system time of all threads of these processes. NaN without /proc. Milliseconds. */
export function readCpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + readOne(pid), 0);
}

function readOne(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields 14 and 15. Field 2, the name, may contain anything, but ends at the last parenthesis.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}
