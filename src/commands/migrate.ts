/** `npm run migrate`: brings the database to this version's schema, as every start does, and says what it did. */
import { commandLine } from "../process/command-line.ts";
import { openDatabase } from "../process/system.ts";
import { type Arguments, UsageError } from "./command.ts";
import { settingsOfCommand } from "./with-system.ts";

export const usage = `${commandLine("migrate")}

Applies what the database lacks, in one transaction, with a line per step. The server does the same
when it starts. DATABASE_URL says which database.`;

export const flags: readonly string[] = [];

export async function run({ positionals }: Arguments): Promise<void> {
  if (positionals.length > 0) throw new UsageError("migrate takes no arguments");
  let steps = 0;
  const storage = await openDatabase(settingsOfCommand(), (line) => {
    steps += 1;
    console.log(line);
  });
  await storage.close();
  console.log(steps === 0 ? "nothing to do: the schema is the latest" : "the schema is the latest");
}
