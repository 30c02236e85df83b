/** SQLite for the growth bench: one file per size in a temporary folder. */
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Engine, Filler } from "./engine.ts";

export async function openSqliteEngine(): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-growth-"));
  const version = new DatabaseSync(":memory:").prepare("select sqlite_version() as v").get();
  return {
    title: `SQLite ${String(version?.["v"])}`,
    async create(users) {
      const path = join(folder, `${users}.db`);
      return {
        location: { kind: "sqlite", path },
        openFiller: async () => openFiller(path),
        warm: () => readThrough(path),
      };
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Without a journal, because a fill that fails is thrown away. The next open sets the file's modes again. */
function openFiller(path: string): Filler {
  const database = new DatabaseSync(path);
  database.exec("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -400000");
  database.exec("pragma foreign_keys = off"); // the rows are known to be right, and a check per row costs time
  // Triggers too: the one that refuses REPLACE looks up every new event.
  const later = database
    .prepare(
      "select type, name, sql from sqlite_schema where type in ('index', 'trigger') and sql is not null",
    )
    .all();
  for (const { type, name } of later) database.exec(`drop ${String(type)} "${String(name)}"`);
  return {
    async insert(table, rows) {
      const columns = Object.keys(table.columns);
      const marks = columns.map(() => "?").join();
      const statement = database.prepare(
        `insert into ${table.name} (${columns.join()}) values (${marks})`,
      );
      database.exec("begin");
      for (const row of rows) statement.run(...row);
      database.exec("commit");
    },
    async finish() {
      for (const { sql } of later) database.exec(String(sql));
      database.close();
      return (await stat(path)).size;
    },
  };
}

/** Reads the whole file, so that the system's file cache has it. */
async function readThrough(path: string): Promise<void> {
  const file = await open(path);
  const piece = new Uint8Array(2 ** 22);
  while ((await file.read(piece)).bytesRead > 0);
  await file.close();
}
