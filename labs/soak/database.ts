/** The database under the soak: a temporary one, and what may never be true of it. */
import { mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EmbeddedPostgres } from "./embedded-postgres.ts";
import pg from "pg";
import { findFreePort } from "./server.ts";

export type DatabaseKind = "sqlite" | "postgres";

export interface SoakDatabase {
  /** As DATABASE_URL; a relative path is relative to the soak's folder. */
  readonly url: string;
  /** What is wrong with it; nothing, most of the time. */
  faults(): Promise<string[]>;
  dispose(): Promise<void>;
}

type Query = (sql: string) => Promise<readonly object[]>;

/** `folder` is the soak's; the database is new, and in it, unless TEST_DATABASE_URL names a PostgreSQL. */
export async function openSoakDatabase(kind: DatabaseKind, folder: string): Promise<SoakDatabase> {
  await mkdir(join(folder, "data"), { recursive: true, mode: 0o700 });
  if (kind === "sqlite") return openSqlite(join(folder, "data", "portcullis.db"));
  const given = process.env["TEST_DATABASE_URL"];
  return given ? openGivenPostgres(given) : openEmbeddedPostgres(`${folder}-postgres`);
}

function openSqlite(path: string): SoakDatabase {
  return {
    url: `sqlite:${path}`,
    async faults() {
      const database = new DatabaseSync(path, { timeout: 5_000 });
      const query: Query = async (sql) => database.prepare(sql).all();
      try {
        const integrity = await query("pragma integrity_check");
        const isWhole = JSON.stringify(integrity) === '[{"integrity_check":"ok"}]';
        const orphans = await query("pragma foreign_key_check");
        return [
          ...(isWhole ? [] : [`integrity_check: ${JSON.stringify(integrity)}`]),
          ...orphans.map((orphan) => `foreign_key_check: ${JSON.stringify(orphan)}`),
          ...(await halfDone(query)),
        ];
      } finally {
        database.close();
      }
    },
    dispose: async () => undefined,
  };
}

/** Beside the soak's folder, which only its owner may enter: as root, PostgreSQL runs as another user. */
async function openEmbeddedPostgres(databaseDir: string): Promise<SoakDatabase> {
  const port = await findFreePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "portcullis",
    password: "soak-only",
    persistent: false,
    createPostgresUser: userInfo().uid === 0, // PostgreSQL refuses to run as root
    onLog: () => undefined,
  });
  await server.initialise();
  await server.start();
  await server.createDatabase("soak");
  const url = `postgres://portcullis:soak-only@127.0.0.1:${port}/soak`;
  return { ...(await openPostgres(url)), dispose: () => server.stop() };
}

/** In a database of its own on the given server, which goes away with the soak. */
async function openGivenPostgres(given: string): Promise<SoakDatabase> {
  const name = `soak_${process.pid}_${Date.now()}`;
  await runOnPostgres(given, (query) => query(`create database ${name}`));
  const url = new URL(given);
  url.pathname = `/${name}`;
  return {
    ...(await openPostgres(url.href)),
    async dispose() {
      await runOnPostgres(given, (query) => query(`drop database ${name} with (force)`));
    },
  };
}

async function openPostgres(url: string): Promise<Omit<SoakDatabase, "dispose">> {
  return { url, faults: () => runOnPostgres(url, halfDone) };
}

async function runOnPostgres<T>(url: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(async (sql) => (await client.query<object>(sql)).rows);
  } finally {
    await client.end();
  }
}

/** A change and its event hold together or neither does (LA-06): no soak deletes an account or an event. */
const neverTrue = {
  "an account without its event": `select id from users where not exists
    (select 1 from events where event = 'signup' and user_id = users.id)`,
  "an event of an account that is not there": `select user_id from events where event = 'signup'
    and not exists (select 1 from users where id = events.user_id)`,
  "an exchange without its event": `select id, refresh_counter from sessions where kind = 'token'
    and refresh_counter > (select count(*) from events where event = 'token_refreshed'
      and user_id = sessions.user_id and body like '%' || sessions.id || '%')`,
  "a session of nobody": `select id from sessions where not exists
    (select 1 from users where id = sessions.user_id)`,
};

async function halfDone(query: Query): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, sql] of Object.entries(neverTrue))
    for (const row of await query(sql)) faults.push(`${name}: ${JSON.stringify(row)}`);
  return faults;
}
