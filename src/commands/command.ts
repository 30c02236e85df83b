/** What the commands share: their arguments, the settings, the database, and how they end. */
import { parseArgs } from "node:util";
import { createEventLog } from "../routes/event-log.ts";
import { dataFolderOf, poolOf, readSettings, type Settings } from "../process/settings.ts";
import { operations } from "../contract/operations.ts";
import { secretFieldNames } from "../contract/secret-fields.ts";
import { authSecretOf, makeDataFolder } from "../process/data-folder.ts";
import type { Journal, Occasion } from "../domain/ports/events.ts";
import { deriveKeys } from "../domain/secrets.ts";
import type { SecretKeys } from "../domain/ports/secret-keys.ts";
import { newId } from "../platform/ids.ts";
import { createLogWriter } from "../platform/log.ts";
import { refusalOf } from "../process/start-refused.ts";
import { openStorage } from "../storage/storage.ts";

/** The command cannot be done, and whoever typed it can see why: the message is all that is shown. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Not what the command understands: shown with its usage, exit code 2. */
export class UsageError extends CommandError {}

/** What a command works with: the server's own settings, secrets and database, beside a server that runs. */
export interface CommandContext {
  readonly settings: Settings;
  readonly secretKeys: SecretKeys;
  readonly journal: Journal;
  /** Outside of any request. */
  readonly occasion: Occasion;
  /** Answers once the lines of all events so far are on stdout. */
  written(): Promise<void>;
}

interface Arguments {
  readonly positionals: readonly string[];
  readonly flags: ReadonlySet<string>;
}

/**
 * Runs a command to its exit code: 0 done, 1 not done, 2 not understood. Events and tables go to
 * stdout, everything said to a person to stderr, and one line says what went wrong.
 */
export async function runCommand(
  usage: string,
  flagNames: readonly string[],
  run: (given: Arguments) => Promise<void>,
): Promise<void> {
  try {
    const given = readArguments(process.argv.slice(2), flagNames);
    if (given.flags.has("help")) console.log(usage);
    else await run(given);
  } catch (error) {
    console.error(error instanceof CommandError ? error.message : (refusalOf(error) ?? error));
    if (error instanceof UsageError) console.error(`\n${usage}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

function readArguments(args: string[], flagNames: readonly string[]): Arguments {
  const options = Object.fromEntries(
    ["help", ...flagNames].map((name) => [name, { type: "boolean" as const }]),
  );
  try {
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
    return { positionals, flags: new Set(Object.keys(values)) };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The settings, as the server reads them. Throws with one line per fault. */
export function readCommandSettings(): Settings {
  const read = readSettings(process.env);
  if ("settings" in read) return read.settings;
  throw new CommandError(read.faults.map((fault) => `Setting ${fault}`).join("\n"));
}

/** As the server does: for a SQLite file, and for what development keeps. */
export async function makeFolderFor(settings: Settings): Promise<void> {
  if (settings.DATABASE_URL.startsWith("sqlite:") || settings.AUTH_SECRET === undefined)
    await makeDataFolder(dataFolderOf(settings), false);
}

/** Opens the database, hands over what is needed, and closes it whatever happens; all lines are written then. */
export async function atWork<T>(work: (context: CommandContext) => Promise<T>): Promise<T> {
  const settings = readCommandSettings();
  await makeFolderFor(settings);
  const secret = await authSecretOf(settings, dataFolderOf(settings));
  const secretKeys = deriveKeys(secret);
  const writer = createLogWriter(settings.LOG_LEVEL, secretFieldNames(Object.values(operations)));
  try {
    const storage = await openStorage(settings.DATABASE_URL, poolOf(settings));
    const log = createEventLog(writer.print, settings.NODE_ENV === "production");
    const journal = { storage, log, newId };
    const occasion = { requestId: null, ip: null, now: Date.now() };
    const { written } = writer;
    const context = { settings, secretKeys, journal, occasion, written };
    return await work(context).finally(() => storage.close());
  } finally {
    await writer.close();
  }
}

/** Text that may hold what a stranger chose, with control characters shown as `?`. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}

/** Rows in columns, as wide as they need to be. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return cells.map(line).join("\n");
}
