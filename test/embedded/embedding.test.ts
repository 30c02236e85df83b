/** An embedded server by its public entry. The server's own journeys through it: `npm run test:embedded`. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, memoryTokens } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { describe, expect, onTestFinished, test } from "vitest";
import { SESSION_COOKIE } from "../../src/contract/cookies.ts";
import { LogEvent } from "../../src/contract/events.ts";
import { BODY_MAX_BYTES } from "../../src/contract/values.ts";
import {
  createPortcullis,
  type Portcullis,
  type PortcullisOptions,
  type PortcullisSettings,
} from "../../src/index.ts";
import { dataOf, freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { readToEnd } from "../support/ended.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const ENTRY = new URL("../../src/index.ts", import.meta.url).href;
const ORIGIN = "http://localhost:3000";
const peer = { clientAddress: "192.0.2.1" };

function settingsIn(folder: string) {
  return {
    NODE_ENV: "test",
    DATABASE_URL: `sqlite:${join(folder, "a.db")}`,
    BCRYPT_COST: 10,
    HASH_WORKERS: 1,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  } as const satisfies PortcullisSettings;
}

function embed(more: Partial<PortcullisSettings> = {}, options: PortcullisOptions = {}) {
  const folder = temporaryFolder();
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const portcullis = createPortcullis({ ...settingsIn(folder), ...more }, { log, ...options });
  onTestFinished(() => portcullis.close());
  return { portcullis, folder, lines, file: join(folder, "a.db") };
}

/** Clients of the SDK, whose requests go to `fetch` in this process. */
function clientsOf(portcullis: Portcullis) {
  const fetch = (request: Request) => portcullis.fetch(request, peer);
  const jar = cookieJar();
  return {
    jar,
    browser: createClient({ baseUrl: ORIGIN, fetch, cookies: jar }),
    program: createClient({ baseUrl: ORIGIN, fetch, tokens: memoryTokens() }),
  };
}

const eventsOf = (lines: readonly string[]) =>
  lines.map((line) => LogEvent.parse(JSON.parse(line)));

function sql(file: string, statement: string) {
  const database = new DatabaseSync(file);
  const rows = database.prepare(statement).all();
  database.close();
  return rows;
}

/** Runs code as a module of its own process. */
function runModule(code: string, environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return readToEnd(child);
}

describe("the settings of an embedded server", () => {
  const faultsOf = (settings: object) => {
    try {
      createPortcullis(settings as PortcullisSettings); // as a program without types has it
    } catch (error) {
      return error instanceof Error
        ? { name: error.name, lines: error.message.split("\n") }
        : error;
    }
    return "none";
  };

  test("EB-08 are those of the environment, as strings or numbers, and one error has a sentence for each fault", () => {
    expect(
      faultsOf({ NODE_ENV: "test", BCRYPT_COST: 3, DATABSE_URL: "x", DOCS: true, LIMITS: "1" }),
    ).toEqual({
      name: "SettingsError",
      lines: [
        "Setting DOCS must be a string or a number, as the environment would have it",
        "Setting BCRYPT_COST must be a whole number from 10 to 15",
        "Setting DATABSE_URL is not known, and has no effect: DATABASE_URL was probably meant",
        "Setting LIMITS is not known, and has no effect: docs/settings.md has all names",
        "docs/settings.md has them all.",
      ],
    });
    expect(faultsOf({ NODE_ENV: "test", PORT: [3000] })).toMatchObject({
      lines: [
        expect.stringMatching(/^Setting PORT must be a string or a number/),
        expect.anything(),
      ],
    });
    // @ts-expect-error: what is misspelt does not compile
    expect(() => createPortcullis({ NODE_ENV: "test", DATABSE_URL: "x" })).toThrow("DATABASE_URL");
    const provider = { PROVIDERS: "acme", PROVIDER_ACME_CLIENT_ID: "id", PROVIDER_ACME_ISSUR: "x" };
    expect(faultsOf({ NODE_ENV: "test", ...provider })).toMatchObject({
      lines: expect.arrayContaining([expect.stringMatching(/PROVIDER_ACME_ISSUR/)]),
    });
  });

  test("EB-08 name NODE_ENV: no environment is read, and production's rules must not depend on a guess", () => {
    const lines = [
      "Setting NODE_ENV must be given: production, or development on your own machine",
      "docs/settings.md has them all.",
    ];
    expect(faultsOf({})).toMatchObject({ lines });
    expect(faultsOf({ NODE_ENV: undefined })).toMatchObject({ lines });
    expect(faultsOf({ NODE_ENV: "production" })).toMatchObject({
      lines: expect.arrayContaining(["Setting AUTH_SECRET is required in production"]),
    });
  });
});

