/** `npm run backup`: the SQLite database as it is at one moment, as one file, while the server goes on. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { commandLine } from "../process/command-line.ts";
import type { Settings } from "../process/settings.ts";
import { type Arguments, CommandError, UsageError } from "./command.ts";
import { settingsOfCommand } from "./with-system.ts";

export const usage = `${commandLine("backup", "<file>")}

Copies the SQLite database of DATABASE_URL to a new file, also while the server runs. The file alone is
the whole database: to restore, stop the server, put it where DATABASE_URL says, without the -wal and
-shm files of before, and start. AUTH_SECRET is not in it, and without it nobody can log in: keep it too
(in development it is data/auth-secret). For PostgreSQL use pg_dump.`;

export const flags: readonly string[] = [];

/** The copy holds the hashes of passwords and sessions. */
const FILE_MODE = 0o600;
/** How long the copy waits for a write of the server. Milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;
/** All pages in one step: a copy in several begins anew whenever the server writes in between, and under load never ends. */
const ALL_PAGES = 0x7fffffff;

export async function run({ positionals: [file, ...rest] }: Arguments): Promise<void> {
  if (file === undefined || rest.length > 0) throw new UsageError("backup takes one file");
  const source = sqliteFileOf(settingsOfCommand());
  const target = resolve(file);
  if (existsSync(target)) throw new CommandError(`${file} exists: choose another name`);
  mkdirSync(dirname(target), { recursive: true });
  const draft = `${target}.part`; // renamed at the end, so that the file is whole from its first moment
  rmSync(draft, { force: true });
  closeSync(openSync(draft, "wx", FILE_MODE));
  try {
    const pages = await copy(source, draft);
    proveWhole(draft);
    renameSync(draft, target);
    console.error(`${file}: ${pages} pages, integrity ok`);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function sqliteFileOf({ database }: Settings): string {
  if (database.kind !== "sqlite")
    throw new CommandError("DATABASE_URL is no SQLite file: use pg_dump");
  const file = resolve(database.path);
  if (!existsSync(file)) throw new CommandError("There is no database at DATABASE_URL yet");
  return file;
}

async function copy(source: string, target: string): Promise<number> {
  const database = new DatabaseSync(source, { timeout: BUSY_TIMEOUT_MS });
  try {
    return await backup(database, target, { rate: ALL_PAGES });
  } finally {
    database.close();
  }
}

/** Throws where the copy is damaged: a backup that was never checked is a hope. */
function proveWhole(file: string): void {
  const database = new DatabaseSync(file);
  try {
    // It came as a WAL file; as one with a rollback journal nothing appears beside it.
    database.exec("pragma journal_mode = delete");
    const [verdict] = Object.values(database.prepare("pragma integrity_check").get() ?? {});
    const orphan = database.prepare("pragma foreign_key_check").get();
    if (verdict !== "ok" || orphan !== undefined)
      throw new CommandError("The copy is damaged, and was removed; is the database itself whole?");
  } finally {
    database.close();
  }
}
