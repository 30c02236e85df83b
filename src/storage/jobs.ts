/** Jobs in the database: the first process to claim one does it, for all of them. */
import type { JobStore } from "../domain/ports/jobs.ts";
import { type Executor, prepare, type Slots } from "./statements.ts";

export function createJobStore(executor: Executor): JobStore {
  return {
    claim: async (name, now, nextAt) =>
      (await claim(executor, { name, now, nextAt })).changed === 1,
  };
}

const claim = prepare.write(
  (db, { name, now, nextAt }: Slots<{ name: string; now: number; nextAt: number }>) =>
    db
      .insertInto("jobs")
      .values({ name, due_at: nextAt })
      .onConflict((conflict) =>
        conflict.column("name").doUpdateSet({ due_at: nextAt }).where("jobs.due_at", "<=", now),
      ),
);
