import { beforeEach, describe, expect, test } from "vitest";
import { changePassword, deleteMe, makeFirstAdmin } from "../../src/domain/accounts.ts";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { resetPassword } from "../../src/domain/resets.ts";
import { resetTokenOf } from "../support/challenges.ts";
import {
  logInByCookie,
  logInByToken,
  roleByBearer,
  roleByCookie,
  sessionIds,
  storedEvents,
} from "../support/logins.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { type Domain, openDomain } from "../support/domain.ts";
const OTHER = "another four words of mine";

let domain: Domain;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  user = await domain.newUser();
});

const asking = () => logInByCookie(domain, user);
const hashOf = ({ id }: User) =>
  domain.sql("SELECT password_hash FROM users WHERE id = ?", id)[0]?.["password_hash"];
async function opens(password: string, { id } = user): Promise<boolean> {
  const verdict = await domain.deps.passwords.verify(
    password,
    (await domain.deps.storage.users.findCredential(id))?.passwordHash ?? undefined,
  );
  return verdict !== "overloaded" && verdict.matches;
}
const mails = () => domain.sql("SELECT id FROM mails").length;

describe("PW-10 a change of password", () => {
  test.each([
    ["a wrong password", "not the password"],
    ["no password", ""],
    ["the password and a space", `${PASSWORD} `],
    ["the password in capitals", PASSWORD.toUpperCase()],
    ["the next password", NEW_PASSWORD],
  ])("with %s as the current one changes and ends nothing", async (_, current) => {
    const caller = await asking();
    const other = await logInByToken(domain, user);
    const before = [hashOf(user), sessionIds(domain), storedEvents(domain, "password_changed")];
    expect(await changePassword(domain.deps, domain.at(), caller, current, NEW_PASSWORD)).toEqual({
      failure: "invalid_credentials",
    });
    expect([hashOf(user), sessionIds(domain), storedEvents(domain, "password_changed")]).toEqual(
      before,
    );
    expect(await roleByBearer(domain, other.accessToken)).toBe("user");
    expect(mails()).toBe(0);
  });

  test("PW-06 PW-07 to a weak one is refused with the reason, and changes and ends nothing", async () => {
    const caller = await asking();
    const before = [hashOf(user), sessionIds(domain)];
    for (const [weak, reason] of [
      ["sunshine", "too_common"],
      ["qzjxkvw", "too_short"],
      [user.email, "contains_identifier"],
    ] as const)
      expect(await changePassword(domain.deps, domain.at(), caller, PASSWORD, weak)).toEqual({
        failure: "weak_password",
        reasons: [reason],
        minLength: 8,
        maxLength: 256,
      });
    expect([hashOf(user), sessionIds(domain)]).toEqual(before);
  });

  test("with a wrong current one is not told that the next one is weak", async () => {
    const caller = await asking();
    expect(await changePassword(domain.deps, domain.at(), caller, "wrong", "short")).toEqual({
      failure: "invalid_credentials",
    });
  });
});

describe("PW-10 a session that guesses the current password ends, and locks nobody out", () => {
  const guess = async (caller: Awaited<ReturnType<typeof asking>>, round: number) =>
    round % 2 === 0
      ? changePassword(domain.deps, domain.at(), caller, "wrong", NEW_PASSWORD)
      : deleteMe(domain.deps, domain.at(), caller, "wrong");

  test("LA-01 at the threshold; each guess is an event, and other sessions go on", async () => {
    const [caller, other] = [await asking(), await asking()];
    const { threshold } = domain.deps.lockout;
    for (let round = 1; round < threshold; round += 1) await guess(caller, round);
    expect(await roleByCookie(domain, caller.secret)).toBe("user");
    await guess(caller, threshold);
    expect(sessionIds(domain)).toEqual([other.session.id]);
    const failed = storedEvents(domain, "login_failed");
    expect(failed).toHaveLength(threshold);
    for (const event of failed)
      expect(event).toMatchObject({
        email: user.email,
        userId: user.id,
        reason: "wrong_password",
      });
    expect(storedEvents(domain, "session_revoked")).toMatchObject([
      { userId: user.id, sessionId: caller.session.id, by: "wrong_password" },
    ]);
    // Neither the right one, nor anything, from the session that ended.
    expect(await changePassword(domain.deps, domain.at(), caller, PASSWORD, NEW_PASSWORD)).toEqual({
      failure: "invalid_credentials",
    });
    expect(storedEvents(domain, "login_locked")).toEqual([]);
    await asking(); // the owner logs in
  });

  test("once for many guesses at once; a change forgets the guesses before it", async () => {
    const caller = await asking();
    const { threshold } = domain.deps.lockout;
    for (let round = 1; round < threshold; round += 1) await guess(caller, 0);
    expect(await changePassword(domain.deps, domain.at(), caller, PASSWORD, NEW_PASSWORD)).toBe(
      "changed",
    );
    await guess(caller, 0);
    expect(sessionIds(domain)).toEqual([caller.session.id]);
    await Promise.all(Array.from({ length: threshold + 5 }, () => guess(caller, 0)));
    expect(sessionIds(domain)).toEqual([]);
    expect(storedEvents(domain, "session_revoked")).toHaveLength(1);
  });
});

