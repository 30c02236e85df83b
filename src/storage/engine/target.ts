/** The database that a process uses: a SQLite file of its own, or a PostgreSQL server's. */

export type DatabaseTarget =
  | { readonly kind: "sqlite"; readonly path: string }
  /** `url` may hold a password, so that no message repeats it. */
  | { readonly kind: "postgres"; readonly url: string };

/**
 * Reads a `DATABASE_URL`: `sqlite:<file>`, whose path is taken as it stands, or `postgres://…`.
 * Undefined for anything else, and for SQLite's `:memory:`, which would forget what it acknowledged (ST-01).
 */
export function parseDatabaseUrl(url: string): DatabaseTarget | undefined {
  if (/^postgres(?:ql)?:\/\/./.test(url)) return { kind: "postgres", url };
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  return path === undefined || path === ":memory:" ? undefined : { kind: "sqlite", path };
}
