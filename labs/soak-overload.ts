/**
 * `npm run soak:overload`: sends more logins at once than can be hashed, three times (IV-06, IV-07, PH-05), opens
 * slow connections (IV-08), and floods connections with requests whose answers nobody reads (IV-21). Prints its measurements and exits with 1 if a bound is exceeded.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { databaseUrl } from "./database.ts";
import { aliveMegabytes, inspected, residentMegabytes } from "./soak/memory.ts";
import { findFreePort, startSoakServer } from "./soak/server.ts";
import { flood, type Flood, floods, lifeOf, NOTICE_DELAY_MS, slowKinds } from "./soak/wire.ts";

const usage = `npm run soak:overload -- [--logins 1000] [--slow 500] [--argon2id] [--quick]

Three storms of logins at once, then slow clients of every kind, then floods of requests whose answers nobody
reads, at the server's default settings.
A login must be answered within 10 seconds. It waits for at most 17 hashes, as the queue has 16 places
per worker, so a hash may take 0.58 s while all workers are busy. A slower machine exits with 1.
--argon2id hashes with PASSWORD_HASH=argon2id, whose queue is longer and whose hashes take memory: the bound of what a
storm may add holds for both (PH-05).
--quick sends fewer, and does not judge how fast the answers are: for a machine that does other work too.`;

const { values } = parseArgs({
  options: {
    logins: { type: "string" },
    slow: { type: "string" },
    argon2id: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const isQuick = values.quick;
const logins = Number(values.logins ?? (isQuick ? 200 : 1000));
const slow = Number(values.slow ?? (isQuick ? 50 : 500));

const STORMS = 3;
const REST_MS = isQuick ? 1_000 : 10_000;
const LOGIN_ANSWERED_WITHIN_MS = 10_000;
const HEALTH_P99_MS = 100;
const HEALTH_EVERY_MS = 20;
/** Resident memory that one storm may add. */
const GROWTH_MB = 200;
/**
 * Resident memory that later storms may add to the first. The allocator and V8 keep freed memory, so the
 * process does not get smaller; without a leak it stops growing.
 */
const PLATEAU_MB = 40;
/** Resident memory that a flood may add. */
const FLOOD_GROWTH_MB = 100;
/** How long a flood lasts: until the clients that read nothing are cut for that alone. Milliseconds. */
const FLOOD_MS = isQuick ? 3_000 : 10_000;
/** Memory alive after the first storm is code, caches and metrics. It may grow by this afterwards. */
const ALIVE_MB = 5;

const broken: string[] = [];
const folder = await mkdtemp(join(tmpdir(), "portcullis-overload-"));
const port = await findFreePort();
const server = await startSoakServer({
  folder,
  port,
  nodeArguments: inspected,
  environment: {
    DATABASE_URL: databaseUrl({ kind: "sqlite", path: join(folder, "portcullis.db") }),
    BCRYPT_COST: "", // the default
    PASSWORD_HASH: values.argon2id ? "argon2id" : "bcrypt",
  },
}).catch(async (error: unknown) => {
  await rm(folder, { recursive: true, force: true });
  throw error;
});
try {
  await loginStorms();
  await slowClients();
  for (const each of floods) await floodOf(each);
} finally {
  await server.end("SIGTERM");
  await rm(folder, { recursive: true, force: true });
}
for (const each of broken) console.error(`BROKEN  ${each}`);
process.exitCode = broken.length === 0 ? 0 : 1;

async function loginStorms(): Promise<void> {
  const before = await residentMegabytes(server);
  const aliveBefore = await aliveMegabytes(server);
  console.log(`before: ${before} MB resident, ${aliveBefore} MB alive`);
  const storms: { peak: number; alive: number }[] = [];
  for (let storm = 1; storm <= STORMS; storm += 1) {
    const peak = await loginStorm(storm);
    await sleep(REST_MS);
    const alive = await aliveMegabytes(server);
    const resting = await residentMegabytes(server);
    console.log(`  after a rest: ${resting} MB resident, ${alive} MB alive`);
    storms.push({ peak, alive });
  }
  const [first] = storms;
  const last = storms.at(-1);
  if (first === undefined || last === undefined) return;
  check(first.peak - before < GROWTH_MB, `a storm takes ${first.peak - before} MB`);
  const highest = Math.max(...storms.map(({ peak }) => peak));
  check(
    highest <= first.peak + PLATEAU_MB,
    `the memory rises from storm to storm, from ${first.peak} to ${highest} MB`,
  );
  check(
    last.alive <= first.alive + ALIVE_MB,
    `what is alive rises from ${first.alive} to ${last.alive} MB`,
  );
}

