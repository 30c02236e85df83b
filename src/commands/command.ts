/** The shape of a command, and the two errors that end one in plain words. */

/** A file of this folder is a command where it exports these three names; `commands.ts` has them all. */
export interface Command {
  /** Shown by `--help`, and below a `UsageError`. */
  readonly usage: string;
  /** Names of its boolean options, without the dashes. */
  readonly flags: readonly string[];
  /** Resolves where the command is done; rejects with a `CommandError` where it cannot be. */
  run(given: Arguments): Promise<void>;
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly flags: ReadonlySet<string>;
}

/** The command cannot be done, and the person who typed it can see why: only the message is shown. Exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** The command does not understand its arguments: the message is shown with the usage. Exit code 2. */
export class UsageError extends CommandError {}
