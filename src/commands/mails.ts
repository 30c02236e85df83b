/** `npm run mails`: every mail in every language as one page, to look at in a browser. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { commandLine } from "../process/command-line.ts";
import { mailPreview } from "../process/mail-preview.ts";
import { type Arguments, CommandError, UsageError } from "./command.ts";
import { settingsOfCommand } from "./with-system.ts";

export const usage = `${commandLine("mails", "<file.html>")}

Writes a page that shows each mail in each language, with made-up values: on a phone and wide, light and
dark, as HTML and as text. Open it in a browser; after a change, run this again and reload. A fault in the
templates of MAIL_TEMPLATES is told as at the start of the server. docs/mails.md describes them.

Settings come from the environment, as the server's do.`;

export const flags: readonly string[] = [];

export async function run({ positionals: [file, ...rest] }: Arguments): Promise<void> {
  if (file === undefined || rest.length > 0) throw new UsageError("mails takes one file");
  if (!/\.html?$/i.test(file)) throw new UsageError("The file must be named .html");
  const page = mailPreview(settingsOfCommand());
  const path = resolve(file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, page);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
  console.error(`Open ${pathToFileURL(path).href}`);
}
