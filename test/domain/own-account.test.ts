import { beforeEach, describe, expect, test } from "vitest";
import { changePassword, deleteMe, makeFirstAdmin } from "../../src/domain/accounts.ts";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { openStorage } from "../../src/storage/storage.ts";
import {
  logInByCookie,
  logInByToken,
  roleByBearer,
  roleByCookie,
  sessionIds,
  storedEvents,
} from "../support/logins.ts";
import { openWorld, PASSWORD, type World } from "../support/domain.ts";

const NEXT = "four clear words of mine";
const OTHER = "another four words of mine";

let world: World;
let user: User;
beforeEach(async () => {
  world = await openWorld();
  user = await world.newUser();
});

const asking = () => logInByCookie(world, user);
const hashOf = ({ id }: User) =>
  world.sql("SELECT password_hash FROM users WHERE id = ?", id)[0]?.["password_hash"];
async function opens(password: string, { id } = user): Promise<boolean> {
  const verdict = await world.deps.passwords.verify(
    password,
    (await world.deps.storage.users.findCredential(id))?.passwordHash ?? undefined,
  );
  return verdict !== "overloaded" && verdict.matches;
}
const mails = () => world.sql("SELECT id FROM mails").length;

describe("PW-10 a change needs the current password", () => {
  test.each([
    ["a wrong one", "not the password"],
    ["none", ""],
    ["one with a space more", `${PASSWORD} `],
    ["one in capitals", PASSWORD.toUpperCase()],
    ["the next one", NEXT],
  ])("%s changes and ends nothing", async (_, current) => {
    const caller = await asking();
    const other = await logInByToken(world, user);
    const before = [hashOf(user), sessionIds(world), storedEvents(world, "password_changed")];
    expect(await changePassword(world.deps, world.at(), caller, current, NEXT)).toEqual({
      failure: "invalid_credentials",
    });
    expect([hashOf(user), sessionIds(world), storedEvents(world, "password_changed")]).toEqual(
      before,
    );
    expect(await roleByBearer(world, other.accessToken)).toBe("user");
    expect(mails()).toBe(0);
  });

  test("PW-06 PW-07 a weak next one is refused with the reason, and changes and ends nothing", async () => {
    const caller = await asking();
    const before = [hashOf(user), sessionIds(world)];
    for (const [weak, reason] of [
      ["sunshine", "too_common"],
      ["qzjxkvw", "too_short"],
      [user.email, "contains_identifier"],
    ] as const)
      expect(await changePassword(world.deps, world.at(), caller, PASSWORD, weak)).toEqual({
        failure: "weak_password",
        reasons: [reason],
      });
    expect([hashOf(user), sessionIds(world)]).toEqual(before);
  });

  test("whoever does not know it is not told that the next one is weak", async () => {
    const caller = await asking();
    expect(await changePassword(world.deps, world.at(), caller, "wrong", "short")).toEqual({
      failure: "invalid_credentials",
    });
  });
});

describe("PW-10 a session that guesses the current password ends, and locks nobody out", () => {
  const guess = async (caller: Awaited<ReturnType<typeof asking>>, round: number) =>
    round % 2 === 0
      ? changePassword(world.deps, world.at(), caller, "wrong", NEXT)
      : deleteMe(world.deps, world.at(), caller, "wrong");

  test("LA-01 at the threshold; each guess is an event, and other sessions go on", async () => {
    const [caller, other] = [await asking(), await asking()];
    const { threshold } = world.deps.lockout;
    for (let round = 1; round < threshold; round += 1) await guess(caller, round);
    expect(await roleByCookie(world, caller.secret)).toBe("user");
    await guess(caller, threshold);
    expect(sessionIds(world)).toEqual([other.session.id]);
    const failed = storedEvents(world, "login_failed");
    expect(failed).toHaveLength(threshold);
    for (const event of failed)
      expect(event).toMatchObject({
        email: user.email,
        userId: user.id,
        reason: "wrong_password",
      });
    expect(storedEvents(world, "session_revoked")).toMatchObject([
      { userId: user.id, sessionId: caller.session.id, by: "wrong_password" },
    ]);
    // Neither the right one, nor anything, from the session that ended.
    expect(await changePassword(world.deps, world.at(), caller, PASSWORD, NEXT)).toEqual({
      failure: "invalid_credentials",
    });
    expect(storedEvents(world, "login_locked")).toEqual([]);
    await asking(); // the owner logs in
  });

  test("of many guesses at once it ends once, and a change forgets those before it", async () => {
    const caller = await asking();
    const { threshold } = world.deps.lockout;
    for (let round = 1; round < threshold; round += 1) await guess(caller, 0);
    expect(await changePassword(world.deps, world.at(), caller, PASSWORD, NEXT)).toBe("changed");
    await guess(caller, 0);
    expect(sessionIds(world)).toEqual([caller.session.id]);
    await Promise.all(Array.from({ length: threshold + 5 }, () => guess(caller, 0)));
    expect(sessionIds(world)).toEqual([]);
    expect(storedEvents(world, "session_revoked")).toHaveLength(1);
  });
});

