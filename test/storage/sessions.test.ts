import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import type { NewSession } from "../../src/domain/ports/sessions.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { aCookieSession, aSignup, aTokenSession, aUser, EPOCH, HASH } from "../support/rows.ts";

describe.each(databases)("sessions on $name", ({ create }) => {
  const test = eachTestOpens(create);

  async function storedUser() {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    return user;
  }

  it("finds a session and its account together, by secret hash and by id", async () => {
    const user = await storedUser();
    const { secretHash, methods, secondFactorAt, ...session } = aCookieSession(user, {
      userAgent: "curl/8",
    });
    const inserted = { ...session, secretHash, methods, secondFactorAt };
    expect(await test.storage.sessions.insert(inserted, EPOCH)).toBe(true);
    expect(await test.storage.sessions.findBySecretHash(secretHash)).toEqual({ session, user });
    expect(await test.storage.sessions.find(session.id)).toEqual({
      ...{ session, user, reauthenticatedAt: null },
    });
  });

  it("finds a session of kind token by id", async () => {
    const user = await storedUser();
    const { refreshSalt, methods, secondFactorAt, ...session } = aTokenSession(user);
    await test.storage.sessions.insert({ ...session, refreshSalt, methods, secondFactorAt }, EPOCH);
    expect(await test.storage.sessions.find(session.id)).toEqual({
      ...{ session, user, reauthenticatedAt: null },
    });
    const [row] = await test.database.query("select * from sessions");
    expect(row).toMatchObject({ refresh_salt: refreshSalt, refresh_counter: 0, secret_hash: null });
  });

  it("SU-02 keeps how and when a session was proved, and neither a use nor time moves that", async () => {
    const session = aCookieSession(await storedUser());
    const methods = ["pwd", "otp"] as const;
    await test.storage.sessions.insert({ ...session, methods }, EPOCH);
    await test.storage.sessions.touch(session.id, NOW + 60_000);
    expect(await test.storage.sessions.findAuthentication(session.id)).toEqual({
      methods,
      authenticatedAt: session.createdAt,
      secondFactorAt: null,
      hasSecondFactor: false,
    });
    expect(await test.storage.sessions.findAuthentication(aUser().id)).toBeUndefined();
  });

  describe.each([
    ["by cookie", aCookieSession],
    ["by token", aTokenSession],
  ])("SU-02 D4 a proof with a session %s", (_, aSession) => {
    const secrets = (session: NewSession) =>
      session.kind === "cookie"
        ? { from: session.secretHash, to: new Uint8Array(randomBytes(32)) }
        : undefined;
    const authentication = async ({ id }: NewSession) => {
      const found = await test.storage.sessions.findAuthentication(id);
      return [found?.authenticatedAt, found?.secondFactorAt];
    };

    it("is noted for that session alone, and a later one without a second factor leaves that of the second", async () => {
      const user = await storedUser();
      const [session, other] = [aSession(user), aSession(user)];
      for (const each of [session, other]) await test.storage.sessions.insert(each, EPOCH);
      const first = {
        sessionId: session.id,
        now: NOW + 5,
        method: "otp",
        isSecondFactor: true,
      } as const;
      const given = secrets(session);
      expect(await test.storage.sessions.reauthenticate({ ...first, secrets: given })).toBe(true);
      expect(await authentication(session)).toEqual([NOW + 5, NOW + 5]);
      const next = given && { from: given.to, to: given.from };
      const proof = { sessionId: session.id, method: "pwd", isSecondFactor: false } as const;
      const second = { ...proof, now: NOW + 9, secrets: next };
      expect(await test.storage.sessions.reauthenticate(second)).toBe(true);
      expect(await authentication(session)).toEqual([NOW + 9, NOW + 5]);
      expect(await authentication(other)).toEqual([NOW, null]);
      await test.storage.sessions.noteSecondFactor(other.id, NOW + 7, "otp");
      expect(await authentication(other)).toEqual([NOW, NOW + 7]);
      expect(await authentication(session)).toEqual([NOW + 9, NOW + 5]);
    });

    it("is refused where the session has ended", async () => {
      const user = await storedUser();
      const session = aSession(user);
      const proof = {
        sessionId: session.id,
        now: NOW,
        method: "otp",
        isSecondFactor: true,
      } as const;
      const ended = { ...proof, secrets: secrets(session) };
      expect(await test.storage.sessions.reauthenticate(ended)).toBe(false);
    });
  });

  it("SU-03 of 20 proofs with one cookie at once one gives it its next secret, and the old one is dead", async () => {
    const session = aCookieSession(await storedUser());
    await test.storage.sessions.insert(session, EPOCH);
    const nexts = Array.from({ length: 20 }, () => new Uint8Array(randomBytes(32)));
    const outcomes = await Promise.all(
      nexts.map((to) =>
        test.storage.sessions.reauthenticate({
          ...({ sessionId: session.id, now: NOW, method: "pwd", isSecondFactor: false } as const),
          secrets: { from: session.secretHash, to },
        }),
      ),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const secret = nexts[outcomes.indexOf(true)] ?? new Uint8Array();
    expect(await test.storage.sessions.findBySecretHash(session.secretHash)).toBeUndefined();
    const found = await test.storage.sessions.findBySecretHash(secret);
    expect(found?.session.id).toBe(session.id);
  });

  it("finds nothing under an unknown hash or id", async () => {
    const session = aCookieSession(await storedUser());
    await test.storage.sessions.insert(session, EPOCH);
    expect(await test.storage.sessions.findBySecretHash(new Uint8Array(32))).toBeUndefined();
    expect(await test.storage.sessions.findBySecretHash(new Uint8Array())).toBeUndefined();
    expect(await test.storage.sessions.find(aUser().id)).toBeUndefined();
  });

  it("SE-02 a session is kept with the hash of its secret, as bytes, unique", async () => {
    const user = await storedUser();
    const session = aCookieSession(user);
    await test.storage.sessions.insert(session, EPOCH);
    const [row] = await test.database.query("select * from sessions");
    expect(row?.["secret_hash"]).toEqual(session.secretHash);
    const twin = { ...aCookieSession(user), secretHash: session.secretHash };
    await expect(test.storage.sessions.insert(twin, EPOCH)).rejects.toThrow(/unique|append-only/i);
  });

  it.each(["cookie", "token"])("a session of kind %s has one proof: its own", async (kind) => {
    const session = aCookieSession(await storedUser());
    await test.storage.sessions.insert(session, EPOCH);
    const bytes = "(select secret_hash from sessions)";
    const both = `insert into sessions select 'another id', user_id, '${kind}', ${bytes}, ${bytes}, 0,
      null, created_at, last_seen_at, expires_at, ip, null, 0, methods, null, null from sessions`;
    await expect(test.database.query(both)).rejects.toThrow(/check/i);
  });

  it("TK-08 no session begins for an account that is gone, disabled, or has a new password", async () => {
    const disabled = aUser({ disabled: true });
    await test.storage.users.insert(disabled, HASH);
    expect(await test.storage.sessions.insert(aCookieSession(disabled), EPOCH)).toBe(false);
    expect(await test.storage.sessions.insert(aCookieSession(aUser()), EPOCH)).toBe(false);
    const user = await storedUser();
    expect(await test.storage.sessions.insert(aTokenSession(user), EPOCH + 1)).toBe(false);
    expect(await test.database.query("select id from sessions")).toEqual([]);
  });

  it("SE-06 touching a session moves its last activity forward, never back, and nothing else", async () => {
    const user = await storedUser();
    const { secretHash, methods, secondFactorAt, ...session } = aCookieSession(user);
    const neighbour = aCookieSession(user);
    await test.storage.sessions.insert({ ...session, secretHash, methods, secondFactorAt }, EPOCH);
    await test.storage.sessions.insert(neighbour, EPOCH);
    await test.storage.sessions.touch(session.id, NOW + 60_000);
    await test.storage.sessions.touch(session.id, NOW + 30_000);
    const found = await test.storage.sessions.find(session.id);
    expect(found?.session).toEqual({ ...session, lastSeenAt: NOW + 60_000 });
    expect((await test.storage.sessions.find(neighbour.id))?.session.lastSeenAt).toBe(NOW);
  });

  it("SE-04 a deleted session is gone; deleting it again answers false", async () => {
    const session = aCookieSession(await storedUser());
    await test.storage.sessions.insert(session, EPOCH);
    expect(await test.storage.sessions.delete(session.id)).toBe(true);
    expect(await test.storage.sessions.findBySecretHash(session.secretHash)).toBeUndefined();
    expect(await test.storage.sessions.delete(session.id)).toBe(false);
  });

  it("SE-05 the purge takes sessions at their absolute limit and cookies at their idle limit", async () => {
    const user = await storedUser();
    const idleSince = NOW - 3_600_000;
    const kept = [
      aCookieSession(user, { lastSeenAt: idleSince + 1, expiresAt: NOW + 1 }),
      aTokenSession(user, { lastSeenAt: idleSince - 1, expiresAt: NOW + 1 }),
    ];
    const purged = [
      aCookieSession(user, { lastSeenAt: idleSince }),
      aCookieSession(user, { expiresAt: NOW }),
      aTokenSession(user, { expiresAt: NOW }),
    ];
    for (const session of [...purged, ...kept]) await test.storage.sessions.insert(session, EPOCH);
    expect(await test.storage.sessions.deleteExpired(NOW, idleSince, 2)).toBe(2);
    expect(await test.storage.sessions.deleteExpired(NOW, idleSince, 9)).toBe(1);
    const ids = (await test.database.query("select id from sessions order by id")).map(
      (row) => row["id"],
    );
    expect(ids).toEqual(kept.map((session) => session.id).toSorted());
  });

  it("SE-05 SE-07 a list has no session that is past its absolute limit, and no cookie past its idle limit", async () => {
    const user = await storedUser();
    const limits = { now: NOW, idleSince: NOW - 3_600_000 };
    const { idleSince } = limits;
    const live = [
      aCookieSession(user, { lastSeenAt: idleSince + 1, expiresAt: NOW + 1 }),
      aTokenSession(user, { lastSeenAt: idleSince - 1, expiresAt: NOW + 1 }),
    ];
    const ended = [
      aCookieSession(user, { lastSeenAt: idleSince }),
      aCookieSession(user, { expiresAt: NOW }),
      aTokenSession(user, { expiresAt: NOW }),
    ];
    for (const session of [...ended, ...live]) await test.storage.sessions.insert(session, EPOCH);
    const listed = await test.storage.sessions.list(user.id, limits, 9, undefined);
    expect(listed.map(({ id }) => id)).toEqual(live.map(({ id }) => id).toSorted());
  });

  describe("a rotation of a refresh token", () => {
    const recorded = (user: User, id = uuidv7()) => ({ id, event: aSignup(user) });
    const counters = () => test.database.query("select refresh_counter from sessions");
    const events = async () =>
      (await test.database.query("select id from events")).map(({ id }) => id);

    it("TK-13 LA-06 of many at once moves the counter once, and tells of that one", async () => {
      const user = await storedUser();
      const session = aTokenSession(user);
      await test.storage.sessions.insert(session, EPOCH);
      const told = Array.from({ length: 10 }, () => recorded(user));
      const moved = await Promise.all(
        told.map((event) => test.storage.sessions.rotate(session.id, 0, NOW, event)),
      );
      expect(moved.filter(Boolean)).toHaveLength(1);
      expect(await events()).toEqual([told[moved.indexOf(true)]?.id]);
      expect(await counters()).toEqual([{ refresh_counter: 1 }]);
      expect(await test.storage.sessions.findRefreshState(session.id)).toMatchObject({
        refreshCounter: 1,
        refreshRotatedAt: NOW,
      });
    });

    it("LA-06 of which the event cannot be stored does not hold", async () => {
      const user = await storedUser();
      const session = aTokenSession(user);
      await test.storage.sessions.insert(session, EPOCH);
      const event = recorded(user);
      await test.storage.events.insert(event.id, event.event); // the id is taken
      const rotation = test.storage.sessions.rotate(session.id, 0, NOW, event);
      await expect(rotation).rejects.toThrow(/unique|append-only/i);
      expect(await counters()).toEqual([{ refresh_counter: 0 }]);
    });
  });
});
