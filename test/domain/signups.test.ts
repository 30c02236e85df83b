/** Signups that wait for a proof: what they leave behind, who is told, and whose the account becomes. */
import { beforeEach, describe, expect, test } from "vitest";
import { signup } from "../../src/domain/accounts.ts";
import { confirmEmailChange, startEmailChange } from "../../src/domain/address-changes.ts";
import type { Started } from "../../src/domain/challenges.ts";
import { login } from "../../src/domain/login.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import {
  confirmSignupByCode,
  confirmSignupByLink,
  inviteUser,
  startSignup,
} from "../../src/domain/signups.ts";
import { updateUser } from "../../src/domain/users.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";
import { logInByCookie, storedEvents } from "../support/logins.ts";
import { lastMailTo, waitingMails } from "../support/outbox.ts";

/** As long as each other: a mail's size tells that of its address. */
const FREE = "free-one@example.com";
const TAKEN = "taken-01@example.com";
const THEIRS = "a password that somebody else chose";

let domain: Domain;
beforeEach(async () => {
  domain = await openDomain();
});

async function begin(email = FREE, password = PASSWORD, deps: Dependencies = domain.deps) {
  const asked = { email, password, locale: null, languages: null };
  return succeeded<Started | { failure: string }>(await startSignup(deps, domain.at(), asked));
}

const accounts = (email: string) =>
  domain.sql("SELECT id, email_verified, role FROM users WHERE email = ?", email);
const pending = () =>
  domain.sql("SELECT count(*) AS n FROM challenges WHERE purpose = 'signup'")[0]?.["n"];
const logsInWith = async (email: string, password: string) => {
  const attempt = { email, password, client: CLIENT, device: undefined };
  return (await login(domain.deps, domain.at(), attempt, undefined)).kind === "begun";
};

test("EM-01 there is no account before the address is proved, and it is proved from its first moment", async () => {
  const { challengeToken } = await begin();
  expect(accounts(FREE)).toEqual([]);
  expect(await logsInWith(FREE, PASSWORD)).toBe(false);
  const { code } = lastMailTo(domain, FREE);
  succeeded(await confirmSignupByCode(domain.deps, domain.at(), { challengeToken, code }));
  expect(accounts(FREE)).toMatchObject([{ email_verified: 1, role: "user" }]);
  expect(await logsInWith(FREE, PASSWORD)).toBe(true);
  expect(storedEvents(domain, "email_verified")).toMatchObject([{ email: FREE, by: "signup" }]);
  expect(domain.sql("SELECT id FROM sessions")).toHaveLength(1); // of the login alone
});

test("EM-01 nothing of the password of a signup is at rest in the clear, and its decoy is as large", async () => {
  await begin();
  expect(domain.bytesAtRest().includes(PASSWORD)).toBe(false);
  await domain.newUser(TAKEN);
  await begin(TAKEN);
  const rows = domain.sql(
    "SELECT length(sealed) AS sealed, length(code_mac) AS code, length(link_hash) AS link, length(handle_hash) AS handle, expires_at FROM challenges ORDER BY id",
  );
  expect(rows[1]).toEqual(rows[0]);
});

