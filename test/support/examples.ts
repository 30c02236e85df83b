import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { compiledOnce } from "./test-settings.ts";

/** Starts `examples/<name>/main.ts` on the client's sources; `lines` are the lines it has printed so far. */
export function startExample(name: string, environment: Readonly<Record<string, string>>) {
  const main = new URL(`../../examples/${name}/main.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, ["--conditions=source", main], {
    env: { PATH: process.env["PATH"], ...compiledOnce, ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  return {
    child,
    lines,
    async stop() {
      child.kill();
      await closed;
    },
  };
}
