/** The results for a terminal, and docs/growth.md: between its markers it is written here, the rest by people. */
import { readFile, writeFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from "node:os";
import { format } from "prettier";
import { markdownTable, type Table } from "../bench/tables.ts";
import { drawChart } from "./chart.ts";
import { written } from "./fill.ts";
import type { EngineResult } from "./results.ts";

const PAGE = new URL("../../docs/growth.md", import.meta.url);
const CHART = new URL("../../docs/growth.svg", import.meta.url);
const BEGIN = "<!-- growth: generated from here -->";
const END = "<!-- growth: generated to here -->";

/** Where and how it was measured, in one sentence or two. */
export function conditionsOf(samples: number, day: string): string {
  const [processor] = cpus();
  const load = loadavg()[0] ?? 0;
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return [
    `Measured on ${day}: Node ${process.versions.node}, ${platform()} ${arch()},`,
    `${availableParallelism()} cores (${processor?.model.trim() ?? "unknown"}), ${gibibytes} GiB of memory,`,
    `load average ${load.toFixed(1)} before the run.`,
    ...(load > 1 ? ["Other work shared the machine: the times are provisional."] : []),
    `Up to ${samples} samples of each statement on each size.`,
  ].join(" ");
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

export async function writePage(
  conditions: string,
  tables: readonly Table[],
  results: readonly EngineResult[],
): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`docs/growth.md has lost its markers: ${BEGIN} and ${END}`);
  const chart =
    "![Median time on the largest database, as a multiple of the smallest's](growth.svg)";
  const generated = [conditions, "", chart, "", ...tables.map(markdownTable)].join("\n");
  const text = `${before}${BEGIN}\n\n${generated}\n${END}${after}`;
  await writeFile(PAGE, await format(text, { parser: "markdown", printWidth: 100 }));
  await writeFile(CHART, drawChart(results));
}

function figure(milliseconds: number): string {
  return milliseconds.toFixed(milliseconds < 1 ? 3 : milliseconds < 100 ? 2 : 0);
}
