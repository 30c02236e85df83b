/** `npm start`: the server, from its settings to the signal that ends it. */
import { existsSync, mkdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { commandLine } from "../process/command-line.ts";
import { greetingOf } from "../process/greeting.ts";
import { isOursAlone } from "../process/ownership.ts";
import type { RunningServer } from "../process/server.ts";
import { readSettings, type Settings } from "../process/settings.ts";
import { letYoungGenerationGrow } from "../process/young-generation.ts";
import { type Arguments, CommandError, UsageError } from "./command.ts";

/** How long an orderly end may take: a supervisor kills the process ten seconds after its signal (ST-13). Milliseconds. */
const STOP_TIMEOUT_MS = 9_500;

export const usage = `${commandLine("start")}

Starts the server that the environment describes, and runs it until SIGINT or SIGTERM. The settings are
described in docs/settings.md.`;

export const flags: readonly string[] = [];

export async function run({ positionals }: Arguments): Promise<void> {
  if (positionals.length > 0) throw new UsageError("start takes no arguments");
  const read = readSettings();
  if ("faults" in read)
    throw new CommandError(
      [
        ...read.faults.map((fault) => `Setting ${fault}`),
        "Nothing was started. The settings are described in docs/settings.md.",
      ].join("\n"),
    );
  for (const remark of read.remarks) console.error(`Setting ${remark}`);
  await serve(read.settings);
}

/** Starts the server, says where to look, and ends with a signal. Where it cannot start, says why and ends the process. */
export async function serve(settings: Settings): Promise<void> {
  if (settings.NODE_ENV === "production") keepCompiledCode(settings);
  // Imported only now, with everything large that it needs: by then the settings are known to be right.
  const starting = import("../process/server.ts").then(({ startServer }) =>
    // Elsewhere its words go to a journal, and so would a password.
    startServer(settings, process.stderr.isTTY),
  );
  endOnSignal(starting);
  const server = await starting.catch(async (error: unknown) => {
    const { refusalOf } = await import("../process/start-refused.ts");
    console.error(refusalOf(error) ?? error);
    process.exit(1);
  });
  letYoungGenerationGrow();
  console.error(greetingOf(server, settings));
}

/**
 * Lets the next start find the code that this one compiled. It lies beside the database, in a folder of
 * the owner's alone: files there are run, so it must not be the temporary folder, nor any other where others may write.
 */
function keepCompiledCode({ database, dataFolder }: Settings): void {
  if (database.kind !== "sqlite") return;
  const folder = join(dataFolder, "compile-cache");
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    if (isOursAlone(folder)) enableCompileCache(folder);
    else console.error(`${folder} is not used: others can write it, or it is not this user's`);
  } catch {
    // It only would have been faster. Where there is no data folder yet, the next start has one.
  }
}

/**
 * Listens for signals from the first moment: a process that is number 1 of a container ignores those that
 * it does not listen for. Before the server listens no request was acknowledged, and the next process that
 * opens the database undoes a migration that was cut, so the process may end at once.
 */
function endOnSignal(starting: Promise<RunningServer>): void {
  let server: RunningServer | undefined;
  void starting.then(
    (started) => (server = started),
    () => undefined, // `serve` says why
  );
  // A second signal finds the stop under way and changes nothing.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (server === undefined) process.exit(0);
      const overdue = () => {
        console.error("Something did not end in time: the process ends without it");
        process.exit(1);
      };
      setTimeout(overdue, STOP_TIMEOUT_MS).unref();
      server.stop(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
}
