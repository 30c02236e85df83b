/** docs/migrating.md: its exports, its import as it stands, and people who then sign in as before. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { hashSync } from "bcryptjs";
import { expect, onTestFinished, test } from "vitest";
import { ImportedAccount } from "../../src/contract/imports.ts";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { commandLine, runScript } from "../support/commands.ts";
import { PASSWORD } from "../support/credentials.ts";
import { useCommands } from "../support/command-server.ts";
import { createPostgres } from "../support/databases.ts";
import { startProvider } from "../support/provider.ts";
import { variablesOf } from "../support/provider-steps.ts";
import { startServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const { server } = useCommands();

const page = await readFile(new URL("../../docs/migrating.md", import.meta.url), "utf8");
/** The first block of the language. */
const block = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(page)?.[1] ?? "";

test("migrating.md: who signed up in the course's project logs in here after the export and the import", async () => {
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

test("migrating.md: the example of a person at a provider is a line that is taken", () => {
  expect(ImportedAccount.parse(JSON.parse(block("json")))).toMatchObject({
    email: "ada@example.com",
    identities: [{ issuer: "https://accounts.google.com" }],
  });
});

test("migrating.md: the query on Supabase's tables writes lines that are taken", async () => {
  const database = await createPostgres();
  onTestFinished(async () => {
    await database.query("drop schema if exists auth cascade");
    await database.remove();
  });
  const id = (last: number) => `00000000-0000-0000-0000-00000000000${last}`;
  for (const statement of [
    "create schema auth",
    "create table auth.users (id uuid, email text, email_confirmed_at timestamptz, encrypted_password text, created_at timestamptz)",
    "create table auth.identities (user_id uuid, provider text, provider_id text)",
    `insert into auth.users values
       ('${id(1)}', 'ada@example.com', now(), '', '2024-02-29T12:00:00.125Z'),
       ('${id(2)}', 'grace@example.com', null, '${hashSync(PASSWORD, 10)}', '2024-03-01T12:00:00Z'),
       ('${id(3)}', null, null, '', now())`,
    `insert into auth.identities values
       ('${id(1)}', 'google', '107691503500061507151'), ('${id(1)}', 'github', '583231'),
       ('${id(2)}', 'email', '${id(2)}')`,
  ])
    await database.query(statement);
  const rows = await database.query(block("sql"));
  const lines = rows.flatMap((row) => Object.values(row));
  // psql writes it as text; the driver here has parsed it.
  const accounts = lines.map((line) => ImportedAccount.parse(line));
  expect(accounts).toMatchObject([
    {
      email: "ada@example.com",
      emailVerified: true,
      createdAt: Date.parse("2024-02-29T12:00:00.125Z"),
      identities: [
        { issuer: "https://accounts.google.com", subject: "107691503500061507151" },
        { issuer: "https://github.com", subject: "583231" },
      ],
    },
    {
      email: "grace@example.com",
      emailVerified: false,
      passwordHash: { scheme: "bcrypt", hash: expect.stringMatching(/^\$2b\$10\$/) },
    },
  ]);
  expect(accounts[1]).not.toHaveProperty("identities");
});

test(
  "FD-06 migrating.md: who signed in with a provider elsewhere does here, without a collision",
  { timeout: 60_000 },
  async () => {
    const provider = await startProvider();
    onTestFinished(() => provider.close());
    const settings = {
      PROVIDERS: "work",
      ...variablesOf("work", provider.issuer),
    };
    const beside = await startServerProcess({ environment: settings });
    onTestFinished(async () => void (await beside.stop()));
    const email = provider.person.email ?? "";
    const file = join(temporaryFolder(), "people.jsonl");
    const line = (subject: string, address: string) =>
      JSON.stringify({
        email: address,
        emailVerified: true,
        identities: [{ issuer: provider.issuer, subject }],
      });
    const other = freshEmail();
    await writeFile(file, `${line(provider.person.sub, email)}\n${line("somebody", other)}\n`);
    const environment = { DATABASE_URL: `sqlite:${beside.databaseFile}`, ...settings };
    const imported = await runScript("users", ["import", file], environment);
    expect(imported.stderr).toContain("2 imported, 0 had an account, 0 refused\n");

    const post = async (path: string, body: object) => {
      const response = await fetch(`${beside.baseUrl}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer = (await response.json()) as Record<string, string>; // texts, where it is read
      return { status: response.status, answer };
    };
    const signIn = async () => {
      const { answer } = await post("/login/providers/work", {});
      const came = provider.approve(answer["authorizationUrl"] ?? "").searchParams;
      return post("/login/providers/work/complete", {
        ...Object.fromEntries(came),
        challengeToken: answer["challengeToken"],
      });
    };
    const known = await signIn();
    expect(known).toMatchObject({ status: 200, answer: { secondFactors: [] } });
    const { loginToken } = known.answer;
    const finished = await post("/token/login/finish", { loginToken, method: "none" });
    expect(finished.status).toBe(200);
    const me = await fetch(`${beside.baseUrl}/me`, {
      headers: { authorization: `Bearer ${finished.answer["accessToken"]}` },
    });
    expect(await me.json()).toMatchObject({ email, emailVerified: true });
    // The address alone lets nobody in: with it, somebody else at the provider collides.
    provider.person.sub = "another person";
    provider.person.email = other;
    expect(await signIn()).toMatchObject({ status: 409, answer: { code: "identity_collision" } });
  },
);
