/** ST-07, ST-12: a database that cannot be written, as a client sees it, and what is left of it afterwards. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import type { LogEvent } from "../../src/contract/events.ts";
import { cookieClient, dataOf } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { startInProcessServer } from "../support/in-process-server.ts";
import { startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

test("ST-07 while another process holds the database, changes are 503 with Retry-After, reads go on, and it heals", async () => {
  const server = await startInProcessServer();
  onTestFinished(() => server.stop());
  const { cookie } = await server.newLogin();
  const [{ file }] = server.sql("PRAGMA database_list") as [{ file: string }];
  const before = server.state();
  const other = new DatabaseSync(file);
  other.exec("begin immediate");

  const credentials = { email: server.freshEmail(), password: PASSWORD };
  const [signup, login, ready] = await Promise.all([
    server.post("/signup", credentials),
    server.post("/login", credentials),
    server.send("GET", "/readyz"),
  ]);
  for (const refused of [signup, login, ready]) {
    expect(refused.status).toBe(503);
    expect(refused.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
  }
  expect((await server.send("GET", "/me", { cookie })).status).toBe(200);
  expect((await server.send("GET", "/healthz")).status).toBe(200);
  expect(server.state()).toBe(before);

  other.close();
  expect((await server.post("/signup", credentials)).status).toBe(201);
  await waitFor(async () =>
    (await server.send("GET", "/readyz")).status === 200 ? true : undefined,
  );
});

/** A small disk that only the server sees: nothing outside is mounted, and no root is needed where users may have namespaces. */
const namespace = ["unshare", "--user", "--map-root-user", "--mount"] as const;
const DISK = "1500k";
const canMount = ((): boolean => {
  const [command, ...args] = namespace;
  return spawnSync(command, [...args, "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
})();

test("ST-12 on a disk that is full, changes are 503 and whole or not at all, reads go on, and it heals", async ({
  skip,
}) => {
  skip(!canMount, `${namespace.join(" ")} is refused here, so that there is no small disk to fill`);
  const disk = mkdtempSync(join(tmpdir(), "portcullis-disk-"));
  onTestFinished(() => rmSync(disk, { recursive: true, force: true }));
  const server = await startOnSmallDisk(disk);
  onTestFinished(() => server.dispose());
  const api = cookieClient(server.baseUrl);
  dataOf(await api.login(ADMIN));
  const signup = (name: string) =>
    cookieClient(server.baseUrl).signup({ email: `${name}@example.com`, password: PASSWORD });
  expect(await signup("before")).toMatchObject({ status: 201 });

  const filler = join(server.disk, "filler");
  fill(filler);
  let asked = 0;
  const refused = await waitFor(async () => {
    const result = await signup(`during-${(asked += 1)}`);
    return result.status === 503 ? result : undefined; // the log of writes may have room for some
  });
  expect(refused.response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  expect(await api.getMe()).toMatchObject({ status: 200 });
  expect(await api.listUsers({})).toMatchObject({ status: 200 });
  expect(await api.getHealth()).toMatchObject({ status: 200 });
  await waitFor(async () => ((await api.getReadiness()).status === 503 ? true : undefined));

  rmSync(filler);
  await waitFor(async () => ((await api.getReadiness()).status === 200 ? true : undefined));
  expect(await signup("after")).toMatchObject({ status: 201 });
  expect(overloadsIn(server.events())).toContainEqual(
    expect.stringMatching(/^database SQLITE_(FULL|IOERR:\d+)$/),
  );
  const users = dataOf(await api.listUsers({ limit: 100 })).items.map(({ email }) => email);
  const told = dataOf(await api.listEvents({ event: "signup", limit: 100 })).items;
  expect(told.map((event) => "email" in event && event.email).sort()).toEqual(users.sort());
});

/** The kernel refuses every write to such a file, through what was opened before as well, and whoever asks. */
const canForbid = ((): boolean => {
  const file = join(mkdtempSync(join(tmpdir(), "portcullis-immutable-")), "file");
  writeFileSync(file, "");
  const isForbidden = forbidWrites("+i", [file]);
  forbidWrites("-i", [file]);
  rmSync(dirname(file), { recursive: true });
  return isForbidden;
})();

function forbidWrites(flag: "+i" | "-i", files: readonly string[]): boolean {
  return spawnSync("chattr", [flag, ...files]).status === 0;
}

test("ST-12 with files that turn read-only under it, changes are 503, reads go on, the log says why, and it heals", async ({
  skip,
}) => {
  skip(!canForbid, "chattr +i is refused here: it takes root, and a file system that knows it");
  const server = await startServerProcess();
  onTestFinished(() => server.dispose());
  // Not `-shm`: it is memory, and to be refused there is no error of a call but the end of the process.
  const files = ["", "-wal"].map((suffix) => server.databaseFile + suffix);
  onTestFinished(() => void forbidWrites("-i", files)); // before the disposal: the last is the first
  const api = cookieClient(server.baseUrl);
  dataOf(await api.login(ADMIN));
  const signup = (name: string) =>
    cookieClient(server.baseUrl).signup({ email: `${name}@example.com`, password: PASSWORD });
  expect(await signup("before")).toMatchObject({ status: 201 });

  expect(forbidWrites("+i", files)).toBe(true);
  const refused = await Promise.all(["a", "b", "c"].map((name) => signup(`during-${name}`)));
  refused.push(await signup("before")); // taken already: that needs its event too
  for (const { status, response } of refused) {
    expect(status).toBe(503);
    expect(response?.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  }
  expect(await api.getReadiness()).toMatchObject({ status: 503 });
  expect(await api.getMe()).toMatchObject({ status: 200 });
  expect(await api.listUsers({})).toMatchObject({ status: 200 });
  expect(await api.getHealth()).toMatchObject({ status: 200 });
  const told = await waitFor(() => {
    const overloads = overloadsIn(server.events());
    return overloads.length > 0 ? overloads : undefined;
  });
  expect(new Set(told)).toEqual(new Set(["database SQLITE_IOERR:778"])); // SQLITE_IOERR_WRITE
  expect(told.length).toBeLessThan(refused.length);

  expect(forbidWrites("-i", files)).toBe(true);
  await waitFor(async () => ((await api.getReadiness()).status === 200 ? true : undefined));
  expect(await signup("after")).toMatchObject({ status: 201 });
  const users = dataOf(await api.listUsers({ limit: 100 })).items.map(({ email }) => email);
  expect(users.sort()).toEqual([ADMIN.email, "after@example.com", "before@example.com"].sort());
});

function overloadsIn(events: readonly LogEvent[]): string[] {
  return events.flatMap((event) =>
    event.event === "overloaded" ? [`${event.cause} ${event.code}`] : [],
  );
}

/** Writes until nothing more goes in. */
function fill(path: string): void {
  for (let size = 65_536; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(path, "x".repeat(size), { flag: "a" });
    } catch {
      // ENOSPC: a smaller piece may still go in
    }
  }
}

/** Starts a server whose folder is a small disk; `disk` is the path to it from outside of the server's namespace. */
async function startOnSmallDisk(folder: string) {
  const [command, ...args] = namespace;
  const mountAndStart = `mount -t tmpfs -o size=${DISK} none "$0" && exec "$@"`;
  const server = await startServerProcess({
    folder,
    environment: { BCRYPT_COST: "10" },
    launcher: (start) => [command, ...args, "sh", "-c", mountAndStart, folder, ...start],
  });
  return { ...server, disk: `/proc/${server.pid}/root${folder}` };
}
