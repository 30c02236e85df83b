/** Runs the bench in rounds. Each round measures every contender, so that noise of the machine meets them alike. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type Accounts, makeAccounts, postHeaders } from "./accounts.ts";
import { checkAnswers } from "./check-answers.ts";
import type { Contender } from "./contenders.ts";
import { applyLoad, type Load, type LoadResult, type LoadTool } from "./load.ts";
import type { Options } from "./options.ts";
import type { Progress } from "../report/progress.ts";
import { type Server, startServer } from "./server.ts";
import type { Storm, StormResult } from "./storm.ts";
import { type Workload, workloads } from "./workloads.ts";

/** Measurements of one contender: an entry per round, but several starts in each. */
export interface Measured {
  readonly contender: Contender;
  readonly loads: Readonly<Record<Workload, LoadResult[]>>;
  readonly storms: StormResult[];
  readonly readyMs: number[];
  readonly residentBytes: number[];
}

/** A contender with its folder and sessions, which stay over its restarts. */
export interface Prepared {
  readonly contender: Contender;
  readonly folder: string;
  readonly accounts: Accounts;
}

export function countSteps(contenders: readonly Contender[], { rounds }: Options): number {
  return contenders.length * (rounds + 1);
}

/** Throws if an answer is wrong, before or during a measurement: a fast wrong answer counts for nothing. */
export async function measure(
  contenders: readonly Contender[],
  tool: LoadTool,
  options: Options,
  progress: Progress,
): Promise<Measured[]> {
  const prepared: Prepared[] = [];
  try {
    for (const contender of contenders) {
      progress.step(`${contender.title}: accounts and sessions`);
      prepared.push(await prepare(contender));
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

export async function prepare(contender: Contender): Promise<Prepared> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-bench-"));
  const server = await startServer(contender, folder);
  try {
    return { contender, folder, accounts: await makeAccounts(contender, server.baseUrl) };
  } finally {
    await server.stop();
  }
}

export function dispose({ folder }: Prepared): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

async function measureOnce(
  prepared: Prepared,
  into: Measured,
  tool: LoadTool,
  options: Options,
): Promise<void> {
  const { contender, folder, accounts } = prepared;
  for (let start = 1; start < options.startsPerRound; start++) {
    const server = await startServer(contender, folder);
    into.readyMs.push(server.readyMs);
    await server.stop();
  }
  const servers: Server[] = [];
  try {
    for (let count = 0; count < contender.processes; count++)
      servers.push(await startServer(contender, folder));
    into.readyMs.push(servers[0]?.readyMs ?? Number.NaN);
    await checkAnswers(contender, servers, accounts);

    let warmUpSeconds = options.firstWarmUpSeconds;
    for (const workload of workloads) {
      const load = loadOf(prepared, servers, workload, { ...options, warmUpSeconds });
      if (load === undefined) continue;
      warmUpSeconds = options.warmUpSeconds;
      const result = await applyLoad(tool, load);
      refuseFailures(contender, workload, result.failures);
      into.loads[workload].push(result);
      if (result.refreshTokens) accounts.refreshTokens = result.refreshTokens;
      for (const server of servers) server.dropLog();
    }
    const resident = servers.map((server) => server.residentBytes() ?? Number.NaN);
    into.residentBytes.push(resident.reduce((sum, bytes) => sum + bytes, 0));

    const storm = stormOf(prepared, servers, options);
    if (storm === undefined) return;
    const result = await runStorm(storm);
    refuseFailures(contender, "the login storm", result.failures);
    into.storms.push(result);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
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
    residentBytes: [],
  };
}