/** Sends all logins at once and answers the highest resident memory. */
async function loginStorm(storm: number): Promise<number> {
  const health = watchHealth();
  const memory = watchMemory();
  const answers = await Promise.all(Array.from({ length: logins }, (_, index) => logIn(index)));
  const peak = await memory.end();
  const healthMs = await health.end();

  const byStatus = Map.groupBy(answers, ({ status }) => status);
  const statuses = [...byStatus].map(([status, all]) => `${status} × ${all.length}`).join(", ");
  const slowestMs = Math.max(...answers.map(({ tookMs }) => tookMs));
  console.log(
    `storm ${storm}: ${logins} logins at once: ${statuses}; the slowest after ${slowestMs.toFixed(0)} ms`,
  );
  console.log(`  meanwhile ${describe(healthMs)}; at most ${peak} MB resident`);
  check(
    [...byStatus.keys()].every((status) => [200, 401, 429, 503].includes(status)),
    "a login without a proper answer",
  );
  check(byStatus.has(503), "more logins than fit the queue, and none was turned away");
  check(
    answers.every(({ status, retryAfter }) => status !== 503 || retryAfter),
    "a 503 without Retry-After",
  );
  checkPace(
    slowestMs < LOGIN_ANSWERED_WITHIN_MS,
    `a login was answered after ${slowestMs.toFixed(0)} ms: where a hash takes more than half a second, HASH_QUEUE has to be lower`,
  );
  checkPace(rank(healthMs, 0.99) < HEALTH_P99_MS, `p99 of /healthz is ${rank(healthMs, 0.99)} ms`);
  return peak;
}

async function slowClients(): Promise<void> {
  const health = watchHealth();
  const each = Math.ceil(slow / slowKinds.length);
  const lives = await Promise.all(
    slowKinds.map((kind) => Promise.all(Array.from({ length: each }, () => lifeOf(port, kind)))),
  );
  const healthMs = await health.end();
  for (const [index, { name, mayLive }] of slowKinds.entries()) {
    const ofKind = lives[index] ?? [];
    const cut = ofKind.filter((life) => life !== undefined);
    const span =
      cut.length === 0
        ? ""
        : `, after ${seconds(Math.min(...cut))} to ${seconds(Math.max(...cut))}`;
    console.log(`${ofKind.length} × ${name}: ${cut.length} cut${span}`);
    if (mayLive === undefined) {
      check(cut.length === 0, `${name}: cut, and should not be`);
      continue;
    }
    const { leastMs, mostMs } = mayLive;
    check(cut.length === ofKind.length, `${name}: not all were cut`);
    check(Math.min(...cut) >= leastMs, `${name}: cut before ${seconds(leastMs)}`);
    checkPace(
      Math.max(...cut) <= mostMs + NOTICE_DELAY_MS,
      `${name}: cut later than ${seconds(mostMs)}`,
    );
  }
  console.log(`  meanwhile ${describe(healthMs)}`);
  checkPace(
    rank(healthMs, 0.99) < HEALTH_P99_MS,
    `slow clients starve others: p99 ${rank(healthMs, 0.99)} ms`,
  );
}

async function floodOf(each: Flood): Promise<void> {
  const before = await residentMegabytes(server);
  const health = watchHealth();
  const memory = watchMemory();
  const closed = await flood(port, each, FLOOD_MS);
  const peak = await memory.end();
  const healthMs = await health.end();
  console.log(`${each.name}: ${closed} closed; from ${before} to at most ${peak} MB resident`);
  console.log(`  meanwhile ${describe(healthMs)}`);
  check(closed === each.connections, `${each.name}: only ${closed} were closed`);
  check(peak - before < FLOOD_GROWTH_MB, `${each.name}: takes ${peak - before} MB`);
  checkPace(
    rank(healthMs, 0.99) < HEALTH_P99_MS,
    `${each.name}: starves others: p99 ${rank(healthMs, 0.99)} ms`,
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function describe(healthMs: readonly number[]): string {
  return `${healthMs.length} × /healthz: median ${rank(healthMs, 0.5)} ms, p99 ${rank(healthMs, 0.99)} ms`;
}

function check(isTrue: boolean, otherwise: string): void {
  if (!isTrue) broken.push(otherwise);
}

/** Checks a bound that other work of the machine may break. */
function checkPace(isTrue: boolean, otherwise: string): void {
  if (!isQuick) check(isTrue, otherwise);
}

interface Answer {
  /** 0 without an answer. */
  readonly status: number;
  readonly retryAfter: boolean;
  readonly tookMs: number;
}

function logIn(index: number): Promise<Answer> {
  return ask("POST", "/login", {
    email: `nobody-${index}@example.com`,
    password: "whatever it may be",
  });
}

/** Sends a request on a connection of its own, as each new client does. */
function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const tell = (status: number, retryAfter = false) =>
      resolve({ status, retryAfter, tookMs: performance.now() - startedAt });
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
    sent.on("error", () => tell(0));
    sent.on("response", (response) => {
      response.resume().on("error", () => tell(0));
      response.on("end", () => tell(response.statusCode ?? 0, "retry-after" in response.headers));
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Requests /healthz at a steady pace until `end`, which answers the duration of each. Milliseconds. */
function watchHealth(): { end(): Promise<number[]> } {
  const ending = new AbortController();
  const watching = (async () => {
    const took: number[] = [];
    while (!ending.signal.aborted) {
      const { status, tookMs } = await ask("GET", "/healthz");
      if (status !== 200) broken.push(`/healthz answered ${status}`);
      took.push(tookMs);
      await sleep(HEALTH_EVERY_MS);
    }
    return took;
  })();
  return {
    end() {
      ending.abort();
      return watching;
    },
  };
}

/** Samples the resident memory until `end`, which answers the highest. Megabytes. */
function watchMemory(): { end(): Promise<number> } {
  let peak = 0;
  const sample = async () => {
    peak = Math.max(peak, await residentMegabytes(server));
  };
  const sampling = setInterval(() => void sample(), 100);
  return {
    async end() {
      clearInterval(sampling);
      await sample();
      return peak;
    },
  };
}

function rank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
}
