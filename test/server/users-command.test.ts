import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { genSaltSync, hashSync } from "bcryptjs";
import { uuidv7 } from "uuidv7";
import { describe, expect, test } from "vitest";
import { cookieClient, dataOf, freshEmail, signedInClient } from "../support/clients.ts";
import { commandLine, eventsOf } from "../support/commands.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { addTotpOver } from "../support/second-factors.ts";
import { mailsTo, nthMailTo } from "../support/mailbox.ts";
import { CHEAP_COST } from "../support/test-settings.ts";
import { useCommands } from "../support/command-server.ts";
import { noTerminal, runOnTerminal } from "../support/terminal.ts";

const { server, run } = useCommands();
const passwordHash = hashSync(PASSWORD, 10);
/** Well-formed, and of a cost that nobody waits for. */
const ofCost = (cost: string) => passwordHash.replace("$10$", `$${cost}$`);

let made = 0;
/** Writes the lines to a file of their own; objects as JSON. */
async function fileOf(lines: readonly (object | string)[]): Promise<string> {
  const path = join(server().folder, `import-${(made += 1)}.jsonl`);
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  await writeFile(path, text.join("\n"));
  return path;
}
const importFile = async (lines: readonly (object | string)[], ...flags: string[]) =>
  run("users", ["import", await fileOf(lines), ...flags]);

function query(sql: string): Record<string, unknown>[] {
  const connection = new DatabaseSync(server().databaseFile, { timeout: 5_000 });
  try {
    return connection.prepare(sql).all();
  } finally {
    connection.close();
  }
}

/** A passkey's row; its key is nobody's. Answers its id. */
function addPasskeyRow(userId: string): string {
  const id = uuidv7();
  const key = "X'00'";
  query(
    `INSERT INTO passkeys (id, user_id, credential_id, public_key, algorithm, sign_count, backup_eligible, backed_up, signs_in, transports, aaguid, name, created_at)
     VALUES ('${id}', '${userId}', ${key}, ${key}, -7, 0, 0, 0, 1, '', ${key}, 'Key', ${Date.now()})`,
  );
  return id;
}

const factorTables = ["totp_factors", "recovery_codes", "passkeys"];

test.each(["a", "b", "y"])(
  "PW-09 users import: whoever comes with a bcrypt hash of revision 2%s logs in at the running server, which replaces the hash then",
  async (revision) => {
    const email = freshEmail();
    const hash = passwordHash.replace("$2b$", `$2${revision}$`);
    const createdAt = "2024-02-29T12:00:00.000Z";
    const line = { email: ` ${email.toUpperCase()}`, passwordHash: hash, role: "admin", createdAt };
    const imported = await importFile([line], "--unproved");
    expect(imported).toMatchObject({ code: 0 });
    expect(imported.stderr).toContain("1 imported, 0 had an account, 0 refused\n");
    expect(eventsOf(imported)).toMatchObject([
      { event: "signup", email, role: "admin", by: "command", requestId: null },
    ]);
    const stored = () => query(`SELECT password_hash FROM users WHERE email = '${email}'`);
    expect(stored()).toEqual([{ password_hash: hash }]);

    const api = cookieClient(server().baseUrl);
    expect(await api.login({ email, password: `${PASSWORD}!` })).toMatchObject({ status: 401 });
    expect(stored()).toEqual([{ password_hash: hash }]);
    expect(dataOf(await api.login({ email, password: PASSWORD })).user).toMatchObject({
      role: "admin",
      createdAt,
    });
    expect(stored()).toEqual([
      { password_hash: expect.stringContaining(`$pc1$2b$0${CHEAP_COST}$`) },
    ]);
    dataOf(await api.login({ email, password: PASSWORD }));
  },
);

test("AZ-04 users import: whoever comes disabled cannot log in", async () => {
  const email = freshEmail();
  await importFile([{ email, passwordHash, disabled: true }]);
  const api = cookieClient(server().baseUrl);
  expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
});

