/** Pages of docs/ with measurements: a laboratory writes the part between two markers, people write the rest. */
import { readFile, writeFile } from "node:fs/promises";
import { format } from "prettier";
import { markdownTable, type Table } from "./tables.ts";

export interface Report {
  /** Names `docs/<name>.md` and its chart, `docs/<name>.svg`. */
  readonly name: string;
  /** Word in the page's markers: `<!-- <marker>: generated from here -->`. */
  readonly marker: string;
  readonly conditions: string;
  readonly tables: readonly Table[];
  /** The chart as SVG, and the text shown where it cannot be seen. */
  readonly chart: { readonly svg: string; readonly alternative: string };
}

/** Replaces the page's generated part and its chart. Throws if the page has lost its markers. */
export async function writeReport(report: Report): Promise<void> {
  const { name, marker, conditions, tables, chart } = report;
  const page = new URL(`../../docs/${name}.md`, import.meta.url);
  const begin = `<!-- ${marker}: generated from here -->`;
  const end = `<!-- ${marker}: generated to here -->`;
  const [before, rest] = (await readFile(page, "utf8")).split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`docs/${name}.md has lost its markers: ${begin} and ${end}`);
  const image = `![${chart.alternative}](${name}.svg)`;
  const generated = [conditions, "", image, "", ...tables.map(markdownTable)].join("\n");
  const text = `${before}${begin}\n\n${generated}\n${end}${after}`;
  await writeFile(page, await format(text, { parser: "markdown", printWidth: 100 }));
  await writeFile(new URL(`../../docs/${name}.svg`, import.meta.url), chart.svg);
}
