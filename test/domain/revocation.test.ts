/** SE-12: what another process revokes is refused at the very next request, however often it was let through before. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { revokeSession } from "../../src/domain/own-sessions.ts";
import { revokeUserSessions, updateUser } from "../../src/domain/users.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { logInByCookie, logInByToken, roleByBearer, roleByCookie } from "../support/logins.ts";
import { type Domain, openDomain } from "../support/domain.ts";

let domain: Domain;
let elsewhere: Domain;
let connection: Storage;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  user = await domain.newUser();
  connection = await openStorage({ kind: "sqlite", path: domain.databaseFile });
  elsewhere = { ...domain, deps: { ...domain.deps, storage: connection } };
});
afterEach(() => connection.close());

async function warmLogins() {
  const cookie = await logInByCookie(domain, user);
  const token = await logInByToken(domain, user);
  const roles = () =>
    Promise.all([roleByCookie(domain, cookie.secret), roleByBearer(domain, token.accessToken)]);
  for (let asked = 0; asked < 3; asked += 1) expect(await roles()).toEqual(["user", "user"]);
  return { cookie, token, roles };
}

test("SE-12 a session another connection ended is refused at the very next request", async () => {
  const { cookie, token, roles } = await warmLogins();
  await revokeSession(elsewhere.deps, domain.at(), user.id, cookie.session.id);
  expect(await roles()).toEqual([undefined, "user"]);
  await revokeSession(elsewhere.deps, domain.at(), user.id, token.sessionId);
  expect(await roles()).toEqual([undefined, undefined]);
});

test("SE-12 every credential of an account whose sessions an administrator ended elsewhere is refused at the very next request", async () => {
  const { roles } = await warmLogins();
  await revokeUserSessions(elsewhere.deps, domain.at(), user, user.id);
  expect(await roles()).toEqual([undefined, undefined]);
});

test("SE-12 TK-08 every credential of an account that was disabled elsewhere is refused at the very next request", async () => {
  const { roles } = await warmLogins();
  const actor = await domain.newUser();
  await updateUser(elsewhere.deps, domain.at(), actor, user.id, { disabled: true });
  expect(await roles()).toEqual([undefined, undefined]);
});
