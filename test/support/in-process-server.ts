/** A server in this process, on a database file of its own: a test writes bytes to it, and reads its database. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { readSettings, type Settings } from "../../src/process/settings.ts";
import { startServer } from "../../src/process/server.ts";
import { mountPathOf } from "../../src/process/setting-variables.ts";
import { ADMIN, PASSWORD } from "./credentials.ts";
import { startEmbeddedServer } from "./embedded-server.ts";
import { freePort } from "./free-port.ts";
import type { Answer } from "./sound-answer.ts";
import { CHEAP_COST, generousLimits } from "./test-settings.ts";

/** Set by test/embedded/vitest.config.ts: the same journeys, through the `fetch` of an embedded server (EB-01). */
const isEmbedded = process.env["TEST_EMBEDDED"] === "on";

type Headers = Record<string, string | string[]>;

export interface Login {
  readonly cookie: string;
  readonly csrfToken: string;
  readonly userId: string;
}

export type InProcessServer = Awaited<ReturnType<typeof startInProcessServer>>;

/**
 * Starts a server with the settings, generous limits and the administrator `ADMIN`. Its passwords cost
 * next to nothing, unless `BCRYPT_COST` is given. `overrides` are what no variable may say. Throws where the settings are refused.
 */
export async function startInProcessServer(
  environment: Record<string, string> = {},
  overrides: Partial<Settings> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-server-"));
  const databaseFile = join(folder, "test.db");
  const read = readSettings({
    PORT: isEmbedded ? String(await freePort()) : "0",
    LOG_LEVEL: "silent",
    HASH_WORKERS: "2",
    DATABASE_URL: `sqlite:${databaseFile}`,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    ...generousLimits,
    ...environment,
  });
  if ("faults" in read) throw new Error(read.faults.join("; "));
  const BCRYPT_COST = "BCRYPT_COST" in environment ? read.settings.BCRYPT_COST : CHEAP_COST;
  const start = isEmbedded ? startEmbeddedServer : startServer;
  const settings = { ...read.settings, BCRYPT_COST, ...overrides };
  const server = await start(settings).catch((error: unknown) => {
    rmSync(folder, { recursive: true });
    throw error;
  });
  const port = Number(new URL(server.address).port);
  const mountPath = mountPathOf(read.settings);

  async function send(method: string, path: string, headers: Headers = {}, body?: string | Buffer) {
    const target = { method, path: mountPath + path, headers };
    const request = httpRequest({ host: "127.0.0.1", port, agent: false, ...target });
    return new Promise<Answer>((resolve, reject) => {
      request.on("error", reject).on("response", async (response) => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: await text(response),
        });
      });
      request.end(body);
    });
  }

  const post = (path: string, body: unknown, headers: Headers = {}) =>
    send("POST", path, { "content-type": "application/json", ...headers }, JSON.stringify(body));

  /** Writes bytes to a connection and reads until the server closes it, or stays silent. */
  async function wire(bytes: string | Buffer, quietMs = 1500): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => (answer += String(chunk)));
    socket.on("error", () => undefined); // a connection that is cut has said what it had to say
    socket.setTimeout(quietMs, () => socket.destroy());
    socket.write(bytes);
    await once(socket, "close");
    return answer;
  }

  function sql(statement: string, ...parameters: string[]) {
    const connection = new DatabaseSync(databaseFile);
    try {
      return connection.prepare(statement).all(...parameters);
    } finally {
      connection.close();
    }
  }

  let made = 0;
  const freshEmail = () => `person-${(made += 1)}@example.com`;

  async function login(credentials: { email: string; password: string }): Promise<Login> {
    const answer = await post("/login", credentials);
    const body = JSON.parse(answer.body) as { csrfToken: string; user: { id: string } };
    const cookie = (answer.headers["set-cookie"] ?? [])
      .map((line) => line.split(";")[0])
      .join("; ");
    return { cookie, csrfToken: body.csrfToken, userId: body.user.id };
  }

  return {
    port,
    /** `http://127.0.0.1`, the port, and the path of PUBLIC_URL where it has one. */
    address: server.address + mountPath,
    /** Its URL by name, as people use it: cookies with `Secure` are kept for loopback names too. */
    baseUrl: server.address.replace("127.0.0.1", "localhost") + mountPath,
    /** A temporary folder with the database in it, and the outbox. */
    folder,
    databaseFile,
    /** All routes it serves, methods and paths as the router knows them. */
    routes: server.routes,
    send,
    post,
    wire,
    sql,
    freshEmail,
    login,
    async newLogin(): Promise<Login & { email: string }> {
      const email = freshEmail();
      await post("/signup", { email, password: PASSWORD });
      return { email, ...(await login({ email, password: PASSWORD })) };
    },
    async bearer(credentials: { email: string; password: string }): Promise<string> {
      const answer = await post("/token/login", credentials);
      return (JSON.parse(answer.body) as { accessToken: string }).accessToken;
    },
    /** Accounts and sessions, without when a session was last used: what an attack must not change. */
    state: () =>
      JSON.stringify([
        sql("SELECT * FROM users ORDER BY id"),
        sql("SELECT id, user_id, expires_at FROM sessions ORDER BY id"),
      ]),
    lastEvent: () =>
      JSON.parse(
        String(sql("SELECT body FROM events ORDER BY id DESC LIMIT 1")[0]?.["body"]),
      ) as Record<string, unknown>,
    /** Begins the shutdown; the server goes on listening until it is stopped. */
    drain: () => server.drain(),
    async stop() {
      await server.stop("the test is over");
      rmSync(folder, { recursive: true });
    },
  };
}
