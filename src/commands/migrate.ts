/** `npm run migrate`: brings the database to this version's schema, as every start does, and says what it did. */
import { openStorage } from "../storage/storage.ts";
import { makeFolderFor, readCommandSettings, runCommand, UsageError } from "./command.ts";

const usage = `npm run migrate

Applies what the database lacks, in one transaction, with a line per step. The server does the same
when it starts. DATABASE_URL says which database.`;

await runCommand(usage, [], async ({ positionals }) => {
  if (positionals.length > 0) throw new UsageError("migrate takes no arguments");
  let steps = 0;
  const settings = readCommandSettings();
  await makeFolderFor(settings);
  const storage = await openStorage(settings.DATABASE_URL, {
    onStep(line) {
      steps += 1;
      console.log(line);
    },
  });
  await storage.close();
  console.log(steps === 0 ? "nothing to do: the schema is the latest" : "the schema is the latest");
});
