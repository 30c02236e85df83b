/** docs/benchmarks.md: the part between the markers is written here, the rest by people. */
import { readFile, writeFile } from "node:fs/promises";
import { format } from "prettier";
import { drawChart } from "./chart.ts";
import type { ContenderResult } from "./results.ts";
import { markdownTable, type Table } from "./tables.ts";

const PAGE = new URL("../../docs/benchmarks.md", import.meta.url);
const CHART = new URL("../../docs/benchmarks.svg", import.meta.url);
const BEGIN = "<!-- bench: generated from here -->";
const END = "<!-- bench: generated to here -->";

export async function writePage(
  conditions: string,
  tables: readonly Table[],
  results: readonly ContenderResult[],
): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`docs/benchmarks.md has lost its markers: ${BEGIN} and ${END}`);
  const chart = "![Answers a second as ratios to bare node:http](benchmarks.svg)";
  const generated = [conditions, "", chart, "", ...tables.map(markdownTable)].join("\n");
  const text = `${before}${BEGIN}\n\n${generated}\n${END}${after}`;
  await writeFile(PAGE, await format(text, { parser: "markdown", printWidth: 100 }));
  await writeFile(CHART, drawChart(results));
}
