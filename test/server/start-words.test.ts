/** A start, as the person meets it who types it: where to look, what is odd, and what to mend. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { readToEnd } from "../support/ended.ts";
import { passwordInFile } from "../support/first-admin.ts";
import { runScript } from "../support/commands.ts";
import { type ServerProcess, runServer, startServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { waitFor } from "../support/wait-for.ts";

async function start(environment: Record<string, string> = {}, folder?: string) {
  const server = await startServerProcess({ folder: folder ?? temporaryFolder(), environment });
  onTestFinished(async () => void (await server.stop()));
  return server;
}

/** For tests with several processes. Milliseconds. */
const SEVERAL_STARTS_MS = 90_000;

/** The value behind each word of the greeting. */
function greeting(server: ServerProcess): Record<string, string> {
  const lines = server.stderr().matchAll(/^ {2}(\w+) +(.+)$/gm);
  return Object.fromEntries(Array.from(lines, ([, word = "", value = ""]) => [word, value]));
}

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === "::1"),
);

describe("HOST", () => {
  const ipv4 = [
    ["127.0.0.1", "localhost"],
    ["0.0.0.0", "localhost"],
  ] as const;
  const ipv6 = [
    ["[::1]", "[::1]"],
    ["::1", "[::1]"],
    ["[::]", "localhost"],
  ] as const;
  test.each([...ipv4, ...(hasIpv6 ? ipv6 : [])])(
    "%s is listened on, and the addresses of the greeting can be opened",
    async (HOST, shown) => {
      const server = await start({ HOST });
      const { port } = new URL(server.baseUrl);
      const { API = "", Docs = "" } = greeting(server);
      expect({ API, Docs }).toEqual({
        API: `http://${shown}:${port}`,
        Docs: `http://${shown}:${port}/docs`,
      });
      expect((await fetch(`${API}/healthz`)).status).toBe(200);
      expect((await fetch(Docs)).status).toBe(200);
      // A page of that address is the server's own: no other site's (CS-06).
      const headers = { origin: API, "content-type": "application/json" };
      const login = await fetch(`${API}/login`, { method: "POST", headers, body: "{}" });
      expect(login.status).toBe(400);
    },
  );

  test(
    "a name that leads nowhere stops the start in one line",
    { timeout: SEVERAL_STARTS_MS },
    async () => {
      const folder = temporaryFolder();
      const ended = await runServer({
        HOST: "nowhere.invalid",
        DATABASE_URL: `sqlite:${folder}/portcullis.db`,
      });
      expect(ended).toMatchObject({ code: 1, stdout: "" });
      expect(ended.stderr).toBe(
        "HOST nowhere.invalid is no name that this machine knows: set an address of it, or 0.0.0.0 for all\n",
      );
      // Nobody would have been told of an administrator made by then: the next start makes it, and says so.
      const next = await start({ ADMIN_EMAIL: "", ADMIN_PASSWORD: "" }, folder);
      expect(next.stderr()).toContain("First start: an administrator was made.");
      expect(passwordInFile(folder).password).toHaveLength(43);
    },
  );
});

describe("the greeting", () => {
  test(
    "has absolute paths, wherever it was started, and names DEV_COOKIES",
    { timeout: SEVERAL_STARTS_MS },
    async () => {
      const folder = temporaryFolder();
      const server = await start({ DATABASE_URL: "sqlite:kept/here.db" }, folder);
      expect(greeting(server)).toMatchObject({
        Outbox: `${join(folder, "kept/outbox")} (mails appear here as .eml files)`,
        Data: `sqlite:${join(folder, "kept/here.db")}`,
        Cookies: expect.stringMatching(/^Secure: .*DEV_COOKIES=plain/),
      });
      const plain = await start({ DEV_COOKIES: "plain" });
      expect(greeting(plain)["Cookies"]).toMatch(/^plain, by DEV_COOKIES/);
    },
  );

  test(
    "shows docs where DOCS has them, and an outbox where mails are files",
    { timeout: SEVERAL_STARTS_MS },
    async () => {
      const production = {
        NODE_ENV: "production",
        PUBLIC_URL: "https://auth.example.com",
        AUTH_SECRET: "fathom-wicket-0123456789-lantern-orchard",
        SMTP_URL: "smtp://127.0.0.1:1",
        MAIL_FROM: "auth@example.com",
      };
      const shown = async (environment: Record<string, string>) =>
        Object.keys(greeting(await start(environment)));
      expect(await shown({ DOCS: "off" })).toEqual(["API", "Outbox", "Signup", "Cookies", "Data"]);
      expect(await shown({ ...production, DOCS: "on" })).toEqual(["API", "Docs", "Signup", "Data"]);
      expect(await shown(production)).toEqual(["API", "Signup", "Data"]);
    },
  );
});

