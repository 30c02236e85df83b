/** PostgreSQL for the laboratories: the server at a given URL, or a new one from the development dependencies. */
import pg from "pg";
import { startPostgres } from "../test/support/postgres-server.ts";
import { siblingUrl } from "./database.ts";

export interface Postgres {
  /** Leads to a database that exists, with a role that may create others. */
  readonly url: string;
  /** Creates an empty database and answers its URL. */
  create(name: string): Promise<string>;
  /** Drops the created databases, or ends the server if it was started here. */
  remove(): Promise<void>;
}

/** Uses the server at `given`, or starts one with these flags of PostgreSQL in a temporary folder. */
export async function openPostgres(
  given: string | undefined,
  flags: readonly string[] = [],
): Promise<Postgres> {
  const started = given ? undefined : await startPostgres(flags);
  const url = given || (started?.url ?? "");
  const created: string[] = [];
  return {
    url,
    async create(name) {
      await query(url, `create database ${name}`);
      created.push(name);
      return siblingUrl(url, name);
    },
    async remove() {
      if (started !== undefined) return started.remove();
      for (const name of created) await query(url, `drop database ${name} with (force)`);
    },
  };
}

export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement on a connection of its own and answers its rows. */
export async function query(connectionString: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
