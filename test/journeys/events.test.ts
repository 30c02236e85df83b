import { DatabaseSync } from "node:sqlite";
import { createClient } from "@portcullis/client";
import { expect, test } from "vitest";
import { eventDefinition, eventNames, type LogEvent } from "../../src/contract/events.ts";
import { cookieClient, dataOf, freshEmail, password, tokenClient } from "./clients.ts";
import { adminCredentials, type ServerProcess, startServerProcess } from "./server-process.ts";

test("LA-01 each step of a journey logs its event exactly once, and every event of the contract is met", async () => {
  const server = await startServerProcess();
  const email = freshEmail();
  const api = cookieClient(server.baseUrl);
  const admin = cookieClient(server.baseUrl);
  const elsewhere = createClient({
    baseUrl: server.baseUrl,
    fetch: (request) => {
      request.headers.set("origin", "https://elsewhere.example");
      return fetch(request);
    },
  });

  const user = dataOf(await api.signup({ email, password }));
  await api.signup({ email, password });
  await api.signup({ email, password: "sunshine" });
  await api.login({ email, password: "not the password" });
  await api.login({ email: freshEmail(), password });
  dataOf(await api.login({ email, password }));
  dataOf(await api.login({ email, password })); // replaces the session
  dataOf(await tokenClient(server.baseUrl).tokenLogin({ email, password }));
  await api.listUsers();
  await elsewhere.login({ email, password });
  dataOf(await api.logout());
  dataOf(await admin.login(adminCredentials));
  disable(server, user.id);
  await api.login({ email, password });
  dataOf(await admin.deleteUser({ userId: user.id }));
  breakUsers(server);
  await admin.getMe();
  expect(await server.stop()).toBe(0);

  const told = server.events().filter(({ event }) => event !== "request");
  expect(told.map(summary)).toEqual([
    "signup", // the first administrator
    "server_started",
    "signup",
    "signup_failed email_taken",
    "signup_failed weak_password",
    "login_failed wrong_password",
    "login_failed user_not_found",
    "login_success session",
    "session_revoked user",
    "login_success session",
    "login_success token",
    "authorization_denied listUsers",
    "csrf_rejected cross_site",
    "logout",
    "login_success session",
    "login_failed account_disabled",
    "user_deleted",
    "unhandled_error",
    "server_stopped",
  ]);
  const met = new Set(server.events().map(({ event }) => event));
  expect([...met].sort()).toEqual([...eventNames].sort());

  const requests = server.events().filter(({ event }) => event === "request");
  expect(requests).toHaveLength(15);
  for (const line of [...told, ...requests])
    if (line.requestId !== null) expect(line.ip).toBe("127.0.0.1");

  // LA-06: what is stored is what was printed, no more and no less.
  const stored = told.filter(({ event }) => eventDefinition(event).stored);
  expect(storedEvents(server)).toEqual(stored);
  await server.dispose();
});

function summary(event: LogEvent): string {
  if ("reason" in event && event.event !== "server_stopped")
    return `${event.event} ${event.reason}`;
  if (event.event === "login_success") return `${event.event} ${event.method}`;
  if (event.event === "session_revoked") return `${event.event} ${event.by}`;
  if (event.event === "authorization_denied") return `${event.event} ${event.operation}`;
  return event.event;
}

function storedEvents({ databaseFile }: ServerProcess): unknown[] {
  const database = new DatabaseSync(databaseFile, { readOnly: true });
  const rows = database.prepare("SELECT body FROM events ORDER BY id").all();
  database.close();
  return rows.map(({ body }) => JSON.parse(String(body)) as unknown);
}

/** What an administrator's own tools may do beside the running server. */
function disable({ databaseFile }: ServerProcess, userId: string): void {
  const database = new DatabaseSync(databaseFile);
  database.prepare("UPDATE users SET disabled = 1 WHERE id = ?").run(userId);
  database.close();
}

function breakUsers({ databaseFile }: ServerProcess): void {
  const database = new DatabaseSync(databaseFile);
  database.exec("ALTER TABLE users RENAME TO lost_users");
  database.close();
}
