/** Makes the tables of the results. */
import { describeMachine } from "../report/machine.ts";
import type { Summary } from "../report/statistics.ts";
import type { Table } from "../report/tables.ts";
import type { Bound } from "./goals.ts";
import type { LoadTool } from "./load.ts";
import type { Options } from "./options.ts";
import type { ContenderResult, GoalResult } from "./results.ts";
import { workloads, workloadTitles } from "./workloads.ts";

const NONE = "–";

/** Leaves out tables without rows. */
export function makeTables(
  results: readonly ContenderResult[],
  judged: readonly GoalResult[],
): Table[] {
  const tables = [
    goalTable(judged),
    capacityTable(results),
    ...workloads.map((workload) => ({
      title: workloadTitles[workload],
      head: ["", "answers/s", "min–max", "of node:http", "CPU µs each"],
      rows: results.flatMap((result) => {
        const rate = result.rates[workload];
        if (rate === undefined) return [];
        const { answersPerSecond, ratio, cpuMicros } = rate;
        const range = rangeOf(answersPerSecond, whole);
        return [
          [
            result.title,
            whole(answersPerSecond.median),
            range,
            figure(ratio, 2),
            figure(cpuMicros, 1),
          ],
        ];
      }),
    })),
    stormTable(results),
    startTable(results),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function goalTable(judged: readonly GoalResult[]): Table {
  return {
    title: "Goals",
    head: ["", "goal", "measured", ""],
    rows: judged
      .filter(({ value }) => value !== undefined)
      .map(({ goal, value, isMet }) => [
        goal.title,
        boundOf(goal.bound),
        figure(value, value !== undefined && value >= 100 ? 0 : 2),
        isMet ? "met" : "missed",
      ]),
  };
}

/** Answers that one core gives in a second if it does nothing else: what a reader scales to a machine of theirs. */
function capacityTable(results: readonly ContenderResult[]): Table {
  const ours = results.filter(({ name }) => name === "portcullis" || name === "portcullis-pg");
  return {
    title: "What one core of this machine does in a second",
    head: ["", ...ours.map(({ title }) => title)],
    rows: workloads.map((workload) => [
      workloadTitles[workload],
      ...ours.map(({ rates }) => {
        const micros = rates[workload]?.cpuMicros;
        return micros === undefined ? NONE : whole(1e6 / micros);
      }),
    ]),
  };
}

function stormTable(results: readonly ContenderResult[]): Table {
  return {
    title: "Eight clients log in without pause; meanwhile GET /me",
    head: ["", "logins/s", "p50 ms", "p99 ms", "p99 min–max"],
    rows: results
      .filter(({ loginsPerSecond }) => loginsPerSecond !== undefined)
      .map(({ title, loginsPerSecond, probeP50Ms, probeP99Ms }) => [
        title,
        figure(loginsPerSecond?.median, 1),
        figure(probeP50Ms?.median, 1),
        figure(probeP99Ms?.median, 1),
        rangeOf(probeP99Ms, (value) => value.toFixed(1)),
      ]),
  };
}

function startTable(results: readonly ContenderResult[]): Table {
  return {
    title: "Start to ready, and resident memory",
    head: ["", "ready ms", "min–max", "idle MB", "MB after the load"],
    rows: results.map(({ title, readyMs, idleBytes, residentBytes }) => [
      title,
      figure(readyMs?.median, 0),
      rangeOf(readyMs, whole),
      megabytes(idleBytes),
      megabytes(residentBytes),
    ]),
  };
}

/** Describes where and how it was measured, in a few sentences. */
export function conditionsOf(tool: LoadTool, options: Options, day: string): string {
  const { rounds, seconds, connections } = options;
  const how = `${rounds} rounds of ${seconds} s each, ${connections} connections, load by ${tool}.`;
  return `${describeMachine(day)} ${how}`;
}

function boundOf(bound: Bound): string {
  return "atLeast" in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;
}

function rangeOf(summary: Summary | undefined, write: (value: number) => string): string {
  return summary === undefined ? NONE : `${write(summary.min)}–${write(summary.max)}`;
}

function megabytes(bytes: Summary | undefined): string {
  return bytes === undefined ? NONE : whole(bytes.median / 1e6);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function figure(value: number | undefined, digits: number): string {
  return value === undefined ? NONE : value.toFixed(digits);
}
