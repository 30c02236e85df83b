/** `npm run users -- import <file>`: accounts from elsewhere, with their bcrypt hashes. Safe beside a running server. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { costOfBcrypt, ImportedAccount } from "../contract/imports.ts";
import { importAccounts, type ImportOutcome, rehearseImport } from "../domain/imports.ts";
import type { Occasion } from "../domain/ports/events.ts";
import type { System } from "../process/system.ts";
import { type Arguments, CommandError, UsageError } from "./command.ts";
import { type Line, linesOf } from "./lines.ts";
import { createProgress, type Progress } from "./progress.ts";
import { printable } from "./table.ts";
import { withSystem } from "./with-system.ts";

export const usage = `npm run users -- import <file> [--dry-run]

Makes an account of every line of the file, each a JSON object:

  {"email":"ada@example.com","passwordHash":"$2b$12$…","role":"user","disabled":false,"createdAt":"2026-11-23T10:06:00.000Z"}

email and passwordHash are required. The hash is plain bcrypt ($2a$, $2b$, $2y$), of cost 10 to 15; its
owner logs in with the password it is of. An address that has an account keeps it as it is, so the same
file can be imported again. What is refused is listed on stderr by its line; the exit code is then 1.

  --dry-run   Says what would be refused, and writes nothing

Settings come from the environment, as the server's do.`;

export const flags = ["dry-run"];

/** Accounts per transaction: few enough that a server beside it waits for milliseconds. */
const BATCH = 200;
/** Longer than any account can be. Bytes. */
const LINE_MAX_BYTES = 4096;

export async function run({ positionals, flags: given }: Arguments): Promise<void> {
  const [command, file, ...rest] = positionals;
  if (command === undefined) throw new UsageError("Which command?");
  if (command !== "import") throw new UsageError(`No such command: ${command}`);
  if (file === undefined || rest.length > 0) throw new UsageError("import takes one file");
  const isRehearsal = given.has("dry-run");
  const size = await sizeOf(file);
  const counts = await withSystem((system, occasion) =>
    importFile(system, occasion, file, createProgress(size), isRehearsal),
  );
  report(counts, isRehearsal);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new CommandError(`${printable(file)} is not a file`);
  return found.size;
}

interface Counts {
  imported: number;
  existing: number;
  refused: number;
  /** Imported accounts whose hashes cost more than the server's own, and so are slower to compare. */
  costly: number;
}

interface Candidate {
  readonly line: number;
  readonly account: ImportedAccount;
}

/** Imports one batch at a time, so that a file of any size needs the same memory. */
async function importFile(
  { deps, settings, written }: System,
  occasion: Occasion,
  file: string,
  progress: Progress,
  isRehearsal: boolean,
): Promise<Counts> {
  const counts: Counts = { imported: 0, existing: 0, refused: 0, costly: 0 };
  const put = isRehearsal ? rehearseImport : importAccounts;
  let batch: Candidate[] = [];

  for await (const line of linesOf(createReadStream(file), LINE_MAX_BYTES)) {
    const read = readAccount(line);
    if (read === undefined) continue;
    if (typeof read === "string") refuse(line.number, read);
    else batch.push({ line: line.number, account: read });
    if (batch.length === BATCH) await flush();
    progress.at(line.endsAt);
  }
  await flush();
  progress.end();
  return counts;

  async function flush(): Promise<void> {
    const accounts = batch.map(({ account }) => account);
    const outcomes = await put(deps, occasion, accounts);
    for (const [index, { line, account }] of batch.entries())
      tell(line, account, outcomes[index] ?? "email_taken");
    batch = [];
    await written();
  }

  function tell(line: number, { passwordHash }: ImportedAccount, outcome: ImportOutcome): void {
    if (outcome === "impossible_date") {
      refuse(line, "createdAt: Must be from 1970 until now");
    } else if (outcome === "email_taken") {
      counts.existing += 1;
      progress.say(`line ${line}: the address has an account, which stays as it is`);
    } else {
      counts.imported += 1;
      if (costOfBcrypt(passwordHash) > settings.BCRYPT_COST) counts.costly += 1;
    }
  }

  function refuse(line: number, reason: string): void {
    counts.refused += 1;
    progress.say(`line ${line}: refused: ${reason}`);
  }
}

/** Reads the account of a line; answers the fault as a text, and undefined for an empty line. Never repeats the line. */
function readAccount({ bytes, isTooLong }: Line): ImportedAccount | string | undefined {
  if (isTooLong) return `Longer than ${LINE_MAX_BYTES} bytes`;
  const json = parse(bytes);
  if (json === "empty") return undefined;
  if (json === "not JSON") return "Not a JSON object in UTF-8";
  const parsed = ImportedAccount.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const { path, message, code } = parsed.error.issues[0] ?? { path: [], message: "", code: "" };
  // Zod repeats the name, which is a hash where the columns of the file were mixed up.
  if (code === "unrecognized_keys") return "Has a property that is not known";
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}

function parse(bytes: Uint8Array): { readonly value: unknown } | "empty" | "not JSON" {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.trim() === "" ? "empty" : { value: JSON.parse(text) };
  } catch {
    return "not JSON";
  }
}

function report({ imported, existing, refused, costly }: Counts, isRehearsal: boolean): void {
  const done = isRehearsal ? "would be imported" : "imported";
  console.error(`${imported} ${done}, ${existing} had an account, ${refused} refused`);
  if (costly > 0)
    console.error(
      `${costly} of them cost more than BCRYPT_COST: until their owners log in, the time of a refused login tells that the account exists`,
    );
  if (refused > 0) process.exitCode = 1;
}
