/** pg_dump and its like, which no npm package brings: those of the system, and a server they can dump. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { freePort } from "./free-port.ts";
import { waitFor } from "./wait-for.ts";

export interface PostgresTools {
  readonly major: number;
  readonly pgDump: string;
  readonly pgRestore: string;
  /** The folder of the server of the same version; undefined where only the client is installed. */
  readonly serverBin: string | undefined;
}

/** The newest there are, on the PATH or where Debian keeps its versions side by side. */
export function findPostgresTools(): PostgresTools | undefined {
  const versions = globSync("/usr/lib/postgresql/*/bin").map(toolsIn);
  return [toolsIn(""), ...versions]
    .filter((tools) => tools !== undefined)
    .sort((a, b) => b.major - a.major || Number(b.serverBin !== undefined) - 1)
    .at(0);
}

function toolsIn(folder: string): PostgresTools | undefined {
  const pgDump = join(folder, "pg_dump");
  try {
    const said = execFileSync(pgDump, ["--version"], { encoding: "utf8", stdio: "pipe" });
    const hasServer = folder !== "" && existsSync(join(folder, "initdb"));
    return {
      major: Number(/ (\d+)/.exec(said)?.[1]),
      pgDump,
      pgRestore: join(folder, "pg_restore"),
      serverBin: hasServer ? folder : undefined,
    };
  } catch {
    return undefined;
  }
}

/** The version of the server at `url`: 18. */
export async function majorOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version_num: string }>("show server_version_num");
    return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  } finally {
    await client.end();
  }
}

export interface SystemPostgres {
  /** Of the database `postgres`, as its superuser. */
  readonly url: string;
  remove(): Promise<void>;
}

/** A new cluster of the system's own PostgreSQL in a temporary folder. */
export async function startSystemPostgres(bin: string): Promise<SystemPostgres> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-system-postgres-"));
  const data = join(folder, "data");
  const owner = userInfo().uid === 0 ? postgresUser() : undefined;
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const initdb = ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"];
  execFileSync(join(bin, "initdb"), initdb, { ...owner, cwd: folder, stdio: "ignore" });

  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories="];
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    { ...owner, cwd: folder, stdio: "ignore" },
  );
  const ended = once(server, "exit");
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await Promise.race([
    ended.then(() => Promise.reject(new Error("The system's PostgreSQL ended at once"))),
    untilAnswering(url),
  ]);
  return {
    url,
    async remove() {
      server.kill("SIGQUIT");
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** PostgreSQL refuses to run as root; the package brought a user for it. */
function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

function untilAnswering(url: string): Promise<number> {
  return waitFor(() => majorOf(url).catch(() => undefined));
}