test("PW-10 of two changes at once from one session, the second proved what is no longer the password", async () => {
  const caller = await asking();
  const change = (next: string) => changePassword(world.deps, world.at(), caller, PASSWORD, next);
  const outcomes = await Promise.all([change(NEXT), change(OTHER)]);
  expect(outcomes).toContain("changed");
  expect(outcomes).toContainEqual({ failure: "invalid_credentials" });
  const [chosen, refused] = outcomes[0] === "changed" ? [NEXT, OTHER] : [OTHER, NEXT];
  expect([await opens(chosen), await opens(refused)]).toEqual([true, false]);
  expect(storedEvents(world, "password_changed")).toHaveLength(1);
});

describe("PW-11 a change ends every other session and token", () => {
  test("and not the one that asks, nor anybody else's", async () => {
    const stranger = await world.newUser();
    const [caller, theirs] = [await asking(), await logInByCookie(world, stranger)];
    const [cookie, token] = [await asking(), await logInByToken(world, user)];
    expect(await changePassword(world.deps, world.at(), caller, PASSWORD, NEXT)).toBe("changed");

    expect(sessionIds(world)).toEqual([caller.session.id, theirs.session.id].sort());
    expect(await roleByCookie(world, caller.secret)).toBe("user");
    expect(await roleByCookie(world, theirs.secret)).toBe("user");
    expect(await roleByCookie(world, cookie.secret)).toBeUndefined();
    expect(await roleByBearer(world, token.accessToken)).toBeUndefined();
    expect(await refresh(world.deps, world.at(), token.refreshToken)).toBeUndefined();
    expect([await opens(PASSWORD), await opens(NEXT)]).toEqual([false, true]);

    expect(storedEvents(world, "password_changed")).toHaveLength(1);
    const revoked = storedEvents(world, "session_revoked");
    expect(revoked.map(({ sessionId }) => sessionId)).toEqual(
      [cookie.session.id, token.sessionId].sort(),
    );
    expect(new Set(revoked.map(({ by }) => by))).toEqual(new Set(["password_change"]));
    expect(mails()).toBe(1);
  });

  test("also where a token's session asks: it goes on, and can refresh", async () => {
    const { session, ...cookie } = await asking();
    const { sessionId, refreshToken, accessToken } = await logInByToken(world, user);
    const caller = { user, session: { ...session, id: sessionId } };
    expect(await changePassword(world.deps, world.at(), caller, PASSWORD, NEXT)).toBe("changed");
    expect(sessionIds(world)).toEqual([sessionId]);
    expect(await roleByCookie(world, cookie.secret)).toBeUndefined();
    expect(await roleByBearer(world, accessToken)).toBe("user");
    expect(await refresh(world.deps, world.at(), refreshToken)).toBeDefined();
  });

  test("RS-08 and voids the reset tokens the account has", async () => {
    const caller = await asking();
    const token = { createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER };
    const secretHash = new Uint8Array(32).fill(7);
    expect(await world.deps.storage.resetTokens.save(user.id, { ...token, secretHash })).toBe(true);
    await changePassword(world.deps, world.at(), caller, PASSWORD, NEXT);
    expect(await world.deps.storage.resetTokens.findOwner(secretHash, 1)).toBeUndefined();
  });

  test("of two changes at once through two processes, one holds, with its session alone", async () => {
    const [one, two] = [await asking(), await asking()];
    const storage = await openStorage({ kind: "sqlite", path: world.databaseFile });
    const outcomes = await Promise.all([
      changePassword(world.deps, world.at(), one, PASSWORD, NEXT),
      changePassword({ ...world.deps, storage }, world.at(), two, PASSWORD, OTHER),
    ]);
    await storage.close();
    const firstHolds = outcomes[0] === "changed";
    expect(outcomes[firstHolds ? 1 : 0]).toMatchObject({ failure: "invalid_credentials" });
    expect(outcomes).toContain("changed");
    expect([await opens(NEXT), await opens(OTHER)]).toEqual([firstHolds, !firstHolds]);
    expect(sessionIds(world)).toEqual([(firstHolds ? one : two).session.id]);
    expect(storedEvents(world, "password_changed")).toHaveLength(1);
  });

  test("LA-06 a change whose event cannot be stored changes and ends nothing", async () => {
    const [caller, other] = [await asking(), await asking()];
    world.sql("ALTER TABLE events RENAME TO lost_events");
    await expect(changePassword(world.deps, world.at(), caller, PASSWORD, NEXT)).rejects.toThrow();
    expect(await opens(PASSWORD)).toBe(true);
    expect(sessionIds(world)).toEqual([caller.session.id, other.session.id].sort());
    expect(mails()).toBe(0);
  });
});

