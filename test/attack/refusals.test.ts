/** Refusals cost whoever causes them nothing, so they must cost the operator no disk (decision 11). */
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ADMIN } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

let server: InProcessServer;
let database: DatabaseSync;
beforeAll(async () => {
  server = await startInProcessServer({ TRUST_PROXY: "loopback", LIMIT_REFRESH_IP: "3/3600" });
  database = new DatabaseSync(server.databaseFile);
});
afterAll(async () => {
  database.close();
  await server.stop();
});
beforeEach(() => void server.sql("DELETE FROM limits"));

const from = (ip: string) => ({ "x-forwarded-for": ip });
const refresh = (ip = "203.0.113.7") =>
  server.post("/token/refresh", { refreshToken: "no token of ours" }, from(ip));
const crossSite = (path: string, ip = "203.0.113.7") =>
  server.post(path, {}, { origin: "https://elsewhere.example", ...from(ip) });

/** Answers the rows that the work stored, without the columns that tell when and to whom. */
async function eventsOf(work: () => Promise<unknown>): Promise<unknown[]> {
  const count = () => Number(server.sql("SELECT count(*) AS n FROM events")[0]?.["n"]);
  const before = count();
  await work();
  return server
    .sql(`SELECT body FROM events ORDER BY rowid LIMIT -1 OFFSET ${before}`)
    .map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>)
    .map(({ event, operation, key, reason, userId, ip }) =>
      [event, operation, key ?? reason ?? userId, ip].join(" "),
    );
}
/** Moves whenever another connection has changed anything (sqlite.org/pragma.html#pragma_data_version). */
const dataVersion = () => database.prepare("pragma data_version").get()?.["data_version"];

async function repeat(count: number, work: () => Promise<{ status: number }>): Promise<number[]> {
  return (await Promise.all(Array.from({ length: count }, work))).map(({ status }) => status);
}

test("LA-01 RL-02 of 200 requests at once beyond a limit, one is an event; later ones write nothing at all", async () => {
  const told = await eventsOf(async () => {
    const statuses = await repeat(200, () => refresh());
    expect(statuses.filter((status) => status === 401)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(197);
  });
  expect(told).toEqual(["rate_limited tokenRefresh ip 203.0.113.7"]);
  const before = dataVersion();
  const again = await eventsOf(async () => {
    expect(new Set(await repeat(20, () => refresh()))).toEqual(new Set([429]));
  });
  expect(again).toEqual([]);
  expect(dataVersion()).toBe(before);
});

test("LA-01 each other client that meets a limit is an event of its own, and everybody another one after its window", async () => {
  const flood = (ip: string) => eventsOf(() => repeat(6, () => refresh(ip)));
  expect(await flood("203.0.113.7")).toEqual(["rate_limited tokenRefresh ip 203.0.113.7"]);
  expect(await flood("203.0.113.8")).toEqual(["rate_limited tokenRefresh ip 203.0.113.8"]);
  expect(await flood("203.0.113.7")).toEqual([]);
  server.sql("UPDATE limits SET told_until = 0");
  expect(await flood("203.0.113.7")).toEqual(["rate_limited tokenRefresh ip 203.0.113.7"]);
});

test("RL-10 a refusal without an event answers the same as the first", async () => {
  await repeat(3, () => refresh());
  const [first, second] = [await refresh(), await refresh()];
  for (const { status, headers, body } of [first, second]) {
    expect(status).toBe(429);
    expect(headers["ratelimit-policy"]).toBe('"refresh-ip";q=3;w=3600');
    expect(Number(headers["retry-after"])).toBeGreaterThan(1100);
    expect(body).toContain(`"retryAfterSeconds":${headers["retry-after"]}`);
  }
});

test("CS-06 a flood from another site is one event for each operation and address, and its repeats write nothing", async () => {
  const flood = (path: string, ip?: string) =>
    eventsOf(async () => {
      expect(new Set(await repeat(30, () => crossSite(path, ip)))).toEqual(new Set([403]));
    });
  expect(await flood("/signup")).toEqual(["csrf_rejected signup cross_site 203.0.113.7"]);
  const before = dataVersion();
  expect(await flood("/signup")).toEqual([]);
  expect(dataVersion()).toBe(before);
  expect(await flood("/login")).toEqual(["csrf_rejected login cross_site 203.0.113.7"]);
  expect(await flood("/signup", "203.0.113.8")).toEqual([
    "csrf_rejected signup cross_site 203.0.113.8",
  ]);
  // A client has all of its /64 to change addresses in (RL-06).
  expect(await flood("/signup", "2001:db8::1")).toHaveLength(1);
  expect(await flood("/signup", "2001:db8::2")).toEqual([]);
  server.sql("UPDATE limits SET told_until = 0");
  expect(await flood("/signup")).toHaveLength(1);
});

test("CS-01 each reason of a CSRF refusal is an event of its own, also for one client", async () => {
  const admin = await server.login(ADMIN);
  const remove = (headers: Record<string, string>) =>
    server.send("DELETE", "/me/sessions", { cookie: admin.cookie, ...headers });
  const told = await eventsOf(async () => {
    for (let round = 0; round < 3; round += 1) {
      await remove({});
      await remove({ "x-csrf-token": "wrong" });
    }
  });
  expect(told).toEqual([
    "csrf_rejected revokeMyOtherSessions missing 127.0.0.1",
    "csrf_rejected revokeMyOtherSessions mismatch 127.0.0.1",
  ]);
});

test("AZ-01 an account that is denied again and again is one event, and hides no other on its address", async () => {
  const [one, two] = [await server.newLogin(), await server.newLogin()];
  const ask = async ({ cookie }: { cookie: string }) => {
    expect((await server.send("GET", "/users", { cookie })).status).toBe(403);
  };
  const told = await eventsOf(async () => {
    for (let round = 0; round < 3; round += 1) {
      await ask(one);
      await ask(two);
    }
  });
  expect(told).toEqual(
    [one, two].map(({ userId }) => `authorization_denied listUsers ${userId} 127.0.0.1`),
  );
});
