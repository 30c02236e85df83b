import packageJson from "../../package.json" with { type: "json" };
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cookieClient, dataOf, freshEmail, signedInClient } from "../support/clients.ts";
import { commandLine, eventsOf } from "../support/commands.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { useCommands } from "../support/command-server.ts";
import { noTerminal, runOnTerminal } from "../support/terminal.ts";

const { server, run } = useCommands();
const admin = (args: string[], input?: string | Buffer) => run("admin", args, { input });

test("admin create: reads the password from a pipe, and the account can sign in to the running server", async () => {
  const email = freshEmail();
  const created = await admin(["create", ` ${email.toUpperCase()} `], `${PASSWORD}\n`);
  expect(created).toMatchObject({ code: 0, stderr: `${email} is an administrator\n` });
  expect(eventsOf(created)).toMatchObject([{ event: "signup", email, requestId: null, ip: null }]);
  expect(created.stdout).not.toContain(PASSWORD);
  expect(
    dataOf(await cookieClient(server().baseUrl).login({ email, password: PASSWORD })).user.role,
  ).toBe("admin");

  const again = await admin(["create", email], PASSWORD);
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toMatch(/^\S+ has an account already; [^\n]+\n$/);
});

test.skipIf(noTerminal)(
  "LA-03 admin create: on a terminal, the password is asked for twice and never shown",
  async () => {
    const email = freshEmail();
    const environment = { DATABASE_URL: `sqlite:${server().databaseFile}`, BCRYPT_COST: "10" };
    const create = commandLine("admin", "create", email);
    const typing = (again: string) => [
      { after: "(not shown): ", line: PASSWORD },
      { after: "Once more: ", line: again },
    ];
    const differs = await runOnTerminal(create, environment, typing(`${PASSWORD}!`));
    expect(differs.code).toBe(1);
    const created = await runOnTerminal(create, environment, typing(PASSWORD));
    expect(created.code).toBe(0);
    expect(created.screen).toContain(`${email} is an administrator`);
    for (const { screen } of [differs, created])
      for (const word of PASSWORD.split(" ")) expect(screen).not.toContain(word);
    dataOf(await cookieClient(server().baseUrl).login({ email, password: PASSWORD }));
  },
);

test("LG-04 admin create --generate: shows a strong password once, on stderr only", async () => {
  const email = freshEmail();
  const created = await admin(["create", email, "--generate"]);
  expect(created.code).toBe(0);
  const generated = /shown this once: (\S{43})\n/.exec(created.stderr)?.[1] ?? "";
  expect(created.stdout).not.toContain(generated);
  dataOf(await cookieClient(server().baseUrl).login({ email, password: generated }));
});

test("AZ-01 LA-09 admin promote: holds at once for a session that lives, and is told with no actor", async () => {
  const { api, user, email } = await signedInClient(server().baseUrl);
  await run("users", ["verify", user.id]);
  expect(await api.listUsers()).toMatchObject({ status: 403 });
  const promoted = await admin(["promote", user.id]);
  expect(promoted).toMatchObject({
    code: 0,
    stderr: `${email} (${user.id}, made ${user.createdAt}) is an administrator\n`,
  });
  expect(eventsOf(promoted)).toMatchObject([
    { event: "user_updated", userId: user.id, actorId: null, changes: { role: "admin" } },
  ]);
  expect(await api.listUsers()).toMatchObject({ status: 200 });
  const { items } = dataOf(await api.listEvents({ event: "user_updated" }));
  // Before it there is that of the vouching. The id is the stored event's alone.
  expect(items.slice(0, 1)).toEqual(
    eventsOf(promoted).map((event) => ({ ...event, id: expect.any(String) })),
  );
  expect(await admin(["promote", user.id.toUpperCase()])).toMatchObject({ code: 0, stdout: "" });
});

