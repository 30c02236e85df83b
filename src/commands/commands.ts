/** The table of commands, and how one is run: from its arguments to its exit code. */
import { parseArgs } from "node:util";
import { type Arguments, type Command, CommandError, UsageError } from "./command.ts";

/** Each is loaded only when it is run: `start` says what is wrong with its settings before anything large is read. */
const commands = {
  start: () => import("./start.ts"),
  admin: () => import("./admin.ts"),
  users: () => import("./users.ts"),
  keys: () => import("./keys.ts"),
  mails: () => import("./mails.ts"),
  migrate: () => import("./migrate.ts"),
  backup: () => import("./backup.ts"),
} as const satisfies Readonly<Record<string, () => Promise<Command>>>;

export type CommandName = keyof typeof commands;

/**
 * Runs a command and sets the exit code: 0 done, 1 not done, 2 not understood. Events and tables go to
 * stdout, words for a person to stderr, and one line there says what went wrong.
 */
export async function runCommand(name: string | undefined, argv: readonly string[]): Promise<void> {
  if (!isCommandName(name)) {
    console.error(`There are these commands: ${Object.keys(commands).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const { usage, flags, run } = await commands[name]();
  try {
    const given = readArguments(argv, flags);
    if (given.flags.has("help")) console.log(usage);
    else await run(given);
  } catch (error) {
    console.error(await explain(error));
    if (error instanceof UsageError) console.error(`\n${usage}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

function isCommandName(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(commands, name);
}

function readArguments(argv: readonly string[], flagNames: readonly string[]): Arguments {
  const options = Object.fromEntries(
    ["help", ...flagNames].map((name) => [name, { type: "boolean" as const }]),
  );
  try {
    const { positionals, values } = parseArgs({
      args: [...argv],
      options,
      allowPositionals: true,
    });
    return { positionals, flags: new Set(Object.keys(values)) };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A line or two where the person can mend it; for a bug of ours the error itself, with its stack. */
async function explain(error: unknown): Promise<unknown> {
  if (error instanceof CommandError) return error.message;
  const { refusalOf } = await import("../process/start-refused.ts");
  return refusalOf(error) ?? error;
}
