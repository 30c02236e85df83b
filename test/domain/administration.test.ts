import { login } from "../../src/domain/login.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { unlockUser } from "../../src/domain/lockout.ts";
import { listSessions, revokeOtherSessions, revokeSession } from "../../src/domain/own-sessions.ts";
import { resetPassword } from "../../src/domain/resets.ts";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import { deleteUser, revokeUserSessions, updateUser } from "../../src/domain/users.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { resetTokenOf } from "../support/challenges.ts";
import {
  logInByCookie,
  logInByToken,
  roleByBearer,
  roleByCookie,
  sessionIds,
  storedEvents,
} from "../support/logins.ts";
import { NOW } from "../support/clock.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain } from "../support/domain.ts";

const NOBODY = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e44";

let domain: Domain;
let admin: User;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  admin = await domain.newUser("grace@example.com");
  domain.sql("UPDATE users SET role = 'admin'");
  admin = { ...admin, role: "admin" };
  user = { ...(await domain.newUser()), emailVerified: true };
  domain.sql("UPDATE users SET email_verified = 1 WHERE id = ?", user.id);
});

const update = (changes: Parameters<typeof updateUser>[4], id = user.id) =>
  updateUser(domain.deps, domain.at(), admin, id, changes);

describe("AZ-04 disabling an account", () => {
  test("ends its cookies, access tokens and refresh tokens at once, and nobody else's", async () => {
    const [cookie, token] = [await logInByCookie(domain, user), await logInByToken(domain, user)];
    const theirs = await logInByToken(domain, admin);
    expect(await update({ disabled: true })).toMatchObject({ ...user, disabled: true });

    expect(sessionIds(domain)).toEqual([theirs.sessionId]);
    expect(await roleByCookie(domain, cookie.secret)).toBeUndefined();
    expect(await roleByBearer(domain, token.accessToken)).toBeUndefined();
    expect(await refresh(domain.deps, domain.at(), token.refreshToken)).toBeUndefined();
    expect(await roleByBearer(domain, theirs.accessToken)).toBe("admin");
    expect(
      await login(
        domain.deps,
        domain.at(),
        { email: user.email, password: PASSWORD, client: CLIENT, device: undefined },
        undefined,
      ),
    ).toMatchObject({ failure: "invalid_credentials" });

    expect(storedEvents(domain, "user_updated")).toEqual([
      expect.objectContaining({ userId: user.id, actorId: admin.id, changes: { disabled: true } }),
    ]);
    expect(storedEvents(domain, "session_revoked")).toEqual(
      [cookie.session.id, token.sessionId]
        .sort()
        .map((sessionId) => expect.objectContaining({ sessionId, userId: user.id, by: "disable" })),
    );
  });

  test("and enabling it again brings nothing back", async () => {
    const [cookie, token] = [await logInByCookie(domain, user), await logInByToken(domain, user)];
    await update({ disabled: true });
    expect(await update({ disabled: false })).toMatchObject(user);
    expect(await roleByCookie(domain, cookie.secret)).toBeUndefined();
    expect(await roleByBearer(domain, token.accessToken)).toBeUndefined();
    expect(await refresh(domain.deps, domain.at(), token.refreshToken)).toBeUndefined();
    expect(await roleByCookie(domain, (await logInByCookie(domain, user)).secret)).toBe("user");
  });

  test("RS-08 voids its reset tokens, and nobody else's, also one whose reset is under way", async () => {
    const [token, theirs] = [await resetTokenOf(domain, user), await resetTokenOf(domain, admin)];
    const reset = (secret: string) => resetPassword(domain.deps, domain.at(), secret, NEW_PASSWORD);
    // Its owner is found before the hashing, which the disabling overtakes.
    const [underWay] = await Promise.all([reset(token), update({ disabled: true })]);
    expect(underWay).toEqual({ failure: "invalid_reset_token" });
    const owners = domain.sql("SELECT user_id FROM challenges").map((row) => row["user_id"]);
    expect(owners).toEqual([admin.id]);

    await update({ disabled: false });
    expect(await reset(token)).toEqual({ failure: "invalid_reset_token" });
    expect(await roleByCookie(domain, (await logInByCookie(domain, user)).secret)).toBe("user");
    expect(await reset(theirs)).toHaveProperty("deviceSecret");
  });

  test("while a login is under way leaves no session that works", async () => {
    const attempts = Array.from({ length: 4 }, () =>
      login(
        domain.deps,
        domain.at(),
        { email: user.email, password: PASSWORD, client: CLIENT, device: undefined },
        undefined,
      ),
    );
    await Promise.all([...attempts, update({ disabled: true })]);
    expect(sessionIds(domain, user.id)).toEqual([]);
  });

  test("LA-06 does not happen where its event cannot be stored", async () => {
    const cookie = await logInByCookie(domain, user);
    domain.sql("ALTER TABLE events RENAME TO lost_events");
    await expect(update({ disabled: true })).rejects.toThrow();
    expect(await roleByCookie(domain, cookie.secret)).toBe("user");
  });
});

