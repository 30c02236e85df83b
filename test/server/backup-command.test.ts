/** A backup taken while the server works is a database that a server starts on. */
import { copyFile, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { cookieClient, dataOf, freshEmail, signedInClient } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { startServerProcess } from "../support/server-process.ts";
import { runScript } from "../support/commands.ts";

const environment = { AUTH_SECRET: "backups-need-it-too-0123456789-abcdefghij" };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-backup-"));
  return () => rm(folder, { recursive: true });
});

test("a backup taken under load is whole, has what was acknowledged before it, and a server starts on it", async () => {
  const server = await startServerProcess({ environment });
  onTestFinished(() => server.dispose());
  const { api, email } = await signedInClient(server.baseUrl);

  let isOver = false;
  const load = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!isOver)
        dataOf(await cookieClient(server.baseUrl).forgotPassword({ email: freshEmail() }));
    }),
  );
  const file = join(folder, "copies", "backup.db");
  const ended = await runScript("backup", [file], {
    ...environment,
    DATABASE_URL: `sqlite:${server.databaseFile}`,
  });
  isOver = true;
  await load;
  expect(ended).toMatchObject({ code: 0, stdout: "" });
  expect(await readdir(join(folder, "copies"))).toEqual(["backup.db"]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const copy = new DatabaseSync(file, { readOnly: true });
  expect(copy.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  copy.close();
  dataOf(await api.getMe()); // the server went on
  const later = { email: freshEmail(), password: PASSWORD };
  dataOf(await cookieClient(server.baseUrl).signup(later));

  await copyFile(file, join(folder, "portcullis.db"));
  const restored = await startServerProcess({ folder, environment });
  onTestFinished(async () => void (await restored.stop()));
  const again = cookieClient(restored.baseUrl);
  dataOf(await again.login({ email, password: PASSWORD }));
  expect(await cookieClient(restored.baseUrl).login(later)).toMatchObject({ status: 401 });
  const admin = cookieClient(restored.baseUrl);
  dataOf(await admin.login(ADMIN));
  const signups = dataOf(await admin.listEvents({ event: "signup", limit: 100 })).items;
  expect(JSON.stringify(signups)).toContain(email);
});

test("a backup overwrites nothing, and says in one line what it cannot do", async () => {
  const missing = await runScript("backup", [join(folder, "b.db")], {
    DATABASE_URL: `sqlite:${folder}/none.db`,
  });
  expect(missing).toMatchObject({ code: 1, stderr: "There is no database at DATABASE_URL yet\n" });
  const taken = join(folder, "taken.db");
  new DatabaseSync(taken).close();
  const refused = await runScript("backup", [taken], { DATABASE_URL: `sqlite:${taken}` });
  expect(refused).toMatchObject({ code: 1, stderr: `${taken} exists: choose another name\n` });
  expect(await runScript("backup", [], {})).toMatchObject({ code: 2 });
});