describe("EM-02 ET-01 the answer and the rows are those of a free address", () => {
  /** An answer, and the rows that it left behind, but for secrets and ids. */
  async function leftBy(email: string, deps: Dependencies = domain.deps) {
    for (const table of ["challenges", "mails"]) domain.sql(`DELETE FROM ${table}`);
    const before = storedEventCount();
    const { challengeToken, ...rest } = await begin(email, PASSWORD, deps);
    return {
      answer: { ...rest, length: challengeToken.length },
      challenges: domain.sql(
        "SELECT purpose, user_id, session_id, subject IS NOT NULL AS subject, length(sealed) AS sealed, attempts, expires_at FROM challenges",
      ),
      mails: domain.sql("SELECT created_at, attempts FROM mails"),
      events: storedEventCount() - before,
    };
  }
  const storedEventCount = () => Number(domain.sql("SELECT count(*) AS n FROM events")[0]?.["n"]);

  test.each([
    ["a taken one", async () => void (await domain.newUser(TAKEN))],
    [
      "one of a disabled account",
      async () => {
        const { id } = await domain.newUser(TAKEN);
        domain.sql("UPDATE users SET disabled = 1 WHERE id = ?", id);
      },
    ],
    ["one that its owner may take back", () => reserve(TAKEN)],
  ])("for %s", async (_, make) => {
    const forFree = await leftBy(FREE);
    await make();
    expect(await leftBy(TAKEN)).toEqual(forFree);
    expect(accounts(FREE)).toEqual([]);
  });

  test("EM-11 for one that got too many mails: no mail goes, and what was mailed stays good", async () => {
    const deps = withFewMails(1);
    const free = await leftBy(FREE, deps);
    const first = await begin("patient@example.com", PASSWORD, deps);
    const { code } = lastMailTo(domain, "patient@example.com");
    const limited = await begin("patient@example.com", THEIRS, deps);
    expect(waitingMails(domain, "patient@example.com")).toHaveLength(1);
    expect(storedEvents(domain, "rate_limited")).toMatchObject([
      { operation: "signup", key: "email" },
    ]);
    const proof = { challengeToken: limited.challengeToken, code };
    expect(await confirmSignupByCode(deps, domain.at(), proof)).toEqual({
      failure: "invalid_challenge",
    });
    const { challengeToken } = first;
    succeeded(await confirmSignupByCode(deps, domain.at(), { challengeToken, code }));
    expect(await leftBy(FREE, deps)).toEqual(free);
  });

  test("the owner of the account is told by mail, which proves nothing, and the event says whose", async () => {
    const { id } = await domain.newUser(TAKEN);
    await begin(TAKEN);
    const mail = lastMailTo(domain, TAKEN);
    expect(mail).toMatchObject({ code: "", token: "" });
    expect(storedEvents(domain, "signup_existing_email")).toMatchObject([{ userId: id }]);
    expect(storedEvents(domain, "signup_started")).toEqual([]);
  });

  test("a signup for an address that may be taken back is told as one that came to nothing", async () => {
    await reserve(TAKEN);
    const before = waitingMails(domain, TAKEN).length;
    await begin(TAKEN);
    expect(waitingMails(domain, TAKEN)).toHaveLength(before);
    expect(storedEvents(domain, "signup_started")).toEqual([]);
    expect(storedEvents(domain, "signup_failed")).toMatchObject([
      { email: TAKEN, reason: "email_taken" },
    ]);
  });
});

test("EM-03 by the link its holder chooses the password, and the one of the signup is worth nothing", async () => {
  await begin(FREE, THEIRS);
  const { token } = lastMailTo(domain, FREE);
  const weak = await confirmSignupByLink(domain.deps, domain.at(), token, "sunshine");
  expect(weak).toMatchObject({ failure: "weak_password" });
  expect(accounts(FREE)).toEqual([]);
  succeeded(await confirmSignupByLink(domain.deps, domain.at(), token, NEW_PASSWORD));
  expect(await logsInWith(FREE, THEIRS)).toBe(false);
  expect(await logsInWith(FREE, NEW_PASSWORD)).toBe(true);
});

test("EM-03 CH-01 a code is good only with the handle of its own signup", async () => {
  const owners = await begin(FREE, PASSWORD);
  const { code } = lastMailTo(domain, FREE);
  const strangers = await begin(FREE, THEIRS);
  const { challengeToken } = strangers;
  expect(await confirmSignupByCode(domain.deps, domain.at(), { challengeToken, code })).toEqual({
    failure: "invalid_challenge",
  });
  const proof = { challengeToken: owners.challengeToken, code };
  succeeded(await confirmSignupByCode(domain.deps, domain.at(), proof));
  expect(await logsInWith(FREE, THEIRS)).toBe(false);
});

