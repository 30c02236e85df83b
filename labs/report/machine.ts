/** Describes the machine of a measurement, in sentences for its page. */
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from "node:os";

/** `day` is a date, as YYYY-MM-DD. */
export function describeMachine(day: string): string {
  const [processor] = cpus();
  const load = loadavg()[0] ?? 0;
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return [
    `Measured on ${day}: Node ${process.versions.node}, ${platform()} ${arch()},`,
    `${availableParallelism()} cores (${processor?.model.trim() ?? "unknown"}), ${gibibytes} GiB of memory,`,
    `load average ${load.toFixed(1)} before the run.`,
    ...(load > 1 ? ["Other work shared the machine: these figures are provisional."] : []),
  ].join(" ");
}
