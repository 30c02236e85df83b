/** Puts load on a server from another process: wrk if it is on the PATH, else autocannon, or chains.ts for rotation. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { readCpuMs } from "./cpu.ts";

export interface Load {
  /** One per process of the server. Connections go to them in turn. */
  readonly baseUrls: readonly string[];
  readonly pids: readonly number[];
  readonly path: string;
  /** Headers of the requests, used in turn. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  /** If present, the requests rotate these tokens by POST. Otherwise they are GET. */
  readonly refreshTokens?: readonly string[];
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly answersPerSecond: number;
  /** CPU time of the server for one answer. Microseconds. */
  readonly cpuMicrosPerAnswer: number;
  /** Answers that are no 2xx, and requests without an answer. */
  readonly failures: number;
  /** Current tokens of the chains, after rotation. */
  readonly refreshTokens?: readonly string[];
}

export type LoadTool = "wrk" | "autocannon";

export function findLoadTool(): LoadTool {
  return spawnSync("wrk", ["-v"]).error === undefined ? "wrk" : "autocannon";
}

/** Warms up, then measures. wrk can neither rotate tokens nor ask two servers in turn. */
export function applyLoad(tool: LoadTool, load: Load): Promise<LoadResult> {
  if (load.refreshTokens !== undefined) return runScript("chains.ts", load);
  const needsAutocannon = tool === "autocannon" || load.baseUrls.length > 1;
  return needsAutocannon ? runScript("peers/load.ts", load) : runWrk(load);
}

async function runScript(relativePath: string, load: Load): Promise<LoadResult> {
  const script = fileURLToPath(new URL(relativePath, import.meta.url));
  // The script counts bad answers as failures. Its exit code tells of a crash of its own.
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

/** Script for wrk: each request has the next headers, and `done` prints the line that runWrk reads. */
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
