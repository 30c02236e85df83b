/** Runs one contender as a process: starts it, measures it from outside, and ends it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contender, Place } from "./contenders.ts";

const START_LIMIT_MS = 20_000;
const POLL_INTERVAL_MS = 2;

export interface Server {
  readonly baseUrl: string;
  readonly pid: number;
  /** From the spawn to the first 200 of its ready path. Milliseconds. */
  readonly readyMs: number;
  /** Empties its log file, which grows by a hundred megabytes a minute. */
  dropLog(): void;
  /** Resident memory. Bytes; undefined without /proc. */
  residentBytes(): number | undefined;
  stop(): Promise<void>;
}

/**
 * Starts the contender and waits until it is ready. Its stdout goes to a file, as in production: through a
 * pipe the bench would read every log line, on the processors it measures.
 */
export async function startServer(
  contender: Contender,
  place: Place,
  nodeArguments: readonly string[] = [],
): Promise<Server> {
  const logFile = join(place.folder, "stdout.log");
  const log = openSync(logFile, "a"); // append mode: writing goes on at the new end after dropLog
  truncateSync(logFile);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeArguments, ...contender.command], {
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      ...contender.environment(place),
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

/** Address in the first line that has one: the event `server_started`, or a line the others print. */
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
