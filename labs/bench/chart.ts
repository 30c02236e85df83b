/** Draws the ratios to bare node:http as a chart. */
import { label, svg, WIDTH } from "../report/svg.ts";
import type { ContenderResult } from "./results.ts";
import { type Workload, workloadTitles } from "./workloads.ts";

const charted: readonly Workload[] = ["me", "tokenMe", "health"];

const LABEL_WIDTH = 220;
const VALUE_WIDTH = 60;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 14;
const GROUP_HEAD = 40;
const MARGIN = 20;

/** Draws a group of bars per workload. The full width is the rate of bare node:http in the same run. */
export function drawChart(results: readonly ContenderResult[]): string {
  let y = MARGIN;
  const parts: string[] = [];
  for (const workload of charted) {
    const bars = results.flatMap(({ name, title, rates }) => {
      const ratio = rates[workload]?.ratio;
      return ratio === undefined || name === "node-http" ? [] : [{ name, title, ratio }];
    });
    if (bars.length === 0) continue;
    parts.push(label(MARGIN, y + 16, `${workloadTitles[workload]}, of bare node:http`, "head"));
    y += GROUP_HEAD;
    const bottom = y + bars.length * ROW_HEIGHT;
    const axis = `<line class="axis" x1="${LABEL_WIDTH}" x2="${LABEL_WIDTH}"`;
    parts.push(`${axis} y1="${y - 6}" y2="${bottom}"/>`);
    for (const { name, title, ratio } of bars) {
      const width = Math.min(ratio, 1) * (WIDTH - LABEL_WIDTH - VALUE_WIDTH - MARGIN);
      const kind = name.startsWith("portcullis") ? "bar ours" : "bar";
      const size = `width="${width.toFixed(1)}" height="${BAR_HEIGHT}"`;
      parts.push(
        label(MARGIN, y + 12, title, "name"),
        `<rect class="${kind}" x="${LABEL_WIDTH}" y="${y}" ${size} rx="2"/>`,
        label(LABEL_WIDTH + width + 8, y + 12, ratio.toFixed(ratio < 0.1 ? 3 : 2), "value"),
      );
      y += ROW_HEIGHT;
    }
    y += MARGIN;
  }
  return svg("Answers a second, as a ratio to bare node:http in the same run", y, parts);
}
