/** The growth of each statement as a chart, in the style of the other bench's. */
import { label, style } from "../bench/chart.ts";
import { type EngineResult, FLAT_FACTOR } from "./results.ts";

const WIDTH = 760;
const LABEL_WIDTH = 300;
const VALUE_WIDTH = 60;
const ROW_HEIGHT = 22;
const BAR_HEIGHT = 12;
const HEAD_HEIGHT = 36;
const MARGIN = 20;
/** The factor at the full width; what grows more is cut there, and tells by its figure. */
const SCALE = 3;

/** One group of bars per database; the lines are at no growth and at the bound. */
export function drawChart(results: readonly EngineResult[]): string {
  let y = MARGIN;
  const parts: string[] = [];
  for (const { title, topics } of results) {
    parts.push(label(MARGIN, y + 16, title, "head"));
    y += HEAD_HEIGHT;
    const bottom = y + topics.length * ROW_HEIGHT;
    for (const { title: name, growth, isJudged } of topics) {
      const width = atFactor(Math.min(growth.factor, SCALE)) - LABEL_WIDTH;
      const size = `width="${width.toFixed(1)}" height="${BAR_HEIGHT}"`;
      parts.push(
        label(MARGIN, y + 11, name, "name"),
        `<rect class="${isJudged ? "bar ours" : "bar"}" x="${LABEL_WIDTH}" y="${y}" ${size} rx="2"/>`,
        label(LABEL_WIDTH + width + 8, y + 11, growth.factor.toFixed(2), "value"),
      );
      y += ROW_HEIGHT;
    }
    for (const factor of [0, 1, FLAT_FACTOR]) {
      const x = atFactor(factor).toFixed(1);
      const isBound = factor === FLAT_FACTOR ? ` stroke-dasharray="4 3"` : "";
      parts.push(
        `<line class="axis"${isBound} x1="${x}" x2="${x}" y1="${bottom - topics.length * ROW_HEIGHT - 6}" y2="${bottom}"/>`,
      );
    }
    y += MARGIN;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" role="img">
<title>Median time on the largest database, as a multiple of the smallest's</title>
<style>${style}
</style>
${parts.join("\n")}
</svg>
`;
}

function atFactor(factor: number): number {
  return LABEL_WIDTH + (factor / SCALE) * (WIDTH - LABEL_WIDTH - VALUE_WIDTH - MARGIN);
}
