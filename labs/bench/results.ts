/** Sums up the measurements: rates, their ratios to bare node:http, and the goals. */
import { type Figure, goals, type Goal, isCollapse, isMet } from "./goals.ts";
import type { ContenderName } from "./contenders.ts";
import type { Measured } from "./run.ts";
import { type Summary, summarize } from "../report/statistics.ts";
import { type Workload, workloads } from "./workloads.ts";

export interface RateResult {
  readonly answersPerSecond: Summary;
  readonly ratio: number | undefined;
  readonly cpuMicros: number | undefined;
}

export interface ContenderResult {
  readonly name: ContenderName;
  readonly title: string;
  readonly rates: Readonly<Partial<Record<Workload, RateResult>>>;
  readonly loginsPerSecond: Summary | undefined;
  readonly probeP50Ms: Summary | undefined;
  readonly probeP99Ms: Summary | undefined;
  readonly readyMs: Summary | undefined;
  readonly idleBytes: Summary | undefined;
  readonly residentBytes: Summary | undefined;
}

export interface GoalResult {
  readonly goal: Goal;
  /** Undefined if a figure it needs was not measured. */
  readonly value: number | undefined;
  readonly isMet: boolean;
  readonly isCollapse: boolean;
}

export function summarizeAll(measured: readonly Measured[]): ContenderResult[] {
  const bare = measured.find(({ contender }) => contender.name === "node-http");
  const yardstick = bare && rateOf(bare, "health", undefined)?.answersPerSecond.median;
  return measured.map((each) => ({
    name: each.contender.name,
    title: each.contender.title,
    rates: Object.fromEntries(
      workloads.flatMap((workload) => {
        const rate = rateOf(each, workload, yardstick);
        return rate ? [[workload, rate]] : [];
      }),
    ),
    loginsPerSecond: summarize(each.storms.map(({ loginsPerSecond }) => loginsPerSecond)),
    probeP50Ms: summarize(each.storms.map(({ p50Ms }) => p50Ms)),
    probeP99Ms: summarize(each.storms.map(({ p99Ms }) => p99Ms)),
    readyMs: summarize(each.readyMs),
    idleBytes: summarize(each.idleBytes),
    residentBytes: summarize(each.residentBytes),
  }));
}

function rateOf(
  { loads }: Measured,
  workload: Workload,
  yardstick: number | undefined,
): RateResult | undefined {
  const answersPerSecond = summarize(loads[workload].map((load) => load.answersPerSecond));
  if (answersPerSecond === undefined) return undefined;
  return {
    answersPerSecond,
    ratio: yardstick === undefined ? undefined : answersPerSecond.median / yardstick,
    cpuMicros: summarize(loads[workload].map((load) => load.cpuMicrosPerAnswer))?.median,
  };
}

/**
 * A figure collapses only where it does in all that it is compared with. Each is measured in a second of its own, and on
 * a shared machine bare node:http answered between 19,000 and 34,000 times in such seconds.
 */
export function judgeGoals(results: readonly ContenderResult[]): GoalResult[] {
  const judged = goals.map((goal) => {
    const value = valueOf(goal, results);
    return {
      goal,
      value,
      isMet: value !== undefined && isMet(goal.bound, value),
      isCollapse: value !== undefined && isCollapse(goal, value),
    };
  });
  const stands = judged
    .filter(({ value, isCollapse: collapsed }) => value !== undefined && !collapsed)
    .map(({ goal }) => nameOf(goal.figure));
  return judged.map((each) => ({
    ...each,
    isCollapse: each.isCollapse && !stands.includes(nameOf(each.goal.figure)),
  }));
}

const nameOf = (figure: Figure): string => Object.values(figure).join(" ");

function valueOf(
  { figure, against }: Goal,
  results: readonly ContenderResult[],
): number | undefined {
  const value = read(figure, results);
  if (against === undefined || value === undefined) return value;
  const theirs = read(against, results);
  return theirs && value / theirs;
}

/** The median. Undefined if it was not measured. */
function read(figure: Figure, results: readonly ContenderResult[]): number | undefined {
  const result = results.find(({ name }) => name === figure.of);
  switch (figure.kind) {
    case "answersPerSecond":
      return result?.rates[figure.workload]?.answersPerSecond.median;
    case "cpuMicros":
      return result?.rates[figure.workload]?.cpuMicros;
    case "idleMegabytes":
      return result?.idleBytes && result.idleBytes.median / 1e6;
    default:
      return result?.[figure.kind]?.median;
  }
}
