/** Nobody proved that the address of an account is theirs: an account must be no way to mail it at will. */
import { login } from "../../src/domain/login.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { NOTICE_QUOTA } from "../../src/contract/limits.ts";
import { changePassword } from "../../src/domain/accounts.ts";
import { unlockUser } from "../../src/domain/lockout.ts";
import { resetPassword } from "../../src/domain/resets.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { logInByCookie, storedEvents } from "../support/logins.ts";
import { resetTokenOf } from "../support/challenges.ts";
import { NOW } from "../support/clock.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain } from "../support/domain.ts";
const HOUR_MS = 3_600_000;
/** Even: see `changeToAndFro`. */
const MORE = 2 * NOTICE_QUOTA.count;

let domain: Domain;
let deps: Domain["deps"];
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  deps = {
    ...domain.deps,
    quotas: { ...domain.deps.quotas, notice_email: NOTICE_QUOTA },
    lockout: { threshold: 1, seconds: 1 },
  };
  user = await domain.newUser();
});

const mails = () => domain.sql("SELECT id FROM mails").length;

/** An even number of changes: the password is what it was. */
async function changeToAndFro(times: number, now = NOW): Promise<void> {
  const caller = await logInByCookie(domain, user);
  for (let round = 0; round < times; round += 1) {
    const [from, to] = round % 2 === 0 ? [PASSWORD, NEW_PASSWORD] : [NEW_PASSWORD, PASSWORD];
    expect(await changePassword(deps, domain.at(now), caller, from, to)).toBe("changed");
  }
}
async function resetTimes(times: number): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    const token = await resetTokenOf(domain, user);
    expect(await resetPassword(deps, domain.at(), token, PASSWORD)).not.toHaveProperty("failure");
  }
}
async function lockTimes(times: number): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    const wrong = { email: user.email, password: "not the password" };
    await login(deps, domain.at(), { ...wrong, client: CLIENT, device: undefined }, undefined);
    await unlockUser(deps, domain.at(), user, user.id);
  }
}

describe("PW-12 the owner is told of the first in an hour, and then mailed no more, however often", () => {
  test.each([
    ["password_changed", changeToAndFro],
    ["password_reset", resetTimes],
    ["login_locked", lockTimes],
  ])("%s happens: each one is made, and is an event", async (event, happen) => {
    await happen(MORE);
    expect(mails()).toBe(NOTICE_QUOTA.count);
    expect(storedEvents(domain, event)).toHaveLength(MORE);
  });
});

test("PW-12 an hour after a notice the owner is mailed again", async () => {
  await changeToAndFro(MORE);
  await changeToAndFro(2, NOW + HOUR_MS);
  expect(mails()).toBe(NOTICE_QUOTA.count + 2);
});

test("PW-12 locks use up no notice of a change, and notices to one address none to another", async () => {
  await lockTimes(MORE);
  expect(mails()).toBe(NOTICE_QUOTA.count);
  await changeToAndFro(2);
  expect(mails()).toBe(NOTICE_QUOTA.count + 2);
  user = await domain.newUser();
  await lockTimes(1);
  expect(mails()).toBe(NOTICE_QUOTA.count + 3);
});
