/** Jobs in the database: whoever claims one first does it, for every process. */
import type { JobStore } from "../domain/ports/jobs.ts";
import type { Run } from "./queries.ts";

export function createJobStore(run: Run): JobStore {
  return {
    claim: (name, now, nextAt) => claimJob(run, name, now, nextAt),
  };
}

async function claimJob(run: Run, name: string, now: number, nextAt: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await run((db) =>
    db
      .insertInto("jobs")
      .values({ name, due_at: nextAt })
      .onConflict((conflict) =>
        conflict.column("name").doUpdateSet({ due_at: nextAt }).where("jobs.due_at", "<=", now),
      )
      .executeTakeFirstOrThrow(),
  );
  return numInsertedOrUpdatedRows === 1n;
}
