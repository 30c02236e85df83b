/** LG-08: the first administrator's password where nobody watches the start. */
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { makeFirstAdmin } from "../../src/domain/accounts.ts";
import { keepPassword, watchPasswordFile } from "../../src/process/first-admin-file.ts";
import { readSettings } from "../../src/process/settings.ts";
import { cookieClient } from "../support/clients.ts";
import { NOW } from "../support/clock.ts";
import { openDomain } from "../support/domain.ts";
import { passwordInFile } from "../support/first-admin.ts";
import { runServer, type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { noTerminal, runOnTerminal } from "../support/terminal.ts";
import { waitFor } from "../support/wait-for.ts";

const SEVERAL_STARTS_MS = 60_000;
const START = new URL("../../src/start.js", import.meta.url).pathname;
const EMAIL = "admin@example.com";
const MADE_UP = "Zq3v9Lr0pXw7Yt5Bn2Kd8Hs4Gf6Jc1MaTe9Ui2Oy4Rb";
const noAdmin = { ADMIN_EMAIL: "", ADMIN_PASSWORD: "" };

let folder: string;
let path: string;
let servers: ServerProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, "first-admin");
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
});

async function start(environment: Record<string, string> = noAdmin): Promise<ServerProcess> {
  const server = await startServerProcess({ folder, environment });
  servers.push(server);
  return server;
}

const signIn = async (server: ServerProcess, password: string) =>
  (await cookieClient(server.baseUrl).login({ email: EMAIL, password })).status;
const isGone = () => waitFor(() => (existsSync(path) ? undefined : true));

function accounts(): unknown {
  const database = new DatabaseSync(join(folder, "portcullis.db"), { readOnly: true });
  try {
    return database.prepare("select count(*) as n from users").get()?.["n"];
  } finally {
    database.close();
  }
}

describe(
  "LG-08 without a terminal the password goes to a file",
  { timeout: SEVERAL_STARTS_MS },
  () => {
    test("of mode 0600, which the greeting names, until somebody has signed in with it", async () => {
      const first = await start();
      expect(lstatSync(path).mode & 0o777).toBe(0o600);
      const { email, password } = passwordInFile(folder);
      expect(email).toBe(EMAIL);
      expect(first.stderr()).toContain(
        `  First start: an administrator was made. Its password is in a file, which is deleted when it signs in.\n` +
          `  E-mail   ${EMAIL}\n  Password in ${path}\n`,
      );
      await first.stop();

      // Nobody has: the next start says so.
      const second = await start();
      expect(second.stderr()).toContain(`not signed in yet.`);
      expect(second.stderr()).toContain(`Password in ${path}\n`);
      expect(passwordInFile(folder).password).toBe(password);
      expect(await signIn(second, `${password}x`)).toBe(401);
      expect(existsSync(path)).toBe(true);
      expect(await signIn(second, password)).toBe(200);
      await isGone();
      await second.stop();

      const third = await start();
      expect(third.stderr()).not.toContain("Password");
      await third.stop();
      for (const server of [first, second, third])
        expect(server.stderr() + JSON.stringify(server.events())).not.toContain(password);
    });

    test.skipIf(noTerminal)("and on a terminal it is shown, and kept nowhere", async () => {
      const environment = {
        DATABASE_URL: `sqlite:${folder}/portcullis.db`,
        PORT: "0",
        BCRYPT_COST: "10",
      };
      const interrupt = { after: "Password", line: "\u0003" };
      const { screen } = await runOnTerminal([process.execPath, START], environment, [interrupt]);
      expect(screen).toMatch(/ {2}Password [\w-]{43}\r\n/);
      expect(existsSync(path)).toBe(false);
      expect(accounts()).toBe(1);
    });

    test("processes that start at once agree on one; the other's login ends it for both", async () => {
      const shared = { ...noAdmin, SHARED_DATABASE: "on" };
      const [one, other] = await Promise.all([start(shared), start(shared)]);
      const { password } = passwordInFile(folder);
      for (const server of [one, other]) expect(server.stderr()).toContain(`Password in ${path}\n`);
      expect(accounts()).toBe(1);
      expect(await signIn(other, password)).toBe(200);
      await isGone();
    });

    test("a start that was cut between file and account goes on with that file", async () => {
      writeFileSync(path, `${EMAIL}\n${MADE_UP}\n`, { mode: 0o600 });
      const server = await start();
      expect(await signIn(server, MADE_UP)).toBe(200);
      await isGone();
    });

    test("what is left of another installation, or was used while no server ran, is deleted at the start", async () => {
      const server = await start();
      const content = readFileSync(path, "utf8");
      expect(await signIn(server, passwordInFile(folder).password)).toBe(200);
      await isGone();
      await server.stop();
      for (const left of [content, `${EMAIL}\n${MADE_UP}\n`, `nobody@example.com\n${MADE_UP}\n`]) {
        writeFileSync(path, left, { mode: 0o600 });
        const next = await start();
        expect(existsSync(path)).toBe(false);
        expect(next.stderr()).not.toContain("Password");
        await next.stop();
      }
    });
  },
);

