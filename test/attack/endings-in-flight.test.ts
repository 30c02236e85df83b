/** A proof from before a hash must still hold after it: an ending may be answered in between. */
import { beforeEach, describe, expect, test } from "vitest";
import { changePassword, deleteMe } from "../../src/domain/accounts.ts";
import { resetPassword } from "../../src/domain/resets.ts";
import { revokeUserSessions, updateUser } from "../../src/domain/users.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { logInByCookie, storedEvents } from "../support/logins.ts";
import { resetTokenOf } from "../support/challenges.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { type Domain, openDomain } from "../support/domain.ts";

let domain: Domain;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  user = await domain.newUser();
});

/** The domain's dependencies; `between` runs once the password has been found right, and is answered first. */
function whileHashing(between: () => Promise<unknown>) {
  const { passwords } = domain.deps;
  const verify = async (password: string, encoded: string | undefined) => {
    const verdict = await passwords.verify(password, encoded);
    await between();
    return verdict;
  };
  return { ...domain.deps, passwords: { ...passwords, verify } };
}

async function reset(): Promise<void> {
  const token = await resetTokenOf(domain, user);
  expect(await resetPassword(domain.deps, domain.at(), token, NEW_PASSWORD)).toEqual({
    deviceSecret: expect.any(String),
  });
}

describe.each([
  ["a reset", reset],
  [
    "an admin who disables the account",
    () => updateUser(domain.deps, domain.at(), user, user.id, { disabled: true }),
  ],
  [
    "an admin who ends its sessions",
    () => revokeUserSessions(domain.deps, domain.at(), user, user.id),
  ],
])("PW-11 AZ-04 AZ-05 after %s", (_, ending) => {
  test("a deletion that was under way with the password of before deletes nothing", async () => {
    const caller = await logInByCookie(domain, user);
    const deps = whileHashing(ending);
    expect(await deleteMe(deps, domain.at(), caller, PASSWORD)).toBe("invalid_credentials");
    expect(domain.sql("SELECT id FROM users")).toEqual([{ id: user.id }]);
    expect(storedEvents(domain, "user_deleted")).toEqual([]);
  });

  test("a change of password that was under way changes nothing", async () => {
    const caller = await logInByCookie(domain, user);
    const passwordHash = () => domain.sql("SELECT password_hash FROM users");
    let after: unknown;
    const deps = whileHashing(async () => {
      await ending();
      after = passwordHash();
    });
    expect(await changePassword(deps, domain.at(), caller, PASSWORD, `${NEW_PASSWORD} 2`)).toEqual({
      failure: "invalid_credentials",
    });
    expect(passwordHash()).toEqual(after);
    expect(storedEvents(domain, "password_changed")).toEqual([]);
  });
});

test("PW-11 a deletion under way with the password of before deletes nothing after its own session changed it", async () => {
  const caller = await logInByCookie(domain, user);
  const deps = whileHashing(() =>
    changePassword(domain.deps, domain.at(), caller, PASSWORD, NEW_PASSWORD),
  );
  expect(await deleteMe(deps, domain.at(), caller, PASSWORD)).toBe("invalid_credentials");
  expect(domain.sql("SELECT id FROM users")).toEqual([{ id: user.id }]);
});
