/** Metrics of real traffic, and that nobody can make them say more. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventNames, type LogEvent } from "../../src/contract/events.ts";
import { metrics } from "../../src/contract/metrics.ts";
import { operationIds } from "../../src/contract/operations.ts";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { type Exposition, parseExposition, valueOf } from "../support/exposition.ts";

const TOKEN = "c2NyYXBlIG1lIGlmIHlvdSBjYW4=";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess({
    environment: {
      METRICS_TOKEN: TOKEN,
      LOCKOUT_THRESHOLD: "3",
      LIMIT_FORGOT_IP: "2/3600",
      LIMIT_FORGOT_EMAIL: "1/3600",
      BCRYPT_COST: "10",
      HASH_WORKERS: "1",
      HASH_QUEUE: "2",
    },
  });
});
afterAll(() => server.dispose());

async function scrape(): Promise<Exposition> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  return parseExposition(dataOf(await cookieClient(server.baseUrl).getMetrics({}, { headers })));
}

async function post(path: string, body: unknown): Promise<number> {
  const response = await fetch(server.baseUrl + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** By how much a series rose while `work` was done. */
async function rises(work: () => Promise<unknown>) {
  const before = await scrape();
  await work();
  const after = await scrape();
  return (name: string, labels: Record<string, string> = {}) =>
    (valueOf(after, name, labels) ?? 0) - (valueOf(before, name, labels) ?? 0);
}

const REQUESTS = "portcullis_http_request_duration_seconds_count";