describe("LG-08 no account is made whose password would be known to others, or to nobody", () => {
  test.each<[string, () => void]>([
    [
      "a file that others can read",
      () => {
        writeFileSync(path, `${EMAIL}\n${MADE_UP}\n`);
        chmodSync(path, 0o644);
      },
    ],
    [
      "a link to a file of a stranger's choice",
      () => {
        writeFileSync(join(folder, "theirs"), `${EMAIL}\n${MADE_UP}\n`, { mode: 0o600 });
        symlinkSync("theirs", path);
      },
    ],
    [
      "a password for somebody else",
      () => writeFileSync(path, `a@example.com\n${MADE_UP}\n`, { mode: 0o600 }),
    ],
    [
      "a password that somebody made up",
      () => writeFileSync(path, `${EMAIL}\nhunter2\n`, { mode: 0o600 }),
    ],
    ["an empty file", () => writeFileSync(path, "", { mode: 0o600 })],
    ...(process.geteuid?.() === 0
      ? [
          [
            "a file of another user",
            () => {
              writeFileSync(path, `${EMAIL}\n${MADE_UP}\n`, { mode: 0o600 });
              chownSync(path, 1234, 1234);
            },
          ] satisfies [string, () => void],
        ]
      : []),
  ])("%s is there: the start is refused", async (_, plant) => {
    plant();
    const before = lstatSync(path);
    const ended = await runServer({ DATABASE_URL: `sqlite:${folder}/portcullis.db` });
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toBe(
      `${path} is there already, and this server did not write it for ${EMAIL}, or others can reach it: delete it\n`,
    );
    expect(lstatSync(path)).toMatchObject({ ino: before.ino, size: before.size });
    expect(accounts()).toBe(0);
  });

  test("it cannot be kept: the start is refused, and a later one makes it", async () => {
    mkdirSync(path);
    const ended = await runServer({ DATABASE_URL: `sqlite:${folder}/portcullis.db` });
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(
      /^The first administrator's password cannot be kept in .*\/first-admin, so there is none yet: EISDIR.*\n$/,
    );
    expect(accounts()).toBe(0);
    rmSync(path, { recursive: true });
    const server = await start();
    expect(await signIn(server, passwordInFile(folder).password)).toBe(200);
  });

  test("its address has an account already: the start is refused, and no file is left", async () => {
    const server = await start();
    await signIn(server, passwordInFile(folder).password);
    await isGone();
    await server.stop();
    const database = new DatabaseSync(join(folder, "portcullis.db"));
    database.exec("update users set role = 'user'");
    database.close();
    const ended = await runServer({ DATABASE_URL: `sqlite:${folder}/portcullis.db` });
    expect(ended.stderr).toBe("ADMIN_EMAIL belongs to an account that is no administrator\n");
    expect(existsSync(path)).toBe(false);
  });
});

test("LG-08 a login by a process that does not reach the file ends it within the half minute", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const domain = await openDomain();
  const read = readSettings({ DATABASE_URL: `sqlite:${folder}/portcullis.db` });
  if ("faults" in read) throw new Error(read.faults.join("; "));
  const password = await keepPassword(read.settings, EMAIL);
  expect(await makeFirstAdmin(domain.deps, domain.at(NOW), EMAIL, password)).toBe("made");
  const file = await watchPasswordFile(domain.deps, read.settings);
  expect(file).toMatchObject({ path, email: EMAIL });
  vi.advanceTimersByTime(30_000);
  expect(existsSync(path)).toBe(true);
  domain.sql(`update users set last_login_at = ${NOW}`);
  vi.advanceTimersByTime(30_000);
  await isGone();
});