test("LA-03 users import: what is refused is told by line and reason, in one go with what is not, and no hash is shown", async () => {
  const [good, last] = [freshEmail(), freshEmail()];
  const lines = [
    { email: good, passwordHash },
    "",
    { email: ADMIN.email, passwordHash, disabled: true },
    "not JSON",
    { email: "nobody", passwordHash },
    { email: freshEmail() },
    { email: freshEmail(), passwordHash: PASSWORD },
    { email: freshEmail(), passwordHash: `$pc1${passwordHash}` },
    { email: freshEmail(), passwordHash: passwordHash.replace("$2b$", "$2x$") },
    { email: freshEmail(), passwordHash: ofCost("09") },
    { email: freshEmail(), passwordHash: ofCost("16") },
    { email: freshEmail(), passwordHash: ofCost("31") },
    { email: freshEmail(), passwordHash, [passwordHash]: 1 },
    { email: freshEmail(), passwordHash, role: passwordHash },
    { email: freshEmail(), passwordHash, createdAt: "2999-01-01T00:00:00.000Z" },
    { email: freshEmail(), passwordHash, createdAt: "yesterday" },
    "[1]",
    "x".repeat(40_000),
    { email: last, passwordHash: ofCost("15") },
  ];
  const { code, stdout, stderr } = await importFile(lines);
  expect(code).toBe(1);
  expect(stderr.split("\n").filter((line) => !line.endsWith("%"))).toEqual([
    "line 4: refused: Not a JSON object in UTF-8",
    "line 5: refused: email: Must be an e-mail address",
    "line 6: refused: Must have a passwordHash, or identities",
    "line 7: refused: passwordHash: Must be a plain bcrypt hash: $2a$, $2b$ or $2y$",
    "line 8: refused: passwordHash: Must be a plain bcrypt hash: $2a$, $2b$ or $2y$",
    "line 9: refused: passwordHash: Must be a plain bcrypt hash: $2a$, $2b$ or $2y$",
    "line 10: refused: passwordHash: Must have a cost of at least 10",
    "line 11: refused: passwordHash: Must have a cost of at most 15",
    "line 12: refused: passwordHash: Must have a cost of at most 15",
    "line 13: refused: Has a property that is not taken; these are: email, passwordHash, identities, role, disabled, emailVerified, name, locale, createdAt",
    'line 14: refused: role: Invalid option: expected one of "user"|"admin"',
    expect.stringMatching(/^line 16: refused: createdAt: Must be a date and time that exist/),
    "line 17: refused: Invalid input: expected object, received array",
    "line 18: refused: Longer than 32768 bytes",
    "line 3: the address has an account, which stays as it is",
    "line 15: refused: createdAt: Must be from 1970 until now",
    "2 imported, 1 had an account, 15 refused",
    expect.stringMatching(/^1 of them cost more than this server's own hashes/),
    "",
  ]);
  expect(stderr + stdout).not.toContain(passwordHash.slice(7));
  const emails = eventsOf({ code, stdout, stderr }).map((event) => "email" in event && event.email);
  expect(emails).toEqual([good, last]);
  const admin = cookieClient(server().baseUrl);
  expect(dataOf(await admin.login(ADMIN)).user.disabled).toBe(false);
});

describe("users import: those at providers", () => {
  const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";
  const environment = {
    PROVIDERS: "google,github,microsoft,work",
    PROVIDER_GOOGLE_CLIENT_ID: "portcullis",
    PROVIDER_GOOGLE_CLIENT_SECRET: "a-secret-of-google",
    PROVIDER_GITHUB_CLIENT_ID: "portcullis",
    PROVIDER_GITHUB_CLIENT_SECRET: "a-secret-of-github",
    PROVIDER_MICROSOFT_CLIENT_ID: "portcullis",
    PROVIDER_MICROSOFT_CLIENT_SECRET: "a-secret-of-microsoft",
    PROVIDER_MICROSOFT_TENANTS: TENANT,
    PROVIDER_WORK_ISSUER: "https://login.example.com/",
    PROVIDER_WORK_ISSUER_ALIASES: "https://login.example.org/",
    PROVIDER_WORK_CLIENT_ID: "portcullis",
    PROVIDER_WORK_CLIENT_SECRET: "a-secret-of-work",
  };
  const importBeside = async (lines: readonly object[]) =>
    run("users", ["import", await fileOf(lines)], { environment });
  const google = { issuer: "https://accounts.google.com", subject: "107691503500061507151" };
  const identitiesOf = (email: string) =>
    query(
      `SELECT provider, issuer, subject, identities.email FROM identities
       JOIN users ON users.id = user_id WHERE users.email = '${email}' ORDER BY provider`,
    );

  test("come along, each under the provider that has its issuer, and need no password", async () => {
    const [both, none] = [freshEmail(), freshEmail()];
    const microsoft = `https://login.microsoftonline.com/${TENANT}/v2.0`;
    const ended = await importBeside([
      // Google has two names, of which old tokens, and exports, may have either.
      {
        email: both,
        passwordHash,
        identities: [{ issuer: "accounts.google.com", subject: "1-both" }],
      },
      {
        email: none,
        emailVerified: true,
        identities: [
          { issuer: "https://github.com", subject: "583231" },
          { issuer: microsoft, subject: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ" },
          { issuer: "https://login.example.org/", subject: "x", provider: "work" },
        ],
      },
    ]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain("2 imported, 0 had an account, 0 refused\n");
    expect(identitiesOf(both)).toEqual([
      { provider: "google", ...google, subject: "1-both", email: null },
    ]);
    expect(identitiesOf(none)).toMatchObject([
      { provider: "github", issuer: "https://github.com", subject: "583231" },
      { provider: "microsoft", issuer: microsoft },
      // Another name of the provider is kept as the one that is set.
      { provider: "work", issuer: "https://login.example.com/", subject: "x" },
    ]);
    expect(query(`SELECT password_hash FROM users WHERE email = '${none}'`)).toEqual([
      { password_hash: null },
    ]);
    const linked = eventsOf(ended).filter(({ event }) => event === "identity_linked");
    expect(linked.map((event) => "by" in event && event.by)).toEqual(Array(4).fill("command"));
    const api = cookieClient(server().baseUrl);
    expect(await api.login({ email: none, password: PASSWORD })).toMatchObject({ status: 401 });
  });

  test("are refused by line and reason, and nothing of them is made or shown", async () => {
    const secret = "a-subject-that-is-nobody-elses";
    const issuer = "https://login.example.com/";
    const other = "https://login.example.com";
    const cases: readonly (readonly [object[], string])[] = [
      [[], "identities: Too small: expected array to have >=1 items"],
      [
        [{ issuer: other, subject: secret }],
        "identities.0.issuer: No provider in PROVIDERS has it",
      ],
      [
        [{ issuer, subject: secret, provider: "google" }],
        "identities.0.issuer: Is not that of its provider",
      ],
      [
        [{ issuer, subject: secret, provider: "apple" }],
        "identities.0.provider: Is not in PROVIDERS",
      ],
      [
        [{ issuer: "https://github.com", subject: secret }],
        "identities.0.subject: Must be the number of the person at GitHub, not the login",
      ],
      [
        [{ issuer: "https://login.microsoftonline.com/common/v2.0", subject: secret }],
        "identities.0.issuer: No provider in PROVIDERS has it",
      ],
      [
        [
          { issuer, subject: secret },
          { issuer: "https://login.example.org/", subject: "other" },
        ],
        "identities.1: An account has one of each provider",
      ],
      [[{ issuer, subject: "" }], "identities.0.subject: Must be the provider's id of the person"],
      [
        [{ issuer, subject: "s".repeat(256) }],
        "identities.0.subject: Too big: expected string to have <=255 characters",
      ],
      [
        [{ issuer, subject: "a\u0000b" }],
        "identities.0.subject: Must be the provider's id of the person",
      ],
      [
        [{ issuer, subject: "a\ud800b" }],
        "identities.0.subject: Must be the provider's id of the person",
      ],
      [
        [{ issuer, subject: secret, [secret]: 1 }],
        "identities.0: Has a property that is not taken; these are: issuer, subject, provider",
      ],
    ];
    const emails = cases.map(() => freshEmail());
    const lines = cases.map(([identities], index) => ({ email: emails[index], identities }));
    const { code, stdout, stderr } = await importBeside(lines);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.split("\n").filter((line) => line.startsWith("line "))).toEqual(
      cases.map(([, reason], index) => `line ${index + 1}: refused: ${reason}`),
    );
    expect(stderr).not.toContain(secret);
    for (const email of emails)
      expect(query(`SELECT id FROM users WHERE email = '${email}'`)).toEqual([]);
  });

  test("FD-06 keep a line out that has somebody else's; the same line again changes nothing", async () => {
    const [first, second] = [freshEmail(), freshEmail()];
    const identities = [{ ...google, subject: "of-one-person" }];
    await importBeside([{ email: first, identities }]);
    const before = query("SELECT * FROM identities");
    const [{ id } = { id: "" }] = query(`SELECT id FROM users WHERE email = '${first}'`);
    const again = await importBeside([
      { email: first, identities },
      { email: second, identities },
    ]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("line 1: the address has an account, which stays as it is\n");
    expect(again.stderr).toMatch(
      new RegExp(
        `^line 2: refused: identities: Somebody with this issuer and subject signs in to .*${String(id)}`,
        "m",
      ),
    );
    expect(again.stderr).toContain("0 imported, 1 had an account, 1 refused\n");
    expect(query("SELECT * FROM identities")).toEqual(before);
  });
});

test("users import: the same file again changes nothing and says so", async () => {
  const email = freshEmail();
  const file = await fileOf([{ email, passwordHash }]);
  await run("users", ["import", file]);
  dataOf(await cookieClient(server().baseUrl).login({ email, password: PASSWORD }));
  const before = query("SELECT * FROM users");
  const again = await run("users", ["import", file]);
  expect(again).toMatchObject({ code: 0, stdout: "" });
  expect(again.stderr).toContain("line 1: the address has an account, which stays as it is\n");
  expect(again.stderr).toContain("0 imported, 1 had an account, 0 refused\n");
  expect(query("SELECT * FROM users")).toEqual(before);
});

test("AZ-08 users import: an account that somebody has signed up for stays as it is, is listed, and the import ends with 1", async () => {
  const { email, user, api } = await signedInClient(server().baseUrl);
  const [fresh, before] = [freshEmail(), query("SELECT * FROM users")];
  const lines = [
    { email, passwordHash, role: "admin" },
    { email: fresh, passwordHash },
  ];
  const flags = ["--unproved"];
  for (const [done, ...more] of [["would be imported", "--dry-run"], ["imported"]]) {
    const ended = await importFile(lines, ...flags, ...more);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      `line 1: somebody has signed up with the address, and the account stays as it is: ${email} (${user.id}, made ${user.createdAt})\n`,
    );
    expect(ended.stderr).toContain(`1 ${done}, 0 had an account, 0 refused\n1 left out: `);
  }
  expect(query("SELECT * FROM users")).toEqual([
    ...before,
    expect.objectContaining({ email: fresh }),
  ]);
  expect(await api.listUsers()).toMatchObject({ status: 403 });
});

test("AZ-08 users import: a line with the role admin is taken only where --unproved says so", async () => {
  const email = freshEmail();
  const lines = [{ email, passwordHash, role: "admin" }];
  const refused = await importFile(lines);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain("line 1: refused: role: Nobody has proved whose address it is");
  expect(query(`SELECT id FROM users WHERE email = '${email}'`)).toEqual([]);
  expect(await importFile(lines, "--unproved")).toMatchObject({ code: 0 });
});

test("AZ-04 LA-09 users disable and enable: by address or id, at once, told with no actor", async () => {
  const { email, user, api } = await signedInClient(server().baseUrl);
  const name = `${email} (${user.id}, made ${user.createdAt})`;
  const disabled = await run("users", ["disable", email.toUpperCase()]);
  expect(disabled).toMatchObject({ code: 0, stderr: `${name} is disabled\n` });
  expect(eventsOf(disabled)).toMatchObject([
    { event: "user_updated", userId: user.id, actorId: null, changes: { disabled: true } },
    { event: "session_revoked", userId: user.id, actorId: null, by: "disable" },
  ]);
  expect(await api.getMe()).toMatchObject({ status: 401 });
  expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
  const enabled = await run("users", ["enable", user.id]);
  expect(enabled).toMatchObject({ code: 0, stderr: `${name} is enabled\n` });
  expect(await run("users", ["enable", user.id])).toMatchObject({ code: 0, stdout: "" });
  dataOf(await api.login({ email, password: PASSWORD }));
});

test("LA-09 users unlock: lets the owner in at once, and says until when the lock was", async () => {
  const { email, user } = await signedInClient(server().baseUrl);
  const api = cookieClient(server().baseUrl); // from a device that the account does not know
  const until = Date.now() + 3_600_000;
  query(`UPDATE users SET locked_until = ${until}, lock_ms = 3600000 WHERE id = '${user.id}'`);
  expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
  const unlocked = await run("users", ["unlock", email]);
  expect(unlocked.code).toBe(0);
  expect(unlocked.stderr).toMatch(/ is not locked; it was until \S+Z\n$/);
  expect(unlocked.stderr).toContain(new Date(until).toISOString());
  expect(eventsOf(unlocked)).toMatchObject([
    { event: "user_unlocked", userId: user.id, actorId: null },
  ]);
  dataOf(await api.login({ email, password: PASSWORD }));
});

test("MF-12 LA-09 users reset-factors: removes every factor, ends all sessions, tells the owner by mail, and says what it did", async () => {
  const { email, user, api } = await signedInClient(server().baseUrl);
  await addTotpOver(api);
  const passkeyId = addPasskeyRow(user.id);
  const other = cookieClient(server().baseUrl);
  const credentials = { email, password: PASSWORD };
  expect(await other.login(credentials)).toMatchObject({
    status: 202,
    data: { secondFactors: expect.arrayContaining(["totp", "recovery_code"]) },
  });

  const name = `${email} (${user.id}, made ${user.createdAt})`;
  const reset = await run("users", ["reset-factors", email]);
  expect(reset).toMatchObject({
    code: 0,
    stderr: `${name} has no second factor now. Removed: the authenticator app, 1 passkey, the recovery codes. Ended: 1 session\n`,
  });
  const byCommand = { userId: user.id, by: "command", actorId: null };
  expect(eventsOf(reset)).toMatchObject([
    { event: "second_factors_reset", userId: user.id, actorId: null },
    { event: "second_factor_removed", kind: "totp", ...byCommand },
    { event: "passkey_removed", passkeyId, ...byCommand },
    { event: "session_revoked", userId: user.id, by: "factor_change" },
  ]);
  for (const table of factorTables)
    expect(query(`SELECT user_id FROM ${table} WHERE user_id = '${user.id}'`)).toEqual([]);
  expect(await api.getMe()).toMatchObject({ status: 401 });
  expect(dataOf(await other.login(credentials))).toMatchObject({ user: { email } });
  const mail = await nthMailTo(join(server().folder, "outbox"), email, 2); // the first told of the app
  expect(mail.subject).toMatch(/^Your second factors at .* were removed$/);
});

test("users reset-factors: of an account that has none changes nothing, says so, and tells nobody", async () => {
  const { email, api } = await signedInClient(server().baseUrl);
  const stored = () => query("SELECT * FROM users");
  const waiting = () => query("SELECT id FROM mails").map(({ id }) => id);
  const [before, mails] = [stored(), waiting()];
  const reset = await run("users", ["reset-factors", email]);
  expect(reset).toMatchObject({ code: 0, stdout: "" });
  expect(reset.stderr).toMatch(/ has no second factor; nothing was changed\n$/);
  expect(stored()).toEqual(before);
  expect(mails).toEqual(expect.arrayContaining(waiting()));
  expect(await mailsTo(join(server().folder, "outbox"), email)).toEqual([]);
  expect(dataOf(await api.getMe())).toMatchObject({ email });
});

test("users import --dry-run: says what would happen, and writes nothing", async () => {
  const before = query("SELECT * FROM users");
  const lines = [
    { email: freshEmail(), passwordHash },
    { email: ADMIN.email, passwordHash },
  ];
  const ended = await importFile([...lines, "{}"], "--dry-run");
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toContain("1 would be imported, 1 had an account, 1 refused\n");
  expect(query("SELECT * FROM users")).toEqual(before);
});

test("users import: many batches, in less memory than their file would take, each account once", async () => {
  const folder = server().folder;
  const path = join(folder, "many.jsonl");
  const count = 5_000;
  const salt = genSaltSync(10);
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      email: `many-${index}@example.com`,
      passwordHash: salt + passwordHash.slice(29),
    }),
  );
  // One line without an end, longer than the heap: it is passed over as it comes in.
  await writeFile(path, `${lines.join("\n")}\n`);
  const filler = Buffer.alloc(1 << 20, "x");
  for (let megabyte = 0; megabyte < 128; megabyte += 1)
    await writeFile(path, filler, { flag: "a" });
  const environment = {
    DATABASE_URL: `sqlite:${join(folder, "many.db")}`,
    NODE_OPTIONS: "--max-old-space-size=96",
    LOG_LEVEL: "silent",
  };
  const ended = await run("users", ["import", path], { environment });
  expect(ended.stderr).toContain(`line ${count + 1}: refused: Longer than 32768 bytes\n`);
  expect(ended.stderr).toContain(`${count} imported, 0 had an account, 1 refused\n`);
  expect(ended).toMatchObject({ code: 1, stdout: "" });
});

