/**
 * A real PostgreSQL for the tests: started once for a whole run from an npm package, or the one that
 * TEST_DATABASE_URL names, whose role may create databases.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { EmbeddedPostgres } from "./embedded-postgres.ts";
import { freePort } from "./free-port.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/** Vitest's global setup: tests find the server by `inject("postgresUrl")`. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given !== undefined) {
    provide("postgresUrl", given);
    return async () => {};
  }
  const postgres = await startPostgres();
  provide("postgresUrl", postgres.url);
  return () => postgres.remove();
}

export interface PostgresServer {
  /** Of the database `postgres`, as its superuser. */
  readonly url: string;
  /** Ends it at once, with nothing put in order: `SIGQUIT` is PostgreSQL's own word for that, `SIGKILL` the system's. */
  kill(signal: "SIGQUIT" | "SIGKILL"): Promise<void>;
  /** Starts it again, on what it kept. */
  start(): Promise<void>;
  /** Ends it and deletes what it kept. */
  remove(): Promise<void>;
}

/**
 * A new cluster in a temporary folder. Its language is not "C", so that an order of text which relies
 * on the database's own shows. `flags` are PostgreSQL's own.
 */
export async function startPostgres(flags: readonly string[] = []): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-postgres-"));
  const port = await freePort();
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: "postgres",
    password: "postgres",
    // PostgreSQL refuses to run as root.
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: [
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--locale-provider=icu",
      "--icu-locale=en",
    ],
    postgresFlags: ["-c", "unix_socket_directories=", "-c", "max_connections=300", ...flags],
    onLog: (message) => said.push(message),
    onError: (message) => said.push(String(message)),
  });
  const start = () =>
    server.start().catch(() => {
      throw new Error(`PostgreSQL did not start:\n${said.slice(-20).join("")}`);
    });
  await server.initialise().catch((error: unknown) => {
    throw new Error(`PostgreSQL could not be set up:\n${said.join("")}`, { cause: error });
  });
  await start();
  async function kill(signal: "SIGQUIT" | "SIGKILL"): Promise<void> {
    const [pid] = readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n");
    const ended = server.stop(); // asks for an orderly end, which would take a checkpoint first
    process.kill(Number(pid), signal);
    await ended;
  }
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    kill,
    start,
    async remove() {
      await kill("SIGQUIT");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
