/** Draws the growth of each statement as a chart. */
import { label, svg, WIDTH } from "../report/svg.ts";
import { type EngineResult, FLAT_FACTOR } from "./results.ts";

const LABEL_WIDTH = 300;
const VALUE_WIDTH = 60;
const ROW_HEIGHT = 22;
const BAR_HEIGHT = 12;
const HEAD_HEIGHT = 36;
const MARGIN = 20;
/** Factor at the full width. A longer bar is cut there; its figure is not. */
const SCALE = 3;

/** Draws a group of bars per database, with lines at 0, at no growth and at the bound. */
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
  return svg("Median time on the largest database, as a multiple of the smallest's", y, parts);
}

function atFactor(factor: number): number {
  return LABEL_WIDTH + (factor / SCALE) * (WIDTH - LABEL_WIDTH - VALUE_WIDTH - MARGIN);
}