describe("providers", () => {
  const CANARY = "canary-of-a-client-secret";
  const environment = {
    PROVIDERS: "google,work",
    PROVIDER_GOOGLE_CLIENT_ID: "portcullis",
    PROVIDER_GOOGLE_CLIENT_SECRET: CANARY,
    PROVIDER_WORK_NAME: "Work",
    PROVIDER_WORK_ISSUER: "http://127.0.0.1:9",
    PROVIDER_WORK_CLIENT_ID: "portcullis",
    PROVIDER_WORK_CLIENT_SECRET: `${CANARY}-too`,
    PUBLIC_URL: "http://localhost:4242",
  };

  test(
    "the greeting says which there are, and what to enter there; no secret of theirs is printed",
    { timeout: SEVERAL_STARTS_MS },
    async () => {
      const server = await start(environment);
      for (const [id, name] of Object.entries({ google: "Google", work: "Work" }))
        expect(server.stderr()).toContain(
          `\n  Provider ${name}: enter http://localhost:4242/login/providers/${id}/callback there, as the address to lead back to\n`,
        );
      await server.stop();
      const lines = JSON.stringify(server.events());
      for (const said of [server.stderr(), lines]) expect(said).not.toContain(CANARY);

      const commands = { ...environment, DATABASE_URL: `sqlite:${server.databaseFile}` };
      const { code, stdout, stderr } = await runScript("keys", ["list"], commands);
      expect({ code, leaks: `${stdout}${stderr}`.includes(CANARY) }).toEqual({
        code: 0,
        leaks: false,
      });
    },
  );

  test.each([
    ["quotes around it", { PROVIDER_GOOGLE_CLIENT_SECRET: `"${CANARY}"` }],
    ["a letter that no secret has", { PROVIDER_GOOGLE_CLIENT_SECRET: `${CANARY}ä` }],
    ["another setting with it", { METRICS_TOKEN: CANARY }],
    ["its name misspelt", { PROVIDER_GOOGLE_SECRET: CANARY, PROVIDER_GOOGLE_CLIENT_SECRET: "" }],
    ["it in another's place", { PROVIDER_WORK_ISSUER: CANARY }],
  ])("a start that is refused for %s does not repeat the secret", async (_, faulty) => {
    const DATABASE_URL = `sqlite:${temporaryFolder()}/portcullis.db`;
    const ended = await runServer({ ...environment, DATABASE_URL, ...faulty });
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^Setting (?:PROVIDER_[A-Z]+_[A-Z_]+) .+\n/);
    expect(ended.stderr).not.toContain(CANARY);
  });
});