describe("TK-09 a role change", () => {
  test("holds at once, up and down, for sessions and tokens that there were before", async () => {
    const [cookie, token] = [await logInByCookie(domain, user), await logInByToken(domain, user)];
    for (const role of ["admin", "user"] as const) {
      expect(await update({ role })).toMatchObject({ ...user, role });
      expect(await roleByCookie(domain, cookie.secret)).toBe(role);
      expect(await roleByBearer(domain, token.accessToken)).toBe(role);
    }
    expect(sessionIds(domain, user.id)).toHaveLength(2);
    expect(storedEvents(domain, "user_updated").map(({ changes }) => changes)).toEqual([
      { role: "admin" },
      { role: "user" },
    ]);
  });

  test("AZ-08 makes nobody an administrator whose address is not proved, unless an administrator vouches for it", async () => {
    domain.sql("UPDATE users SET email_verified = 0 WHERE id = ?", user.id);
    const stored = () => domain.sql("SELECT role, email_verified FROM users WHERE id = ?", user.id);
    expect(await update({ role: "admin" })).toBe("email_unverified");
    expect(await update({ role: "admin", disabled: false })).toBe("email_unverified");
    expect(stored()).toEqual([{ role: "user", email_verified: 0 }]);
    expect(storedEvents(domain, "user_updated", "email_verified")).toEqual([]);

    const vouched = await update({ role: "admin", emailVerified: true });
    expect(vouched).toMatchObject({ role: "admin", emailVerified: true });
    expect(stored()).toEqual([{ role: "admin", email_verified: 1 }]);
    const { id: userId, email } = user;
    expect(storedEvents(domain, "email_verified")).toEqual([
      expect.objectContaining({ userId, email, by: "admin", actorId: admin.id }),
    ]);
  });

  test("leaves a disabled account disabled", async () => {
    await update({ disabled: true });
    expect(await update({ role: "admin" })).toMatchObject({
      ...user,
      role: "admin",
      disabled: true,
    });
  });
});

test("AZ-05 an admin ends all sessions of an account, and of no other", async () => {
  const [cookie, token] = [await logInByCookie(domain, user), await logInByToken(domain, user)];
  const theirs = await logInByCookie(domain, admin);
  expect(await revokeUserSessions(domain.deps, domain.at(), admin, user.id)).toBe(true);
  expect(sessionIds(domain)).toEqual([theirs.session.id]);
  expect(await roleByCookie(domain, cookie.secret)).toBeUndefined();
  expect(await roleByBearer(domain, token.accessToken)).toBeUndefined();
  expect(await refresh(domain.deps, domain.at(), token.refreshToken)).toBeUndefined();
  const told = storedEvents(domain, "session_revoked");
  expect(told.map(({ by, userId }) => [by, userId])).toEqual([
    ["admin", user.id],
    ["admin", user.id],
  ]);
  expect(await revokeUserSessions(domain.deps, domain.at(), admin, user.id)).toBe(true);
  expect(storedEvents(domain, "session_revoked")).toEqual(told);
});

test("LA-01 a deletion is one event, which names the administrator", async () => {
  const remove = () => deleteUser(domain.deps, domain.at(), admin, user.id);
  expect(await Promise.all([remove(), remove()])).toEqual(["deleted", "not_found"]);
  expect(storedEvents(domain, "user_deleted")).toEqual([
    expect.objectContaining({ userId: user.id, actorId: admin.id }),
  ]);
});

test("AZ-02 an operation on an account that does not exist changes and records nothing", async () => {
  await logInByCookie(domain, user);
  const state = () => [
    domain.sql("SELECT * FROM users ORDER BY id"),
    sessionIds(domain),
    storedEvents(domain, "user_updated", "user_deleted", "user_unlocked", "session_revoked"),
  ];
  const before = state();
  expect(await revokeUserSessions(domain.deps, domain.at(), admin, NOBODY)).toBe(false);
  expect(await update({ disabled: true, role: "user" }, NOBODY)).toBe("not_found");
  expect(await deleteUser(domain.deps, domain.at(), admin, NOBODY)).toBe("not_found");
  expect(await unlockUser(domain.deps, domain.at(), admin, NOBODY)).toBe(false);
  expect(state()).toEqual(before);
});

