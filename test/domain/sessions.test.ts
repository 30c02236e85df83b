import { login, tokenLogin } from "../../src/domain/login.ts";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, test } from "vitest";
import { hashSecret } from "../../src/domain/secrets.ts";
import { keepAlive, logout, recognizeCookie, recognizeSession } from "../../src/domain/sessions.ts";
import { verifyAccessToken } from "../../src/domain/access-tokens.ts";
import { deleteUser } from "../../src/domain/users.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { NOW } from "../support/clock.ts";
import { PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";

let domain: Domain;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  user = await domain.newUser();
});

async function logIn(replaced?: string, now = NOW) {
  const credentials = { email: user.email, password: PASSWORD };
  return succeeded(
    await login(
      domain.deps,
      domain.at(now),
      { ...credentials, client: CLIENT, device: undefined },
      replaced,
    ),
  );
}
async function logInByToken() {
  const credentials = { email: user.email, password: PASSWORD };
  const { accessToken } = succeeded(
    await tokenLogin(domain.deps, domain.at(), {
      ...credentials,
      client: CLIENT,
      device: undefined,
    }),
  );
  const claims = await verifyAccessToken(domain.deps, domain.at(), accessToken);
  if (claims === undefined) throw new Error("A fresh token is not believed");
  return { accessToken, claims };
}
/** As a request does it: the session is found, and noted to be in use. */
async function recognize(secret: string, now = NOW, { deps, at }: Domain = domain) {
  const found = await recognizeCookie(deps, at(now), secret);
  if (found !== undefined) await keepAlive(deps, at(now), found);
  return found;
}

test("SE-02 neither the cookie's value nor the password is anywhere in the database's files", async () => {
  const { secret, csrfToken } = await logIn();
  const { accessToken } = await logInByToken();
  const bytes = domain.bytesAtRest();
  expect(bytes.includes(user.email)).toBe(true); // the search finds what is there
  expect(bytes.includes(Buffer.from(hashSecret(secret)))).toBe(true);
  for (const kept of [secret, Buffer.from(secret, "base64url"), csrfToken, PASSWORD, accessToken])
    expect(bytes.includes(kept)).toBe(false);
});

test("SE-04 logout ends the session at once, and no other of the account", async () => {
  const mine = await logIn();
  const other = await logIn();
  await logout(domain.deps, domain.at(), mine.session);
  expect(await recognize(mine.secret)).toBeUndefined();
  expect(await recognize(other.secret)).toBeDefined();
  expect(domain.printed.filter(({ event }) => event === "logout")).toHaveLength(1);
  await logout(domain.deps, domain.at(), mine.session);
  expect(domain.printed.filter(({ event }) => event === "logout")).toHaveLength(1);
});

describe("SE-05 limits are the server's to judge:", () => {
  const HOUR = 3_600_000;

  test("a session ends an hour after it was last used", async () => {
    const { secret } = await logIn();
    expect(await recognize(secret, NOW + HOUR - 1)).toBeDefined();
    const lastSeen = NOW + HOUR - 1;
    expect(await recognize(secret, lastSeen + HOUR - 1)).toBeDefined();
    expect(await recognize(secret, lastSeen + HOUR - 1 + HOUR)).toBeUndefined();
  });

  test("a session is recognised also while the database cannot be written", async () => {
    const { secret, session } = await logIn();
    const holder = new DatabaseSync(domain.databaseFile);
    holder.exec("BEGIN IMMEDIATE");
    expect(await recognize(secret, NOW + HOUR / 2)).toBeDefined();
    holder.exec("ROLLBACK");
    holder.close();
    const [row] = domain.sql("SELECT last_seen_at FROM sessions WHERE id = ?", session.id);
    expect(row?.["last_seen_at"]).toBe(NOW);
  });

  test("SE-06 activity never moves the absolute limit", async () => {
    const { secret, session } = await logIn();
    for (let now = NOW; now < NOW + 24 * HOUR; now += HOUR / 2)
      expect(await recognize(secret, now)).toBeDefined();
    expect(await recognize(secret, NOW + 24 * HOUR - 1)).toBeDefined();
    expect(await recognize(secret, NOW + 24 * HOUR)).toBeUndefined();
    const [row] = domain.sql("SELECT expires_at FROM sessions WHERE id = ?", session.id);
    expect(row?.["expires_at"]).toBe(NOW + 24 * HOUR);
  });

  test("a short idle limit does not end a session that is in use", async () => {
    const short = await openDomain(undefined, { sessionIdleSeconds: 40 });
    const { email } = await short.newUser();
    const { secret } = succeeded(
      await login(
        short.deps,
        short.at(),
        { email, password: PASSWORD, client: CLIENT, device: undefined },
        undefined,
      ),
    );
    for (let now = NOW; now <= NOW + 300_000; now += 15_000)
      expect(await recognize(secret, now, short)).toBeDefined();
  });

  test("a request that comes late, by a clock that went back, does not shorten the session", async () => {
    const { secret, session } = await logIn();
    await recognize(secret, NOW + HOUR / 2);
    await recognize(secret, NOW - HOUR);
    const [row] = domain.sql("SELECT last_seen_at FROM sessions WHERE id = ?", session.id);
    expect(row?.["last_seen_at"]).toBe(NOW + HOUR / 2);
  });
});

describe("LG-03 every login is a new session:", () => {
  test("ids and secrets differ, and the one it replaces ends", async () => {
    const first = await logIn();
    const second = await logIn(first.secret);
    expect(second.session.id).not.toBe(first.session.id);
    expect(second.secret).not.toBe(first.secret);
    expect(second.csrfToken).not.toBe(first.csrfToken);
    expect(await recognize(first.secret)).toBeUndefined();
    expect(await recognize(second.secret)).toBeDefined();
    expect(domain.printed).toContainEqual(
      expect.objectContaining({
        event: "session_revoked",
        sessionId: first.session.id,
        by: "user",
      }),
    );
  });

  test("a login that fails ends nothing", async () => {
    const first = await logIn();
    const wrong = { email: user.email, password: "not the password" };
    expect(
      await login(
        domain.deps,
        domain.at(),
        { ...wrong, client: CLIENT, device: undefined },
        first.secret,
      ),
    ).toMatchObject({
      failure: "invalid_credentials",
    });
    expect(await recognize(first.secret)).toBeDefined();
  });
});

test("AZ-04 a disabled account has no access from that moment, by cookie or by token", async () => {
  const { secret } = await logIn();
  const { claims } = await logInByToken();
  domain.sql("UPDATE users SET disabled = 1 WHERE id = ?", user.id);
  expect(await recognize(secret)).toBeUndefined();
  expect(await recognizeSession(domain.deps, domain.at(), claims.sessionId)).toBeUndefined();
});

test("TK-09 a role that changed elsewhere holds at the next request", async () => {
  const { secret } = await logIn();
  expect((await recognize(secret))?.user.role).toBe("user");
  domain.sql("UPDATE users SET role = 'admin' WHERE id = ?", user.id);
  expect((await recognize(secret))?.user.role).toBe("admin");
});

test("TK-08 deleting an account ends its sessions and access tokens at once", async () => {
  const { secret } = await logIn();
  const { accessToken, claims } = await logInByToken();
  expect(await deleteUser(domain.deps, domain.at(), user, user.id)).toBe("deleted");
  expect(await recognize(secret)).toBeUndefined();
  expect(await verifyAccessToken(domain.deps, domain.at(), accessToken)).toBeDefined(); // the signature still holds
  expect(await recognizeSession(domain.deps, domain.at(), claims.sessionId)).toBeUndefined();
});
