/** `npm run bench:growth`: does what Portcullis asks of its database stay as fast while the database grows? */
import { printTable } from "./bench/tables.ts";
import { createProgress, type Progress } from "./bench/progress.ts";
import { startEngine } from "./growth/engines.ts";
import { countFillSteps, fill, type Filled } from "./growth/fill.ts";
import { measure } from "./growth/measure.ts";
import { type EngineName, type Options, readOptions, usage } from "./growth/options.ts";
import { conditionsOf, makeTables, writePage } from "./growth/page.ts";
import { type EngineResult, FLAT_FACTOR, resultOf } from "./growth/results.ts";
import { topics } from "./growth/topics.ts";

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
  if (options.writesFiles) await writePage(conditions, tables, results);

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
  const engine = await startEngine(name);
  try {
    const filled: Filled[] = [];
    for (const users of sizes) filled.push(await fill(engine, users, progress));
    const timings = await measure(engine, filled, samples, progress);
    return { title: engine.title, filled, topics: timings.map(resultOf) };
  } finally {
    await engine.remove();
  }
}
