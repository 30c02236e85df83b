/** Load on a server, from a process of its own: wrk where it is on the PATH, else autocannon; ours for chains. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { readCpuMs } from "./cpu.ts";

export interface Load {
  /** One per process of the server; the connections are dealt out to them in turn. */
  readonly baseUrls: readonly string[];
  readonly pids: readonly number[];
  readonly path: string;
  /** Dealt out to the connections in turn. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  /** Absent: GET. Otherwise each is posted once, and its answer holds the one to be posted next. */
  readonly refreshTokens?: readonly string[];
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly answersPerSecond: number;
  /** What the server used of the processors for one answer, whoever else used them. Microseconds. */
  readonly cpuMicrosPerAnswer: number;
  /** Answers that were no 2xx, and requests that got none. */
  readonly failures: number;
  /** Those that are good now, if any were exchanged. */
  readonly refreshTokens?: readonly string[];
}

export type LoadTool = "wrk" | "autocannon";

export function findLoadTool(): LoadTool {
  return spawnSync("wrk", ["-v"]).error === undefined ? "wrk" : "autocannon";
}

/** Warms up, then measures. wrk cannot follow a chain of tokens, nor ask two servers in turn. */
export function applyLoad(tool: LoadTool, load: Load): Promise<LoadResult> {
  if (load.refreshTokens !== undefined) return runScript("chains.ts", load);
  const needsAutocannon = tool === "autocannon" || load.baseUrls.length > 1;
  return needsAutocannon ? runScript("peers/load.ts", load) : runWrk(load);
}

async function runScript(relativePath: string, load: Load): Promise<LoadResult> {
  const script = fileURLToPath(new URL(relativePath, import.meta.url));
  // Its complaints about a server are counted as failures below; its own crash is seen in the exit code.
  return JSON.parse(await run(process.execPath, [script, JSON.stringify(load)])) as LoadResult;
}

async function runWrk(load: Load): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-bench-"));
  try {
    const script = join(folder, "load.lua");
    await writeFile(script, wrkScript(load));
    const wrk = (seconds: number) =>
      run("wrk", [
        "--threads=1",
        `--connections=${load.connections}`,
        `--duration=${seconds}`,
        `--script=${script}`,
        load.baseUrls[0] ?? "",
      ]);
    if (load.warmUpSeconds > 0) await wrk(load.warmUpSeconds);
    const cpuBefore = readCpuMs(load.pids);
    const output = await wrk(load.seconds);
    const cpuMs = readCpuMs(load.pids) - cpuBefore;
    const result = /^result (\d+) (\d+) (\d+)$/m.exec(output)?.slice(1).map(Number);
    const [answers = 0, micros = 0, failures = 0] = result ?? [];
    return {
      answersPerSecond: (answers * 1e6) / micros,
      cpuMicrosPerAnswer: (cpuMs * 1000) / answers,
      failures: result === undefined ? 1 : failures,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Each request has the next headers; `done` prints what is read above. */
function wrkScript({ path, headers }: Load): string {
  const tables = headers.map((each) => {
    const entries = Object.entries(each).map(([name, value]) => `["${name}"]=[[${value}]]`);
    return `wrk.format("GET", "${path}", {${entries.join(",")}})`;
  });
  return `
local requests, turn = {}, 0
init = function() requests = {${tables.join(",\n")}} end
request = function() turn = turn % #requests + 1; return requests[turn] end
done = function(summary)
  local e = summary.errors
  io.write(string.format("result %d %d %d\\n", summary.requests, summary.duration,
    e.status + e.connect + e.read + e.write + e.timeout))
end`;
}

async function run(command: string, commandArguments: readonly string[]): Promise<string> {
  const child = spawn(command, commandArguments, { stdio: ["ignore", "pipe", "pipe"] });
  const [output, complaints] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (child.exitCode !== 0) throw new Error(`${command} failed:\n${complaints}`);
  return output;
}
