/** Harm to PostgreSQL and its connections, while clients are at work. */
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { PostgresServer } from "../../../test/support/postgres-server.ts";
import { query } from "../../postgres.ts";
import { holdsWithin } from "./mode.ts";
import type { Mischief, Proxy } from "./proxy.ts";

/** The database under the servers, and the way to it. */
export interface Victim {
  readonly postgres: PostgresServer;
  /** Folder of the cluster. */
  readonly dataFolder: string;
  /** Between the servers and the database. */
  readonly proxy: Proxy;
  /** True while some of the database stands still, and may yet do what it was asked before. */
  isFrozen: boolean;
}

export interface Harm {
  readonly says: string;
  /** Does harm for that long, and undoes it. Answers how often, besides what the proxy counts. */
  make(victim: Victim, forMs: number): Promise<number>;
}

export const harms: Readonly<Record<string, Harm>> = {
  "postgres-terminate": {
    says: "pg_terminate_backend, of two connections at a time",
    make: (victim, forMs) => repeat(forMs, 100, () => killBackends(victim)),
  },
  "postgres-cancel": {
    says: "pg_cancel_backend, of whatever runs",
    make: (victim, forMs) => cancelWhatRuns(victim, forMs),
  },
  "postgres-cut": {
    says: "connections cut in the middle of a packet",
    make: (victim, forMs) => throughProxy(victim, forMs, { cut: 0.01 }),
  },
  "postgres-hold": {
    says: "answers held back, some for longer than a server waits",
    make: (victim, forMs) =>
      throughProxy(victim, Math.max(forMs, 2 * GIVEN_UP_AFTER_MS), {
        hold: { chance: 0.01, forMs: GIVEN_UP_AFTER_MS },
      }),
  },
  "postgres-locks": { says: "LOCK TABLE by another client", make: lockTables },
  "postgres-stop": { says: "SIGSTOP of a backend, and of the postmaster", make: stopProcesses },
  "postgres-kill": {
    says: "kill -9 of a backend, and the recovery after it",
    make: (victim, forMs) => repeat(forMs, 1_000, () => killBackend(victim)),
  },
  "postgres-restart": {
    says: "restart in mode immediate",
    make: (victim, forMs) =>
      repeat(forMs, 500, async () => {
        await victim.postgres.kill("SIGQUIT");
        await victim.postgres.start();
        return 1;
      }),
  },
};

/** Longer than a server waits for an answer: DATABASE_STATEMENT_TIMEOUT and two seconds. Milliseconds. */
const GIVEN_UP_AFTER_MS = 3_300;

/** Does it again and again, with a pause after each time, until the time is over. Answers how often it succeeded. */
async function repeat(
  forMs: number,
  pauseMs: number,
  once: () => Promise<number>,
): Promise<number> {
  const endsAt = performance.now() + forMs;
  let made = 0;
  do {
    made += await once();
    await sleep(pauseMs);
  } while (performance.now() < endsAt);
  return made;
}

async function throughProxy({ proxy }: Victim, forMs: number, mischief: Mischief): Promise<number> {
  proxy.set(mischief);
  await sleep(forMs);
  proxy.set({});
  return 0;
}

/** The connections of the servers, in the database's own list. */
const OURS = "application_name = 'portcullis'";

function killBackends({ postgres }: Victim): Promise<number> {
  return affect(
    postgres.url,
    `select pg_terminate_backend(pid) from pg_stat_activity where ${OURS} order by random() limit 2`,
  );
}

/** Runs a statement, and answers how many rows it has. */
async function affect(url: string, sql: string): Promise<number> {
  return (await query(url, sql)).length;
}

const tables = ["sessions", "events", "users", "limits"] as const;

/** Holds up all changes of a table, so that statements are under way, and cancels them. */
async function cancelWhatRuns({ postgres }: Victim, forMs: number): Promise<number> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  let turn = 0;
  try {
    return await repeat(forMs, 20, async () => {
      const table = tables[turn++ % tables.length];
      await client.query(`begin; lock table ${table} in share row exclusive mode`);
      await sleep(HELD_UP_MS);
      const { rowCount } = await client.query(
        `select pg_cancel_backend(pid) from pg_stat_activity where ${OURS} and state = 'active'`,
      );
      await client.query("rollback");
      return rowCount ?? 0;
    });
  } finally {
    await client.end();
  }
}
const HELD_UP_MS = 30;

/** Longer than DATABASE_STATEMENT_TIMEOUT. Seconds. */
const LOCKED_FOR = 1.4;

function lockTables({ postgres }: Victim, forMs: number): Promise<number> {
  let turn = 0;
  return repeat(forMs, 300, async () => {
    const table = tables[turn++ % tables.length];
    await query(
      postgres.url,
      `begin; lock table ${table} in access exclusive mode; select pg_sleep(${LOCKED_FOR}); commit`,
    );
    return 1;
  });
}

/** Stops all backends for longer than a server waits, and then the postmaster, which makes the connections. */
function stopProcesses(victim: Victim, forMs: number): Promise<number> {
  return repeat(forMs, 500, async () => {
    const backends = await backendsOf(victim);
    await freeze(victim, backends, GIVEN_UP_AFTER_MS);
    await freeze(victim, [postmasterOf(victim)], 1_000);
    return backends.length + 1;
  });
}

async function freeze(victim: Victim, pids: readonly number[], forMs: number): Promise<void> {
  victim.isFrozen = true;
  const stopped = pids.filter((pid) => signal(pid, "SIGSTOP"));
  try {
    await sleep(forMs);
  } finally {
    for (const pid of stopped) signal(pid, "SIGCONT");
    victim.isFrozen = false;
  }
}

/** Answers false where the process has ended meanwhile. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Kills a backend: PostgreSQL then ends all others, and recovers as after a crash. */
async function killBackend(victim: Victim): Promise<number> {
  const [backend] = await backendsOf(victim);
  if (backend === undefined || !signal(backend, "SIGKILL")) return 0;
  await sleep(100);
  await holdsWithin(RECOVERED_WITHIN_MS, () =>
    query(victim.postgres.url, "select 1").then(
      () => true,
      () => false,
    ),
  );
  return 1;
}
const RECOVERED_WITHIN_MS = 20_000;

/** Process ids of the servers' backends, those at work first. */
async function backendsOf({ postgres }: Victim): Promise<number[]> {
  const rows = await query(
    postgres.url,
    `select pid from pg_stat_activity where ${OURS} order by state = 'active' desc, random()`,
  );
  return rows.map(({ pid }) => Number(pid));
}

function postmasterOf({ dataFolder }: Victim): number {
  const [pid] = readFileSync(join(dataFolder, "postmaster.pid"), "utf8").split("\n");
  return Number(pid);
}

export const controlSays = "control: the cluster is put back, so losses must be found";

/** Keeps a copy of the cluster, and puts it back after the work: all of that is lost. */
export async function loseTheDisk(
  { postgres, dataFolder }: Victim,
  work: () => Promise<void>,
): Promise<void> {
  const copy = `${dataFolder}-before`;
  await postgres.kill("SIGQUIT");
  try {
    // Not fs.cp: the files belong to the user that PostgreSQL runs as.
    execFileSync("cp", ["-a", dataFolder, copy]);
    await postgres.start();
    await work();
    await postgres.kill("SIGKILL");
    rmSync(dataFolder, { recursive: true });
    renameSync(copy, dataFolder);
    await postgres.start();
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