describe("AZ-07 the last enabled admin", () => {
  const removals: Record<
    string,
    (storage: Domain["deps"]["storage"], id: string) => Promise<unknown>
  > = {
    demoting: (storage, id) =>
      updateUser({ ...domain.deps, storage }, domain.at(), admin, id, { role: "user" }),
    disabling: (storage, id) =>
      updateUser({ ...domain.deps, storage }, domain.at(), admin, id, { disabled: true }),
    deleting: (storage, id) => deleteUser({ ...domain.deps, storage }, domain.at(), admin, id),
  };
  const names = Object.keys(removals);
  const enabledAdmins = () =>
    domain.sql("SELECT id FROM users WHERE role = 'admin' AND disabled = 0").length;

  test.each(names)("is kept from %s, with their sessions, and nothing is told", async (name) => {
    const cookie = await logInByCookie(domain, admin);
    expect(await removals[name]?.(domain.deps.storage, admin.id)).toBe("last_admin");
    expect(await roleByCookie(domain, cookie.secret)).toBe("admin");
    expect(storedEvents(domain, "user_updated", "user_deleted", "session_revoked")).toEqual([]);
  });

  test.each(names.flatMap((one) => names.map((other) => [one, other] as const)))(
    "stays when two admins meet at once, one %s the other, the other %s the one",
    async (one, other) => {
      domain.sql("UPDATE users SET role = 'admin'");
      const storage = await openStorage({ kind: "sqlite", path: domain.databaseFile });
      const outcomes = await Promise.all([
        removals[one]?.(domain.deps.storage, user.id),
        removals[other]?.(storage, admin.id),
      ]);
      await storage.close();
      expect(outcomes.filter((outcome) => outcome === "last_admin")).toHaveLength(1);
      expect(enabledAdmins()).toBe(1);
      expect(storedEvents(domain, "user_updated", "user_deleted")).toHaveLength(1);
    },
  );
});

describe("SE-07 AZ-02 own sessions:", () => {
  test("a session of somebody else is not found, and goes on", async () => {
    const [theirs, theirToken] = [
      await logInByCookie(domain, admin),
      await logInByToken(domain, admin),
    ];
    for (const id of [theirs.session.id, theirToken.sessionId, NOBODY])
      expect(await revokeSession(domain.deps, domain.at(), user.id, id)).toBe(false);
    expect(await roleByCookie(domain, theirs.secret)).toBe("admin");
    expect(await roleByBearer(domain, theirToken.accessToken)).toBe("admin");
    expect(storedEvents(domain, "session_revoked")).toEqual([]);
  });

  test("one that is revoked ends at once with its tokens, once, and the others go on", async () => {
    const [cookie, token] = [await logInByCookie(domain, user), await logInByToken(domain, user)];
    const revoke = () => revokeSession(domain.deps, domain.at(), user.id, token.sessionId);
    const outcomes = await Promise.all([revoke(), revoke(), revoke()]);
    expect(outcomes.sort()).toEqual([false, false, true]);
    expect(sessionIds(domain)).toEqual([cookie.session.id]);
    expect(await roleByBearer(domain, token.accessToken)).toBeUndefined();
    expect(storedEvents(domain, "session_revoked")).toEqual([
      expect.objectContaining({ sessionId: token.sessionId, by: "user" }),
    ]);
  });

  test("revoking the others ends neither the one that asks nor anybody else's", async () => {
    const [asks, theirs] = [await logInByCookie(domain, user), await logInByCookie(domain, admin)];
    const [token, cookie] = [await logInByToken(domain, user), await logInByCookie(domain, user)];
    await revokeOtherSessions(domain.deps, domain.at(), asks.session);
    expect(sessionIds(domain)).toEqual([asks.session.id, theirs.session.id].sort());
    expect(storedEvents(domain, "session_revoked")).toMatchObject(
      [token.sessionId, cookie.session.id]
        .sort()
        .map((sessionId) => ({ sessionId, userId: user.id, by: "user" })),
    );
  });

  test("SE-05 a session that is dead by now is not listed: idle for too long, or at its end", async () => {
    const [cookie, token] = [await logInByCookie(domain, user), await logInByToken(domain, user)];
    const { sessionIdleSeconds, refreshTokenSeconds } = domain.deps.lifetimes;
    const idsAt = async (seconds: number) => {
      const at = domain.at(NOW + seconds * 1000);
      return (await listSessions(domain.deps, at, user.id, 9, undefined))?.items.map(
        ({ id }) => id,
      );
    };
    expect(await idsAt(sessionIdleSeconds - 1)).toEqual([cookie.session.id, token.sessionId]);
    expect(await idsAt(sessionIdleSeconds + 1)).toEqual([token.sessionId]);
    expect(await idsAt(refreshTokenSeconds - 1)).toEqual([token.sessionId]);
    expect(await idsAt(refreshTokenSeconds)).toEqual([]);
  });

  test("a list is of one account, and its cursor is none of another's", async () => {
    for (let login = 0; login < 3; login += 1) await logInByCookie(domain, user);
    await logInByCookie(domain, admin);
    const list = (id: string, limit: number, cursor?: string) =>
      listSessions(domain.deps, domain.at(), id, limit, cursor);
    const first = await list(user.id, 2);
    const cursor = first?.nextCursor ?? "";
    const second = await list(user.id, 2, cursor);
    const ids = [...(first?.items ?? []), ...(second?.items ?? [])].map(({ id }) => id);
    expect(ids).toEqual(sessionIds(domain, user.id));
    expect(second?.nextCursor).toBeNull();
    expect(await list(admin.id, 2, cursor)).toBeUndefined();
  });
});
