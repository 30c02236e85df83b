/** Every act of an administrator, over HTTP: the event that tells of it names who it was. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ZodObject } from "zod";
import { eventDefinition } from "../../src/contract/events.ts";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { adminClient, dataOf, signedInClient } from "../support/clients.ts";
import { ADMIN } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import type { Servers } from "../support/servers-in-trouble.ts";
import { startProvider, type TestProvider } from "../support/provider.ts";
import { passkeySettings } from "../support/second-factors.ts";
import { type Succeed, waysToSucceed } from "../support/ways-to-succeed.ts";

let server: InProcessServer;
let provider: TestProvider;
let servers: Servers;
let adminId: unknown;
beforeAll(async () => {
  server = await startInProcessServer(passkeySettings);
  provider = await startProvider();
  const none = {
    broken: "",
    draining: "",
    limited: "",
    verifying: "",
    closed: "",
    enrolling: "",
    adminTokens: new Map<string, string>(),
  };
  servers = {
    healthy: server.address,
    ...none,
    provider,
    mailed: async () => ({ token: "", code: "" }),
    ageSessions: () => undefined,
    addTotp: () => undefined,
    addPasskeys: () => undefined,
    withoutPassword: (work) => work(),
  };
  adminId = server.sql("SELECT id FROM users WHERE email = ?", ADMIN.email)[0]?.["id"];
});
afterAll(async () => {
  await server.stop();
  await provider.close();
});

const definitionOf = (id: keyof typeof operations): OperationDescription => operations[id];
const acts = operationIds.filter((id) => {
  const { security, method } = definitionOf(id);
  return security.role === "admin" && method !== "GET";
});

const storedEvents = () =>
  server
    .sql("SELECT body FROM events ORDER BY id")
    .map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>);

test("LA-09 there are acts of administrators, and each has an event that can name its actor", () => {
  expect(acts).toContain("revokeUserSessions");
  for (const id of acts) {
    const { events } = definitionOf(id);
    expect([id, events.length > 0]).toEqual([id, true]);
    for (const name of events) {
      const { schema } = eventDefinition(name);
      expect([name, schema instanceof ZodObject && "actorId" in schema.shape]).toEqual([
        name,
        true,
      ]);
    }
  }
});

test.each(acts)("LA-09 %s names the administrator in each event that tells of it", async (id) => {
  const { events } = definitionOf(id);
  const ways: Readonly<Record<string, Succeed>> = waysToSucceed[id];
  for (const succeed of Object.values(ways)) {
    const before = storedEvents().length;
    expect(await succeed(servers)).toMatchObject({ ok: true });
    const told = storedEvents()
      .slice(before)
      .filter(({ event }) => events.some((name) => name === event));
    expect(told.length).toBeGreaterThan(0);
    for (const event of told) expect(event).toMatchObject({ actorId: adminId });
  }
});

test("LA-09 an ending of all sessions is told of where none was left, and of one where it ended that one", async () => {
  const { api, user } = await signedInClient(server.address);
  dataOf(await api.logout());
  const admin = await adminClient(server.address);
  const before = storedEvents().length;
  dataOf(await admin.revokeUserSessions({ userId: user.id }));
  expect(storedEvents().slice(before)).toMatchObject([
    { event: "user_sessions_revoked", userId: user.id, actorId: adminId },
  ]);
});

test("AZ-05 an administrator lists an account's sessions, without anything to take them over by, and ends one of them", async () => {
  const { api, user } = await signedInClient(server.address);
  const other = await signedInClient(server.address);
  const admin = await adminClient(server.address);
  const { items } = dataOf(await admin.listUserSessions({ userId: user.id }));
  const own = dataOf(await api.listMySessions()).items;
  expect(items).toEqual(own.map(({ current: _, ...session }) => session));
  const sessionId = items[0]?.id ?? "";
  // Of another account it is none.
  expect(await admin.revokeUserSession({ userId: other.user.id, sessionId })).toMatchObject({
    status: 404,
  });
  expect(await api.getMe()).toMatchObject({ status: 200 });
  dataOf(await admin.revokeUserSession({ userId: user.id, sessionId }));
  expect(await api.getMe()).toMatchObject({ status: 401 });
  expect(await other.api.getMe()).toMatchObject({ status: 200 });
  const nobody = { userId: sessionId };
  expect(await admin.listUserSessions(nobody)).toMatchObject({ status: 404 });
  expect(await other.api.listUserSessions({ userId: other.user.id })).toMatchObject({
    status: 403,
  });
});
