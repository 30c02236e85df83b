/** docs/migrating.md: its exports, its import as it stands, and people who then sign in as before. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { hashSync } from "bcryptjs";
import { expect, onTestFinished, test } from "vitest";
import { DatabaseSync } from "node:sqlite";
import { ImportedAccount } from "../../src/contract/imports.ts";
import { hasArgon2 } from "../../src/domain/argon2.ts";
import { encodeForeignHash } from "../../src/domain/foreign-hashes.ts";
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
/** The first block of the language under a heading. */
function block(language: string, heading: string): string {
  const start = page.search(new RegExp(`^##+ ${heading}$`, "m"));
  if (start === -1) throw new Error(`No heading ${heading}`);
  const found = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(page.slice(start));
  return found?.[1] ?? "";
}

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
    `${block("js", "Export")}process.kill(process.pid, "SIGUSR2");setTimeout(() => {}, 500);`,
  );
  await run(process.execPath, ["server.js"], { cwd: folder });

  const shell = block("sh", "Import").replaceAll(
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
  expect(
    ImportedAccount.parse(JSON.parse(block("json", "People who sign in with a provider"))),
  ).toMatchObject({
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
  const rows = await database.query(block("sql", "People who sign in with a provider"));
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

/** A line as the import reads it: its hash in the form in which it is stored. */
function encodedOf(line: unknown): string {
  const { passwordHash } = ImportedAccount.parse(line);
  if (passwordHash === undefined) throw new Error("no hash");
  const outcome = encodeForeignHash(passwordHash, { hasArgon2: true, project: undefined });
  if ("fault" in outcome) throw new Error(outcome.fault);
  return outcome.encoded;
}

const DJANGO =
  "pbkdf2_sha256$600000$n0tSoS4ltyDjango22$3H2Ogg1hkmWm+xXI2IMx+XZRxfMZB9v6yNonMEvWTCU=";
const ARGON2 =
  "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$EsfahIpMW6neFxqdS4Hdj/WOZE7FHO3Z4XLiFr4A4P0";
const BETTER_AUTH =
  "d7c2faad33c2d96a7366353210cd876f:4c7e5b199ff2037d0c8354ee30681aaeedbf3b3c3cf1680bf6b63507e61c2a6efafcb686fd5c0d02815332fe227a53c64f39dcb70297357313edc0f979aa8e03";
/** Of all three: docs of test/domain/foreign-hashes.test.ts say where from. */
const BROUGHT = "Crème brûlée à la carte";

test("migrating.md: the examples of hashes are lines that are taken", () => {
  const lines = block("json", "Hashes").trimEnd().split("\n");
  expect(lines.map((line) => encodedOf(JSON.parse(line)).split("$")[1])).toEqual([
    "argon2id",
    "pbkdf2-sha256",
  ]);
});

test("migrating.md: the queries on the tables of Django and of better-auth write lines that are taken", async () => {
  const database = await createPostgres();
  onTestFinished(async () => {
    for (const table of ["auth_user", "account", '"user"'])
      await database.query(`drop table if exists ${table}`);
    await database.remove();
  });
  for (const statement of [
    "create table auth_user (email text, password text, is_active bool, first_name text, last_name text, date_joined timestamptz)",
    `insert into auth_user values
       ('ada@example.com', '${DJANGO}', true, 'Ada', 'Lovelace', '2024-02-29T12:00:00.125Z'),
       ('grace@example.com', 'argon2${ARGON2}', false, '', '', now()),
       ('linus@example.com', 'bcrypt$${hashSync(PASSWORD, 10)}', true, 'Linus', '', now()),
       ('nobody@example.com', '!unusable', true, '', '', now())`,
    'create table "user" (id text, email text, name text, "emailVerified" bool, "createdAt" timestamp)',
    'create table account ("userId" text, "providerId" text, password text)',
    `insert into "user" values ('1', 'joan@example.com', 'Joan', true, '2024-02-29T12:00:00.125')`,
    `insert into account values ('1', 'google', null), ('1', 'credential', '${BETTER_AUTH}')`,
  ])
    await database.query(statement);
  const ask = async (heading: string) =>
    (await database.query(block("sql", heading))).flatMap((row) => Object.values(row));
  const django = await ask("From Django");
  expect(django.map((line) => encodedOf(line).split("$")[1])).toEqual([
    "pbkdf2-sha256",
    "argon2id",
    "2b",
  ]);
  expect(django.map((line) => ImportedAccount.parse(line))).toMatchObject([
    { name: "Ada Lovelace", disabled: false, createdAt: Date.parse("2024-02-29T12:00:00.125Z") },
    { disabled: true },
    { name: "Linus" },
  ]);
  const [joan] = await ask("From better-auth");
  expect(encodedOf(joan)).toMatch(/^\$scrypt-nfkc\$/);
  expect(ImportedAccount.parse(joan)).toMatchObject({ name: "Joan", emailVerified: true });
});

test(
  "PH-03 PH-04 migrating.md: whoever comes from elsewhere logs in as before, the hash is then ours, and what is refused is told by its line",
  { timeout: 60_000 },
  async () => {
    const lines = block("json", "Firebase").trimEnd().split("\n");
    const config = JSON.parse(lines[0] ?? "") as object; // as the page has it
    const firebase = JSON.parse(lines[1] ?? "") as { passwordHash: object };
    const comers = [
      { passwordHash: firebase.passwordHash, password: "user1password" },
      { passwordHash: { scheme: "pbkdf2", hash: DJANGO }, password: BROUGHT },
      { passwordHash: { scheme: "better_auth", hash: BETTER_AUTH }, password: BROUGHT },
      ...(hasArgon2()
        ? [{ passwordHash: { scheme: "argon2", hash: ARGON2 }, password: BROUGHT }]
        : []),
    ].map((comer) => ({ email: freshEmail(), ...comer }));
    const createdAt = "2024-02-29T12:00:00.125Z";
    const file = join(temporaryFolder(), "people.jsonl");
    const people = comers.map(({ email, passwordHash }, index) => ({
      email,
      passwordHash,
      createdAt,
      name: `Comer ${index}`,
      emailVerified: true,
      role: index === 0 ? "admin" : "user",
    }));
    const faulty = [
      {
        email: freshEmail(),
        passwordHash: { scheme: "argon2", hash: ARGON2.replace(/[^$]*$/, "AQIDBAUGBwg") },
      },
      {
        email: freshEmail(),
        passwordHash: { scheme: "argon2", hash: ARGON2.replace("19456", "4194304") },
      },
      { email: freshEmail(), passwordHash: { scheme: "pbkdf2", hash: DJANGO, pepper: DJANGO } },
      { email: freshEmail(), passwordHash: { scheme: DJANGO, hash: DJANGO } },
      config,
    ];
    const write = [people[0], config, ...people, ...faulty];
    await writeFile(file, write.map((line) => JSON.stringify(line)).join("\n"));
    const imported = await runScript("users", ["import", file], {
      DATABASE_URL: `sqlite:${server().databaseFile}`,
    });
    expect(imported.code).toBe(1);
    const first = comers.length + 3;
    const said = imported.stderr.split("\n").filter((line) => !line.endsWith("%"));
    expect(said.slice(0, 6)).toEqual([
      "line 1: refused: passwordHash: Needs a line with firebaseHashConfig before it, as the project has it",
      hasArgon2()
        ? `line ${first}: refused: passwordHash: Must have a hash of 16 to 128 bytes`
        : `line ${first}: refused: passwordHash: Needs Node 24.7 or newer, here and wherever the server runs`,
      hasArgon2()
        ? expect.stringMatching(
            `^line ${first + 1}: refused: passwordHash: Must take at most 262144 KiB`,
          )
        : expect.stringMatching("Needs Node"),
      `line ${first + 2}: refused: passwordHash: Has a property that is not taken`,
      expect.stringMatching(
        `^line ${first + 3}: refused: passwordHash.scheme: Must have a scheme that`,
      ),
      `line ${first + 4}: refused: firebaseHashConfig: A file has one: make a file for each project`,
    ]);
    expect(imported.stderr).toContain(`${comers.length} imported, 0 had an account, 6 refused\n`);
    // CHEAP_COST is the server's; the command knows the default, which is costlier than all of them.
    expect(imported.stderr + imported.stdout).not.toMatch(/n0tSoS4lty|EsfahIpMW|jxspr8Ki0/);

    const hashOf = (email: string) => {
      const connection = new DatabaseSync(server().databaseFile, { timeout: 5_000 });
      try {
        return connection.prepare("SELECT password_hash FROM users WHERE email = ?").get(email);
      } finally {
        connection.close();
      }
    };
    for (const [index, { email, password }] of comers.entries()) {
      const brought = hashOf(email);
      const api = cookieClient(server().baseUrl);
      expect(await api.login({ email, password: `${password}!` })).toMatchObject({ status: 401 });
      expect(hashOf(email)).toEqual(brought); // PH-03: a wrong password replaces nothing
      expect(dataOf(await api.login({ email, password })).user).toMatchObject({
        email,
        createdAt,
        emailVerified: true,
        name: `Comer ${index}`,
        role: index === 0 ? "admin" : "user",
      });
      expect(hashOf(email)).toEqual({ password_hash: expect.stringMatching(/^\$pc1\$2b\$/) });
      dataOf(await api.login({ email, password }));
    }
  },
);
