/** Runs the bench in rounds. Each round measures every contender, so that noise of the machine meets them alike. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Accounts, makeAccounts, postHeaders } from "./accounts.ts";
import { checkAnswers } from "./check-answers.ts";
import type { Contender, Place } from "./contenders.ts";
import { applyLoad, type Load, type LoadResult, type LoadTool } from "./load.ts";
import type { Options } from "./options.ts";
import type { Postgres } from "../postgres.ts";
import type { Progress } from "../report/progress.ts";
import { type Server, startServer } from "./server.ts";
import type { Storm, StormResult } from "./storm.ts";
import type { Workload } from "./workloads.ts";

/** Measurements of one contender: an entry per round, but several starts in each. */
export interface Measured {
  readonly contender: Contender;
  readonly loads: Readonly<Record<Workload, LoadResult[]>>;
  readonly storms: StormResult[];
  readonly readyMs: number[];
  readonly idleBytes: number[];
  readonly residentBytes: number[];
}

/** A contender with its place and sessions, which stay over its restarts. */
export interface Prepared {
  readonly contender: Contender;
  readonly place: Place;
  readonly accounts: Accounts;
}

/** How long a server is left alone before its idle memory is read: what it does after the start is done by then. */
const IDLE_MS = 2_500;

export function countSteps(contenders: readonly Contender[], { rounds }: Options): number {
  return contenders.length * (rounds + 1);
}

/** Throws if an answer is wrong, before or during a measurement: a fast wrong answer counts for nothing. */
export async function measure(
  contenders: readonly Contender[],
  postgres: Postgres | undefined,
  tool: LoadTool,
  options: Options,
  progress: Progress,
): Promise<Measured[]> {
  const prepared: Prepared[] = [];
  try {
    for (const contender of contenders) {
      progress.step(`${contender.title}: accounts and sessions`);
      prepared.push(await prepare(contender, postgres));
    }
    const measured = contenders.map(emptyMeasured);
    for (let round = 1; round <= options.rounds; round++) {
      for (const [index, each] of prepared.entries()) {
        progress.step(`${each.contender.title}, round ${round} of ${options.rounds}`);
        const into = measured[index];
        if (into) await measureOnce(each, into, tool, options);
      }
    }
    return measured;
  } finally {
    await Promise.all(prepared.map(dispose));
  }
}

/** Makes the contender's place and its sessions. Rejects if it needs PostgreSQL and there is none. */
export async function prepare(
  contender: Contender,
  postgres: Postgres | undefined,
): Promise<Prepared> {
  const place = await makePlace(contender, postgres);
  const server = await startServer(contender, place);
  try {
    return { contender, place, accounts: await makeAccounts(contender, server.baseUrl) };
  } finally {
    await server.stop();
  }
}

export function dispose({ place }: Prepared): Promise<void> {
  return rm(place.folder, { recursive: true, force: true });
}

async function makePlace(
  { name, title, database }: Contender,
  postgres: Postgres | undefined,
): Promise<Place> {
  if (database === "postgres" && postgres === undefined)
    throw new Error(`${title} needs PostgreSQL: leave out --no-postgres`);
  const own = database === "postgres" ? postgres : undefined;
  return {
    folder: await mkdtemp(join(tmpdir(), "portcullis-bench-")),
    postgresUrl: (await own?.create(`bench_${name.replaceAll("-", "_")}`)) ?? "",
  };
}

async function measureOnce(
  prepared: Prepared,
  into: Measured,
  tool: LoadTool,
  options: Options,
): Promise<void> {
  const { contender, place, accounts } = prepared;
  for (let start = 1; start < options.startsPerRound; start++) {
    const server = await startServer(contender, place);
    into.readyMs.push(server.readyMs);
    await server.stop();
  }
  const servers: Server[] = [];
  try {
    for (let count = 0; count < contender.processes; count++)
      servers.push(await startServer(contender, place));
    into.readyMs.push(servers[0]?.readyMs ?? Number.NaN);
    if (contender.idles) {
      await sleep(IDLE_MS);
      into.idleBytes.push(residentOf(servers));
    }
    await checkAnswers(contender, servers, accounts);

    let warmUpSeconds = options.firstWarmUpSeconds;
    for (const workload of contender.workloads) {
      const load = loadOf(prepared, servers, workload, { ...options, warmUpSeconds });
      if (load === undefined) continue;
      warmUpSeconds = options.warmUpSeconds;
      const result = await applyLoad(tool, load);
      refuseFailures(contender, workload, result.failures);
      into.loads[workload].push(result);
      if (result.refreshTokens) accounts.refreshTokens = result.refreshTokens;
      for (const server of servers) server.dropLog();
    }
    if (contender.workloads.length > 0) into.residentBytes.push(residentOf(servers));

    const storm = stormOf(prepared, servers, options);
    if (storm === undefined) return;
    const result = await runStorm(storm);
    refuseFailures(contender, "the login storm", result.failures);
    into.storms.push(result);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** Of all its processes together. NaN without /proc. */
function residentOf(servers: readonly Server[]): number {
  return servers
    .map((server) => server.residentBytes() ?? Number.NaN)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** Undefined if the contender has no such path. */
export function loadOf(
  { contender: { api }, accounts }: Prepared,
  servers: readonly Server[],
  workload: Workload,
  { connections, warmUpSeconds, seconds }: Options,
): Load | undefined {
  const path = api[workload];
  if (path === undefined) return undefined;
  const headers = {
    health: [{}],
    me: accounts.cookies.map((cookie) => ({ cookie })),
    tokenMe: accounts.accessTokens.map((token) => ({ authorization: `Bearer ${token}` })),
    refresh: [{}],
  };
  return {
    baseUrls: servers.map(({ baseUrl }) => baseUrl),
    pids: servers.map(({ pid }) => pid),
    path,
    headers: headers[workload],
    ...(workload === "refresh" && { refreshTokens: accounts.refreshTokens }),
    connections,
    warmUpSeconds,
    seconds,
  };
}

function stormOf(
  { contender: { api, hasStorm }, accounts }: Prepared,
  servers: readonly Server[],
  { stormSeconds, warmUpSeconds }: Options,
): Storm | undefined {
  const { login, me } = api;
  if (!hasStorm || login === undefined || me === undefined) return undefined;
  return {
    loginUrls: servers.map(({ baseUrl }) => baseUrl + login),
    loginHeaders: postHeaders(api),
    bodies: accounts.credentials,
    probeUrls: servers.map(({ baseUrl }) => baseUrl + me),
    cookie: accounts.cookies[0] ?? "",
    warmUpSeconds,
    seconds: stormSeconds,
  };
}

async function runStorm(storm: Storm): Promise<StormResult> {
  const script = fileURLToPath(new URL("storm.ts", import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(storm)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
  return JSON.parse(output) as StormResult; // printed by storm.ts
}

function refuseFailures({ title }: Contender, load: string, failures: number): void {
  if (failures > 0) throw new Error(`${title} failed ${failures} requests of ${load}`);
}

function emptyMeasured(contender: Contender): Measured {
  return {
    contender,
    loads: { me: [], tokenMe: [], health: [], refresh: [] },
    storms: [],
    readyMs: [],
    idleBytes: [],
    residentBytes: [],
  };
}
