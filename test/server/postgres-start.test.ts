import { once } from "node:events";
import pg from "pg";
import { expect, test } from "vitest";
import { spawnServer } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { createPostgres } from "../support/databases.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("ST-13 SIGTERM ends a start that waits for another process's migration, with code 0", async () => {
  const database = await createPostgres();
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  await other.query(`select pg_advisory_lock(5786934566925107200)`);
  const environment = {
    DATABASE_URL: database.url,
    AUTH_SECRET: "fathom-wicket-0123456789-lantern-orchard",
  };
  const child = spawnServer(environment, [], temporaryFolder());
  const ended = once(child, "close");
  await waitFor(async () => {
    const { rows } = await other.query("select 1 from pg_locks where not granted");
    return rows.length > 0 ? true : undefined;
  });
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  await other.end();
  await database.remove();
});
