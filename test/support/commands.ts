/** Commands as an operator runs them: each in a process of its own, on the database of a server. */
import { spawn } from "node:child_process";
import type { CommandName } from "../../src/commands/commands.ts";
import { LogEvent } from "../../src/contract/events.ts";
import { type Ended, readToEnd } from "./ended.ts";
import { compiledOnce } from "./test-settings.ts";

export type ScriptName = Exclude<CommandName, "start">;

const ENTRY = new URL("../../src/command.js", import.meta.url).pathname;

/** A command as npm runs it, with its arguments: `admin`, `create`, … */
export function commandLine(name: ScriptName, ...args: readonly string[]): string[] {
  return [process.execPath, ENTRY, name, ...args];
}

/** Runs a command of `src/commands/` with `input` piped to it, until it ends. */
export async function runScript(
  name: ScriptName,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  input: string | Buffer = "",
): Promise<Ended> {
  const child = spawn(process.execPath, [ENTRY, name, ...args], {
    env: {
      PATH: process.env["PATH"],
      BCRYPT_COST: "10",
      HASH_WORKERS: "1",
      ...compiledOnce,
      ...environment,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined); // it may end without having read
  child.stdin.end(input);
  return readToEnd(child);
}

/** The lines of stdout, each of which must be an event. */
export function eventsOf({ stdout }: Ended): LogEvent[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => LogEvent.parse(JSON.parse(line)));
}
