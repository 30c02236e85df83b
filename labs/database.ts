/** Databases of the laboratories. Every DATABASE_URL they use is built here, and none is taken apart. */
import type { DatabaseTarget } from "../src/storage/engine/target.ts";

export type Database = DatabaseTarget;

/** Value of DATABASE_URL for the database. */
export function databaseUrl(database: Database): string {
  return database.kind === "sqlite" ? `sqlite:${database.path}` : database.url;
}

/** URL of another database on the same PostgreSQL server, with the same role. */
export function siblingUrl(postgresUrl: string, name: string): string {
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** URL of the same PostgreSQL database through a proxy on this machine. */
export function proxiedUrl(postgresUrl: string, port: number): string {
  const url = new URL(postgresUrl);
  url.host = `127.0.0.1:${port}`;
  return url.href;
}