test("PW-10 of two changes at once from one session, the second proved what is no longer the password", async () => {
  const caller = await asking();
  const change = (next: string) => changePassword(domain.deps, domain.at(), caller, PASSWORD, next);
  const outcomes = await Promise.all([change(NEW_PASSWORD), change(OTHER)]);
  expect(outcomes).toContain("changed");
  expect(outcomes).toContainEqual({ failure: "invalid_credentials" });
  const [chosen, refused] =
    outcomes[0] === "changed" ? [NEW_PASSWORD, OTHER] : [OTHER, NEW_PASSWORD];
  expect([await opens(chosen), await opens(refused)]).toEqual([true, false]);
  expect(storedEvents(domain, "password_changed")).toHaveLength(1);
});

describe("PW-11 a change ends every other session and token", () => {
  test("and not the one that asks, nor anybody else's", async () => {
    const stranger = await domain.newUser();
    const [caller, theirs] = [await asking(), await logInByCookie(domain, stranger)];
    const [cookie, token] = [await asking(), await logInByToken(domain, user)];
    expect(await changePassword(domain.deps, domain.at(), caller, PASSWORD, NEW_PASSWORD)).toBe(
      "changed",
    );

    expect(sessionIds(domain)).toEqual([caller.session.id, theirs.session.id].sort());
    expect(await roleByCookie(domain, caller.secret)).toBe("user");
    expect(await roleByCookie(domain, theirs.secret)).toBe("user");
    expect(await roleByCookie(domain, cookie.secret)).toBeUndefined();
    expect(await roleByBearer(domain, token.accessToken)).toBeUndefined();
    expect(await refresh(domain.deps, domain.at(), token.refreshToken)).toBeUndefined();
    expect([await opens(PASSWORD), await opens(NEW_PASSWORD)]).toEqual([false, true]);

    expect(storedEvents(domain, "password_changed")).toHaveLength(1);
    const revoked = storedEvents(domain, "session_revoked");
    expect(revoked.map(({ sessionId }) => sessionId)).toEqual(
      [cookie.session.id, token.sessionId].sort(),
    );
    expect(new Set(revoked.map(({ by }) => by))).toEqual(new Set(["password_change"]));
    expect(mails()).toBe(1);
  });

  test("also where a token's session asks: it goes on, and can refresh", async () => {
    const { session, ...cookie } = await asking();
    const { sessionId, refreshToken, accessToken } = await logInByToken(domain, user);
    const caller = { user, session: { ...session, id: sessionId } };
    expect(await changePassword(domain.deps, domain.at(), caller, PASSWORD, NEW_PASSWORD)).toBe(
      "changed",
    );
    expect(sessionIds(domain)).toEqual([sessionId]);
    expect(await roleByCookie(domain, cookie.secret)).toBeUndefined();
    expect(await roleByBearer(domain, accessToken)).toBe("user");
    expect(await refresh(domain.deps, domain.at(), refreshToken)).toBeDefined();
  });

  test("RS-08 and voids the reset tokens the account has", async () => {
    const caller = await asking();
    const token = await resetTokenOf(domain, user);
    await changePassword(domain.deps, domain.at(), caller, PASSWORD, NEW_PASSWORD);
    expect(await resetPassword(domain.deps, domain.at(), token, OTHER)).toEqual({
      failure: "invalid_reset_token",
    });
  });

  test("and of two at once through two processes one holds, with its session alone", async () => {
    const [one, two] = [await asking(), await asking()];
    const storage = await openStorage({ kind: "sqlite", path: domain.databaseFile });
    const outcomes = await Promise.all([
      changePassword(domain.deps, domain.at(), one, PASSWORD, NEW_PASSWORD),
      changePassword({ ...domain.deps, storage }, domain.at(), two, PASSWORD, OTHER),
    ]);
    await storage.close();
    const firstHolds = outcomes[0] === "changed";
    expect(outcomes[firstHolds ? 1 : 0]).toMatchObject({ failure: "invalid_credentials" });
    expect(outcomes).toContain("changed");
    expect([await opens(NEW_PASSWORD), await opens(OTHER)]).toEqual([firstHolds, !firstHolds]);
    expect(sessionIds(domain)).toEqual([(firstHolds ? one : two).session.id]);
    expect(storedEvents(domain, "password_changed")).toHaveLength(1);
  });

  test("LA-06 or changes and ends nothing, where its event cannot be stored", async () => {
    const [caller, other] = [await asking(), await asking()];
    domain.sql("ALTER TABLE events RENAME TO lost_events");
    await expect(
      changePassword(domain.deps, domain.at(), caller, PASSWORD, NEW_PASSWORD),
    ).rejects.toThrow();
    expect(await opens(PASSWORD)).toBe(true);
    expect(sessionIds(domain)).toEqual([caller.session.id, other.session.id].sort());
    expect(mails()).toBe(0);
  });
});

