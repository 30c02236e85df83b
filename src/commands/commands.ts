/** The table of commands, and how one is run: from its arguments to its exit code. */
import { parseArgs } from "node:util";
import { commandLine, overviewLine } from "../process/command-line.ts";
import { version } from "../process/version.ts";
import { keepYoungGenerationSmall } from "../process/young-generation.ts";
import { type Arguments, type Command, CommandError, unknownWord, UsageError } from "./command.ts";

interface Entry {
  /** Its purpose in a few words, for the list of all. */
  readonly about: string;
  /** Each is loaded only when it is run: `start` says what is wrong with its settings before anything large is read. */
  readonly load: () => Promise<Command>;
}

const commands = {
  start: { about: "Starts the server", load: () => import("./start.ts") },
  admin: {
    about: "Administrators: create, promote, demote, list",
    load: () => import("./admin.ts"),
  },
  users: {
    about: "Accounts: disable, enable, unlock, verify, reset-factors, import",
    load: () => import("./users.ts"),
  },
  keys: { about: "Keys that sign access tokens: rotate, list", load: () => import("./keys.ts") },
  mails: {
    about: "Every mail in every language, as a page to look at",
    load: () => import("./mails.ts"),
  },
  migrate: {
    about: "Brings the database to this version's schema, as the server does",
    load: () => import("./migrate.ts"),
  },
  backup: {
    about: "The SQLite database as one file, while the server runs",
    load: () => import("./backup.ts"),
  },
  doctor: {
    about: "What is wrong with an installation, and what to do; changes nothing",
    load: () => import("./doctor.ts"),
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type CommandName = keyof typeof commands;

const commandNames = Object.keys(commands);

/** Runs what was typed after the name of the program: a command and its words. Nothing at all is `start`. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const [name = "start", ...rest] = argv;
  if (isCommandName(name)) return runCommand(name, rest);
  if (name === "--help" || name === "-h") return console.log(overview());
  if (name === "--version") return console.log(version);
  const kind = name.startsWith("-") ? "option" : "command";
  const known = kind === "option" ? ["--help", "--version"] : commandNames;
  misunderstood(unknownWord(kind, name, known), overviewLine);
}

/**
 * Runs a command and sets the exit code: 0 done, 1 not done, 2 not understood. Events and tables go to
 * stdout, words for a person to stderr, and one line there says what went wrong.
 */
export async function runCommand(name: CommandName, argv: readonly string[]): Promise<void> {
  if (name === "start") keepYoungGenerationSmall(); // before anything large is loaded
  const { usage, flags, options, run }: Command = await commands[name].load();
  try {
    const given = readArguments(argv, [...flags, "help", "version"], options);
    if (given.flags.has("help")) console.log(usage);
    else if (given.flags.has("version")) console.log(version);
    else await run(given);
  } catch (error) {
    if (error instanceof UsageError) return misunderstood(error, commandLine(name, "--help"));
    console.error(await explain(error));
    process.exitCode = 1;
  }
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

function overview(): string {
  const lines = Object.entries(commands).map(([name, { about }]) => [commandLine(name), about]);
  const width = Math.max(...lines.map(([typed = ""]) => typed.length));
  return [
    `Portcullis ${version}, a self-hosted authentication API`,
    "",
    ...lines.map(([typed = "", about = ""]) => `  ${typed.padEnd(width)}  ${about}`),
    "",
    `--help after a command says what it takes, as in: ${commandLine("users", "--help")}`,
    "Settings come from the environment; docs/settings.md describes them.",
  ].join("\n");
}

/** One line: what is wrong, and the help that `whereHelp` shows. */
function misunderstood({ message }: UsageError, whereHelp: string): void {
  console.error(`${message} (${whereHelp})`);
  process.exitCode = 2;
}

function readArguments(
  argv: readonly string[],
  flagNames: readonly string[],
  optionNames: readonly string[] = [],
): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(optionNames.map((name) => [name, { type: "string" as const }])),
    },
    strict: false,
    tokens: true,
  });
  const flags = new Set<string>();
  const options = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    if (optionNames.includes(token.name)) {
      // The next option is no value of this one.
      if (!token.value || (!token.inlineValue && token.value.startsWith("-")))
        throw new UsageError(`${token.rawName} takes a value`);
      options.set(token.name, token.value);
      continue;
    }
    if (!flagNames.includes(token.name)) {
      const known = [...flagNames, ...optionNames].map((name) => `--${name}`);
      throw unknownWord("option", token.rawName, known);
    }
    if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
    flags.add(token.name);
  }
  return { positionals, flags, options };
}

/** A line or two where the person can mend it; for a bug of ours the error itself, with its stack. */
async function explain(error: unknown): Promise<unknown> {
  if (error instanceof CommandError) return error.message;
  const { refusalOf } = await import("../process/start-refused.ts");
  return refusalOf(error) ?? error;
}
