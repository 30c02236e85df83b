/** A pool of connections to PostgreSQL, each of which is asked for the settings that safety rests on before its first use. */
import pg from "pg";
import { UnsafeStorageError } from "../../domain/ports/storage.ts";
import type { PoolOptions } from "./pool.ts";

/** Settings of PostgreSQL that a connection has, by their names. */
export type ConnectionSettings = Readonly<Record<string, string>>;

/** How long a transaction may stand idle, in milliseconds. None waits for anything but the database, so one that idles was left behind. */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** Opens none before one is asked for. `bounds` go to `pg`; `settings` are set on each connection. */
export function createPool(
  url: string,
  options: PoolOptions,
  bounds: pg.PoolConfig,
  settings: ConnectionSettings = {},
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "portcullis",
    connectionTimeoutMillis: options.connectTimeoutSeconds * 1000,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    types: { getTypeParser },
    verify: (client: pg.PoolClient, done: (error?: Error) => void) => {
      verifySettings(client, settings).then(() => done(), done);
    },
    ...bounds,
  });
  // Without a listener, the loss of an idle connection would end the process. Its next user gets the error.
  const hear = () => undefined;
  pool.on("error", hear);
  pool.on("connect", (client) => client.on("error", hear));
  return pool;
}

/**
 * Values as SQLite gives them. Instants and counters are int8, which `pg` leaves as text lest numbers
 * above 2^53 are rounded: there are none here.
 */
export const getTypeParser: typeof pg.types.getTypeParser = (type, format) => {
  if (type === pg.types.builtins.INT8) return Number;
  if (type === pg.types.builtins.BYTEA) return readBytes;
  // The types of `pg` promise no more than any; what comes of it is typed by Kysely.
  return pg.types.getTypeParser(type, format) as (text: string) => unknown;
};

/** `\x` and hexadecimal digits (postgresql.org/docs/current/datatype-binary.html). */
function readBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), "hex"));
}

interface ServerSettings {
  readonly encoding: string;
  readonly synchronous_commit: string;
  readonly fsync: string;
  readonly replication_role: string;
}

/**
 * Asks a new connection for its settings before its first use: they may differ after a failover, or once a
 * role's settings have changed. It also fixes for the session what a role, a database or a reload of the server's
 * settings may have changed (ST-23), in the same round trip:
 *
 * - `synchronous_commit`, as it was judged.
 * - the isolation level: who waits for a lock has to see afterwards what was committed meanwhile. In a snapshot from
 *   before, up to five processes each made the first administrator.
 * - how bytes are spelled, or hashes would be read wrong.
 *
 * `default_transaction_read_only` is left alone: it is how an operator stops writes, and then they are refused.
 */
const SETTINGS = `select
  current_setting('server_encoding') as encoding,
  set_config('synchronous_commit', current_setting('synchronous_commit'), false) as synchronous_commit,
  set_config('default_transaction_isolation', 'read committed', false),
  set_config('bytea_output', 'hex', false),
  current_setting('session_replication_role') as replication_role,
  current_setting('fsync') as fsync`;

/** Refuses settings that lose acknowledged writes (ST-01): an operator may have chosen speed for another database on the server. */
async function verifySettings(client: pg.PoolClient, own: ConnectionSettings): Promise<void> {
  const changes = Object.entries(own).map(
    ([name, value]) => `, set_config('${name}', '${value}', false)`,
  );
  const { rows } = await client.query<ServerSettings>(SETTINGS + changes.join(""));
  const [settings] = rows;
  if (settings?.encoding !== "UTF8")
    throw new UnsafeStorageError("The PostgreSQL database must have the encoding UTF8");
  if (settings.fsync !== "on")
    throw new UnsafeStorageError(
      "The PostgreSQL server runs with fsync = off, which loses acknowledged writes",
    );
  if (settings.replication_role !== "origin")
    throw new UnsafeStorageError(
      "The PostgreSQL database has session_replication_role = " +
        `${settings.replication_role}, which switches off the rules of its tables; ` +
        "reset it with: alter role … reset session_replication_role",
    );
  if (settings.synchronous_commit === "off")
    throw new UnsafeStorageError(
      "The PostgreSQL database has synchronous_commit = off, which loses acknowledged writes; " +
        "set it with: alter role … set synchronous_commit = on",
    );
}
