/** PostgreSQL for the growth bench: one database per size, on a new server or that of BENCH_POSTGRES_URL. */
import { totalmem } from "node:os";
import pg from "pg";
import { openPostgres, query } from "../postgres.ts";
import type { Engine, Filler } from "./engine.ts";
import type { Value } from "./rows.ts";

export async function openPostgresEngine(): Promise<Engine> {
  const server = await openPostgres(process.env["BENCH_POSTGRES_URL"], ["-c", sharedBuffers()]);
  const [first] = await query(server.url, "show server_version");
  return {
    title: `PostgreSQL ${String(first?.["server_version"])}`,
    async create(users) {
      const url = await server.create(`portcullis_growth_${users}_${process.pid}`);
      return {
        location: { kind: "postgres", url },
        openFiller: () => openFiller(url),
        warm: async () => {}, // its own cache has everything since the fill, and drops nothing while there is room
      };
    },
    remove: () => server.remove(),
  };
}

/** A quarter of the memory, as PostgreSQL's manual advises (19.4.1), and docs/operating.md with it. */
function sharedBuffers(): string {
  return `shared_buffers=${Math.round(totalmem() / 4 / 2 ** 20)}MB`;
}

/** Lists the indexes that belong to no constraint. */
const INDEXES = `select indexname as name, indexdef as definition from pg_indexes
  where schemaname = 'public'
  and not exists (select 1 from pg_constraint where conname = indexname)`;

const PREWARM = `select pg_prewarm(oid) from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')`;

async function openFiller(connectionString: string): Promise<Filler> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'");
  // No check of references per row: the rows are known to be right. Only a superuser may turn it off.
  await client.query("set session_replication_role = replica").catch(() => undefined);
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(INDEXES);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  return {
    async insert(table, rows) {
      const columns = Object.entries(table.columns);
      const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`);
      await client.query(
        `insert into ${table.name} (${columns.map(([name]) => name).join()})
          select * from unnest(${arrays.join()})`,
        columns.map((_, index) => rows.map((row) => bindable(row[index] ?? null))),
      );
    },
    async finish() {
      for (const { definition } of indexes) await client.query(definition);
      // Autovacuum would do it too, but in the middle of the measurement.
      await client.query("vacuum analyze");
      // The next three need a superuser, and are skipped without one.
      await client.query("checkpoint").catch(() => undefined);
      await client.query("create extension if not exists pg_prewarm").catch(() => undefined);
      await client.query(PREWARM).catch(() => undefined);
      const { rows } = await client.query<{ bytes: string }>(
        "select pg_database_size(current_database()) as bytes",
      );
      await client.end();
      return Number(rows[0]?.bytes);
    },
  };
}

function bindable(value: Value): string | number | null | Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}