test("the exposition is well-formed, and has the names, types, helps and labels of the contract", async () => {
  const response = await fetch(`${server.baseUrl}/metrics`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const exposition = parseExposition(await response.text());
  const own = [...exposition].filter(([name]) => name.startsWith("portcullis_"));
  expect(Object.fromEntries(own.map(([name, { type, help }]) => [name, { type, help }]))).toEqual(
    Object.fromEntries(
      Object.entries(metrics).map(([name, { type, help }]) => [name, { type, help }]),
    ),
  );
  for (const [name, { samples }] of own) {
    const declared = Object.keys(metrics[name as keyof typeof metrics].labels).sort();
    for (const { labels } of samples)
      expect(
        Object.keys(labels)
          .filter((label) => label !== "le")
          .sort(),
      ).toEqual(declared);
  }
  for (const name of ["process_resident_memory_bytes", "process_cpu_seconds_total"])
    expect(valueOf(exposition, name)).toBeGreaterThan(0);
  expect(valueOf(exposition, "portcullis_event_loop_delay_seconds_count")).toBeGreaterThan(0);
  expect([...exposition.keys()].filter((name) => /active|lag/.test(name))).toEqual([]);
});

test("every event and every outcome of a login stands at 0 before it first happens", async () => {
  const exposition = await scrape();
  for (const event of eventNames.filter((name) => name !== "request"))
    expect(valueOf(exposition, "portcullis_events_total", { event }), event).toBeDefined();
  type Reason = Extract<LogEvent, { event: "login_failed" }>["reason"];
  const reasons = ["wrong_password", "user_not_found", "account_locked", "account_disabled"];
  for (const outcome of ["success", ...(reasons satisfies string[] as Reason[])])
    expect(valueOf(exposition, "portcullis_logins_total", { outcome }), outcome).toBeDefined();
});

test("logins rise by what became of each: success, wrong password, unknown, locked", async () => {
  const email = freshEmail();
  expect(await post("/signup", { email, password: PASSWORD })).toBe(201);
  const rose = await rises(async () => {
    expect(await post("/login", { email, password: PASSWORD })).toBe(200);
    expect(await post("/token/login", { email, password: PASSWORD })).toBe(200);
    expect(await post("/login", { email: freshEmail(), password: PASSWORD })).toBe(401);
    for (let wrong = 1; wrong <= 3; wrong += 1)
      expect(await post("/login", { email, password: "not the password" })).toBe(401);
    expect(await post("/login", { email, password: PASSWORD })).toBe(401);
  });
  expect(rose("portcullis_logins_total", { outcome: "success" })).toBe(2);
  expect(rose("portcullis_logins_total", { outcome: "user_not_found" })).toBe(1);
  expect(rose("portcullis_logins_total", { outcome: "wrong_password" })).toBe(3);
  expect(rose("portcullis_logins_total", { outcome: "account_locked" })).toBe(1);
  expect(rose("portcullis_events_total", { event: "login_success" })).toBe(2);
  expect(rose("portcullis_events_total", { event: "login_failed" })).toBe(5);
  expect(rose("portcullis_events_total", { event: "login_locked" })).toBe(1);
  expect(rose(REQUESTS, { operation: "login", status: "200" })).toBe(1);
  expect(rose(REQUESTS, { operation: "login", status: "401" })).toBe(5);
  expect(rose(REQUESTS, { operation: "tokenLogin", status: "200" })).toBe(1);
  expect(rose("portcullis_password_hash_wait_seconds_count")).toBe(7);
  for (const key of ["ip", "email"])
    expect(
      rose("portcullis_limit_decisions_total", { operation: "login", key, decision: "allowed" }),
    ).toBe(6);
});

test("a limit's refusal is counted once, also one that the caller is not told of", async () => {
  const email = freshEmail();
  const rose = await rises(async () => {
    expect(await post("/forgot-password", { email })).toBe(202);
    expect(await post("/forgot-password", { email })).toBe(202);
    expect(await post("/forgot-password", { email })).toBe(429);
  });
  const decisions = (key: string, decision: string) =>
    rose("portcullis_limit_decisions_total", { operation: "forgotPassword", key, decision });
  expect([decisions("ip", "allowed"), decisions("ip", "refused")]).toEqual([2, 1]);
  expect([decisions("email", "allowed"), decisions("email", "refused")]).toEqual([1, 1]);
  expect(rose("portcullis_events_total", { event: "rate_limited" })).toBe(2);
  expect(rose(REQUESTS, { operation: "forgotPassword", status: "429" })).toBe(1);
});

test("IV-07 a full queue shows: what was refused, and that those who got in waited", async () => {
  const statuses: number[] = [];
  const rose = await rises(async () => {
    const asked = Array.from({ length: 12 }, () =>
      post("/login", { email: freshEmail(), password: PASSWORD }),
    );
    statuses.push(...(await Promise.all(asked)));
  });
  const refused = statuses.filter((status) => status === 503).length;
  expect(refused).toBeGreaterThan(0);
  expect(rose("portcullis_password_hash_refusals_total")).toBe(refused);
  expect(rose(REQUESTS, { operation: "login", status: "503" })).toBe(refused);
  expect(rose("portcullis_password_hash_wait_seconds_count")).toBe(12 - refused);
  // One worker: the second waited for the first, whose bcrypt takes tens of milliseconds.
  expect(rose("portcullis_password_hash_wait_seconds_sum")).toBeGreaterThan(0.01);
  expect(valueOf(await scrape(), "portcullis_password_hash_queue_limit")).toBe(2);
  expect(valueOf(await scrape(), "portcullis_password_hash_queue_waiting")).toBe(0);
});

test("paths that are unknown, and methods that are refused, are requests of no operation", async () => {
  const rose = await rises(async () => {
    await fetch(`${server.baseUrl}/nowhere`);
    await fetch(`${server.baseUrl}/login`, { method: "PUT" });
    await fetch(`${server.baseUrl}/healthz`);
  });
  expect(rose(REQUESTS, { operation: "none", status: "404" })).toBe(1);
  expect(rose(REQUESTS, { operation: "none", status: "405" })).toBe(1);
  expect(rose(REQUESTS, { operation: "getHealth", status: "200" })).toBe(1);
});

test("a database that has no pool has no gauges of one; the outbox is known", async () => {
  const exposition = await scrape();
  expect(exposition.get("portcullis_database_pool_connections")?.samples).toEqual([]);
  expect(exposition.get("portcullis_database_pool_waiting")?.samples).toEqual([]);
  expect(valueOf(exposition, "portcullis_outbox_waiting_mails")).toBeGreaterThanOrEqual(0);
  expect(valueOf(exposition, "portcullis_outbox_oldest_mail_age_seconds")).toBeGreaterThanOrEqual(
    0,
  );
});

describe("what a stranger sends", () => {
  const CANARY = "zxcanary";

  async function sendEverywhere(round: string): Promise<void> {
    const mark = `${CANARY}${round}`;
    const headers = { "x-request-id": mark, "user-agent": mark, cookie: `__Host-session=${mark}` };
    await fetch(`${server.baseUrl}/${mark}?${mark}=${mark}`, { headers });
    await fetch(`${server.baseUrl}/users/${mark}`, { headers });
    await fetch(`${server.baseUrl}/metrics`, { headers: { authorization: `Bearer ${mark}` } });
    await fetch(`${server.baseUrl}/me`, { method: mark.toUpperCase(), headers }).catch(() => null);
    await fetch(`${server.baseUrl}/me`, { headers: { authorization: `Bearer ${mark}` } });
    await post("/login", { email: `${mark}@example.com`, password: mark });
    await post("/login", { [mark]: mark });
    await post("/token/revoke", { token: mark });
  }

  test("becomes no label, and makes no series that a first stranger had not made", async () => {
    await sendEverywhere("one");
    const first = seriesOf(await scrape());
    await sendEverywhere("two");
    const second = seriesOf(await scrape());
    expect(second.filter((series) => series.includes(CANARY))).toEqual([]);
    expect(second).toEqual(first);
    const operations = new Set<string | undefined>([...operationIds, "none"]);
    const labels = (await scrape()).get("portcullis_http_request_duration_seconds")?.samples ?? [];
    expect(labels.filter((sample) => !operations.has(sample.labels["operation"]))).toEqual([]);
  });

  function seriesOf(exposition: Exposition): string[] {
    return [...exposition.values()]
      .flatMap(({ samples }) => samples)
      .filter(({ name }) => name.startsWith("portcullis_"))
      .map(({ name, labels }) => `${name}${JSON.stringify(labels)}`)
      .sort();
  }
});

test("no limit keeps a scraper out", async () => {
  const asked = Array.from({ length: 150 }, scrape);
  await expect(Promise.all(asked)).resolves.toHaveLength(150);
});

test("a session, an access token and its owner's password are no way to the metrics", async () => {
  const api = cookieClient(server.baseUrl);
  dataOf(await api.login(ADMIN));
  expect(await api.getMetrics()).toMatchObject({ status: 401 });
  const { accessToken } = dataOf(await api.tokenLogin(ADMIN));
  const headers = { authorization: `Bearer ${accessToken}` };
  expect(await api.getMetrics({}, { headers })).toMatchObject({ status: 401 });
  const asAccessToken = { authorization: `Bearer ${TOKEN}` };
  expect(await api.getMe({}, { headers: asAccessToken })).toMatchObject({ status: 401 });
});
