/** Fills a new database with as many accounts as asked for, and all that belongs to them. */
import { openStorage } from "../../src/storage/storage.ts";
import type { Progress } from "../bench/progress.ts";
import type { Engine } from "./engines.ts";
import { tables } from "./rows.ts";

/** Rows of one bulk statement. */
const BATCH = 10_000;
/** Rows between two words of progress. */
const STRIDE = 100_000;

export interface Filled {
  readonly users: number;
  readonly location: string;
  readonly bytes: number;
}

export async function fill(engine: Engine, users: number, progress: Progress): Promise<Filled> {
  const location = await engine.create(users);
  const migrated = await openStorage(engine.targetOf(location));
  await migrated.close();
  const filler = await engine.openFiller(location);
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
  return { users, location, bytes };
}

/** As many as `fill` takes. */
export function countFillSteps(users: number): number {
  return 1 + tables.reduce((sum, { count }) => sum + Math.ceil(count(users) / STRIDE), 0);
}

export function written(count: number): string {
  return count.toLocaleString("en-US");
}
