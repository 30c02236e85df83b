/** Takes a CPU profile of Portcullis under each kind of load, and sums it by topic, function and file. */
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Postgres } from "../postgres.ts";
import { printTable, type Table } from "../report/tables.ts";
import type { Contender } from "./contenders.ts";
import { applyLoad, type LoadTool } from "./load.ts";
import type { Options } from "./options.ts";
import { dispose, loadOf, prepare } from "./run.ts";
import { startServer } from "./server.ts";
import { topicOf } from "./topics.ts";
import { workloads, workloadTitles } from "./workloads.ts";

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
}
/** Format of `--cpu-prof`. */
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Time between a sample and the one before. Microseconds. */
  readonly timeDeltas: readonly number[];
}

const SAMPLE_INTERVAL_MICROS = 200;
const ROWS_SHOWN = 40;

/** Writes a `<workload>.cpuprofile` per workload into `into`, and prints where the time went. */
export async function profile(
  contender: Contender,
  postgres: Postgres | undefined,
  tool: LoadTool,
  options: Options,
  into: string,
): Promise<void> {
  await mkdir(into, { recursive: true });
  const prepared = await prepare(contender, postgres);
  try {
    for (const workload of workloads) {
      const folder = join(prepared.place.folder, workload);
      const server = await startServer(contender, prepared.place, [
        "--cpu-prof",
        `--cpu-prof-dir=${folder}`,
        `--cpu-prof-interval=${SAMPLE_INTERVAL_MICROS}`,
      ]);
      const load = loadOf(prepared, [server], workload, options);
      const result = load && (await applyLoad(tool, load));
      if (result?.refreshTokens) prepared.accounts.refreshTokens = result.refreshTokens;
      await server.stop();
      const file = join(into, `${workload}.cpuprofile`);
      await rename(await servingThreadIn(folder), file);
      const title = `${workloadTitles[workload]}: ${Math.round(result?.answersPerSecond ?? 0)} answers/s`;
      const read = JSON.parse(await readFile(file, "utf8")) as Profile; // written by Node
      const skippedMs = server.readyMs + options.warmUpSeconds * 1000;
      for (const table of tablesOf(title, read, skippedMs)) console.log(printTable(table));
    }
  } finally {
    await dispose(prepared);
  }
}

/** Finds the profile of the main thread, which serves. Names are `CPU.<day>.<time>.<process>.<thread>.<count>`. */
async function servingThreadIn(folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => name.split(".")[4] === "0");
  if (file === undefined) throw new Error("Node wrote no profile of the thread that serves");
  return join(folder, file);
}

/** Leaves out the first `skippedMs`: the start and the warm-up. */
function tablesOf(title: string, profile: Profile, skippedMs: number): Table[] {
  const selfMicros = new Map<number, number>();
  let elapsedMicros = 0;
  for (const [index, id] of profile.samples.entries()) {
    const micros = profile.timeDeltas[index] ?? 0;
    elapsedMicros += micros;
    if (elapsedMicros > skippedMs * 1000) selfMicros.set(id, (selfMicros.get(id) ?? 0) + micros);
  }
  const byTopic = new Map<string, number>();
  const byFunction = new Map<string, number>();
  const byFile = new Map<string, number>();
  for (const [node, topic] of withTopics(profile.nodes)) {
    const { functionName, url } = node.callFrame;
    if (notWork.has(functionName)) continue;
    const micros = selfMicros.get(node.id) ?? 0;
    add(byTopic, topic, micros);
    add(byFunction, nameOf(node), micros);
    add(byFile, url === "" ? functionName || "(native)" : fileOf(url), micros);
  }
  return [
    shareTable(`${title}; by topic`, byTopic),
    shareTable(`${title}; self time by function`, byFunction),
    shareTable(`${title}; self time by file`, byFile),
  ];
}

const notWork: ReadonlySet<string> = new Set(["(idle)", "(program)"]);

/** Pairs each node with its own topic, or else with that of the nearest caller that has one. */
function withTopics(nodes: readonly ProfileNode[]): [ProfileNode, string][] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found: [ProfileNode, string][] = [];
  const [root] = nodes;
  if (root) visit(root, "all else");
  return found;

  function visit(node: ProfileNode, inherited: string): void {
    const topic = topicOf(nameOf(node)) ?? inherited;
    found.push([node, topic]);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child) visit(child, topic);
    }
  }
}

function add(sums: Map<string, number>, key: string, micros: number): void {
  sums.set(key, (sums.get(key) ?? 0) + micros);
}

function shareTable(title: string, sums: ReadonlyMap<string, number>): Table {
  const total = [...sums.values()].reduce((sum, micros) => sum + micros, 0);
  const rows = [...sums].toSorted(([, a], [, b]) => b - a).slice(0, ROWS_SHOWN);
  return {
    title,
    head: ["", "%"],
    rows: rows.map(([name, micros]) => [name, ((micros / total) * 100).toFixed(1)]),
  };
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  return `${functionName || "(anonymous)"}  ${fileOf(url)}:${lineNumber + 1}`;
}

/** Path relative to the repository, or to node_modules. */
function fileOf(url: string): string {
  return url
    .replace(/^.*\/node_modules\//, "")
    .replace(/^file:\/\/.*?\/((?:src|packages)\/)/, "$1");
}