test("AZ-08 admin promote: an account whose address nobody has proved only after it was shown which that is", async () => {
  const { api, user, email } = await signedInClient(server().baseUrl);
  for (const given of [email.toUpperCase(), user.id]) {
    const refused = await admin(["promote", given]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(
      new RegExp(`^${email} \\(${user.id}, made ${user.createdAt}\\): nobody has proved [^\n]+\n$`),
    );
  }
  expect(await api.listUsers()).toMatchObject({ status: 403 });
  const promoted = await admin(["promote", email, "--unproved"]);
  expect(promoted).toMatchObject({ code: 0 });
  expect(promoted.stderr).toContain(`(${user.id}, made ${user.createdAt}) is an administrator`);
  expect(await api.listUsers()).toMatchObject({ status: 200 });
});

test("AZ-08 LA-09 users verify: an account whose address is vouched for is promoted by its address alone", async () => {
  const { api, user, email } = await signedInClient(server().baseUrl);
  const verified = await run("users", ["verify", email]);
  expect(verified).toMatchObject({
    code: 0,
    stderr: `${email} (${user.id}, made ${user.createdAt}) has a proved address\n`,
  });
  expect(eventsOf(verified)).toMatchObject([
    { event: "user_updated", userId: user.id, actorId: null, changes: { emailVerified: true } },
    { event: "email_verified", userId: user.id, email, by: "command" },
  ]);
  expect(dataOf(await api.getMe()).emailVerified).toBe(true);
  expect(eventsOf(await run("users", ["verify", user.id]))).toEqual([]);
  expect(await admin(["promote", email])).toMatchObject({ code: 0 });
  expect(await api.listUsers()).toMatchObject({ status: 200 });
});

test("AZ-07 LA-09 admin demote: holds at once, is told with no actor, and is refused for the last one", async () => {
  const { api, user, email } = await signedInClient(server().baseUrl);
  await admin(["promote", user.id, "--unproved"]);
  expect(await api.listUsers()).toMatchObject({ status: 200 });
  const demoted = await admin(["demote", email]);
  expect(demoted).toMatchObject({
    code: 0,
    stderr: `${email} (${user.id}, made ${user.createdAt}) is no administrator\n`,
  });
  expect(eventsOf(demoted)).toMatchObject([
    { event: "user_updated", userId: user.id, actorId: null, changes: { role: "user" } },
  ]);
  expect(await api.listUsers()).toMatchObject({ status: 403 });

  const environment = { DATABASE_URL: `sqlite:${join(server().folder, "one-admin.db")}` };
  await run("admin", ["create", "last@example.com"], { environment, input: PASSWORD });
  for (const [name, command] of [
    ["admin", "demote"],
    ["users", "disable"],
  ] as const) {
    const refused = await run(name, [command, "last@example.com"], { environment });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(
      /^last@\S+ \([^)]+\) is the last enabled administrator: [^\n]+\n$/,
    );
  }
  const { stdout } = await run("admin", ["list"], { environment });
  expect(stdout).toMatch(/last@example\.com +proved +enabled/);
});

