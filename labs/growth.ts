/** `npm run bench:growth`: measures whether statements stay as fast while the database grows. */
import { drawChart } from "./growth/chart.ts";
import type { Engine } from "./growth/engine.ts";
import { countFillSteps, fill, type Filled } from "./growth/fill.ts";
import { measure } from "./growth/measure.ts";
import { type EngineName, type Options, readOptions, usage } from "./growth/options.ts";
import { openPostgresEngine } from "./growth/postgres.ts";
import { type EngineResult, FLAT_FACTOR, resultOf } from "./growth/results.ts";
import { openSqliteEngine } from "./growth/sqlite.ts";
import { conditionsOf, makeTables } from "./growth/tables.ts";
import { topics } from "./growth/topics.ts";
import { writeReport } from "./report/page.ts";
import { createProgress, type Progress } from "./report/progress.ts";
import { printTable } from "./report/tables.ts";

const engines: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  sqlite: openSqliteEngine,
  postgres: openPostgresEngine,
};

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bench(options: Options): Promise<void> {
  const conditions = conditionsOf(options.samples, new Date().toISOString().slice(0, 10));
  const fillSteps = options.sizes.reduce((sum, users) => sum + countFillSteps(users), 0);
  const progress = createProgress(options.engines.length * (fillSteps + topics.length));
  const results: EngineResult[] = [];
  for (const name of options.engines) results.push(await measureEngine(name, options, progress));
  progress.end();

  const tables = makeTables(results);
  console.log(`${conditions}\n`);
  for (const table of tables) console.log(printTable(table));
  const alternative = "Median time on the largest database, as a multiple of the smallest's";
  const chart = { svg: drawChart(results), alternative };
  if (options.writesFiles)
    await writeReport({ name: "growth", marker: "growth", conditions, tables, chart });

  for (const { title, topics: measured } of results)
    for (const { title: topic, growth, verdict } of measured)
      if (verdict === "grows") {
        console.error(`${title}, ${topic}: ${growth.factor.toFixed(2)} exceeds ${FLAT_FACTOR}`);
        process.exitCode = 1;
      }
}

async function measureEngine(
  name: EngineName,
  { sizes, samples }: Options,
  progress: Progress,
): Promise<EngineResult> {
  const engine = await engines[name]();
  try {
    const filled: Filled[] = [];
    for (const users of sizes) filled.push(await fill(engine, users, progress));
    const timings = await measure(engine.title, filled, samples, progress);
    return { title: engine.title, filled, topics: timings.map(resultOf) };
  } finally {
    await engine.remove();
  }
}
