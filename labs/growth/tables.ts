/** Makes the tables of the results. */
import { describeMachine } from "../report/machine.ts";
import type { Table } from "../report/tables.ts";
import { written } from "./fill.ts";
import type { EngineResult } from "./results.ts";

/** Describes where and how it was measured, in a few sentences. */
export function conditionsOf(samples: number, day: string): string {
  return `${describeMachine(day)} Up to ${samples} samples of each statement on each size.`;
}

export function makeTables(results: readonly EngineResult[]): Table[] {
  return results.map(({ title, filled, topics }) => ({
    title,
    head: [
      "median (p95), ms",
      ...filled.map(({ users }) => written(users)),
      "growth",
      "10–90 %",
      "quickest",
      "",
    ],
    rows: [
      ...topics.map(({ title: name, sizes, growth, verdict }) => [
        name,
        ...sizes.map(({ medianMs, p95Ms }) => `${figure(medianMs)} (${figure(p95Ms)})`),
        growth.factor.toFixed(2),
        `${growth.low.toFixed(2)}–${growth.high.toFixed(2)}`,
        growth.undisturbed.toFixed(2),
        verdict,
      ]),
      [
        "size, MiB",
        ...filled.map(({ bytes }) => written(Math.round(bytes / 2 ** 20))),
        ...["", "", "", ""],
      ],
    ],
  }));
}

function figure(milliseconds: number): string {
  return milliseconds.toFixed(milliseconds < 1 ? 3 : milliseconds < 100 ? 2 : 0);
}