test("admin list: a table of the administrators on stdout", async () => {
  await signedInClient(server().baseUrl);
  const { code, stdout, stderr } = await admin(["list"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [header, first] = stdout.split("\n");
  expect(header).toMatch(/^ID +EMAIL +ADDRESS +STATE +CREATED$/);
  expect(first).toMatch(new RegExp(`^\\S{36}  ${ADMIN.email} +proved +enabled  \\S+Z$`));
});

test.each([
  [["create", "not-an-address"], PASSWORD, 1, /^"not-an-address" is not an e-mail address\n$/],
  [
    ["create", "weak@example.com"],
    "sunshine",
    1,
    /^The password policy refuses it: It must have at least 15 characters\. Too many people use it\.\n$/,
  ],
  [
    ["create", "latin@example.com"],
    Buffer.from("caf\u00e9 au lait, caf\u00e9 noir", "latin1"),
    1,
    /^The password has characters that are not in UTF-8\n$/,
  ],
  [
    ["create", "two-lines@example.com"],
    `${PASSWORD}\n${PASSWORD}\n`,
    1,
    /^The password has to be one line, and more than one was piped\n$/,
  ],
  [
    ["create", "empty-line@example.com"],
    `${PASSWORD}\n\n`,
    1,
    /^The password has to be one line, and more than one was piped\n$/,
  ],
  [
    ["create", "empty@example.com"],
    "",
    1,
    /^The password policy refuses it: It must have at least 15 characters\.\n$/,
  ],
  [["promote", "nobody@example.com"], "", 1, /^No account has the address nobody@example\.com\n$/],
  [["promote"], "", 2, /^promote takes an account's id or e-mail address \(.+\)\n$/],
  [["demote", "nobody"], "", 1, /^"nobody" is neither an account's id nor an e-mail address\n$/],
  [
    ["demote", "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42"],
    "",
    1,
    /^No account has the id 01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42\n$/,
  ],
  [["create"], "", 2, /^create takes an e-mail address \(npm run admin -- --help\)\n$/],
  [["list", "--unproved"], "", 2, /^--unproved belongs to promote \(.+\)\n$/],
  [[], "", 2, /^Which command\? \(.+\)\n$/],
  [
    ["demoet", "a@example.com"],
    "",
    2,
    /^There is no command demoet: did you mean demote\? \(.+\)\n$/,
  ],
  [["list", "--generate"], "", 2, /^--generate belongs to create \(.+\)\n$/],
] as const)("admin %j ends with one clear line", async (given, input, code, line) => {
  const args = [...given];
  const ended = await admin(args, input);
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(line);
});

test("admin and migrate: --help explains and ends with 0", async () => {
  expect((await admin(["--help"])).stdout).toContain("promote <id>");
  expect((await run("migrate", ["--help"])).stdout).toContain("npm run migrate");
});

test("migrate: a line per step, and nothing to do the second time", async () => {
  const environment = { DATABASE_URL: `sqlite:${join(server().folder, "fresh.db")}` };
  const first = await run("migrate", [], { environment });
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/^(?:migration \d{4}-\S+ applied\n)+the schema is the latest\n$/);
  expect((await run("migrate", [], { environment })).stdout).toBe(
    "nothing to do: the schema is the latest\n",
  );
  const bad = await run("migrate", [], {
    environment: { DATABASE_URL: "mysql://root:hunter2@db" },
  });
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/^Setting DATABASE_URL [^\n]+\n$/);
  expect(bad.stderr).not.toContain("hunter2");
});

test("a command that does not exist ends with 2, and those that do are named", () => {
  const [node = "", entry = ""] = commandLine("admin");
  for (const names of [["demote"], ["toString"]]) {
    const ended = spawnSync(node, [entry, ...names], { encoding: "utf8" });
    expect(ended).toMatchObject({ status: 2, stdout: "" });
    expect(ended.stderr).toMatch(
      /^There is no command \w+: there are start, admin, users,[^\n]+ \(.+\)\n$/,
    );
  }
});

test("--help lists every command with its line, and --version says the version, also after a command", async () => {
  const [node = "", entry = ""] = commandLine("admin");
  const say = (...words: readonly string[]) =>
    spawnSync(node, [entry, ...words], { encoding: "utf8" });
  for (const help of ["--help", "-h"]) {
    const { status, stdout, stderr } = say(help);
    expect([status, stderr]).toEqual([0, ""]);
    for (const name of ["npm start", "npm run admin", "npm run users", "npm run backup"])
      expect(stdout).toMatch(new RegExp(`^ {2}${name} +[A-Z]`, "m"));
  }
  expect(say("keys", "-h").stdout).toContain("npm run keys -- <command>");
  for (const words of [["--version"], ["backup", "--version"]])
    expect(say(...words)).toMatchObject({ status: 0, stdout: `${packageJson.version}\n` });
});

test.each([
  [
    ["usres", "list"],
    "There is no command usres: did you mean users? (node src/command.js --help)",
  ],
  [
    ["--verison"],
    "There is no option --verison: did you mean --version? (node src/command.js --help)",
  ],
  [["keys", "lsit"], "There is no command lsit: did you mean list? (npm run keys -- --help)"],
  [
    ["admin", "list", "--gen=1"],
    "There is no option --gen: there are --generate, --unproved, --help, --version (npm run admin -- --help)",
  ],
  [
    ["admin", "create", "a@example.com", "--generate=x"],
    "--generate takes no value (npm run admin -- --help)",
  ],
])("%j is not understood, in one line with the word that was meant", (words, line) => {
  const [node = "", entry = ""] = commandLine("admin");
  const ended = spawnSync(node, [entry, ...words], { encoding: "utf8" });
  expect(ended).toMatchObject({ status: 2, stdout: "", stderr: `${line}\n` });
});
