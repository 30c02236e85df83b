/** The database that a process uses: a SQLite file of its own, or a PostgreSQL server's. */

export type DatabaseTarget =
  | { readonly kind: "sqlite"; readonly path: string }
  /** `url` may hold a password, so that no message repeats it. */
  | { readonly kind: "postgres"; readonly url: string };

/**
 * Reads a `DATABASE_URL`: `sqlite:<file>`, whose path is taken as it stands, or `postgres://…`.
 * Undefined for anything else, for each way to write a database in memory, which would forget what it acknowledged
 * (ST-01), and for `sqlite://host/…`, which some libraries read as a path from here and some as one from the root.
 */
export function parseDatabaseUrl(url: string): DatabaseTarget | undefined {
  if (/^postgres(?:ql)?:\/\/./.test(url)) return { kind: "postgres", url };
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  const isNoFile = path === undefined || /:memory:|^file:|^\/\/[^/]/.test(path);
  return isNoFile ? undefined : { kind: "sqlite", path };
}

const LOCAL = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|::1|\/.*|)$/;

/**
 * Tells whether the driver talks to another machine in plain text although the URL does not say `sslmode=disable`.
 * It encrypts where the URL has any other word about TLS, and not by itself. `defaultHost` is of a URL without a host.
 */
export function sendsPlainText(target: DatabaseTarget, defaultHost = ""): boolean {
  if (target.kind !== "postgres") return false;
  const url = URL.parse(target.url) ?? URL.parse(target.url.replace("@/", "@localhost/"));
  const query = Object.fromEntries(url?.searchParams ?? []);
  const named = (url?.hostname ?? "unreadable").replace(/^%2f/i, "/").replace(/^\[(.+)\]$/, "$1");
  if (LOCAL.test(query["host"] || named || defaultHost)) return false;
  const { ssl, sslmode, sslcert, sslkey, sslrootcert, sslnegotiation } = query;
  const isSecured =
    ["true", "1"].includes(ssl ?? "") ||
    Boolean(sslmode || sslcert || sslkey || sslrootcert) ||
    (ssl === undefined && sslnegotiation === "direct");
  return !isSecured;
}
