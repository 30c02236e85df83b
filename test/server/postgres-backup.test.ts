/** The backup that docs/operating.md tells people to make of PostgreSQL, taken under load, is a database a server starts on. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { expect, inject, onTestFinished, test } from "vitest";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { waitFor } from "../support/wait-for.ts";
import { startServerProcess } from "../support/server-process.ts";
import { findPostgresTools, majorOf, startSystemPostgres } from "../support/postgres-tools.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const AUTH_SECRET = "backups-need-it-too-0123456789-abcdefghij";

const tools = findPostgresTools();
const shared = inject("postgresUrl");
const isOldEnough = tools !== undefined && (await majorOf(shared)) <= tools.major;
const whyNot =
  tools === undefined
    ? "pg_dump is not installed (apt-get install postgresql)"
    : isOldEnough || tools.serverBin !== undefined
      ? undefined
      : `pg_dump ${tools.major} is older than the server, and there is no server of its version`;
if (whyNot !== undefined) console.warn(`\nThe test of pg_dump is skipped: ${whyNot}\n`);

test.skipIf(whyNot !== undefined)(
  "a pg_dump taken under load restores to a database the server starts on, whole, with what was acknowledged before",
  async () => {
    if (tools === undefined) throw new Error("Skipped without");
    const postgres = await findServer(tools.serverBin);
    const [original, restored] = [await createDatabase(postgres), await createDatabase(postgres)];
    const folder = temporaryFolder();

    const server = await startServerProcess({
      environment: { AUTH_SECRET, DATABASE_URL: original },
    });
    onTestFinished(() => server.dispose());
    const before = freshEmail();
    const api = cookieClient(server.baseUrl);
    dataOf(await api.signup({ email: before, password: PASSWORD }));
    let isOver = false;
    let signups = 0;
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!isOver) {
          dataOf(
            await cookieClient(server.baseUrl).signup({ email: freshEmail(), password: PASSWORD }),
          );
          signups += 1;
        }
      }),
    );
    await waitFor(() => (signups > 4 ? true : undefined));
    const dump = join(folder, "portcullis.dump");
    await run(tools.pgDump, ["--format=custom", `--file=${dump}`, `--dbname=${original}`]);
    const after = freshEmail();
    dataOf(await api.signup({ email: after, password: PASSWORD }));
    isOver = true;
    await load;

    const into = ["--no-owner", "--exit-on-error", "--single-transaction", `--dbname=${restored}`];
    await run(tools.pgRestore, [...into, dump]);
    expect(await query(restored, "select count(*)::int as n from users")).not.toEqual([{ n: 0 }]);
    // A moment of the database, and not of its tables one after the other.
    const apart = `select user_id from events where event = 'signup' except select id from users`;
    const alone = `select id from users except select user_id from events where event = 'signup'`;
    expect(await query(restored, `(${apart}) union all (${alone})`)).toEqual([]);
    await expect(query(restored, "update events set level = 'info'")).rejects.toThrow(
      "events is append-only",
    );

    const again = await startServerProcess({
      environment: { AUTH_SECRET, DATABASE_URL: restored },
    });
    onTestFinished(() => again.dispose());
    dataOf(await cookieClient(again.baseUrl).login({ email: before, password: PASSWORD }));
    expect(
      await cookieClient(again.baseUrl).login({ email: after, password: PASSWORD }),
    ).toMatchObject({
      status: 401,
    });
  },
  120_000, // a cluster is made, and a server started twice
);

/** The one all tests share, unless it is newer than pg_dump: then one of pg_dump's own version. */
async function findServer(serverBin: string | undefined): Promise<string> {
  if (isOldEnough || serverBin === undefined) return shared;
  const own = await startSystemPostgres(serverBin);
  onTestFinished(() => own.remove());
  return own.url;
}

async function createDatabase(serverUrl: string): Promise<string> {
  const name = `dumped_${crypto.randomUUID().replaceAll("-", "")}`;
  await query(serverUrl, `create database ${name} template template0 encoding 'UTF8'`);
  onTestFinished(async () => void (await query(serverUrl, `drop database ${name} with (force)`)));
  const url = new URL(serverUrl);
  url.pathname = name;
  return url.href;
}

async function query(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
