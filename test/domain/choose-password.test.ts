/** Counting guesses leaves alone what it must: logins, and all that is stored where a request is refused. */
import { expect, test } from "vitest";
import { createAdmin } from "../../src/domain/admins.ts";
import { changePassword, signup } from "../../src/domain/accounts.ts";
import { login } from "../../src/domain/login.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import { resetPassword } from "../../src/domain/resets.ts";
import { resetTokenOf } from "../support/challenges.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";
import { logInByCookie } from "../support/logins.ts";

const GUESSABLE = "password1234567";
const guessable = (name: string) => ({
  email: `${name}@example.com`,
  password: GUESSABLE,
  locale: null,
});

/** The rules with another counter of guesses. */
function counting(
  { deps }: Domain,
  countGuesses: Dependencies["passwordPolicy"]["countGuesses"],
): Dependencies {
  return { ...deps, passwordPolicy: { ...deps.passwordPolicy, countGuesses } };
}

test("PW-14 who chose a guessable password before it was refused logs in with it, and nothing is counted", async () => {
  const domain = await openDomain();
  const before = counting(domain, async () => Infinity);
  succeeded(await signup(before, domain.at(), guessable("ada")));
  const now = counting(domain, () => expect.unreachable("a login is no choice"));
  const attempt = { email: "ada@example.com", password: GUESSABLE, client: CLIENT };
  const outcome = await login(now, domain.at(), { ...attempt, device: undefined }, undefined);
  expect(outcome.kind).toBe("begun");
});

test("PW-14 wherever a password is chosen, a guessable one is refused and nothing is changed", async () => {
  const domain = await openDomain();
  const { deps, at } = domain;
  const { user, session } = await logInByCookie(domain, await domain.newUser());
  const token = await resetTokenOf(domain, user);
  const rows = () => domain.sql("SELECT * FROM users, challenges");
  const before = rows();
  for (const outcome of [
    await signup(deps, at(), guessable("eve")),
    await createAdmin(deps, at(), "eve@example.com", GUESSABLE),
    await changePassword(deps, at(), { user, session }, PASSWORD, GUESSABLE),
    await resetPassword(deps, at(), token, GUESSABLE),
  ])
    expect(outcome).toEqual({
      failure: "weak_password",
      reasons: ["too_guessable"],
      minLength: 8,
      maxLength: 256,
    });
  expect(rows()).toEqual(before);
});

test("IV-07 where too many passwords wait to be judged, a reset leaves its token as good as it was", async () => {
  const domain = await openDomain();
  const token = await resetTokenOf(domain, await domain.newUser());
  const full = counting(domain, async () => "overloaded");
  expect(await resetPassword(full, domain.at(), token, NEW_PASSWORD)).toEqual({
    failure: "overloaded",
  });
  succeeded(await resetPassword(domain.deps, domain.at(), token, NEW_PASSWORD));
});

const BREACHED = "Crème brûlée à la carte";

/** The rules with a list of breached passwords, and what was looked up in it. */
function listing({ deps }: Domain, ...list: string[]) {
  const asked: string[] = [];
  const isBreached = async (password: string) => {
    asked.push(password);
    return list.includes(password);
  };
  return { deps: { ...deps, passwordPolicy: { ...deps.passwordPolicy, isBreached } }, asked };
}

test("PW-15 wherever a password is chosen, one of a breach is refused, and nothing is changed or spent", async () => {
  const domain = await openDomain();
  const { deps } = listing(domain, BREACHED);
  const { at } = domain;
  const { user, session } = await logInByCookie(domain, await domain.newUser());
  const token = await resetTokenOf(domain, user);
  const rows = () => domain.sql("SELECT * FROM users, challenges");
  const before = rows();
  for (const outcome of [
    await signup(deps, at(), { email: "eve@example.com", password: BREACHED, locale: null }),
    await createAdmin(deps, at(), "eve@example.com", BREACHED),
    await changePassword(deps, at(), { user, session }, PASSWORD, BREACHED),
    await resetPassword(deps, at(), token, BREACHED),
  ])
    expect(outcome).toEqual({
      failure: "weak_password",
      reasons: ["breached"],
      minLength: 8,
      maxLength: 256,
    });
  expect(rows()).toEqual(before);
  succeeded(await resetPassword(deps, at(), token, NEW_PASSWORD));
});

test("PW-15 a password is looked up as it was typed and as it is hashed, and not where it is refused anyway", async () => {
  const domain = await openDomain();
  const typed = BREACHED.normalize("NFD");
  const composed = listing(domain, BREACHED);
  const ada = { email: "ada@example.com", locale: null };
  expect(await signup(composed.deps, domain.at(), { ...ada, password: typed })).toMatchObject({
    reasons: ["breached"],
  });
  expect(composed.asked.toSorted()).toEqual([typed, BREACHED].toSorted());
  const spelt = listing(domain, typed);
  expect(await signup(spelt.deps, domain.at(), { ...ada, password: typed })).toMatchObject({
    reasons: ["breached"],
  });
  const idle = listing(domain);
  for (const password of ["short", GUESSABLE, "ada@example.com"])
    expect(await signup(idle.deps, domain.at(), { ...ada, password })).toMatchObject({
      failure: "weak_password",
    });
  expect(idle.asked).toEqual([]);
});

test("PW-15 a login looks nothing up: who chose it before it was stolen logs in, and an outage keeps nobody out", async () => {
  const domain = await openDomain();
  const { email } = await domain.newUser();
  const isBreached = () => expect.unreachable("a login is no choice");
  const deps = { ...domain.deps, passwordPolicy: { ...domain.deps.passwordPolicy, isBreached } };
  for (const password of [PASSWORD, "not the password"]) {
    const attempt = { email, password, client: CLIENT, device: undefined };
    await login(deps, domain.at(), attempt, undefined);
  }
  expect(domain.printed.map(({ event }) => event)).toContain("login_success");
});
