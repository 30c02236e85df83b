/** The devices that an account goes on knowing. Their use is tested in test/attack/limits.test.ts. */
import { beforeEach, expect, test } from "vitest";
import { changePassword, deleteMe } from "../../src/domain/accounts.ts";
import { recognizeDevice } from "../../src/domain/devices.ts";
import { unlockUser } from "../../src/domain/lockout.ts";
import { resetPassword } from "../../src/domain/resets.ts";
import { logout } from "../../src/domain/sessions.ts";
import { deleteUser, revokeUserSessions, updateUser } from "../../src/domain/users.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { resetTokenOf } from "../support/challenges.ts";
import { logInByCookie } from "../support/logins.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { type Domain, openDomain } from "../support/domain.ts";

let domain: Domain;
let user: User;
let bystander: User;
beforeEach(async () => {
  domain = await openDomain();
  [user, bystander] = [await domain.newUser(), await domain.newUser()];
});

/** A login of the account, with the device it made known. */
async function loginFromNewDevice(of = user) {
  const login = await logInByCookie(domain, of);
  const device = await recognizeDevice(domain.deps, domain.at(), [login.deviceSecret], of.email);
  if (device === undefined) throw new Error("A device that has just logged in is not known");
  return { ...login, device };
}
const knownDevices = () =>
  domain.sql("SELECT id FROM devices ORDER BY id").map(({ id }) => String(id));
const idsOf = (...logins: { readonly device: { readonly id: string } }[]) =>
  logins.map(({ device }) => device.id).toSorted();

type Login = Awaited<ReturnType<typeof loginFromNewDevice>>;
interface Occurrence {
  /** Those of the account's two devices that are known afterwards. */
  readonly keeps: "both" | "the one that asks" | "none";
  readonly why: string;
  readonly happen: (asking: Login, other: Login) => Promise<unknown>;
}

const occurrences: Record<string, Occurrence> = {
  "a change asked for from a known device": {
    keeps: "the one that asks",
    why: "it has just proven the password; another may be a thief's",
    happen: ({ device, session }) => change({ user, session, device }),
  },
  "a change asked for from elsewhere": {
    keeps: "none",
    why: "nothing tells which of them is the owner's",
    happen: ({ session }) => change({ user, session, device: undefined }),
  },
  "a change that is refused": {
    keeps: "both",
    why: "nothing has changed",
    happen: ({ device, session }) => change({ user, session, device }, "not the password"),
  },
  "a reset": {
    keeps: "none",
    why: "a token tells who owns the mailbox, and not which device is the owner's",
    happen: async () => resetPassword(domain.deps, domain.at(), await resetToken(), NEW_PASSWORD),
  },
  "a reset that is refused": {
    keeps: "both",
    why: "nothing has changed",
    happen: async () => resetPassword(domain.deps, domain.at(), await resetToken(), "sunshine"),
  },
  disabling: {
    keeps: "none",
    why: "AZ-04: it ends all the account has, and enabling brings none of it back",
    happen: () => updateUser(domain.deps, domain.at(), bystander, user.id, { disabled: true }),
  },
  "a change of role": {
    keeps: "both",
    why: "it is no doubt about who holds them",
    happen: () => updateUser(domain.deps, domain.at(), bystander, user.id, { role: "admin" }),
  },
  "an admin's deletion": {
    keeps: "none",
    why: "AZ-04: there is no account left to know them",
    happen: () => deleteUser(domain.deps, domain.at(), bystander, user.id),
  },
  "deleting oneself": {
    keeps: "none",
    why: "AZ-04: there is no account left to know them",
    happen: (caller) => deleteMe(domain.deps, domain.at(), caller, PASSWORD),
  },
  "logging out": {
    keeps: "both",
    why: "RL-03: the owner will want to come back through a lock",
    happen: ({ session }) => logout(domain.deps, domain.at(), session),
  },
  "an admin's ending the sessions": {
    keeps: "both",
    why: "RL-03: the password is what it was, and so is who may try it through a lock",
    happen: () => revokeUserSessions(domain.deps, domain.at(), bystander, user.id),
  },
  "an admin's unlock": {
    keeps: "both",
    why: "RL-03: it lets the owner in, and shuts nobody out",
    happen: () => unlockUser(domain.deps, domain.at(), bystander, user.id),
  },
};

test.each(Object.entries(occurrences))(
  "PW-11 RL-03 %s forgets the devices it must, and nobody else's",
  async (_, { keeps, why, happen }) => {
    const [asking, other] = [await loginFromNewDevice(), await loginFromNewDevice()];
    const theirs = await loginFromNewDevice(bystander);
    await happen(asking, other);
    const kept = { both: [asking, other], "the one that asks": [asking], none: [] }[keeps];
    const before = idsOf(asking, other, theirs);
    const stillKnown = knownDevices().filter((id) => before.includes(id)); // a reset makes a new one known
    expect(stillKnown, why).toEqual(idsOf(theirs, ...kept));
  },
);

test("LA-06 a change whose event cannot be stored forgets no device", async () => {
  const [asking, other] = [await loginFromNewDevice(), await loginFromNewDevice()];
  domain.sql("ALTER TABLE events RENAME TO lost_events");
  await expect(change(asking)).rejects.toThrow();
  expect(knownDevices()).toEqual(idsOf(asking, other));
});

function change(owner: Parameters<typeof changePassword>[2], currentPassword = PASSWORD) {
  return changePassword(domain.deps, domain.at(), owner, currentPassword, NEW_PASSWORD);
}

async function resetToken(): Promise<string> {
  return resetTokenOf(domain, user);
}
