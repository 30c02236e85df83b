/** An account's own history over HTTP: what its owner sees, and what a thief of the session does not learn. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  adminClient,
  cookieClient,
  dataOf,
  signedInClient,
  tokenClient,
} from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess({ environment: { LOCKOUT_THRESHOLD: "2" } });
});
afterAll(() => server.dispose());

test("LA-07 LA-08 an owner sees what happened to the account, by whom, and no id, reason or address of others", async () => {
  const { api, email, user } = await signedInClient(server.baseUrl);
  const admin = await adminClient(server.baseUrl);
  const stranger = await signedInClient(server.baseUrl);
  const program = tokenClient(server.baseUrl);
  const { id: adminId } = dataOf(await admin.getMe());

  const { refreshToken } = dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  const { refreshToken: next } = dataOf(await program.tokenRefresh({ refreshToken }));
  dataOf(await program.tokenRevoke({ token: next }));
  await stranger.api.login({ email, password: "not the password" });
  await stranger.api.login({ email, password: "not the password" });
  dataOf(await admin.unlockUser({ userId: user.id }));
  dataOf(await admin.updateUser({ userId: user.id, role: "admin", emailVerified: true }));
  dataOf(await admin.updateUser({ userId: adminId, disabled: false })); // about another account
  dataOf(await api.updateUser({ userId: user.id, role: "user" }));
  await api.listUsers(); // denied: told of for administrators
  const laptop = cookieClient(server.baseUrl);
  dataOf(await laptop.login({ email, password: PASSWORD }));
  dataOf(await api.revokeMyOtherSessions());

  const { items } = dataOf(await api.listMyEvents({ limit: 100 }));
  const ip = "127.0.0.1";
  expect(items.map(({ timestamp: _, id: __, ...event }) => event)).toEqual([
    { event: "session_revoked", ip, by: "user" },
    { event: "login_success", ip, method: "session", methods: ["pwd"] },
    { event: "user_updated", ip, by: "user", changes: { role: "user" } },
    { event: "email_verified", ip: null, by: "admin" },
    {
      event: "user_updated",
      ip: null,
      by: "admin",
      changes: { role: "admin", emailVerified: true },
    },
    { event: "user_unlocked", ip: null, by: "admin" },
    { event: "login_locked", ip },
    { event: "login_failed", ip },
    { event: "login_failed", ip },
    { event: "token_revoked", ip },
    { event: "login_success", ip, method: "token", methods: ["pwd"] },
    { event: "login_success", ip, method: "session", methods: ["pwd"] },
    { event: "signup", ip, by: "user" },
  ]);
  const instants = items.map(({ timestamp }) => timestamp);
  expect(instants).toEqual(instants.toSorted().toReversed());
  const ids = items.map(({ id }) => id);
  expect(new Set(ids).size).toBe(items.length);
  const seen = JSON.stringify(items.map(({ id: _, ...event }) => event));
  expect(seen).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
  for (const secret of [email, ADMIN.email, stranger.email, "wrong_password"])
    expect(seen).not.toContain(secret);

  const paged: unknown[] = [];
  for await (const event of api.listMyEvents.each({ limit: 5 })) paged.push(event);
  expect(paged).toEqual(items);
  const byToken = tokenClient(server.baseUrl);
  dataOf(await byToken.tokenLogin({ email, password: PASSWORD }));
  const [login, ...before] = dataOf(await byToken.listMyEvents({ limit: 100 })).items;
  expect(login).toMatchObject({ event: "login_success", method: "token" });
  expect(before).toEqual(items);
});

test("LA-07 a cursor of another account's history, or of the administrators' list, is refused", async () => {
  const [ada, grace] = [await signedInClient(server.baseUrl), await signedInClient(server.baseUrl)];
  const admin = await adminClient(server.baseUrl);
  const cursors = [
    dataOf(await grace.api.listMyEvents({ limit: 1 })).nextCursor,
    dataOf(await admin.listEvents({ limit: 1, userId: ada.user.id })).nextCursor,
  ];
  for (const cursor of cursors)
    expect(await ada.api.listMyEvents({ cursor: cursor ?? "" })).toMatchObject({
      status: 400,
      problem: { issues: [{ part: "query", path: ["cursor"], code: "invalid_cursor" }] },
    });
  const { nextCursor } = dataOf(await ada.api.listMyEvents({ limit: 1 }));
  const rest = dataOf(await ada.api.listMyEvents({ cursor: nextCursor ?? "" }));
  expect(rest.items.map(({ event }) => event)).toEqual(["signup"]);
});