test("EB-01 accounts, sessions and tokens work through fetch, with limits and events beneath it", async () => {
  const { portcullis, lines, file } = embed({ LIMIT_SIGNUP_IP: "1/60" });
  const { browser, program } = clientsOf(portcullis);
  const email = freshEmail();
  dataOf(await browser.signup({ email, password: PASSWORD })); // nobody has called start
  dataOf(await browser.login({ email, password: PASSWORD }));
  expect(dataOf(await browser.getMe()).email).toBe(email);
  dataOf(await browser.updateMe({ name: "Ada" }));
  dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  expect(await browser.signup({ email, password: PASSWORD })).toMatchObject({ status: 429 });
  const events = eventsOf(lines);
  expect(events.map(({ event }) => event)).toEqual(
    expect.arrayContaining([
      "server_started",
      "signup",
      "login_success",
      "rate_limited",
      "request",
    ]),
  );
  expect(events.find(({ event }) => event === "login_success")).toMatchObject({
    ip: peer.clientAddress,
  });
  expect(sql(file, "SELECT 1 FROM events WHERE body LIKE '%login_success%'")).toHaveLength(2);
  await portcullis.close();
  expect(eventsOf(lines).at(-1)).toMatchObject({ event: "server_stopped", reason: "close" });
});

test("EB-01 IV-04 a body is bounded beneath fetch, and one that is no UTF-8 is no JSON", async () => {
  const { portcullis } = embed();
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1024;
      controller.enqueue(new Uint8Array(1024).fill(32));
    },
  });
  const headers = { "content-type": "application/json" };
  const post = (body: BodyInit) => {
    const init = { method: "POST", headers, body, duplex: "half" };
    return portcullis.fetch(new Request(`${ORIGIN}/signup`, init), peer);
  };
  expect((await post(endless)).status).toBe(413);
  expect(sent).toBeLessThan(2 * BODY_MAX_BYTES);
  const latin = Buffer.from(
    `{"email":"a@example.com","password":"caf\xe9 caf\xe9 caf\xe9 caf\xe9"}`,
    "latin1",
  );
  const answer = await post(latin);
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: "invalid_json" }]);
});

test("EB-02 importing and making a server reads no environment, listens for nothing and opens nothing", async () => {
  const code = `
    const read = new Set();
    const env = process.env;
    Object.defineProperty(process, "env", { value: new Proxy(env, {
      get(target, name) { read.add(String(name)); return target[name]; },
      has(target, name) { read.add(String(name)); return name in target; },
      ownKeys(target) { read.add("*"); return Reflect.ownKeys(target); },
    }) });
    const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
    const look = () => ({
      listeners: listeners(), globals: Object.getOwnPropertyNames(globalThis), symbols: Object.getOwnPropertySymbols(globalThis).map(String),
      handles: process.getActiveResourcesInfo().filter((name) => name !== "PipeWrap" && name !== "Pipe"),
    });
    const before = look();
    const { createPortcullis } = await import(${JSON.stringify(ENTRY)});
    createPortcullis({ NODE_ENV: "test", DATABASE_URL: "sqlite:/nowhere/a.db" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    console.log(JSON.stringify({ before, after: look(), read: [...read] }));`;
  const {
    code: exit,
    stdout,
    stderr,
  } = await runModule(code, {
    PORT: "1",
    DATABASE_URL: "sqlite:/nowhere/else.db",
  });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  const { before, after, read } = JSON.parse(stdout) as Record<
    "before" | "after",
    { readonly globals: string[] }
  > & { readonly read: string[] };
  const { globals, ...others } = after;
  // Zod's own, by which all copies of it in a process find each other.
  const ofZod = ["__zod_globalConfig", "__zod_globalRegistry"];
  expect(others).toEqual({ ...before, globals: undefined });
  expect(globals.filter((name) => !ofZod.includes(name))).toEqual(before.globals);
  // Node's own loader, with each import.
  expect(read.filter((name) => name !== "WATCH_REPORT_DEPENDENCIES")).toEqual([]);
});

test("EB-03 without the address of the peer, fetch rejects, and nothing is done", async () => {
  const { portcullis, lines } = embed();
  await portcullis.start();
  const request = () =>
    new Request(`${ORIGIN}/healthz`, { headers: { "x-forwarded-for": "192.0.2.9" } });
  for (const none of [
    undefined,
    {},
    { clientAddress: undefined },
    { clientAddress: "" },
    { clientAddress: "unknown" },
    { clientAddress: "192.0.2.1, 192.0.2.2" },
  ])
    await expect(portcullis.fetch(request(), none as never)).rejects.toThrow(TypeError);
  expect(eventsOf(lines).filter(({ event }) => event === "request")).toEqual([]);
});

