/** Shared by all gates: they say what they do, run tools that are installed for them alone, and end with a clear line. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { installLocked } from "../../scripts/locked-packages.ts";

/** The published document. */
export const documentFile = fileURLToPath(new URL("../../openapi/openapi.json", import.meta.url));

const tools = new URL("tools/", import.meta.url);
const REDOCLY = new URL("../../node_modules/@redocly/cli/bin/cli.js", import.meta.url);

/** Runs a gate to its last line and its exit code. `work` answers one line per fault. */
export async function gate(
  name: string,
  promise: string,
  work: () => Promise<readonly string[]>,
): Promise<void> {
  console.log(`gate ${name}: ${promise}`);
  const startedAt = performance.now();
  const faults = await work().catch((error: unknown) => [
    `The gate itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  ]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  for (const fault of faults) console.log(`- ${fault}`);
  const outcome = faults.length === 0 ? "passed" : `FAILED with ${faults.length} faults`;
  console.log(`gate ${name}: ${outcome} in ${seconds} s`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

/** Paths inside `tools/`, from its root; installed already. */
export async function installedTool(path: string): Promise<string> {
  await installLocked(tools, "the gates' tools");
  return fileURLToPath(new URL(`node_modules/${path}`, tools));
}

export interface Ran {
  readonly exitCode: number | null;
  /** Of stdout and stderr, as they came. */
  readonly output: string;
}

/** Runs a JavaScript program on this Node until it ends. */
export async function runProgram(file: string, ...options: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [file, ...options], {
    env: { ...process.env, ...QUIET },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode: child.exitCode, output: stdout + stderr };
}

export function runRedocly(...options: string[]): Promise<Ran> {
  return runProgram(fileURLToPath(REDOCLY), ...options);
}

/** A gate sends nothing but to its own server, and asks nobody. */
const QUIET = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };
