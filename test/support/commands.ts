/** The commands as an operator runs them: each a process of its own, on the database of a server. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { LogEvent } from "../../src/contract/events.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type ScriptName = "admin" | "backup" | "keys" | "migrate" | "users";

export function scriptPath(name: ScriptName): string {
  return new URL(`../../src/commands/${name}.ts`, import.meta.url).pathname;
}

/** Runs `src/commands/<name>.ts`; `input` is what is piped to it. */
export async function runScript(
  name: ScriptName,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  input: string | Buffer = "",
): Promise<Ended> {
  const child = spawn(process.execPath, [scriptPath(name), ...args], {
    env: { PATH: process.env["PATH"], BCRYPT_COST: "10", HASH_WORKERS: "1", ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on("error", () => undefined); // it may end without having read
  child.stdin.end(input);
  await once(child, "close");
  return { code: child.exitCode, stdout, stderr };
}

/** The lines of stdout, each of which must be an event. */
export function eventsOf({ stdout }: Ended): LogEvent[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => LogEvent.parse(JSON.parse(line)));
}