test("EB-03 headers say who the client is only where the peer is a proxy of TRUST_PROXY", async () => {
  const ipOf = async (TRUST_PROXY: string, clientAddress: string) => {
    const { portcullis, lines } = embed({ TRUST_PROXY });
    const headers = { "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.8" };
    await portcullis.fetch(new Request(`${ORIGIN}/healthz`, { headers }), { clientAddress });
    await portcullis.close();
    return eventsOf(lines).find(({ event }) => event === "request")?.ip;
  };
  expect(await ipOf("none", "127.0.0.1")).toBe("127.0.0.1");
  expect(await ipOf("loopback", "127.0.0.1")).toBe("203.0.113.9");
  expect(await ipOf("loopback", "192.0.2.1")).toBe("192.0.2.1");
  expect(await ipOf("none", "::ffff:192.0.2.1")).toBe("192.0.2.1");
});

describe("EB-04 sessionOf", () => {
  const cookieRequest = async (jar: ReturnType<typeof cookieJar>) =>
    new Request("http://localhost:3000/somewhere/else", {
      headers: { cookie: await jar.cookieHeader(ORIGIN) },
    });

  test("tells who is signed in by cookie or access token, and changes nothing", async () => {
    const { portcullis, file } = embed();
    const { browser, program, jar } = clientsOf(portcullis);
    const { user } = dataOf(await browser.login(ADMIN));
    const { accessToken } = dataOf(await program.tokenLogin(ADMIN));
    // Long ago, so that a request of the API would note the use.
    sql(file, `UPDATE sessions SET last_seen_at = ${Date.now() - 1_800_000} WHERE kind = 'cookie'`);
    const before = JSON.stringify(
      [
        sql(file, "SELECT * FROM sessions"),
        sql(file, "SELECT count(*) FROM events"),
        sql(file, "SELECT * FROM limits"),
      ],
      (_, value: unknown) => value,
    );
    const byCookie = await portcullis.sessionOf(await cookieRequest(jar));
    expect(byCookie).toEqual({
      userId: user.id,
      email: ADMIN.email,
      emailVerified: user.emailVerified,
      name: null,
      role: "admin",
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      carrier: "session",
      mustAddSecondFactor: false,
    });
    const authorization = `Bearer ${accessToken}`;
    expect(
      await portcullis.sessionOf(new Request("http://x/", { headers: { authorization } })),
    ).toMatchObject({ userId: user.id, carrier: "bearer" });
    const after = JSON.stringify(
      [
        sql(file, "SELECT * FROM sessions"),
        sql(file, "SELECT count(*) FROM events"),
        sql(file, "SELECT * FROM limits"),
      ],
      (_, value: unknown) => value,
    );
    expect(after).toBe(before);
    dataOf(await browser.getMe());
    expect(JSON.stringify(sql(file, "SELECT * FROM sessions"))).not.toBe(
      JSON.stringify(JSON.parse(before)[0]),
    ); // so there was something to change
  });

  test("honours revocation, a disabled account, idleness and a new role at once", async () => {
    const { portcullis, file } = embed();
    const { browser, program, jar } = clientsOf(portcullis);
    const email = freshEmail();
    dataOf(await browser.signup({ email, password: PASSWORD }));
    dataOf(await browser.login({ email, password: PASSWORD }));
    const { accessToken } = dataOf(await program.tokenLogin({ email, password: PASSWORD }));
    const requests = async () => [
      await cookieRequest(jar),
      new Request("http://x/", { headers: { authorization: `Bearer ${accessToken}` } }),
    ];
    const roles = async () =>
      Promise.all((await requests()).map(async (each) => (await portcullis.sessionOf(each))?.role));
    expect(await roles()).toEqual(["user", "user"]);
    sql(file, `UPDATE users SET role = 'admin' WHERE email = '${email}'`);
    expect(await roles()).toEqual(["admin", "admin"]);
    sql(file, `UPDATE users SET disabled = 1 WHERE email = '${email}'`);
    expect(await roles()).toEqual([undefined, undefined]);
    sql(file, `UPDATE users SET disabled = 0 WHERE email = '${email}'`);
    sql(file, `UPDATE sessions SET last_seen_at = 0 WHERE kind = 'cookie'`);
    expect(await roles()).toEqual([undefined, "admin"]);
    sql(file, "DELETE FROM sessions");
    expect(await roles()).toEqual([undefined, undefined]);
  });

  test("answers undefined for nobody, and a bad Authorization header never falls back to a cookie", async () => {
    const { portcullis } = embed();
    const { browser, jar } = clientsOf(portcullis);
    dataOf(await browser.login(ADMIN));
    const cookie = await jar.cookieHeader(ORIGIN);
    for (const headers of [
      {},
      { cookie: `${SESSION_COOKIE}=${"x".repeat(43)}` },
      { authorization: "Basic YTpi" },
      { cookie, authorization: "Bearer nonsense" },
    ])
      expect(await portcullis.sessionOf(new Request("http://x/", { headers }))).toBeUndefined();
  });

  test("says who must add a second factor first, where the API would refuse them", async () => {
    const { portcullis } = embed({ SECOND_FACTOR: "required" });
    const { browser, jar } = clientsOf(portcullis);
    dataOf(await browser.login(ADMIN));
    expect(await portcullis.sessionOf(await cookieRequest(jar))).toMatchObject({
      mustAddSecondFactor: true,
    });
    expect(await browser.listMySessions()).toMatchObject({ status: 403 });
  });
});

