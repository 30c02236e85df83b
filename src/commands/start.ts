/** What `npm start` does first: the settings, before anything large is loaded, so that what is wrong with them is said at once. */
import { existsSync, mkdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { dataFolderOf, readSettings, type Settings } from "../process/settings.ts";

/** Starts the server that the environment describes, or says what is wrong with it. */
export async function main(): Promise<void> {
  const read = readSettings();
  if ("faults" in read) {
    for (const fault of read.faults) console.error(`Setting ${fault}`);
    console.error("Nothing was started. The settings are described in docs/settings.md.");
    process.exitCode = 1;
    return;
  }
  if (read.settings.NODE_ENV === "production") keepCompiledCode(read.settings);
  const { serveUntilSignal } = await import("../process/serve.ts");
  await serveUntilSignal(read.settings);
}

/**
 * The next start finds what this one compiled. Beside the database, in a folder of the owner's alone:
 * what lies there is run, so it must not be the temporary folder, where others may write.
 */
function keepCompiledCode(settings: Settings): void {
  if (!settings.DATABASE_URL.startsWith("sqlite:")) return;
  const folder = join(dataFolderOf(settings), "compile-cache");
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    enableCompileCache(folder);
  } catch {
    // It only would have been faster. Where there is no data folder yet, the next start has one.
  }
}