describe("deleting one's own account", () => {
  test("AZ-04 ends all it has at once, and nothing of anybody else's", async () => {
    const stranger = await domain.newUser();
    const theirs = await logInByToken(domain, stranger);
    const [cookie, token] = [await asking(), await logInByToken(domain, user)];
    await resetTokenOf(domain, user);
    expect(await deleteMe(domain.deps, domain.at(), cookie, PASSWORD)).toBe("deleted");
    expect(domain.sql("SELECT id FROM users")).toEqual([{ id: stranger.id }]);
    expect(sessionIds(domain)).toEqual([theirs.sessionId]);
    for (const table of ["devices", "challenges"])
      expect(domain.sql(`SELECT * FROM ${table} WHERE user_id = ?`, user.id)).toEqual([]);
    expect(await roleByCookie(domain, cookie.secret)).toBeUndefined();
    expect(await roleByBearer(domain, token.accessToken)).toBeUndefined();
    expect(await refresh(domain.deps, domain.at(), token.refreshToken)).toBeUndefined();
    expect(await roleByBearer(domain, theirs.accessToken)).toBe("user");
  });

  test("PW-10 needs the password", async () => {
    const caller = await asking();
    expect(await deleteMe(domain.deps, domain.at(), caller, "not the password")).toBe(
      "invalid_credentials",
    );
    expect(await roleByCookie(domain, caller.secret)).toBe("user");
  });

  test("is told once, however often it is asked for at once", async () => {
    const caller = await asking();
    const attempts = Array.from({ length: 4 }, () =>
      deleteMe(domain.deps, domain.at(), caller, PASSWORD),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes).toContain("deleted");
    expect(outcomes.filter((outcome) => !/^(deleted|invalid_credentials)$/.test(outcome))).toEqual(
      [],
    );
    expect(storedEvents(domain, "user_deleted")).toHaveLength(1);
  });

  test("AZ-07 is refused to the last enabled admin, who keeps all", async () => {
    const email = "grace@example.com";
    expect(await makeFirstAdmin(domain.deps, domain.at(), email, PASSWORD)).toBe("made");
    const admin = (await domain.deps.storage.users.findByEmail(email))?.user;
    if (admin === undefined) throw new Error("The admin that was made is not there");
    const cookie = await logInByCookie(domain, admin);
    domain.sql("UPDATE users SET role = 'admin', disabled = 1 WHERE id = ?", user.id); // no help
    expect(await deleteMe(domain.deps, domain.at(), cookie, PASSWORD)).toBe("last_admin");
    expect(await roleByCookie(domain, cookie.secret)).toBe("admin");
    expect(storedEvents(domain, "user_deleted")).toEqual([]);
    domain.sql("UPDATE users SET disabled = 0 WHERE id = ?", user.id);
    expect(await deleteMe(domain.deps, domain.at(), cookie, PASSWORD)).toBe("deleted");
  });

  test("AZ-07 of two admins who both go at once, one stays", async () => {
    const other = await domain.newUser();
    domain.sql("UPDATE users SET role = 'admin'");
    const callers = [await asking(), await logInByCookie(domain, other)] as const;
    const storage = await openStorage({ kind: "sqlite", path: domain.databaseFile });
    const outcomes = await Promise.all([
      deleteMe(domain.deps, domain.at(), callers[0], PASSWORD),
      deleteMe({ ...domain.deps, storage }, domain.at(), callers[1], PASSWORD),
    ]);
    await storage.close();
    expect(outcomes.sort()).toEqual(["deleted", "last_admin"]);
    expect(domain.sql("SELECT id FROM users WHERE role = 'admin' AND disabled = 0")).toHaveLength(
      1,
    );
  });
});