test.skipIf(noTerminal)(
  "users import: on a terminal, a bar; elsewhere, a line every tenth",
  async () => {
    const path = await fileOf(
      Array.from({ length: 30 }, () => ({ email: freshEmail(), passwordHash })),
    );
    const piped = await run("users", ["import", path, "--dry-run"]);
    expect(piped.stderr.match(/^ *\d+ %$/gm)).toHaveLength(10);
    const environment = { DATABASE_URL: `sqlite:${server().databaseFile}` };
    const command = commandLine("users", "import", path);
    const { code, screen } = await runOnTerminal(command, environment, []);
    expect(code).toBe(0);
    expect(screen).toContain("\r\u001b[K████████████");
    expect(screen).toContain("30 imported, 0 had an account, 0 refused");
  },
);

test.each([
  [["import"], 2, /^import takes one file \(.+\)\n$/],
  [["import", "a", "b"], 2, /^import takes one file \(.+\)\n$/],
  [["disable"], 2, /^disable takes an account's id or e-mail address \(.+\)\n$/],
  [["unlock", "a", "b"], 2, /^unlock takes an account's id or e-mail address \(.+\)\n$/],
  [["unlock", "nobody@example.com"], 1, /^No account has the address nobody@example\.com\n$/],
  [["enable", "a", "--unproved"], 2, /^--unproved belongs to import \(.+\)\n$/],
  [["reset-factors"], 2, /^reset-factors takes an account's id or e-mail address \(.+\)\n$/],
  [
    ["reset-factors", "nobody@example.com"],
    1,
    /^No account has the address nobody@example\.com\n$/,
  ],
  [
    ["export", "a"],
    2,
    /^There is no command export: there are disable, enable, unlock, verify, reset-factors, import \(npm run users -- --help\)\n$/,
  ],
  [[], 2, /^Which command\? \(npm run users -- --help\)\n$/],
  [["import", "/nowhere/users.jsonl"], 1, /^\/nowhere\/users\.jsonl is not a file\n$/],
  [["import", "/"], 1, /^\/ is not a file\n$/],
])("users %j ends with one clear line", async (args, code, line) => {
  const ended = await run("users", args);
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(line);
});

test("users --help: the example it shows is one that the command takes", async () => {
  const { stdout } = await run("users", ["--help"]);
  const example = /^ *(\{.*\})$/m.exec(stdout)?.[1]?.replace("$2b$12$…", passwordHash) ?? "";
  const ended = await importFile([example], "--dry-run");
  expect(ended.stderr).toContain("1 would be imported");
  expect(stdout).toContain("npm run users");
});
