/** Commands as an operator runs them: each in a process of its own, on the database of a server. */
import { spawn } from "node:child_process";
import { LogEvent } from "../../src/contract/events.ts";
import { type Ended, readToEnd } from "./ended.ts";

export type ScriptName = "admin" | "backup" | "keys" | "migrate" | "users";

export function scriptPath(name: ScriptName): string {
  return new URL(`../../src/commands/${name}.ts`, import.meta.url).pathname;
}

/** Runs `src/commands/<name>.ts` with `input` piped to it, until it ends. */
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
  child.stdin.on("error", () => undefined); // it may end without having read
  child.stdin.end(input);
  return readToEnd(child);
}

/** The lines of stdout, each of which must be an event. */
export function eventsOf({ stdout }: Ended): LogEvent[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => LogEvent.parse(JSON.parse(line)) as unknown as LogEvent);
}
