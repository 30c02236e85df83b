import { login } from "../../src/domain/login.ts";
import { expect, test } from "vitest";
import { makeFirstAdmin, signup } from "../../src/domain/accounts.ts";
import { logout } from "../../src/domain/sessions.ts";
import { deleteUser } from "../../src/domain/users.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";

const count = (domain: Domain, table: "users" | "sessions") =>
  domain.sql(`SELECT count(*) AS count FROM ${table}`)[0]?.["count"];
const ada = { email: "ada@example.com", locale: null };
const forbidEvents = (domain: Domain) => domain.sql("DROP TABLE events");

test("LA-06 no account is made whose event cannot be stored", async () => {
  const domain = await openDomain();
  forbidEvents(domain);
  await expect(signup(domain.deps, domain.at(), { ...ada, password: PASSWORD })).rejects.toThrow();
  expect(count(domain, "users")).toBe(0);
  expect(domain.printed).toEqual([]);
});

test("LA-06 nobody is logged in, logged out or deleted whose event cannot be stored", async () => {
  const domain = await openDomain();
  const user = await domain.newUser();
  const credentials = { email: user.email, password: PASSWORD };
  const { secret, session } = succeeded(
    await login(
      domain.deps,
      domain.at(),
      { ...credentials, client: CLIENT, device: undefined },
      undefined,
    ),
  );
  const printed = domain.printed.length;
  forbidEvents(domain);
  await expect(
    login(domain.deps, domain.at(), { ...credentials, client: CLIENT, device: undefined }, secret),
  ).rejects.toThrow();
  await expect(logout(domain.deps, domain.at(), session)).rejects.toThrow();
  await expect(deleteUser(domain.deps, domain.at(), user, user.id)).rejects.toThrow();
  expect(count(domain, "users")).toBe(1);
  expect(domain.sql("SELECT id FROM sessions")).toEqual([{ id: session.id }]);
  expect(domain.printed).toHaveLength(printed);
});

test("LA-06 what is printed is what is stored, once each", async () => {
  const domain = await openDomain();
  await domain.newUser("ada@example.com");
  await signup(domain.deps, domain.at(), { ...ada, password: PASSWORD });
  await signup(domain.deps, domain.at(), {
    ...ada,
    email: "bob@example.com",
    password: "password",
  });
  const stored = domain
    .sql("SELECT body FROM events ORDER BY id")
    .map(({ body }) => JSON.parse(String(body)));
  expect(stored).toEqual(domain.printed);
  expect(stored.map(({ event, reason }) => reason ?? event)).toEqual([
    "signup",
    "email_taken",
    "weak_password",
  ]);
});

test("ST-05 of many signups with one address at once, one makes the account", async () => {
  const domain = await openDomain();
  const attempts = Array.from({ length: 8 }, () =>
    signup(domain.deps, domain.at(), { ...ada, password: PASSWORD }),
  );
  const outcomes = await Promise.all(attempts);
  expect(outcomes.filter((outcome) => "user" in outcome)).toHaveLength(1);
  expect(count(domain, "users")).toBe(1);
});

test("LG-05 of two processes that make the first admin at once, one does", async () => {
  const domain = await openDomain();
  const second = await openStorage({ kind: "sqlite", path: domain.databaseFile });
  const make = (storage: typeof second, email: string) =>
    makeFirstAdmin({ ...domain.deps, storage }, domain.at(), email, PASSWORD);
  const outcomes = await Promise.all([
    make(domain.deps.storage, "grace@example.com"),
    make(second, "ada@example.com"),
    make(domain.deps.storage, "joan@example.com"),
    make(second, "grace@example.com"),
  ]);
  await second.close();
  expect(outcomes.filter((outcome) => outcome === "made")).toHaveLength(1);
  expect(count(domain, "users")).toBe(1);
});

test("AZ-07 of two admins who delete each other at once, one stays", async () => {
  const domain = await openDomain();
  const [ada, grace] = [await domain.newUser(), await domain.newUser()];
  domain.sql("UPDATE users SET role = 'admin'");
  const second = await openStorage({ kind: "sqlite", path: domain.databaseFile });
  const outcomes = await Promise.all([
    deleteUser(domain.deps, domain.at(), ada, grace.id),
    deleteUser({ ...domain.deps, storage: second }, domain.at(), grace, ada.id),
  ]);
  await second.close();
  expect(outcomes.sort()).toEqual(["deleted", "last_admin"]);
  expect(count(domain, "users")).toBe(1);
});
