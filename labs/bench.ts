/** `npm run bench`: measures Portcullis, as ratios to bare node:http and to its peers in the same run. */
import { type Contender, contenders as all } from "./bench/contenders.ts";
import { drawChart } from "./bench/chart.ts";
import { type Goal, namedByGoals } from "./bench/goals.ts";
import { findLoadTool } from "./bench/load.ts";
import { type Options, readOptions, usage } from "./bench/options.ts";
import { buildPackage } from "./bench/package.ts";
import { installPeers } from "./bench/peers.ts";
import { profile } from "./bench/profile.ts";
import { judgeGoals, summarizeAll } from "./bench/results.ts";
import { countSteps, measure } from "./bench/run.ts";
import { conditionsOf, makeTables } from "./bench/tables.ts";
import { writeReport } from "./report/page.ts";
import { type Postgres, openPostgres } from "./postgres.ts";
import { createProgress } from "./report/progress.ts";
import { printTable } from "./report/tables.ts";

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else if (options.profileFolder === undefined) await bench(options);
  else await profilePortcullis(options, options.profileFolder);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bench(options: Options): Promise<void> {
  const contenders = choose(options);
  await installPeers(); // autocannon is among them
  if (contenders.some(({ name }) => name === "portcullis-package")) await buildPackage();
  const collapsed = await measureAndReport(contenders, options);
  if (!options.guards || collapsed.length === 0) return;

  console.error("Measured once more: a goal fails only if it collapses twice in a row.\n");
  const again = await measureAndReport(contenders, options);
  if (collapsed.some((goal) => again.includes(goal))) process.exitCode = 1;
}

async function withPostgres<T>(
  contenders: readonly Contender[],
  { postgresUrl }: Options,
  work: (postgres: Postgres | undefined) => Promise<T>,
): Promise<T> {
  if (contenders.every(({ database }) => database !== "postgres")) return work(undefined);
  const postgres = await openPostgres(postgresUrl);
  return work(postgres).finally(() => postgres.remove());
}

/** Answers the goals that were missed by more than half. */
async function measureAndReport(
  contenders: readonly Contender[],
  options: Options,
): Promise<readonly Goal[]> {
  const tool = findLoadTool();
  const conditions = conditionsOf(tool, options, new Date().toISOString().slice(0, 10));
  const progress = createProgress(countSteps(contenders, options));
  const measured = await withPostgres(contenders, options, (postgres) =>
    measure(contenders, postgres, tool, options, progress),
  );
  progress.end();

  const results = summarizeAll(measured);
  const judged = judgeGoals(results);
  const tables = makeTables(results, judged);
  console.log(`${conditions}\n`);
  for (const table of tables) console.log(printTable(table));
  const alternative = "Answers a second as ratios to bare node:http";
  const chart = { svg: drawChart(results), alternative };
  if (options.writesFiles)
    await writeReport({ name: "benchmarks", marker: "bench", conditions, tables, chart });

  const collapsed = judged.filter(({ isCollapse }) => isCollapse).map(({ goal }) => goal);
  for (const { title } of collapsed) console.error(`Missed by more than half: ${title}`);
  return collapsed;
}

async function profilePortcullis(options: Options, folder: string): Promise<void> {
  const [only = "portcullis"] = options.only;
  const portcullis = all.find(({ name }) => name === only);
  if (portcullis === undefined) throw new Error(`No such contender: ${only}`);
  await installPeers();
  await withPostgres([portcullis], options, (postgres) =>
    profile(portcullis, postgres, findLoadTool(), options, folder),
  );
}

/**
 * The contenders that `--only` names, and bare node:http, because all ratios are to it. Without `--only`
 * all of them, or after `--quick` those that the goals name.
 */
function choose({ only, usesPostgres, isQuick }: Options): readonly Contender[] {
  const unknown = only.filter((name) => all.every((contender) => contender.name !== name));
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(", ");
    throw new Error(`No such contender: ${unknown.join(", ")}. There are ${known}.`);
  }
  const names: ReadonlySet<string> = new Set(
    only.length > 0 ? [...only, "node-http"] : isQuick ? namedByGoals : all.map(({ name }) => name),
  );
  return all.filter(
    ({ name, database }) => names.has(name) && (usesPostgres || database !== "postgres"),
  );
}
