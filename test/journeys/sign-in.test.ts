import { DatabaseSync } from "node:sqlite";
import { createClient } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  accountOf,
  cookieClient,
  dataOf,
  freshEmail,
  signedInClient,
  tokenClient,
} from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.dispose());

test("a newcomer signs up, logs in by cookie, sees themselves, logs out, and is nobody again", async () => {
  const api = cookieClient(server.baseUrl);
  const email = freshEmail();
  const signup = await api.signup({ email: ` ${email.toUpperCase()} `, password: PASSWORD });
  expect(signup).toMatchObject({
    ok: true,
    status: 201,
    data: { email, role: "user", disabled: false },
  });

  const session = dataOf(await api.login({ email, password: PASSWORD }));
  expect(session.user).toEqual(dataOf(signup));
  expect(dataOf(await api.getMe())).toEqual(dataOf(signup));
  expect(await api.logout()).toMatchObject({ ok: true, status: 204 });
  expect(await api.getMe()).toMatchObject({
    ok: false,
    status: 401,
    problem: { code: "unauthenticated" },
  });
  expect(await api.logout()).toMatchObject({ status: 204 });
});

test("a program logs in by token and sees itself on both routes", async () => {
  const { email, user } = await signedInClient(server.baseUrl);
  const api = tokenClient(server.baseUrl);
  const pair = dataOf(await api.tokenLogin({ email, password: PASSWORD }));
  expect(pair).toMatchObject({ tokenType: "Bearer", expiresInSeconds: 900 });
  expect(dataOf(await api.getTokenMe())).toEqual(user);
  expect(dataOf(await api.getMe())).toEqual(user);
});

test("SE-04 a session that was copied before logout is dead after it", async () => {
  const jar = cookieJar();
  const api = createClient({ baseUrl: server.baseUrl, cookies: jar });
  const email = freshEmail();
  dataOf(await api.signup({ email, password: PASSWORD }));
  dataOf(await api.login({ email, password: PASSWORD }));
  const cookie = await jar.cookieHeader(server.baseUrl);
  const copied = { headers: { cookie } };
  expect(await cookieClient(server.baseUrl).getMe({}, copied)).toMatchObject({ status: 200 });
  dataOf(await api.logout());
  expect(await cookieClient(server.baseUrl).getMe({}, copied)).toMatchObject({ status: 401 });
});

test("an admin finds, reads and deletes an account, and everything it had is dead at once", async () => {
  const { api, user, email } = await signedInClient(server.baseUrl);
  const program = tokenClient(server.baseUrl);
  dataOf(await program.tokenLogin({ email, password: PASSWORD }));

  const admin = cookieClient(server.baseUrl);
  dataOf(await admin.login(ADMIN));
  const found = dataOf(await admin.listUsers({ email: email.toUpperCase() }));
  const details = { ...user, lockedUntil: null, lastLoginAt: expect.any(String) };
  expect(found).toEqual({ items: [details], nextCursor: null });
  expect(dataOf(await admin.getUser({ userId: user.id }))).toEqual(details);

  expect(await admin.deleteUser({ userId: user.id })).toMatchObject({ status: 204 });
  expect(await admin.getUser({ userId: user.id })).toMatchObject({ status: 404 });
  expect(await api.getMe()).toMatchObject({ status: 401 });
  expect(await program.getTokenMe()).toMatchObject({ status: 401 });
  expect(rows("SELECT id FROM sessions WHERE user_id = ?", user.id)).toEqual([]);
});

test.each([
  "ada@bücher-t.example",
  "ADA@Bücher-T.example",
  "ada@bu\u0308cher-t.example",
  "ada@xn--bcher-t-n2a.example",
  "ada@bücher-t.",
  "ada@bücher-t",
])("LG-06 an admin finds an account by %j, in whatever spelling it was made", async (spelling) => {
  const api = cookieClient(server.baseUrl);
  // Made by the first of these tests; the others find the account taken.
  await api.signup({ email: "ada@bücher-t.example", password: PASSWORD });
  const admin = cookieClient(server.baseUrl);
  dataOf(await admin.login(ADMIN));
  const found = dataOf(await admin.listUsers({ email: spelling }));
  expect(found.items.map(({ email }) => email)).toEqual(["ada@xn--bcher-t-n2a.example"]);
});

test("pages of accounts follow each other without a gap or a repetition", async () => {
  const marker = `page-${Date.now()}`;
  const api = cookieClient(server.baseUrl);
  const made: string[] = [];
  for (const index of [1, 2, 3, 4, 5]) {
    const email = `${marker}-${index}@example.com`;
    made.push(accountOf(dataOf(await api.signup({ email, password: PASSWORD }))).email);
  }
  const admin = cookieClient(server.baseUrl);
  dataOf(await admin.login(ADMIN));
  const seen: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page = dataOf(
      await admin.listUsers({ email: marker, limit: 2, ...(cursor && { cursor }) }),
    );
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map((user) => user.email));
    cursor = page.nextCursor;
  } while (cursor);
  expect(seen).toEqual(made);
});

test("keys, health and readiness answer without signing in", async () => {
  const api = cookieClient(server.baseUrl);
  expect(dataOf(await api.getHealth())).toEqual({ status: "ok" });
  expect(dataOf(await api.getReadiness())).toEqual({ status: "ok" });
  const { keys } = dataOf(await api.getJwks());
  expect(keys).toHaveLength(1);
  expect(Object.keys(keys[0] ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
});

function rows(sql: string, ...parameters: string[]): unknown[] {
  const database = new DatabaseSync(server.databaseFile, { readOnly: true });
  try {
    return database.prepare(sql).all(...parameters);
  } finally {
    database.close();
  }
}
