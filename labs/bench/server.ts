/** One contender as a process of its own: started, watched from outside, ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contender } from "./contenders.ts";

const START_LIMIT_MS = 20_000;
const POLL_INTERVAL_MS = 2;

export interface Server {
  readonly baseUrl: string;
  readonly pid: number;
  /** From spawning it to its first 200 on the path that says it is ready. Milliseconds. */
  readonly readyMs: number;
  /** Empties the file its log goes to, which grows by a hundred megabytes a minute. */
  dropLog(): void;
  /** What it holds in memory. Bytes; undefined where the system does not say. */
  residentBytes(): number | undefined;
  stop(): Promise<void>;
}

/**
 * Starts it and waits until it is ready. Its stdout goes to a file, as in production: a pipe would
 * have the bench read every log line, on the processors it measures.
 */
export async function startServer(
  contender: Contender,
  folder: string,
  nodeArguments: readonly string[] = [],
): Promise<Server> {
  const logFile = join(folder, "stdout.log");
  const log = openSync(logFile, "a"); // appending, or a log cut short would grow back with a hole
  truncateSync(logFile);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeArguments, contender.script], {
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      ...contender.environment(folder),
    },
    stdio: ["ignore", log, "pipe"],
  });
  closeSync(log);
  const complaints = text(child.stderr ?? process.stdin);
  const isLate = () => performance.now() - startedAt > START_LIMIT_MS;
  const stop = () => stopProcess(child);

  let baseUrl: string | undefined;
  while (baseUrl === undefined || !(await isReady(baseUrl + contender.api.ready))) {
    if (child.exitCode !== null || isLate()) {
      await stop();
      throw new Error(`${contender.title} did not start:\n${await complaints}`);
    }
    await sleep(POLL_INTERVAL_MS);
    baseUrl ??= addressIn(logFile);
  }
  const pid = child.pid ?? 0;
  return {
    baseUrl,
    pid,
    readyMs: performance.now() - startedAt,
    dropLog: () => truncateSync(logFile),
    residentBytes: () => readResidentBytes(pid),
    stop,
  };
}

/** The first line that names an address: Portcullis' own `server_started`, or what the others print. */
function addressIn(logFile: string): string | undefined {
  return /"address":"(http:[^"]+)"/.exec(readFileSync(logFile, "utf8"))?.[1];
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 200;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const exited = once(child, "exit");
  const cut = setTimeout(() => child.kill("SIGKILL"), START_LIMIT_MS);
  await exited;
  clearTimeout(cut);
}

function readResidentBytes(pid: number): number | undefined {
  try {
    const kibibytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined; // no /proc here
  }
}
