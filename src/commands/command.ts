/** The shape of a command, and the two errors that end one in plain words. */
import { nearest } from "../process/nearest.ts";
import { printable } from "./table.ts";

/** A file of this folder is a command where it exports these three names; `commands.ts` has them all. */
export interface Command {
  /** Shown by `--help`. */
  readonly usage: string;
  /** Names of its boolean options, without the dashes. */
  readonly flags: readonly string[];
  /** Names of its options that take a value, without the dashes. Absent: it has none. */
  readonly options?: readonly string[];
  /** Resolves where the command is done; rejects with a `CommandError` where it cannot be. */
  run(given: Arguments): Promise<void>;
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly flags: ReadonlySet<string>;
  /** Values of the other options, by name. Of one that is given twice, the last. */
  readonly options: ReadonlyMap<string, string>;
}

/** The command cannot be done, and the person who typed it can see why: only the message is shown. Exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** The command does not understand its arguments: the message is one line, and is shown with where to find help. Exit code 2. */
export class UsageError extends CommandError {}

/** Letters of a word for each that may be wrong: `kesy` is near to `keys`. */
const LETTERS_PER_MISTAKE = 4;

/** Says that a word is none of `known`, and which one was probably meant, or all of them. `kind` is what it stands for: `command`, `option`. */
export function unknownWord(
  kind: "command" | "option",
  given: string,
  known: readonly string[],
): UsageError {
  const meant = nearest(given, known, LETTERS_PER_MISTAKE);
  const help = meant === undefined ? `there are ${known.join(", ")}` : `did you mean ${meant}?`;
  return new UsageError(`There is no ${kind} ${printable(given)}: ${help}`);
}