describe("deleting one's own account", () => {
  test("AZ-04 ends all it has at once, and nothing of anybody else's", async () => {
    const stranger = await world.newUser();
    const theirs = await logInByToken(world, stranger);
    const [cookie, token] = [await asking(), await logInByToken(world, user)];
    expect(await deleteMe(world.deps, world.at(), cookie, PASSWORD)).toBe("deleted");
    expect(world.sql("SELECT id FROM users")).toEqual([{ id: stranger.id }]);
    expect(sessionIds(world)).toEqual([theirs.sessionId]);
    for (const table of ["devices", "reset_tokens"])
      expect(world.sql(`SELECT * FROM ${table} WHERE user_id = ?`, user.id)).toEqual([]);
    expect(await roleByCookie(world, cookie.secret)).toBeUndefined();
    expect(await roleByBearer(world, token.accessToken)).toBeUndefined();
    expect(await refresh(world.deps, world.at(), token.refreshToken)).toBeUndefined();
    expect(await roleByBearer(world, theirs.accessToken)).toBe("user");
  });

  test("PW-10 needs the password", async () => {
    const caller = await asking();
    expect(await deleteMe(world.deps, world.at(), caller, "not the password")).toBe(
      "invalid_credentials",
    );
    expect(await roleByCookie(world, caller.secret)).toBe("user");
  });

  test("is told once, however often it is asked for at once", async () => {
    const caller = await asking();
    const attempts = Array.from({ length: 4 }, () =>
      deleteMe(world.deps, world.at(), caller, PASSWORD),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes).toContain("deleted");
    expect(outcomes.filter((outcome) => !/^(deleted|invalid_credentials)$/.test(outcome))).toEqual(
      [],
    );
    expect(storedEvents(world, "user_deleted")).toHaveLength(1);
  });

  test("AZ-07 is refused to the last enabled admin, who keeps all", async () => {
    const email = "grace@example.com";
    expect(await makeFirstAdmin(world.deps, world.at(), email, PASSWORD)).toBe("made");
    const admin = (await world.deps.storage.users.findByEmail(email))?.user;
    if (admin === undefined) throw new Error("The admin that was made is not there");
    const cookie = await logInByCookie(world, admin);
    world.sql("UPDATE users SET role = 'admin', disabled = 1 WHERE id = ?", user.id); // no help
    expect(await deleteMe(world.deps, world.at(), cookie, PASSWORD)).toBe("last_admin");
    expect(await roleByCookie(world, cookie.secret)).toBe("admin");
    expect(storedEvents(world, "user_deleted")).toEqual([]);
    world.sql("UPDATE users SET disabled = 0 WHERE id = ?", user.id);
    expect(await deleteMe(world.deps, world.at(), cookie, PASSWORD)).toBe("deleted");
  });

  test("AZ-07 of two admins who both go at once, one stays", async () => {
    const other = await world.newUser();
    world.sql("UPDATE users SET role = 'admin'");
    const callers = [await asking(), await logInByCookie(world, other)] as const;
    const storage = await openStorage({ kind: "sqlite", path: world.databaseFile });
    const outcomes = await Promise.all([
      deleteMe(world.deps, world.at(), callers[0], PASSWORD),
      deleteMe({ ...world.deps, storage }, world.at(), callers[1], PASSWORD),
    ]);
    await storage.close();
    expect(outcomes.sort()).toEqual(["deleted", "last_admin"]);
    expect(world.sql("SELECT id FROM users WHERE role = 'admin' AND disabled = 0")).toHaveLength(1);
  });
});
