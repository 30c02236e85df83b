/**
 * How often an operation goes to a PostgreSQL database and back, counted on the wire: how often the process
 * sends something after it was answered, and before it is answered again. What is sent at once on several
 * connections is one: the operation waits once. Whoever adds one states it here.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { PASSWORD } from "../support/credentials.ts";
import {
  type InProcessServer,
  type Login,
  startInProcessServer,
} from "../support/in-process-server.ts";
import { createPostgres, type TestDatabase } from "../support/databases.ts";

let database: TestDatabase;
let wire: Wire;
let server: InProcessServer;
let owner: Login & { readonly email: string };
beforeAll(async () => {
  database = await createPostgres();
  wire = await startWire(database.url);
  server = await startInProcessServer({ DATABASE_URL: wire.url });
  const email = server.freshEmail();
  await server.post("/signup", { email, password: PASSWORD });
  owner = { email, ...(await server.login({ email, password: PASSWORD })) };
});
afterAll(async () => {
  await server.stop();
  wire.server.close();
  await database.remove();
});
afterEach(() => void vi.restoreAllMocks());

interface Wire {
  readonly server: Server;
  readonly url: string;
  /** So far, on all connections; those that overlap are one. */
  countRoundTrips(): number;
}

/** Passes everything on, and counts. */
async function startWire(databaseUrl: string): Promise<Wire> {
  let roundTrips = 0;
  /** Connections on which an answer is due. */
  const asked = new Set<object>();
  const url = new URL(databaseUrl);
  const { hostname, port } = url;
  const server = createServer((process) => {
    const postgres = connect(Number(port), hostname);
    process.on("data", () => {
      if (asked.size === 0) roundTrips += 1;
      asked.add(process);
    });
    for (const event of ["data", "close"]) postgres.on(event, () => asked.delete(process));
    for (const [from, to] of [
      [process, postgres],
      [postgres, process],
    ] as const)
      from.on("error", () => to.destroy()).pipe(to);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address() as AddressInfo; // as it listens on a port
  url.host = `127.0.0.1:${address.port}`;
  return { server, url: url.href, countRoundTrips: () => roundTrips };
}

/** Statements that the outbox, the cleaning and the key ring send by themselves, however long an answer takes. */
const IN_THE_BACKGROUND = /\b(mails|jobs|signing_keys)\b/;

/**
 * Counts the statements of one request, and how often it waited. Now and then the background is on the wire at the
 * beginning or the end of a turn, and its statements are counted beside the turn: then there is another one.
 */
async function watch(
  ask: () => Promise<{ readonly status: number }>,
  status: number,
  {
    atOnce = 0,
  }: { /** Statements sent beside others, on other connections. */ atOnce?: number } = {},
) {
  const sent = vi.spyOn(pg.Client.prototype, "query");
  for (let turn = 1; ; turn += 1) {
    sent.mockClear();
    const before = wire.countRoundTrips();
    expect((await ask()).status).toBe(status);
    const all = sent.mock.calls.map(([query]) => outline(textOf(query)));
    const statements = all.filter((outlined) => !IN_THE_BACKGROUND.test(outlined));
    const roundTrips = wire.countRoundTrips() - before - (all.length - statements.length);
    if (roundTrips + atOnce === statements.length || turn === 10) return { roundTrips, statements };
  }
}

function textOf(query: unknown): string {
  if (typeof query === "object" && query !== null && "text" in query) return String(query.text);
  return String(query);
}

/** A statement for many units: its verb, and the first table that is no part of itself. */
const forMany = /^(\w+).* from unnest\(.*?(?:from|join) "?(sessions|limits|users)\b/s;

/** Names each statement of a round trip: its verb, and its first table. */
function outline(text: string): string {
  const does = /^(select|insert|update|delete|with).*?(?:from|into|update) "?(\w+)|^update "(\w+)/s;
  return text
    .split(";\n")
    .map((statement) => {
      const [, many, kept] = forMany.exec(statement) ?? [];
      if (kept !== undefined) return `${many} ${kept}`;
      const [, verb = "update", table, updated] = does.exec(withoutSubselects(statement)) ?? [
        statement,
        statement,
      ];
      return [verb, updated ?? table].filter(Boolean).join(" ");
    })
    .join(", ");
}

/** A query without the ones in its columns: its own table is the first that is left. */
function withoutSubselects(statement: string): string {
  if (!statement.startsWith("select")) return statement;
  const shorter = statement.replaceAll(/\([^()]*\)/g, "");
  return shorter === statement ? shorter : withoutSubselects(shorter);
}

test("getMe takes one round trip to PostgreSQL", async () => {
  const ask = () => server.send("GET", "/me", { cookie: owner.cookie });
  expect(await watch(ask, 200)).toEqual({ roundTrips: 1, statements: ["select sessions"] });
});

test("getTokenMe takes one round trip to PostgreSQL", async () => {
  const authorization = `Bearer ${await server.bearer({ email: owner.email, password: PASSWORD })}`;
  const ask = () => server.send("GET", "/token/me", { authorization });
  expect(await watch(ask, 200)).toEqual({ roundTrips: 1, statements: ["select sessions"] });
});

test("getHealth takes no round trip to PostgreSQL", async () => {
  const ask = () => server.send("GET", "/healthz");
  expect(await watch(ask, 200)).toEqual({ roundTrips: 0, statements: [] });
});

test("tokenRefresh takes two round trips: for its limit beside the state of the token, and to rotate the token", async () => {
  const credentials = { email: owner.email, password: PASSWORD };
  const login = await server.post("/token/login", credentials);
  let { refreshToken } = JSON.parse(login.body) as { refreshToken: string };
  const ask = async () => {
    const answer = await server.post("/token/refresh", { refreshToken });
    ({ refreshToken } = JSON.parse(answer.body) as { refreshToken: string });
    return answer;
  };
  await ask(); // its connections are there now
  expect(await watch(ask, 200, { atOnce: 1 })).toEqual({
    roundTrips: 2,
    // The first two are sent at once, each with those of its kind that other requests ask for.
    statements: ["with limits", "select sessions", "with sessions"],
  });
});

test("login takes four round trips: for its limits, for its account, for its changes, and for their COMMIT", async () => {
  const ask = () => server.post("/login", { email: owner.email, password: PASSWORD });
  expect(await watch(ask, 200)).toEqual({
    roundTrips: 4,
    statements: [
      "with limits",
      "select users",
      "begin, insert sessions, update users, insert devices, delete limits, delete devices",
      "insert events, commit",
    ],
  });
});

/** Logs in as a browser would that keeps the cookies with this name, and no others. */
function returning(name: string) {
  let cookie = cookieNamed(owner.cookie.split("; "), name);
  return async () => {
    const credentials = { email: owner.email, password: PASSWORD };
    const answer = await server.post("/login", credentials, { cookie });
    cookie = cookieNamed(answer.headers["set-cookie"] ?? [], name);
    return answer;
  };
}

function cookieNamed(lines: readonly string[], name: string): string {
  return lines.find((line) => line.startsWith(name))?.split(";")[0] ?? "";
}

test("login in place of another session takes as many round trips: that session ends beside the other changes", async () => {
  const { roundTrips, statements } = await watch(returning("__Host-session="), 200);
  expect(roundTrips).toBe(4);
  expect(statements[2]).toContain("delete sessions");
});

test("login from a known device takes one round trip more: the device decides what its limit counts", async () => {
  const { roundTrips, statements } = await watch(returning("__Host-device="), 200);
  expect(roundTrips).toBe(5);
  expect(statements[0]).toBe("select devices");
});

test("LG-01 the right password of a locked account takes the round trips of a wrong one", async () => {
  const email = server.freshEmail();
  await server.post("/signup", { email, password: PASSWORD });
  const end = Date.now() + 3_600_000;
  await database.query(`update users set locked_until = ${end} where email = '${email}'`);
  const login = (password: string) => () => server.post("/login", { email, password });
  const right = await watch(login(PASSWORD), 401);
  expect(right).toEqual(await watch(login("not the password"), 401));
  expect(right.roundTrips).toBe(4);
});

test("RS-01 ET-01 forgot-password takes as many round trips for an unknown address as for a known one", async () => {
  const forget = (email: string) => () => server.post("/forgot-password", { email });
  const known = await watch(forget(owner.email), 202);
  expect(await watch(forget("nobody@example.com"), 202)).toEqual(known);
});