test.skipIf(process.platform === "win32")(
  "ST-13 a SIGTERM to npm start reaches the server, which ends in order",
  async () => {
    const folder = temporaryFolder();
    const child = spawn("npm", ["start"], {
      cwd: new URL("../../", import.meta.url),
      env: { PATH: process.env["PATH"], PORT: "0", DATABASE_URL: `sqlite:${folder}/portcullis.db` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = readToEnd(child);
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await waitFor(() => (said.includes("is ready") ? true : undefined));
    child.kill("SIGTERM");
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout.trim().split("\n").at(-1)).toContain('"event":"server_stopped"');
  },
);

describe("what is odd is told, and the start goes on", () => {
  test(
    "CF-10 a misspelt setting, by a server and by a command",
    { timeout: SEVERAL_STARTS_MS },
    async () => {
      const server = await start({ LIMIT_LOGN_IP: "5/60", BCRYPT_COST: "10" });
      const remark =
        "Setting LIMIT_LOGN_IP is not known, and has no effect: LIMIT_LOGIN_IP was probably meant\n";
      // The tests set LIMIT_LOGIN_IP themselves: where what was meant is set, nothing is said.
      expect(server.stderr()).not.toContain("LIMIT_LOGN_IP");
      const environment = { DATABASE_URL: `sqlite:${server.databaseFile}`, LIMIT_LOGN_IP: "5/60" };
      expect(await runScript("keys", ["list"], environment)).toMatchObject({
        code: 0,
        stderr: remark,
      });
      const other = await start({ LOCKOUT_SECOND: "60", BCRYPT_COST: "10" });
      expect(other.stderr()).toMatch(
        /^Setting LOCKOUT_SECOND is not known, .* LOCKOUT_SECONDS was/m,
      );
    },
  );

  test(
    "EB-05 a second server on the same file says so and ends, unless both are told to share it; commands run beside, and a kill -9 leaves no lock",
    { timeout: SEVERAL_STARTS_MS },
    async () => {
      const folder = temporaryFolder();
      const first = await start({}, folder);
      const environment = { DATABASE_URL: `sqlite:${first.databaseFile}` };
      const refused = await runServer(environment);
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      const who = `Another server (process ${first.pid}) runs on ${first.databaseFile}`;
      expect(refused.stderr.trim().split("\n")).toEqual([
        `${who}: its end is waited for, 12 s at most`,
        `${who}: stop it, or set SHARED_DATABASE=on for each where several are meant`,
      ]);
      const second = await start({ SHARED_DATABASE: "on" }, folder);
      expect(second.stderr()).not.toContain("Another server");
      expect(await runScript("keys", ["list"], environment)).toMatchObject({ code: 0, stderr: "" });
      await second.stop();

      await first.stop("SIGKILL");
      expect(existsSync(`${first.databaseFile}-server`)).toBe(true);
      const third = await start({}, folder);
      expect(third.stderr()).not.toContain("Another server");
      await third.stop();
      expect(existsSync(`${first.databaseFile}-server`)).toBe(false);
    },
  );

  test.skipIf(process.geteuid === undefined)(
    "CF-11 a database and a secret that others can read; the secret is closed",
    async () => {
      const folder = temporaryFolder();
      const first = await start({}, folder);
      await first.stop();
      const secret = join(folder, "auth-secret");
      for (const path of [secret, first.databaseFile]) chmodSync(path, 0o644);
      const second = await start({}, folder);
      expect(second.stderr()).toContain(`Beware   ${secret} was open to others (mode 0644)`);
      expect(second.stderr()).toContain(
        `Beware   ${first.databaseFile} is open to others (mode 0644)`,
      );
      expect(statSync(secret).mode & 0o777).toBe(0o600);
    },
  );

  test.skipIf(process.geteuid === undefined)(
    "CF-11 compiled code that others can replace is not run",
    async () => {
      const folder = temporaryFolder();
      const cache = join(folder, "compile-cache");
      mkdirSync(cache);
      chmodSync(cache, 0o777);
      const server = await start(
        {
          NODE_ENV: "production",
          PUBLIC_URL: "https://auth.example.com",
          AUTH_SECRET: "fathom-wicket-0123456789-lantern-orchard",
          SMTP_URL: "smtp://127.0.0.1:1",
          MAIL_FROM: "auth@example.com",
          BCRYPT_COST: "10", // the real start, with the code it keeps
        },
        folder,
      );
      expect(server.stderr()).toContain(`${cache} is not used: others can write it`);
    },
  );
});

describe("a damaged auth-secret", () => {
  let folder: string;
  let databaseFile: string;
  let made: string;
  beforeAll(async () => {
    const server = await startServerProcess();
    ({ folder, databaseFile } = server);
    await server.stop();
    made = readFileSync(join(folder, "auth-secret"), "utf8");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("CF-01 beside a database, missing, is to be restored, and none is made in its place", async () => {
    const secret = join(folder, "auth-secret");
    rmSync(secret);
    const ended = await runServer({ DATABASE_URL: `sqlite:${databaseFile}` });
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr.startsWith(`${secret} is missing: restore it from your backup. `)).toBe(
      true,
    );
    expect(existsSync(secret)).toBe(false);
    writeFileSync(secret, made);
  });

  test.each([
    ["cut", (secret: string) => secret.slice(0, 20), "holds no secret"],
    ["emptied", () => "", "holds no secret"],
    [
      "exchanged",
      (secret: string) => secret.split("").toReversed().join(""),
      "is not the secret that the database was made with",
    ],
  ])(
    "CF-01 beside a database, %s, is to be restored, and then the server starts",
    async (_, damage, fault) => {
      const secret = join(folder, "auth-secret");
      writeFileSync(secret, damage(made));
      const ended = await runServer({ DATABASE_URL: `sqlite:${databaseFile}` });
      expect(ended).toMatchObject({ code: 1, stdout: "" });
      expect(ended.stderr.startsWith(`${secret} ${fault}: restore it from your backup. `)).toBe(
        true,
      );
      expect(ended.stderr.trim().split("\n")).toHaveLength(1);
      writeFileSync(secret, made);
      await start({}, folder);
    },
  );
});
