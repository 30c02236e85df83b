/** Two processes on one PostgreSQL behind nginx, with the configuration that docs/operating.md tells people to use. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problem } from "../../src/contract/problems.ts";
import { BODY_MAX_BYTES } from "../../src/contract/values.ts";
import { dataOf, freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { createPostgres, type TestDatabase } from "../support/databases.ts";
import { type Nginx, PUBLIC_NAME, startNginx, whyNoNginx } from "../support/nginx.ts";

const METRICS_TOKEN = "a-token-for-the-scraper-0123456789";
const [ALICE, MALLORY] = ["127.0.0.21", "127.0.0.66"];

if (whyNoNginx !== undefined) console.warn(`\nThe tests of nginx are skipped: ${whyNoNginx}\n`);

describe.skipIf(whyNoNginx !== undefined)("behind nginx", () => {
  let database: TestDatabase;
  let processes: ServerProcess[];
  let nginx: Nginx;

  /** As docs/operating.md sets it up. */
  function start(port: string): Promise<ServerProcess> {
    const environment = {
      BCRYPT_COST: "10", // it is what a process has to finish
      NODE_ENV: "production",
      PORT: port,
      PUBLIC_URL: `https://${PUBLIC_NAME}`,
      DATABASE_URL: database.url,
      AUTH_SECRET: "both-processes-have-the-same-0123456789-abc",
      TRUST_PROXY: "loopback",
      METRICS_TOKEN,
      SMTP_URL: "smtp://127.0.0.1:1",
      MAIL_FROM: "auth@example.com",
      HASH_WORKERS: "1",
      SIGNUP: "open",
    };
    return startServerProcess({ environment });
  }
  const portOf = ({ baseUrl }: ServerProcess) => new URL(baseUrl).port;
  const clientAt = (address: string): Client =>
    createClient({
      baseUrl: `https://${PUBLIC_NAME}`,
      cookies: cookieJar(),
      fetch: nginx.fetchFrom(address),
      retry: false, // whatever the proxy lets through is to be seen
    });

  beforeAll(async () => {
    database = await createPostgres();
    processes = await Promise.all([start("0"), start("0")]);
    const [first = "", second = ""] = processes.map(portOf);
    nginx = await startNginx([Number(first), Number(second)]);
  });
  afterAll(async () => {
    await nginx.stop();
    for (const server of processes) await server.dispose();
    await database.remove();
  });

  test("RL-05 the address of a client is its own, whatever it claims in the headers of proxies", async () => {
    const claims = {
      "x-forwarded-for": "203.0.113.9",
      forwarded: "for=203.0.113.9",
      "x-real-ip": "203.0.113.9",
    };
    for (const [address, headers] of [
      [ALICE, {}],
      [MALLORY, claims],
      [MALLORY, { "x-forwarded-for": "203.0.113.9, 127.0.0.1" }],
    ] as const)
      dataOf(await clientAt(address).login(ADMIN, { headers }));
    const admin = clientAt(ALICE);
    dataOf(await admin.login(ADMIN));
    const { items } = dataOf(await admin.listEvents({ event: "login_success" }));
    expect(items.map(({ ip }) => ip)).toEqual([ALICE, MALLORY, MALLORY, ALICE]);
  });

  test("a session holds on both processes, changes with proof included", async () => {
    const before = [at(0), at(1)].map((server) => server.events().length);
    const api = clientAt(ALICE);
    dataOf(await api.login(ADMIN));
    for (let i = 0; i < 4; i += 1) dataOf(await api.getMe());
    const { items } = dataOf(await api.listMySessions());
    expect(items.length).toBeGreaterThan(1);
    dataOf(await api.revokeMyOtherSessions());
    expect(dataOf(await api.listMySessions()).items).toHaveLength(1);
    await expect
      .poll(() =>
        processes.map((server, i) =>
          server
            .events()
            .slice(before[i])
            .some((event) => event.event === "request" && event.operation === "getMe"),
        ),
      )
      .toEqual([true, true]);
  });

  test("SE-03 cookies arrive with the attributes they were sent with, and nothing is compressed", async () => {
    const body = JSON.stringify(ADMIN);
    const headers = { "content-type": "application/json", "accept-encoding": "gzip" };
    const attributesOf = (response: Response) =>
      response.headers.getSetCookie().map((cookie) => cookie.replace(/=[^;]*/, ""));
    const through = await nginx.ask(ALICE, "/login", { method: "POST", headers, body });
    const expected = await fetch(`${at(0).baseUrl}/login`, { method: "POST", headers, body });
    expect(attributesOf(through)).toEqual(attributesOf(expected));
    expect(attributesOf(through).length).toBeGreaterThan(1);
    for (const cookie of attributesOf(through))
      expect(cookie).toMatch(/^__Host-\w+; Path=\/; .*Secure;( HttpOnly;)? SameSite=Lax$/);
    expect(through.headers.get("content-encoding")).toBeNull();
    expect(through.headers.get("strict-transport-security")).toBe(
      expected.headers.get("strict-transport-security"),
    );
  });

  test("FD-13 the access log has the path that a provider leads back to, and no code", async () => {
    const path = "/login/providers/google/callback";
    const query = "code=canary-of-a-code&state=canary-of-a-state";
    const referer = `https://${PUBLIC_NAME}${path}?${query}`;
    await nginx.ask(ALICE, `${path}?${query}`);
    await nginx.ask(ALICE, "/healthz", { headers: { referer } });
    await fetch(`http://127.0.0.1:${nginx.httpPort}${path}?${query}`, {
      headers: { host: PUBLIC_NAME },
      redirect: "manual",
    });
    const isLogged = async () => {
      const log = await nginx.accessLog();
      return log.split(`"GET ${path} HTTP/1.1"`).length > 2 && log.includes('"GET /healthz ')
        ? log
        : undefined;
    };
    expect(await waitFor(isLogged)).not.toContain("canary");
  });

  test("nobody reads the metrics through the proxy, not even with the token", async () => {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    for (const path of [
      ...["/metrics", "/metrics/", "/metrics?x=1", "//metrics", "/metrics//", "/%6detrics"],
      ...[
        "/x/../metrics",
        "/x/..%2Fmetrics",
        "/METRICS",
        "/metrics;x",
        "/metrics%20",
        "/metrics%00",
      ],
    ])
      expect([path, (await nginx.ask(ALICE, path, { headers })).status]).not.toEqual([path, 200]);
    expect((await fetch(`${at(0).baseUrl}/metrics`, { headers })).status).toBe(200);
  });

  test("IV-04 a body that is too large is refused with 413: by the server in its own words, a larger one by nginx", async () => {
    const post = (bytes: number) => postJson("/login", "x".repeat(bytes));
    const own = await post(BODY_MAX_BYTES + 1);
    expect(own.status).toBe(413);
    expect(problem("payload_too_large").schema.safeParse(await own.json()).success).toBe(true);

    const larger = await post(8 * BODY_MAX_BYTES);
    expect(larger.status).toBe(413);
    expect(larger.headers.get("content-type")).toBe("application/problem+json");
    expect(await larger.json()).toEqual({
      type: "about:blank",
      title: problem("payload_too_large").title,
      status: 413,
    });
    expect(nginx.warnings()).not.toContain("buffered to a temporary file");
  });

  test("nginx is the first to drop an idle connection to the server", async () => {
    const ofServer = (await fetch(`${at(0).baseUrl}/healthz`)).headers.get("keep-alive");
    const [, seconds] = /^timeout=(\d+)$/.exec(ofServer ?? "") ?? [];
    const [, upstream = ""] = /^upstream portcullis \{(.*?)^\}/ms.exec(nginx.site) ?? [];
    const [, ofNginx] = /^ *keepalive_timeout (\d+)s;$/m.exec(upstream) ?? [];
    expect(Number(ofNginx)).toBeLessThan(Number(seconds));
  });

  test("plain HTTP leads a browser on and takes no password", async () => {
    const url = `http://127.0.0.1:${nginx.httpPort}/reset?x=1`;
    const led = await fetch(url, { redirect: "manual" });
    expect(led.status).toBe(308);
    expect(led.headers.get("location")).toBe(`https://${PUBLIC_NAME}/reset?x=1`);
    expect((await fetch(url, { method: "POST", body: "{}", redirect: "manual" })).status).toBe(403);
  });

  test("restarts under load: no GET is lost; no POST either, where nginx takes the process out first", async () => {
    const reader = clientAt(ALICE);
    dataOf(await reader.login(ADMIN));
    let isOver = false;
    const reads: (number | undefined)[] = [];
    const signups: number[] = [];
    const load = Promise.all([
      ...Array.from({ length: 3 }, async () => {
        while (!isOver) reads.push((await reader.getMe()).status);
      }),
      ...Array.from({ length: 2 }, async () => {
        while (!isOver) signups.push(await signUp(freshEmail()));
      }),
    ]);

    // With this to finish, it goes on for a while after the signal.
    const burst = Array.from({ length: 12 }, () => signUp(freshEmail()));
    await waitFor(async () => ((await hashesWaiting(at(0))) > 1 ? true : undefined));
    await restart(0);
    signups.push(...(await Promise.all(burst)));
    // It refuses what arrives while it finishes what it has; nobody repeats that for the client.
    for (const status of signups.splice(0)) expect([201, 502, 503]).toContain(status);

    await nginx.takeOut(Number(portOf(at(1))));
    await waitFor(() => isIdle(at(1)));
    await restart(1);
    await nginx.takeOut(undefined);
    await waitFor(() => (hasAnswered(at(1)) ? true : undefined));
    isOver = true;
    await load;
    expect(reads.filter((status) => status !== 200)).toEqual([]);
    expect(signups.filter((status) => status !== 201)).toEqual([]);
    expect(signups.length).toBeGreaterThan(0);
  }, 120_000); // two processes stop and start

  test("a POST that was under way in a process that died is lost, and not sent to the other one", async () => {
    const emails = Array.from({ length: 12 }, freshEmail);
    const signups = emails.map(signUp);
    const [dying, other] = [at(0), at(1)];
    await waitFor(async () => ((await hashesWaiting(dying)) > 0 ? true : undefined));
    await dying.stop("SIGKILL");
    const statuses = await Promise.all(signups);
    expect(new Set(statuses)).toEqual(new Set([201, 502]));
    // Nothing of the lost ones reached the other process, not even as an address that is taken.
    const told = () => other.events().filter(({ event }) => event.startsWith("signup"));
    const seen = (email: string) => JSON.stringify(told()).includes(`"${email}"`);
    await expect.poll(() => emails.filter(seen).length).toBeGreaterThan(0);
    for (const [i, email] of emails.entries())
      if (statuses[i] === 502) expect([email, seen(email)]).toEqual([email, false]);
  });

  /** Answers the status: the SDK has none for what nginx itself answers. */
  async function signUp(email: string): Promise<number> {
    const { status } = await postJson("/signup", JSON.stringify({ email, password: PASSWORD }));
    return status;
  }

  function postJson(path: string, body: string): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return nginx.ask(ALICE, path, { method: "POST", headers, body });
  }

  async function restart(i: 0 | 1): Promise<void> {
    const port = portOf(at(i));
    expect(await at(i).stop("SIGTERM")).toBe(0);
    processes[i] = await start(port);
  }

  function at(i: 0 | 1): ServerProcess {
    const found = processes[i];
    if (found === undefined) throw new Error("There are two processes");
    return found;
  }

  const hasAnswered = (server: ServerProcess) =>
    server.events().some(({ event }) => event === "request");

  /** True if it got nothing for a second, under a load that does not pause. */
  async function isIdle(server: ServerProcess): Promise<true | undefined> {
    const before = server.events().length;
    await sleep(1_000);
    return server.events().length === before ? true : undefined;
  }

  async function hashesWaiting(server: ServerProcess): Promise<number> {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    const metrics = await (await fetch(`${server.baseUrl}/metrics`, { headers })).text();
    return Number(/^portcullis_password_hash_queue_waiting (\d+)$/m.exec(metrics)?.[1]);
  }
});