test("EB-05 a second one on the same file is refused, and may start once the first is closed", async () => {
  const { portcullis: first, folder } = embed();
  await first.start();
  const second = createPortcullis(settingsIn(folder), { log: () => undefined });
  onTestFinished(() => second.close());
  await expect(second.start()).rejects.toThrow(/already: .* SHARED_DATABASE=on/);
  const shared = createPortcullis(
    { ...settingsIn(folder), SHARED_DATABASE: "on" },
    { log: () => undefined },
  );
  await shared.start();
  await shared.close();
  await first.close();
  await second.start(); // a start that failed is not remembered
});

test("EB-06 close leaves no handle, listener, thread, interval or lock, and the process ends by itself", async () => {
  const folder = temporaryFolder();
  const code = `
    const { createPortcullis } = await import(${JSON.stringify(ENTRY)});
    const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
    const handles = () => process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FSReqCallback/.test(name));
    // Threads and intervals that keep no process alive would stay in the host's all the same.
    const threads = new Set();
    process.on("worker", (thread) => {
      threads.add(thread);
      thread.once("exit", () => threads.delete(thread));
    });
    const intervals = new Set();
    const { setInterval: set, clearInterval: clear } = globalThis;
    globalThis.setInterval = (...given) => {
      const interval = set(...given);
      intervals.add(interval);
      return interval;
    };
    globalThis.clearInterval = (interval) => {
      intervals.delete(interval);
      clear(interval);
    };
    const before = { listeners: listeners(), handles: handles(), threads: 0, intervals: 0 };
    const portcullis = createPortcullis(${JSON.stringify(settingsIn(folder))}, { log: () => {} });
    await portcullis.start();
    const body = JSON.stringify(${JSON.stringify({ email: "ada@example.com", password: PASSWORD })});
    const init = { method: "POST", headers: { "content-type": "application/json" }, body };
    for (const path of ["/signup", "/login"])
      console.error(path, (await portcullis.fetch(new Request("${ORIGIN}" + path, init), { clientAddress: "192.0.2.1" })).status);
    console.error("threads", threads.size > 0, "intervals", intervals.size > 0);
    await portcullis.close();
    await portcullis.close();
    await portcullis.fetch(new Request("${ORIGIN}/healthz"), { clientAddress: "192.0.2.1" }).catch((error) => console.error(error.message));
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(JSON.stringify([before, { listeners: listeners(), handles: handles(), threads: threads.size, intervals: intervals.size }]));
    process.on("exit", () => process.stdout.write("by itself"));`;
  const { code: exit, stdout, stderr } = await runModule(code);
  expect(stderr.trim().split("\n")).toEqual([
    "/signup 201",
    "/login 200",
    "threads true intervals true",
    "This server is closed: make another with createPortcullis",
  ]);
  expect(exit).toBe(0);
  const [states = "", end] = stdout.split("\n");
  const [before, after] = JSON.parse(states) as unknown[];
  expect(after).toEqual(before);
  expect(end).toBe("by itself");
}, 90_000); // a process that compiles, on a busy machine

test("ST-13 close waits for the requests under way, and refuses those that come meanwhile", async () => {
  const { portcullis } = embed();
  const { browser } = clientsOf(portcullis);
  await portcullis.start();
  const signingUp = browser.signup({ email: freshEmail(), password: PASSWORD });
  await sleep(5); // it hashes
  const closing = portcullis.close();
  expect(await clientsOf(portcullis).browser.getMe()).toMatchObject({ ok: false });
  expect(await signingUp).toMatchObject({ ok: true, status: 201 });
  await closing;
});

test("migrate brings the schema up without a start, and says what it did", async () => {
  const { portcullis } = embed();
  expect((await portcullis.migrate()).length).toBeGreaterThan(10);
  expect(await portcullis.migrate()).toEqual([]);
  await portcullis.start();
});

test("no administrator is made up, whose password nobody would see", async () => {
  const { portcullis, file } = embed({
    NODE_ENV: "development",
    ADMIN_EMAIL: undefined,
    ADMIN_PASSWORD: undefined,
  });
  await portcullis.start();
  expect(sql(file, "SELECT * FROM users")).toEqual([]);
});
