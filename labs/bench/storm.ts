/**
 * Login storm: some clients log in without pause, while another one, the probe, asks for its account every
 * 20 ms. The probe keeps to the clock: a late answer does not delay the next request. Runs as a process:
 * takes a `Storm` as JSON, prints a `StormResult`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../report/statistics.ts";

export interface Storm {
  readonly loginUrls: readonly string[];
  /** Bodies of the logins, one per client. */
  readonly bodies: readonly object[];
  readonly loginHeaders: Readonly<Record<string, string>>;
  readonly probeUrls: readonly string[];
  readonly cookie: string;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface StormResult {
  readonly loginsPerSecond: number;
  /** Waits of the probe. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

const PROBE_INTERVAL_MS = 20;

if (import.meta.main) {
  const storm = JSON.parse(process.argv[2] ?? "") as Storm; // written by ./run.ts
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

/** Counts each login by the share of its time between `begin` and `end`: whole logins would be too few to compare. */
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

/** Answers how long each request waited, in milliseconds; NaN for an answer that is no 2xx. */
async function probe({ probeUrls, cookie }: Storm, begin: number, end: number): Promise<number[]> {
  const answers: Promise<number>[] = [];
  for (let due = begin; due < end; due += PROBE_INTERVAL_MS) {
    await sleep(Math.max(due - performance.now(), 0));
    answers.push(ask(probeUrls[answers.length % probeUrls.length] ?? "", cookie, due));
  }
  return Promise.all(answers);
}

async function ask(url: string, cookie: string, due: number): Promise<number> {
  // If this process woke late, that is no wait of the client.
  const askedAt = Math.max(due, performance.now());
  const response = await fetch(url, { headers: { cookie } });
  await response.arrayBuffer();
  return response.ok ? performance.now() - askedAt : Number.NaN;
}
