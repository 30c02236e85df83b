/** Fills a new database with accounts, and with the rows of all other tables that belong to them. */
import { openStorage } from "../../src/storage/storage.ts";
import type { Progress } from "../report/progress.ts";
import type { Engine, GrowthDatabase } from "./engine.ts";
import { tables } from "./rows.ts";

/** Rows per bulk statement. */
const BATCH = 10_000;
/** Rows per step of the progress. */
const STRIDE = 100_000;

export interface Filled {
  readonly users: number;
  readonly database: GrowthDatabase;
  readonly bytes: number;
}

export async function fill(engine: Engine, users: number, progress: Progress): Promise<Filled> {
  const database = await engine.create(users);
  const migrated = await openStorage(database.location);
  await migrated.close();
  const filler = await database.openFiller();
  for (const table of tables) {
    const count = table.count(users);
    for (let from = 0; from < count; from += BATCH) {
      if (from % STRIDE === 0)
        progress.step(`${engine.title}, ${written(users)} accounts: ${table.name}`);
      const length = Math.min(BATCH, count - from);
      const rows = Array.from({ length }, (_, index) => table.row(from + index, users));
      await filler.insert(table, rows);
    }
  }
  progress.step(`${engine.title}, ${written(users)} accounts: indexes`);
  const bytes = await filler.finish();
  return { users, database, bytes };
}

/** Number of steps that `fill` reports. */
export function countFillSteps(users: number): number {
  return 1 + tables.reduce((sum, { count }) => sum + Math.ceil(count(users) / STRIDE), 0);
}

export function written(count: number): string {
  return count.toLocaleString("en-US");
}
