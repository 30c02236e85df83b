/** Accounts as administrators see them: locks that are on, and the last login. */
import { beforeEach, expect, test } from "vitest";
import { recognizeDevice } from "../../src/domain/devices.ts";
import { login } from "../../src/domain/login.ts";
import { unlockUser } from "../../src/domain/lockout.ts";
import type { Device } from "../../src/domain/ports/devices.ts";
import type { LockedFilter, User } from "../../src/domain/ports/users.ts";
import { listLockedUsers, listUsers, updateUserByCommand } from "../../src/domain/users.ts";
import { NOW } from "../support/clock.ts";
import { PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";
import { logInByToken, storedEvents } from "../support/logins.ts";

let domain: Domain;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  user = await domain.newUser();
});

const logIn = (now: number, password = PASSWORD, device?: Device) =>
  login(
    domain.deps,
    domain.at(now),
    { email: user.email, password, client: CLIENT, device },
    undefined,
  );
const lastLoginAt = async () => (await domain.deps.storage.users.findDetails(user.id))?.lastLoginAt;
const lockUntil = (instant: number, id = user.id) =>
  domain.sql("UPDATE users SET locked_until = ?, lock_ms = 60000 WHERE id = ?", instant, id);

test("the last login is that of the last session that began, and of no refused one", async () => {
  expect(await lastLoginAt()).toBeNull();
  succeeded(await logIn(NOW + 1));
  expect(await lastLoginAt()).toBe(NOW + 1);
  await logIn(NOW + 2, "not the password");
  expect(await lastLoginAt()).toBe(NOW + 1);
  await logInByToken(domain, user); // at NOW
  expect(await lastLoginAt()).toBe(NOW);
});

test("RL-03 a login through a lock, from a device that the account knows, is a last login; a refused one is not", async () => {
  const { deviceSecret } = succeeded(await logIn(NOW));
  const device = await recognizeDevice(domain.deps, domain.at(), [deviceSecret], user.email);
  expect(device).toBeDefined();
  lockUntil(NOW + 60_000);
  expect(await logIn(NOW + 1)).toMatchObject({ failure: "invalid_credentials" });
  expect(await lastLoginAt()).toBe(NOW);
  succeeded(await logIn(NOW + 2, PASSWORD, device));
  expect(await lastLoginAt()).toBe(NOW + 2);
});

test("a lock that begins while a login is under way keeps its instant out as well", async () => {
  const { storage } = domain.deps;
  const transaction: typeof storage.transaction = async (work) => {
    lockUntil(NOW + 60_000);
    return storage.transaction(work);
  };
  const deps = { ...domain.deps, storage: { ...storage, transaction } };
  const attempt = { email: user.email, password: PASSWORD, client: CLIENT, device: undefined };
  expect(await login(deps, domain.at(), attempt, undefined)).toMatchObject({
    failure: "invalid_credentials",
  });
  expect(await lastLoginAt()).toBeNull();
});

async function lockedIds(filter: Omit<LockedFilter, "lockedAt">, limit: number) {
  const ids: string[] = [];
  let cursor: string | null | undefined;
  do {
    const of = { ...filter, lockedAt: NOW };
    const page = await listLockedUsers(domain.deps, of, limit, cursor ?? undefined);
    ids.push(...(page?.items ?? []).map(({ id }) => id));
    cursor = page?.nextCursor;
  } while (cursor !== null && cursor !== undefined);
  return ids;
}

test("locked accounts are listed page by page, each once, the longest lock first, and those of before not at all", async () => {
  const users = [user];
  for (let count = 0; count < 6; count += 1) users.push(await domain.newUser());
  const [first, second, third, over, ends, never, admin] = users.map(({ id }) => id);
  lockUntil(NOW + 3, first);
  lockUntil(NOW + 9, second);
  lockUntil(NOW + 3, third);
  lockUntil(NOW - 1, over);
  lockUntil(NOW, ends);
  lockUntil(NOW + 1, admin);
  domain.sql("UPDATE users SET role = 'admin' WHERE id = ?", admin ?? "");
  for (const limit of [1, 2, 100])
    expect(await lockedIds({}, limit)).toEqual([second, third, first, admin]);
  expect(await lockedIds({ role: "admin" }, 2)).toEqual([admin]);
  expect(await lockedIds({ emailPrefix: users[1]?.email ?? "" }, 2)).toEqual([second]);
  expect(await lockedIds({ disabled: true }, 2)).toEqual([]);
  const others = await listUsers(domain.deps, { unlockedAt: NOW }, 100, undefined);
  expect(others?.items.map(({ id }) => id)).toEqual([over, ends, never]);
});

test("LA-09 what a command does is told with no actor, and once", async () => {
  const disable = () => updateUserByCommand(domain.deps, domain.at(), user.id, { disabled: true });
  await logInByToken(domain, user);
  expect(await disable()).toMatchObject({ id: user.id, disabled: true });
  expect(await disable()).toMatchObject({ id: user.id, disabled: true });
  expect(await unlockUser(domain.deps, domain.at(), "command", user.id)).toBe(true);
  expect(storedEvents(domain, "user_updated", "session_revoked", "user_unlocked")).toMatchObject([
    { event: "user_updated", actorId: null, changes: { disabled: true } },
    { event: "session_revoked", actorId: null, by: "disable" },
    { event: "user_unlocked", actorId: null },
  ]);
});
