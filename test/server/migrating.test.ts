/** docs/migrating.md: its export in a program that keeps users in memory, its import as it stands. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { hashSync } from "bcryptjs";
import { expect, test } from "vitest";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { commandLine } from "../support/commands.ts";
import { PASSWORD } from "../support/credentials.ts";
import { useCommands } from "../support/command-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const { server } = useCommands();

test("migrating.md: who signed up in the course's project logs in here after the export and the import", async () => {
  const page = await readFile(new URL("../../docs/migrating.md", import.meta.url), "utf8");
  const block = (language: string) =>
    new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(page)?.[1] ?? "";
  const folder = temporaryFolder();
  const [user, admin] = [freshEmail(), freshEmail()];
  const passwordHash = hashSync(PASSWORD, 10);
  const users = [
    { id: "1", email: user, passwordHash, role: "user" },
    { id: "2", email: admin, passwordHash, role: "admin" },
  ];
  await writeFile(
    join(folder, "db.js"),
    `export const users = new Map(${JSON.stringify(users.map((each) => [each.id, each]))});`,
  );
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(
    join(folder, "server.js"),
    `${block("js")}process.kill(process.pid, "SIGUSR2");setTimeout(() => {}, 500);`,
  );
  await run(process.execPath, ["server.js"], { cwd: folder });

  const shell = block("sh").replaceAll(
    "npm run users --",
    commandLine("users")
      .map((word) => `'${word}'`)
      .join(" "),
  );
  const { stderr } = await run("bash", ["-euc", shell], {
    cwd: folder,
    env: { PATH: process.env["PATH"], DATABASE_URL: `sqlite:${server().databaseFile}` },
  });
  expect(stderr).toContain("2 would be imported, 0 had an account, 0 refused\n");
  expect(stderr).toContain("2 imported, 0 had an account, 0 refused\n");
  expect(existsSync(join(folder, "users.jsonl"))).toBe(false);
  for (const [email, role] of [
    [user, "user"],
    [admin, "admin"],
  ] as const) {
    const api = cookieClient(server().baseUrl);
    expect(dataOf(await api.login({ email, password: PASSWORD })).user).toMatchObject({
      email,
      role,
    });
  }
});