test("EM-04 of pending signups of one address the first that is proved is the account, and ends the others", async () => {
  const begun: { challengeToken: string; code: string; password: string }[] = [];
  for (let each = 0; each < 4; each += 1) {
    const password = `${PASSWORD} ${each}`;
    const { challengeToken } = await begin(FREE, password);
    begun.push({ challengeToken, code: lastMailTo(domain, FREE).code, password });
  }
  const outcomes = await Promise.all(
    begun.map((proof) => confirmSignupByCode(domain.deps, domain.at(), proof)),
  );
  const made = outcomes.flatMap((outcome, at) => ("user" in outcome ? [at] : []));
  expect(made).toHaveLength(1);
  expect(accounts(FREE)).toHaveLength(1);
  expect(storedEvents(domain, "signup")).toHaveLength(1);
  expect(pending()).toBe(0);
  for (const [at, { password }] of begun.entries())
    expect(await logsInWith(FREE, password)).toBe(at === made[0]);
});

test("EM-04 CH-02 of 20 parallel ends of one signup one makes the account", async () => {
  const { challengeToken } = await begin();
  const { token } = lastMailTo(domain, FREE);
  expect(challengeToken).not.toBe(token);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () =>
      confirmSignupByLink(domain.deps, domain.at(), token, NEW_PASSWORD),
    ),
  );
  expect(outcomes.filter((outcome) => "user" in outcome)).toHaveLength(1);
  expect(storedEvents(domain, "signup")).toHaveLength(1);
});

test("EM-04 an account that was made meanwhile stays as it is, and what failed is told once", async () => {
  const { challengeToken } = await begin(FREE, THEIRS);
  const { code } = lastMailTo(domain, FREE);
  const owner = await domain.newUser(FREE);
  const proof = { challengeToken, code };
  expect(await confirmSignupByCode(domain.deps, domain.at(), proof)).toEqual({
    failure: "invalid_challenge",
  });
  expect(accounts(FREE)).toMatchObject([{ id: owner.id, email_verified: 0 }]);
  expect(await logsInWith(FREE, THEIRS)).toBe(false);
  expect(storedEvents(domain, "challenge_failed")).toMatchObject([{ reason: "not_good" }]);
});

describe("an address that its owner may take back (EM-08)", () => {
  test("EM-08 makes no other account while it is: by signup of before, by invitation, or open", async () => {
    const { challengeToken } = await begin(TAKEN, THEIRS); // an address that is free yet
    const { code } = lastMailTo(domain, TAKEN);
    await reserve(TAKEN);
    const confirm = () => confirmSignupByCode(domain.deps, domain.at(), { challengeToken, code });
    expect(await confirm()).toEqual({ failure: "invalid_challenge" });
    const open = { email: TAKEN, password: THEIRS, locale: null };
    expect(await signup(domain.deps, domain.at(), open)).toEqual({ failure: "email_taken" });
    const admin = await anAdmin();
    const invitation = { email: TAKEN, role: "user", locale: null } as const;
    expect(await inviteUser(domain.deps, domain.at(), admin, invitation)).toBe("email_taken");
    expect(accounts(TAKEN)).toEqual([]);
    // A request that failed has consumed nothing.
    domain.sql("DELETE FROM challenges WHERE purpose = 'email_change_undo'");
    succeeded(await confirm());
  });
});

describe("whoever may sign up", () => {
  const deps = (mode: "open" | "verified" | "closed", ...domains: string[]): Dependencies => ({
    ...domain.deps,
    signup: { mode, emailDomains: domains.length > 0 ? new Set(domains) : undefined },
  });

  test.each([
    ["closed meanwhile", "closed", []],
    ["only for other domains by now", "verified", ["example.org"]],
    ["not for subdomains", "verified", ["com"]],
  ] as const)(
    "EM-01 a signup that waits makes no account where signup is %s",
    async (_, mode, domains) => {
      const { challengeToken } = await begin();
      const { code, token } = lastMailTo(domain, FREE);
      const now = deps(mode, ...domains);
      const byCode = await confirmSignupByCode(now, domain.at(), { challengeToken, code });
      const byLink = await confirmSignupByLink(now, domain.at(), token, NEW_PASSWORD);
      expect([byCode, byLink]).toEqual(Array(2).fill({ failure: "invalid_challenge" }));
      expect(accounts(FREE)).toEqual([]);
      expect(pending()).toBe(1);
    },
  );
});

