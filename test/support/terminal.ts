/** A command on a terminal of its own, which `script` of util-linux provides. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { waitFor } from "./wait-for.ts";

/** Without `--echo` the terminal shows no input at all, and a command that fails to hide a password would pass. */
export const noTerminal = !String(spawnSync("script", ["--help"]).stdout).includes("--echo");

export interface Typed {
  /** The text that must appear on the screen first, behind the text of the line before. */
  readonly after: string;
  readonly line: string;
}

/** Runs a command and types each line once it is asked for; answers the exit code and all that was on the screen. */
export async function runOnTerminal(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  lines: readonly Typed[],
): Promise<{ code: number | null; screen: string }> {
  const quoted = command.map((word) => `'${word}'`).join(" ");
  const options = ["--quiet", "--return", "--flush", "--echo", "always", "--command", quoted];
  const child = spawn("script", [...options, "/dev/null"], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["pipe", "pipe", "ignore"],
  });
  let screen = "";
  child.stdout.on("data", (chunk: Buffer) => (screen += chunk.toString()));
  child.stdin.on("error", () => undefined); // it may end without having read
  const closed = once(child, "close");
  try {
    let seen = 0;
    for (const { after, line } of lines) {
      seen = await waitFor(() => endOf(after, screen, seen) ?? (hasEnded() ? seen : undefined));
      child.stdin.write(`${line}\r`);
    }
    await closed;
  } finally {
    child.kill();
  }
  return { code: child.exitCode, screen };

  function hasEnded(): boolean {
    return child.exitCode !== null || child.signalCode !== null;
  }
}

function endOf(text: string, screen: string, from: number): number | undefined {
  const index = screen.indexOf(text, from);
  return index === -1 ? undefined : index + text.length;
}
