/** Forgotten passwords, through the SDK and real mails. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  cookieClient,
  dataOf,
  freshEmail,
  signedInClient,
  tokenClient,
} from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { mailNames, mailsTo, nthMailTo, recipients, tokenIn } from "../support/mailbox.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
const invalid = { ok: false, status: 400, problem: { code: "invalid_reset_token" } };

let server: ServerProcess;
let outbox: string;
beforeAll(async () => {
  server = await startServerProcess({
    environment: {
      PUBLIC_URL: "https://auth.example.org",
      LIMIT_FORGOT_IP: "10000/60",
      LIMIT_FORGOT_EMAIL: "1000/60",
      LIMIT_LOGIN_IP: "10000/60",
      LIMIT_LOGIN_EMAIL: "1000/60",
      LIMIT_SIGNUP_IP: "10000/60",
    },
  });
  outbox = join(server.folder, "outbox");
});
afterAll(() => server.dispose());

test("RS-05 RS-06 RS-09 PW-11 forgot, read the mail, reset: the old password and everything it opened is dead, the new one works", async () => {
  const { api, email, user } = await signedInClient(server.baseUrl);
  const program = tokenClient(server.baseUrl);
  const pair = dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  const anyone = cookieClient(server.baseUrl);
  const headers = { host: "evil.example", "x-forwarded-host": "evil.example" };
  expect(
    await anyone.forgotPassword({ email: ` ${email.toUpperCase()} ` }, { headers }),
  ).toMatchObject({ ok: true, status: 202 });

  const mail = await nthMailTo(outbox, email);
  expect(recipients(mail)).toEqual([email]);
  expect(mail.text).toContain("https://auth.example.org/reset#token=");
  expect(mail.html).toContain("https://auth.example.org/reset#token=");
  const token = tokenIn(mail);
  expect(Buffer.from(token, "base64url")).toHaveLength(32);

  const reset = await anyone.resetPassword({ token, newPassword: NEW_PASSWORD });
  expect(reset).toMatchObject({ ok: true, status: 204 });
  // The device's cookie alone: it signs nobody in, as the next line shows.
  expect((reset as { response: Response }).response.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-device=[\w-]{43}; Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=Lax$/,
    ),
  ]);
  expect(await anyone.getMe()).toMatchObject({ status: 401 });
  expect(await api.getMe()).toMatchObject({ status: 401 });
  expect(await program.getTokenMe()).toMatchObject({ status: 401 });
  expect(await program.tokenRefresh({ refreshToken: pair.refreshToken })).toMatchObject({
    status: 401,
  });
  expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
  expect(dataOf(await api.login({ email, password: NEW_PASSWORD })).user).toEqual({
    ...user,
    emailVerified: true, // whoever has the mail has the mailbox
  });

  expect(stored("session_revoked", user.id).map(({ by }) => by)).toEqual([
    "password_reset",
    "password_reset",
  ]);
});

test("PW-12 the owner is told by mail of a reset and of a change", async () => {
  const { api, email } = await signedInClient(server.baseUrl);
  dataOf(await api.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD }));
  const changed = await nthMailTo(outbox, email, 1);
  expect(changed.subject).toBe("Your password for Portcullis was changed");
  expect(changed.text).toContain("127.0.0.1");

  dataOf(await api.resetPassword({ token: await requestedToken(email, 2), newPassword: PASSWORD }));
  const reset = await nthMailTo(outbox, email, 3);
  expect(reset.subject).toBe("Your password for Portcullis was reset");
  for (const mail of [changed, reset]) expect(mail.text).not.toContain("http");
});

test("RS-02 LA-03 neither the token nor the mail can be read in the database or the logs", async () => {
  const { email } = await signedInClient(server.baseUrl);
  const token = await requestedToken(email);
  const database = new DatabaseSync(server.databaseFile, { readOnly: true });
  const rows = ["mails", "challenges", "events"].flatMap((table) =>
    database.prepare(`SELECT * FROM ${table}`).all(),
  );
  database.close();
  const texts = rows.flatMap((row) =>
    Object.values(row).map((value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value),
    ),
  );
  expect(texts.length).toBeGreaterThan(0);
  for (const secret of [token, Buffer.from(token, "base64url").toString("latin1"), "#token="])
    expect(texts.some((text) => text.includes(secret))).toBe(false);
  expect(JSON.stringify(server.events())).not.toContain(token);
  // A sent mail has no body any more.
  const sent = rows.filter(
    (row) => row["finished_at"] !== null && row["expires_at"] !== row["finished_at"],
  );
  for (const row of sent) if ("sealed" in row) expect(row["sealed"]).toBeNull();
});

test("RS-03 of many uses of one token at once exactly one succeeds", async () => {
  const { email } = await signedInClient(server.baseUrl);
  const token = await requestedToken(email);
  const api = cookieClient(server.baseUrl);
  const attempts = Array.from({ length: 12 }, (_, index) =>
    api.resetPassword({ token, newPassword: `${NEW_PASSWORD} ${index}` }),
  );
  const statuses = (await Promise.all(attempts)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 204)).toHaveLength(1);
  expect(statuses.filter((status) => status === 400)).toHaveLength(11);
  expect(await api.resetPassword({ token, newPassword: NEW_PASSWORD })).toMatchObject(invalid);
});

test("RS-04 a token that has expired is refused like one that never was", async () => {
  const { email } = await signedInClient(server.baseUrl);
  const token = await requestedToken(email);
  change(`UPDATE challenges SET expires_at = ${Date.now()}`);
  const api = cookieClient(server.baseUrl);
  expect(await api.resetPassword({ token, newPassword: NEW_PASSWORD })).toMatchObject(invalid);
  expect(await api.resetPassword({ token: "never", newPassword: NEW_PASSWORD })).toMatchObject(
    invalid,
  );
  expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 200 });
});

test("RS-07 opening the link, by GET or HEAD, spends nothing", async () => {
  const { email } = await signedInClient(server.baseUrl);
  const token = await requestedToken(email);
  for (const method of ["GET", "HEAD"]) {
    const page = await fetch(`${server.baseUrl}/reset#token=${token}`, { method });
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  }
  const api = cookieClient(server.baseUrl);
  expect(await api.resetPassword({ token, newPassword: NEW_PASSWORD })).toMatchObject({
    status: 204,
  });
});

test("RS-08 a new request, or a change of password, voids the tokens before it", async () => {
  const { api, email } = await signedInClient(server.baseUrl);
  const first = await requestedToken(email, 1);
  const second = await requestedToken(email, 2);
  expect(await api.resetPassword({ token: first, newPassword: NEW_PASSWORD })).toMatchObject(
    invalid,
  );
  dataOf(await api.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD }));
  expect(await api.resetPassword({ token: second, newPassword: PASSWORD })).toMatchObject(invalid);
  expect(await api.login({ email, password: NEW_PASSWORD })).toMatchObject({ status: 200 });
});

test("RS-09 PW-04 a password the policy refuses on signup is refused on reset, and leaves the token usable", async () => {
  const { email } = await signedInClient(server.baseUrl);
  const token = await requestedToken(email);
  const api = cookieClient(server.baseUrl);
  for (const weak of ["sunshine", "𝕡𝕡𝕡𝕡𝕡𝕡𝕡𝕡 𝕡𝕡𝕡𝕡𝕡", email]) {
    const reset = await api.resetPassword({ token, newPassword: weak });
    const signup = await api.signup({
      email: weak === email ? email : freshEmail(),
      password: weak,
    });
    expect(reset).toMatchObject({ status: 400, problem: { code: "weak_password" } });
    expect(reasonsOf(reset)).toEqual(reasonsOf(signup));
  }
  expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 200 });
  expect(await api.resetPassword({ token, newPassword: NEW_PASSWORD })).toMatchObject({
    status: 204,
  });
});

test("RS-02 a token opens one account only, and nothing but a reset", async () => {
  const [mine, other] = [
    await signedInClient(server.baseUrl),
    await signedInClient(server.baseUrl),
  ];
  const token = await requestedToken(mine.email);
  const api = cookieClient(server.baseUrl);
  const asBearer = { headers: { authorization: `Bearer ${token}` } };
  expect(await api.getMe({}, asBearer)).toMatchObject({ status: 401 });
  expect(await api.tokenRefresh({ refreshToken: token })).toMatchObject({ status: 401 });
  expect(await api.resetPassword({ token, newPassword: NEW_PASSWORD })).toMatchObject({
    status: 204,
  });
  expect(await api.login({ email: other.email, password: PASSWORD })).toMatchObject({
    status: 200,
  });
  expect(await other.api.getMe()).toMatchObject({ status: 200 });
});

test("RS-01 the answer for an unknown address is that for a known one, in bytes and in rows written", async () => {
  const { email } = await signedInClient(server.baseUrl);
  const unknown = freshEmail();
  const api = cookieClient(server.baseUrl);
  const shapes: unknown[] = [];
  for (let round = 0; round < 3; round += 1)
    for (const address of [email, unknown]) {
      const before = counts();
      const response = await fetch(`${server.baseUrl}/forgot-password`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: address }),
      });
      const headers = [...response.headers].filter(
        ([name]) => name !== "x-request-id" && name !== "date",
      );
      shapes.push({ status: response.status, headers, body: await response.text() });
      expect(counts()).toEqual({
        mails: before.mails + 1,
        events: before.events + 1,
        // A decoy takes the place of the one before about the address, as an account's row does.
        decoys: before.decoys + (address === unknown && round === 0 ? 1 : 0),
      });
    }
  expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
  expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 200 });
  expect(await mailsTo(outbox, unknown)).toEqual([]);
});

test("RS-06 an address with line breaks, or with a second one in it, never gets into a header", async () => {
  for (const email of [
    "ada@example.com\r\nbcc: eve@example.com",
    "ada@example.com\nbcc: eve@example.com",
    "ada@example.com,eve@example.com",
    "ada@example.com;eve@example.com",
    "Eve <eve@example.com>",
    "ada@example.com\u0000",
  ])
    expect(await cookieClient(server.baseUrl).forgotPassword({ email })).toMatchObject({
      status: 400,
      problem: { code: "validation_failed" },
    });
  const list = { email: ["ada@example.com", "eve@example.com"] } as unknown as { email: string };
  expect(await cookieClient(server.baseUrl).forgotPassword(list)).toMatchObject({ status: 400 });
});

test("mails are files that only the owner of the server may read", async () => {
  const { email } = await signedInClient(server.baseUrl);
  await requestedToken(email);
  expect((await stat(outbox)).mode & 0o777).toBe(0o700);
  for (const name of await mailNames(outbox)) {
    expect((await stat(join(outbox, name))).mode & 0o777).toBe(0o600);
    expect(name).toMatch(/^[0-9a-f-]{36}\.eml$/);
  }
});

/** Asks for a link and reads its token from the mail: the `count`-th this address gets. */
async function requestedToken(email: string, count = 1): Promise<string> {
  dataOf(await cookieClient(server.baseUrl).forgotPassword({ email }));
  return tokenIn(await nthMailTo(outbox, email, count));
}

function reasonsOf(result: unknown): unknown {
  return (result as { problem?: { reasons?: unknown } }).problem?.reasons;
}

function counts(): { mails: number; events: number; decoys: number } {
  const [row] = select(
    `SELECT (SELECT count(*) FROM mails) AS mails, (SELECT count(*) FROM events) AS events,
      (SELECT count(*) FROM challenges WHERE user_id IS NULL) AS decoys`,
  );
  return {
    mails: Number(row?.["mails"]),
    events: Number(row?.["events"]),
    decoys: Number(row?.["decoys"]),
  };
}

function stored(event: string, userId: string): Record<string, unknown>[] {
  const rows = select(`SELECT body FROM events WHERE event = '${event}' AND user_id = '${userId}'`);
  return rows.map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>);
}

function select(sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(server.databaseFile, { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

function change(sql: string): void {
  const database = new DatabaseSync(server.databaseFile, { timeout: 2000 });
  database.exec(sql);
  database.close();
}