describe("invitations", () => {
  const invite = async (admin: Awaited<ReturnType<typeof anAdmin>>, role: "user" | "admin") => {
    const invitation = { email: FREE, role, locale: null };
    expect(await inviteUser(domain.deps, domain.at(), admin, invitation)).toBe("invited");
    return lastMailTo(domain, FREE).token;
  };

  test("EM-03 AZ-08 the holder of the mail chooses the password and has the role, proved", async () => {
    const token = await invite(await anAdmin(), "admin");
    expect(accounts(FREE)).toEqual([]);
    succeeded(await confirmSignupByLink(domain.deps, domain.at(), token, NEW_PASSWORD));
    expect(accounts(FREE)).toMatchObject([{ role: "admin", email_verified: 1 }]);
    expect(storedEvents(domain, "signup").at(-1)).toMatchObject({ by: "admin", role: "admin" });
  });

  test("CH-06 a second one ends the first", async () => {
    const admin = await anAdmin();
    const first = await invite(admin, "admin");
    const second = await invite(admin, "user");
    expect(await confirmSignupByLink(domain.deps, domain.at(), first, NEW_PASSWORD)).toEqual({
      failure: "invalid_challenge",
    });
    succeeded(await confirmSignupByLink(domain.deps, domain.at(), second, NEW_PASSWORD));
    expect(accounts(FREE)).toMatchObject([{ role: "user" }]);
  });

  test.each([
    ["demoted", "UPDATE users SET role = 'user' WHERE id = ?"],
    ["disabled", "UPDATE users SET disabled = 1 WHERE id = ?"],
    ["deleted", "DELETE FROM users WHERE id = ?"],
  ])("AZ-08 one is worth nothing once its inviter is %s", async (_, statement) => {
    const admin = await anAdmin();
    const token = await invite(admin, "admin");
    domain.sql(statement, admin.id);
    expect(await confirmSignupByLink(domain.deps, domain.at(), token, NEW_PASSWORD)).toEqual({
      failure: "invalid_challenge",
    });
    expect(accounts(FREE)).toEqual([]);
  });
});

test("AZ-08 no administrator by an address that nobody has proved, unless that is said to be proved", async () => {
  const [admin, user] = [await anAdmin(), await domain.newUser(TAKEN)];
  const update = (changes: Parameters<typeof updateUser>[4]) =>
    updateUser(domain.deps, domain.at(), admin, user.id, changes);
  expect(await update({ role: "admin" })).toBe("email_unverified");
  expect(accounts(TAKEN)).toMatchObject([{ role: "user", email_verified: 0 }]);
  expect(storedEvents(domain, "user_updated")).toEqual([]);
  expect(await update({ role: "admin", emailVerified: true })).toMatchObject({ role: "admin" });
  expect(storedEvents(domain, "email_verified")).toMatchObject([
    { userId: user.id, by: "admin", actorId: admin.id },
  ]);
  await update({ emailVerified: true });
  expect(storedEvents(domain, "email_verified")).toHaveLength(1);
});

async function anAdmin() {
  const user = await domain.newUser();
  domain.sql("UPDATE users SET role = 'admin', email_verified = 1 WHERE id = ?", user.id);
  return { ...user, role: "admin", emailVerified: true } as const;
}

/** Lets an account move away from the address, which its owner may take back from then on. */
async function reserve(email: string): Promise<void> {
  const user = await domain.newUser(email);
  const { session } = await logInByCookie(domain, user);
  const asking = { user, session, languages: null, device: undefined };
  const newEmail = "moved-to@example.com";
  await startEmailChange(domain.deps, domain.at(), asking, newEmail);
  const { token } = lastMailTo(domain, newEmail);
  expect(await confirmEmailChange(domain.deps, domain.at(), asking, { token })).toBe("changed");
}

function withFewMails(count: number): Dependencies {
  const { quotas } = domain.deps;
  return { ...domain.deps, quotas: { ...quotas, signup_email: { count, seconds: 3600 } } };
}
