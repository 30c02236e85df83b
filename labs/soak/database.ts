/** The database under a soak, which is temporary, and the conditions that must hold in it after a kill. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Database, databaseUrl } from "../database.ts";
import { openPostgres, query, type Row } from "../postgres.ts";

export interface SoakDatabase {
  /** Value of DATABASE_URL. */
  readonly url: string;
  /** Runs one query on a connection of its own and answers its rows. */
  rows(sql: string): Promise<readonly Row[]>;
  /** Describes every broken condition. An empty list is good. */
  faults(): Promise<string[]>;
  dispose(): Promise<void>;
}

/** Makes an empty database: a file in the soak's folder, or one on the PostgreSQL of TEST_DATABASE_URL or a new one. */
export async function openSoakDatabase(
  kind: Database["kind"],
  folder: string,
): Promise<SoakDatabase> {
  await mkdir(join(folder, "data"), { recursive: true, mode: 0o700 });
  if (kind === "sqlite") return openSqlite(join(folder, "data", "portcullis.db"));
  const server = await openPostgres(process.env["TEST_DATABASE_URL"]);
  const url = await server.create(`soak_${process.pid}_${Date.now()}`);
  return { ...readPostgres(url), dispose: () => server.remove() };
}

/** Reads a PostgreSQL database that somebody else made, and disposes of. */
export function readPostgres(url: string): Omit<SoakDatabase, "dispose"> {
  const rows: Query = (sql) => query(url, sql);
  return { url, rows, faults: () => findContradictions(rows) };
}

function openSqlite(path: string): SoakDatabase {
  const rows: Query = async (sql) => {
    const database = new DatabaseSync(path, { timeout: 5_000 });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  };
  return {
    url: databaseUrl({ kind: "sqlite", path }),
    rows,
    async faults() {
      const integrity = JSON.stringify(await rows("pragma integrity_check"));
      const orphans = await rows("pragma foreign_key_check");
      return [
        ...(integrity === '[{"integrity_check":"ok"}]' ? [] : [`integrity_check: ${integrity}`]),
        ...orphans.map((orphan) => `foreign_key_check: ${JSON.stringify(orphan)}`),
        ...(await findContradictions(rows)),
      ];
    },
    dispose: async () => undefined,
  };
}

type Query = (sql: string) => Promise<readonly Row[]>;

/**
 * Queries that must find no row. A change and its event are committed together or not at all (LA-06), and
 * a soak deletes neither accounts nor events.
 */
const contradictions = {
  "an account without its event": `select id from users where not exists
    (select 1 from events where event = 'signup' and user_id = users.id)`,
  "an event of an account that does not exist": `select user_id from events where event = 'signup'
    and not exists (select 1 from users where id = events.user_id)`,
  "a refresh token rotated without its event": `select id, refresh_counter from sessions where kind = 'token'
    and refresh_counter > (select count(*) from events where event = 'token_refreshed'
      and user_id = sessions.user_id and body like '%' || sessions.id || '%')`,
  "a session without its account": `select id from sessions where not exists
    (select 1 from users where id = sessions.user_id)`,
};

async function findContradictions(run: Query): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, sql] of Object.entries(contradictions))
    for (const row of await run(sql)) faults.push(`${name}: ${JSON.stringify(row)}`);
  return faults;
}
