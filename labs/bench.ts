/** `npm run bench`: how fast Portcullis is, as ratios to bare node:http and to its peers in the same run. */
import { type Contender, listContenders } from "./bench/contenders.ts";
import { type Goal, yardsticks } from "./bench/goals.ts";
import { findLoadTool } from "./bench/load.ts";
import { type Options, readOptions, usage } from "./bench/options.ts";
import { writePage } from "./bench/page.ts";
import { installPeers } from "./bench/peers.ts";
import { profile } from "./bench/profile.ts";
import { createProgress } from "./bench/progress.ts";
import { judgeGoals, summarizeAll } from "./bench/results.ts";
import { countSteps, measure } from "./bench/run.ts";
import { conditionsOf, makeTables, printTable } from "./bench/tables.ts";

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else if (options.profileFolder === undefined) await bench(options);
  else await profileOurs(options, options.profileFolder);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bench(options: Options): Promise<void> {
  const contenders = choose(options);
  await installPeers(); // autocannon is among them
  const collapsed = await measureAndTell(contenders, options);
  if (!options.guards || collapsed.length === 0) return;

  console.error("Measured once more: what is really slow is slow again.\n");
  const again = await measureAndTell(contenders, options);
  if (collapsed.some((goal) => again.includes(goal))) process.exitCode = 1;
}

/** Answers the goals that were missed by more than half. */
async function measureAndTell(
  contenders: readonly Contender[],
  options: Options,
): Promise<readonly Goal[]> {
  const tool = findLoadTool();
  const conditions = conditionsOf(tool, options, new Date().toISOString().slice(0, 10));
  const progress = createProgress(countSteps(contenders, options));
  const measured = await measure(contenders, tool, options, progress);
  progress.end();

  const results = summarizeAll(measured);
  const judged = judgeGoals(results);
  const tables = makeTables(results, judged);
  console.log(`${conditions}\n`);
  for (const table of tables) console.log(printTable(table));
  if (options.writesFiles) await writePage(conditions, tables, results);

  const collapsed = judged.filter(({ isCollapse }) => isCollapse).map(({ goal }) => goal);
  for (const { title } of collapsed) console.error(`Missed by more than half: ${title}`);
  return collapsed;
}

async function profileOurs(options: Options, folder: string): Promise<void> {
  const ours = listContenders(options.postgresUrl).find(({ name }) => name === "portcullis");
  if (ours === undefined) throw new Error("There is no Portcullis to profile");
  await installPeers();
  await profile(ours, findLoadTool(), options, folder);
}

/**
 * The chosen ones, with bare node:http always, because everything is measured against it. In a hurry,
 * those that the goals name.
 */
function choose({ only, postgresUrl, isQuick }: Options): readonly Contender[] {
  const all = listContenders(postgresUrl);
  const unknown = only.filter((name) => all.every((contender) => contender.name !== name));
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(", ");
    throw new Error(`No such contender: ${unknown.join(", ")}. There are ${known}.`);
  }
  if (only.length === 0 && !isQuick) return all;
  if (only.length === 0)
    return all.filter(({ name }) => name.startsWith("portcullis") || yardsticks.has(name));
  return all.filter(({ name }) => name === "node-http" || only.includes(name));
}
