/** docs/migrating.md: a server on a database of the version before proved addresses, as that version left it. */
import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CSRF_HEADER } from "../../src/contract/security.ts";
import { csrfProof } from "../../src/domain/csrf.ts";
import { deriveKeys, hashSecret, newSecret } from "../../src/domain/secrets.ts";
import { openDatabase } from "../../src/storage/engine/open-database.ts";
import { defaultPool } from "../../src/storage/engine/pool.ts";
import { migrations } from "../../src/storage/migrations.ts";
import { cookieClient, dataOf, tokenClient } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { nthMailTo, proofsIn } from "../support/mailbox.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

const AUTH_SECRET = randomBytes(32).toString("base64");
const LAST_BEFORE = "0011-lock-places";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const addresses = {
  admin: "grace@example.com",
  byOwner: "ada@example.com",
  byReset: "linus@example.com",
  byMail: "edsger@example.com",
  asked: "barbara@example.com",
} as const;
type Name = keyof typeof addresses;
const ids: Record<Name, string> = {
  admin: uuidv7(),
  byOwner: uuidv7(),
  byReset: uuidv7(),
  byMail: uuidv7(),
  asked: uuidv7(),
};
/** A session of before, an hour old. */
const session = { id: uuidv7(), secret: newSecret() };
/** The token of a link for a new password, mailed before. */
const RESET_TOKEN = "mailed before the upgrade";

let server: ServerProcess;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-upgrade-"));
  await makeDatabase(join(folder, "portcullis.db"));
  server = await startServerProcess({
    folder,
    environment: { AUTH_SECRET, MAIL_LOGIN: "on" },
  });
});
afterAll(() => server.dispose());

test("after an upgrade everybody logs in as before, unproved; an administrator stays one", async () => {
  for (const name of ["admin", "byOwner"] as const) {
    const api = cookieClient(server.baseUrl);
    const { user } = dataOf(await api.login({ email: addresses[name], password: PASSWORD }));
    expect(user).toMatchObject({ id: ids[name], emailVerified: false, name: null, locale: null });
  }
  const admin = await administrator();
  expect(dataOf(await admin.listUsers({ emailVerified: false })).items).not.toEqual([]);
});

test("a session of before goes on, and is as old as it is: what needs a recent login asks for one", async () => {
  const headers = {
    cookie: `__Host-session=${session.secret}`,
    [CSRF_HEADER]: csrfProof(deriveKeys(AUTH_SECRET).csrf, session.id),
    "content-type": "application/json",
  };
  const me = await fetch(`${server.baseUrl}/me`, { headers });
  expect(await me.json()).toMatchObject({ id: ids.asked });
  const change = await fetch(`${server.baseUrl}/me/email`, {
    method: "POST",
    headers,
    body: JSON.stringify({ newEmail: "new@example.com" }),
  });
  expect(await change.json()).toMatchObject({ code: "reauthentication_required" });
  const verification = await fetch(`${server.baseUrl}/me/email/verification`, {
    method: "POST",
    headers,
  });
  expect(verification.status).toBe(202);
});

test("EM-06 an owner who is signed in proves the address, and keeps password and sessions", async () => {
  const email = addresses.byOwner;
  const [api, program] = [cookieClient(server.baseUrl), tokenClient(server.baseUrl)];
  dataOf(await api.login({ email, password: PASSWORD }));
  dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  const { challengeToken } = dataOf(await api.requestEmailVerification());
  const { code } = await mailed(email);
  dataOf(await api.confirmEmailVerification({ challengeToken, code }));
  for (const each of [api, program])
    expect(dataOf(await each.getMe())).toMatchObject({ emailVerified: true });
  dataOf(await cookieClient(server.baseUrl).login({ email, password: PASSWORD }));
});

test("EM-06 a link for a new password that was mailed before is good after, and proves the address", async () => {
  const email = addresses.byReset;
  const api = cookieClient(server.baseUrl);
  dataOf(await api.resetPassword({ token: RESET_TOKEN, newPassword: NEW_PASSWORD }));
  const { user } = dataOf(await api.login({ email, password: NEW_PASSWORD }));
  expect(user).toMatchObject({ emailVerified: true });
  expect(await api.resetPassword({ token: RESET_TOKEN, newPassword: PASSWORD })).toMatchObject({
    problem: { code: "invalid_reset_token" },
  });
});

test("EM-06 the first sign-in by mail takes the account over: password and sessions of before are void", async () => {
  const email = addresses.byMail;
  const [stranger, owner] = [cookieClient(server.baseUrl), cookieClient(server.baseUrl)];
  dataOf(await stranger.login({ email, password: PASSWORD }));
  dataOf(await owner.startMailLogin({ email }));
  const { code } = await mailed(email);
  const { loginToken } = dataOf(await owner.completeMailLogin({ code }));
  dataOf(await owner.finishLogin({ loginToken, method: "none" }));
  expect(dataOf(await owner.getMe())).toMatchObject({ id: ids.byMail, emailVerified: true });
  expect(await stranger.getMe()).toMatchObject({ status: 401 });
  expect(await stranger.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
});

test("AZ-08 an account of before is made an administrator only where somebody vouches for its address", async () => {
  const admin = await administrator();
  const userId = ids.asked;
  expect(await admin.updateUser({ userId, role: "admin" })).toMatchObject({
    status: 403,
    problem: { code: "email_unverified" },
  });
  expect(dataOf(await admin.getUser({ userId }))).toMatchObject({ role: "user" });
  const vouched = dataOf(await admin.updateUser({ userId, role: "admin", emailVerified: true }));
  expect(vouched).toMatchObject({ role: "admin", emailVerified: true });
});

async function administrator() {
  const api = cookieClient(server.baseUrl);
  dataOf(await api.login({ email: addresses.admin, password: PASSWORD }));
  return api;
}

async function mailed(email: string) {
  return proofsIn(await nthMailTo(join(server.folder, "outbox"), email));
}

/** The schema of the version before, with rows as it wrote them. */
async function makeDatabase(path: string): Promise<void> {
  const { db, dialect } = await openDatabase({ kind: "sqlite", path }, defaultPool);
  const provider = { getMigrations: async () => migrations(dialect) };
  const { error } = await new Migrator({ db, provider }).migrateTo(LAST_BEFORE);
  expect(error).toBeUndefined();
  const now = Date.now();
  const passwordHash = hashSync(PASSWORD, 10);
  for (const [name, email] of Object.entries(addresses))
    await sql`insert into users (id, email, password_hash, role, disabled, created_at) values
      (${ids[name as Name]}, ${email}, ${passwordHash}, ${name === "admin" ? "admin" : "user"}, 0,
        ${now - DAY_MS})`.execute(db);
  await sql`insert into sessions (id, user_id, kind, secret_hash, created_at, last_seen_at, expires_at, ip)
    values (${session.id}, ${ids.asked}, 'cookie', ${hashSecret(session.secret)}, ${now - HOUR_MS},
      ${now}, ${now + DAY_MS}, '203.0.113.7')`.execute(db);
  await sql`insert into reset_tokens (secret_hash, user_id, created_at, expires_at) values
    (${hashSecret(RESET_TOKEN)}, ${ids.byReset}, ${now}, ${now + HOUR_MS})`.execute(db);
  await db.destroy();
}
