/**
 * Clients that log in without pause, and meanwhile one that asks who it is, every 20 ms, by the clock:
 * a late answer does not hold the next question back, and its wait counts from when it was due. A
 * process of its own: takes a `Storm` as JSON, prints a `StormResult`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "./statistics.ts";

export interface Storm {
  readonly loginUrls: readonly string[];
  /** A client for each. */
  readonly bodies: readonly object[];
  readonly loginHeaders: Readonly<Record<string, string>>;
  readonly probeUrls: readonly string[];
  readonly cookie: string;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface StormResult {
  readonly loginsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

const PROBE_INTERVAL_MS = 20;

if (import.meta.main) {
  const storm = JSON.parse(process.argv[2] ?? "") as Storm; // written by runStorm
  console.log(JSON.stringify(await rage(storm)));
}

async function rage(storm: Storm): Promise<StormResult> {
  const { seconds, warmUpSeconds, bodies } = storm;
  const begin = performance.now() + warmUpSeconds * 1000;
  const end = begin + seconds * 1000;
  const [logins, waits] = await Promise.all([
    Promise.all(bodies.map((body, client) => keepLoggingIn(storm, client, body, begin, end))),
    probe(storm, begin, end),
  ]);
  const sorted = waits.filter((wait) => !Number.isNaN(wait)).toSorted((a, b) => a - b);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    loginsPerSecond: sum(logins.map(({ share }) => share)) / seconds,
    p50Ms: percentile(sorted, 50) ?? Number.NaN,
    p99Ms: percentile(sorted, 99) ?? Number.NaN,
    failures: sum(logins.map(({ failures }) => failures)) + waits.length - sorted.length,
  };
}

/** Logins count by the share of their time that lies within, or a slow server's few would be luck. */
async function keepLoggingIn(
  { loginUrls, loginHeaders }: Storm,
  client: number,
  body: object,
  begin: number,
  end: number,
) {
  let share = 0;
  let failures = 0;
  for (let startedAt = performance.now(); startedAt < end;) {
    const response = await fetch(loginUrls[client % loginUrls.length] ?? "", {
      method: "POST",
      headers: loginHeaders,
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    const endedAt = performance.now();
    const within = Math.min(endedAt, end) - Math.max(startedAt, begin);
    if (!response.ok) failures += 1;
    else if (within > 0) share += within / (endedAt - startedAt);
    startedAt = endedAt;
  }
  return { share, failures };
}

/** How long each question waited, in milliseconds; NaN for one that was not answered with 200. */
async function probe({ probeUrls, cookie }: Storm, begin: number, end: number): Promise<number[]> {
  const answers: Promise<number>[] = [];
  for (let due = begin; due < end; due += PROBE_INTERVAL_MS) {
    await sleep(Math.max(due - performance.now(), 0));
    answers.push(ask(probeUrls[answers.length % probeUrls.length] ?? "", cookie, due));
  }
  return Promise.all(answers);
}

async function ask(url: string, cookie: string, due: number): Promise<number> {
  // Woken late is this process's own fault, and no wait of the client's.
  const askedAt = Math.max(due, performance.now());
  const response = await fetch(url, { headers: { cookie } });
  await response.arrayBuffer();
  return response.ok ? performance.now() - askedAt : Number.NaN;
}
