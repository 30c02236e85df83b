import { login } from "../../src/domain/login.ts";
import { expect, test } from "vitest";
import { makeFirstAdmin, signup } from "../../src/domain/accounts.ts";
import { logout } from "../../src/domain/sessions.ts";
import { deleteUser } from "../../src/domain/users.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { CLIENT, openWorld, PASSWORD, succeeded, type World } from "../support/domain.ts";

const count = (world: World, table: "users" | "sessions") =>
  world.sql(`SELECT count(*) AS count FROM ${table}`)[0]?.["count"];
const forbidEvents = (world: World) => world.sql("DROP TABLE events");

test("LA-06 no account is made whose event cannot be stored", async () => {
  const world = await openWorld();
  forbidEvents(world);
  await expect(signup(world.deps, world.at(), "ada@example.com", PASSWORD)).rejects.toThrow();
  expect(count(world, "users")).toBe(0);
  expect(world.printed).toEqual([]);
});

test("LA-06 nobody is logged in, logged out or deleted whose event cannot be stored", async () => {
  const world = await openWorld();
  const user = await world.newUser();
  const credentials = { email: user.email, password: PASSWORD };
  const { secret, session } = succeeded(
    await login(
      world.deps,
      world.at(),
      { ...credentials, client: CLIENT, device: undefined },
      undefined,
    ),
  );
  const printed = world.printed.length;
  forbidEvents(world);
  await expect(
    login(world.deps, world.at(), { ...credentials, client: CLIENT, device: undefined }, secret),
  ).rejects.toThrow();
  await expect(logout(world.deps, world.at(), session)).rejects.toThrow();
  await expect(deleteUser(world.deps, world.at(), user, user.id)).rejects.toThrow();
  expect(count(world, "users")).toBe(1);
  expect(world.sql("SELECT id FROM sessions")).toEqual([{ id: session.id }]);
  expect(world.printed).toHaveLength(printed);
});

test("LA-06 what is printed is what is stored, once each", async () => {
  const world = await openWorld();
  await world.newUser("ada@example.com");
  await signup(world.deps, world.at(), "ada@example.com", PASSWORD);
  await signup(world.deps, world.at(), "bob@example.com", "password");
  const stored = world
    .sql("SELECT body FROM events ORDER BY id")
    .map(({ body }) => JSON.parse(String(body)));
  expect(stored).toEqual(world.printed);
  expect(stored.map(({ event, reason }) => reason ?? event)).toEqual([
    "signup",
    "email_taken",
    "weak_password",
  ]);
});

test("ST-05 of many signups with one address at once, one makes the account", async () => {
  const world = await openWorld();
  const attempts = Array.from({ length: 8 }, () =>
    signup(world.deps, world.at(), "ada@example.com", PASSWORD),
  );
  const outcomes = await Promise.all(attempts);
  expect(outcomes.filter((outcome) => "user" in outcome)).toHaveLength(1);
  expect(count(world, "users")).toBe(1);
});

test("LG-05 of two processes that make the first admin at once, one does", async () => {
  const world = await openWorld();
  const second = await openStorage({ kind: "sqlite", path: world.databaseFile });
  const make = (storage: typeof second, email: string) =>
    makeFirstAdmin({ ...world.deps, storage }, world.at(), email, PASSWORD);
  const outcomes = await Promise.all([
    make(world.deps.storage, "grace@example.com"),
    make(second, "ada@example.com"),
    make(world.deps.storage, "joan@example.com"),
    make(second, "grace@example.com"),
  ]);
  await second.close();
  expect(outcomes.filter((outcome) => outcome === "made")).toHaveLength(1);
  expect(count(world, "users")).toBe(1);
});

test("AZ-07 of two admins who delete each other at once, one stays", async () => {
  const world = await openWorld();
  const [ada, grace] = [await world.newUser(), await world.newUser()];
  world.sql("UPDATE users SET role = 'admin'");
  const second = await openStorage({ kind: "sqlite", path: world.databaseFile });
  const outcomes = await Promise.all([
    deleteUser(world.deps, world.at(), ada, grace.id),
    deleteUser({ ...world.deps, storage: second }, world.at(), grace, ada.id),
  ]);
  await second.close();
  expect(outcomes.sort()).toEqual(["deleted", "last_admin"]);
  expect(count(world, "users")).toBe(1);
});
