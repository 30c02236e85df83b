/**
 * `npm run soak:overload`: more logins at once than can be hashed (IV-06, IV-07), then slow clients
 * (IV-08). Prints what it measures, and ends with 1 where a bound does not hold.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { findFreePort, startSoakServer } from "./soak/server.ts";
import { lifeOf, slowKinds } from "./soak/wire.ts";

const LOGIN_ANSWERED_WITHIN_MS = 10_000;
const HEALTH_P99_MS = 100;
const HEALTH_EVERY_MS = 20;
const GROWTH_MB = 200;
/** What may be left of the growth once it is over. */
const LEFT_MB = 100;
const REST_MS = 20_000;
/** 15 s for a request, a second until the server looks, and what it takes to notice: see `soak/wire.ts`. */
const SLOW_CUT_WITHIN_MS = 20_000;
const MEGABYTE = 1024 * 1024;

const { values } = parseArgs({
  options: {
    logins: { type: "string", default: "1000" },
    slow: { type: "string", default: "500" },
  },
});
const logins = Number(values.logins);
const slow = Number(values.slow);
const broken: string[] = [];
const folder = await mkdtemp(join(tmpdir(), "portcullis-overload-"));
const port = await findFreePort();
const server = await startSoakServer({
  folder,
  port,
  environment: { DATABASE_URL: `sqlite:${join(folder, "portcullis.db")}` },
});
try {
  await loginStorm();
  await slowClients();
} finally {
  await server.end("SIGTERM");
  await rm(folder, { recursive: true, force: true });
}
for (const each of broken) console.error(`BROKEN  ${each}`);
process.exitCode = broken.length === 0 ? 0 : 1;

async function loginStorm(): Promise<void> {
  const before = await residentMegabytes();
  const health = watchHealth();
  let peak = before;
  const watching = setInterval(
    () => void residentMegabytes().then((now) => (peak = Math.max(peak, now))),
    100,
  );
  const answers = await Promise.all(Array.from({ length: logins }, (_, index) => logIn(index)));
  clearInterval(watching);
  const healthMs = await health.end();
  await sleep(REST_MS);
  const after = await residentMegabytes();

  const byStatus = Map.groupBy(answers, ({ status }) => status);
  const statuses = [...byStatus].map(([status, all]) => `${status} × ${all.length}`).join(", ");
  const slowestMs = Math.max(...answers.map(({ tookMs }) => tookMs));
  console.log(
    `${logins} logins at once: ${statuses}; the slowest after ${slowestMs.toFixed(0)} ms`,
  );
  console.log(
    `meanwhile ${healthMs.length} × /healthz: median ${rank(healthMs, 0.5)} ms, p99 ${rank(healthMs, 0.99)} ms`,
  );
  console.log(`resident memory: ${before} MB before, ${peak} MB at most, ${after} MB after a rest`);
  check(
    [...byStatus.keys()].every((status) => [200, 401, 429, 503].includes(status)),
    "a login without a proper answer",
  );
  check(
    answers.every(({ status, retryAfter }) => status !== 503 || retryAfter),
    "a 503 without Retry-After",
  );
  check(
    slowestMs < LOGIN_ANSWERED_WITHIN_MS,
    `a login was answered after ${slowestMs.toFixed(0)} ms`,
  );
  check(rank(healthMs, 0.99) < HEALTH_P99_MS, `p99 of /healthz is ${rank(healthMs, 0.99)} ms`);
  check(peak - before < GROWTH_MB, `memory grew by ${peak - before} MB`);
  check(after - before < LEFT_MB, `${after - before} MB of memory did not come back`);
}

async function slowClients(): Promise<void> {
  const health = watchHealth();
  const each = Math.ceil(slow / slowKinds.length);
  const lives = await Promise.all(
    slowKinds.map((kind) =>
      Promise.all(Array.from({ length: each }, () => lifeOf(port, kind, SLOW_CUT_WITHIN_MS))),
    ),
  );
  const healthMs = await health.end();
  for (const [index, { name, mustBeCut }] of slowKinds.entries()) {
    const ofKind = lives[index] ?? [];
    const cut = ofKind.filter((life) => life !== undefined);
    const longest = cut.length === 0 ? "-" : `${(Math.max(...cut) / 1000).toFixed(1)} s`;
    console.log(`${ofKind.length} × ${name}: ${cut.length} cut, the last after ${longest}`);
    if (mustBeCut) check(cut.length === ofKind.length, `not all of ${name} were cut in time`);
  }
  console.log(
    `meanwhile ${healthMs.length} × /healthz: median ${rank(healthMs, 0.5)} ms, p99 ${rank(healthMs, 0.99)} ms`,
  );
  check(
    rank(healthMs, 0.99) < HEALTH_P99_MS,
    `slow clients starve others: p99 ${rank(healthMs, 0.99)} ms`,
  );
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) broken.push(otherwise);
}

interface Answer {
  /** 0 where there was none. */
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

/** On a connection of its own, as strangers come. */
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

/** Asks for /healthz at a steady pace until the end; answers how long each took. */
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

function rank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
}

/** Linux only; 0 elsewhere. */
async function residentMegabytes(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, "utf8").catch(() => "");
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  return Math.round((kilobytes * 1024) / MEGABYTE);
}
