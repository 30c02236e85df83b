/** Logins that something else overtakes: between the check of a password and the session it would begin. */
import { login, tokenLogin } from "../../src/domain/login.ts";
import { hashSync } from "bcryptjs";
import { afterAll, expect, test } from "vitest";
import { recognizeDevice } from "../../src/domain/devices.ts";
import type { Device } from "../../src/domain/ports/devices.ts";
import type { HashWorkers } from "../../src/domain/ports/passwords.ts";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { storedEvents } from "../support/logins.ts";
import { NOW } from "../support/clock.ts";
import { PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";
import { CHEAP_COST } from "../support/test-settings.ts";

const pool = createHashPool(2, 100);
afterAll(() => pool.close());

/** The real workers; `meanwhile` runs after a comparison, before anybody learns its outcome. */
function overtaken(meanwhile: () => Promise<void> | void): HashWorkers {
  return {
    hash: (input, recipe) => pool.hash(input, recipe),
    async compare(input, hash) {
      const matches = await pool.compare(input, hash);
      await meanwhile();
      return matches;
    },
  };
}
const sessions = (domain: Domain) => domain.sql("SELECT id FROM sessions");
const failures = (domain: Domain) =>
  domain.printed.flatMap((event) => (event.event === "login_failed" ? [event.reason] : []));
const logIn = (domain: Domain, email: string, password = PASSWORD, device?: Device) =>
  login(domain.deps, domain.at(), { email, password, client: CLIENT, device }, undefined);

test("PW-11 a password that is changed while a login with the old one is under way leaves no session", async () => {
  const newHash = hashSync("the password after", CHEAP_COST);
  const domain: Domain = await openDomain(
    overtaken(
      () =>
        void domain.sql(
          "UPDATE users SET password_hash = ?, credential_epoch = credential_epoch + 1",
          newHash,
        ),
    ),
  );
  const { email } = await domain.newUser();
  expect(await logIn(domain, email)).toMatchObject({ failure: "invalid_credentials" });
  const byToken = await tokenLogin(domain.deps, domain.at(), {
    email,
    password: PASSWORD,
    client: CLIENT,
    device: undefined,
  });
  expect(byToken).toMatchObject({ failure: "invalid_credentials" });
  expect(sessions(domain)).toEqual([]);
  expect(failures(domain)).toEqual(["wrong_password", "wrong_password"]);
});

test("AZ-04 an account that is disabled while a login is under way gets no session", async () => {
  const domain: Domain = await openDomain(
    overtaken(() => void domain.sql("UPDATE users SET disabled = 1")),
  );
  const { email } = await domain.newUser();
  expect(await logIn(domain, email)).toMatchObject({ failure: "invalid_credentials" });
  expect(sessions(domain)).toEqual([]);
  expect(failures(domain)).toEqual(["account_disabled"]);
});

test("AZ-04 an account that is deleted while a login is under way gets no session", async () => {
  const domain: Domain = await openDomain(overtaken(() => void domain.sql("DELETE FROM users")));
  const { email } = await domain.newUser();
  expect(await logIn(domain, email)).toMatchObject({ failure: "invalid_credentials" });
  expect(sessions(domain)).toEqual([]);
  expect(failures(domain)).toEqual(["user_not_found"]);
});

test("AZ-04 a wrong password for an account that is deleted meanwhile is recorded as one for no account", async () => {
  const domain: Domain = await openDomain(overtaken(() => void domain.sql("DELETE FROM users")));
  const { email } = await domain.newUser();
  expect(await logIn(domain, email, "not the password")).toMatchObject({
    failure: "invalid_credentials",
  });
  expect(storedEvents(domain, "login_failed")).toEqual([
    expect.objectContaining({ email, userId: null, reason: "user_not_found" }),
  ]);
});

test("RL-04 a right password that its owner's change overtakes resets no count: a success alone does", async () => {
  const newHash = hashSync("the password after", CHEAP_COST);
  let changeIt = false;
  const domain: Domain = await openDomain(
    overtaken(() => {
      if (changeIt)
        domain.sql(
          "UPDATE users SET password_hash = ?, credential_epoch = credential_epoch + 1",
          newHash,
        );
    }),
  );
  const { email } = await domain.newUser();
  const { deviceSecret } = succeeded(await logIn(domain, email));
  const device = await recognizeDevice(domain.deps, domain.at(), [deviceSecret], email);
  const setCounts = () => {
    domain.sql("UPDATE users SET failures = 4, failed_at = ?", NOW);
    domain.sql("UPDATE devices SET failures = 4");
  };
  const counts = () =>
    domain.sql("SELECT users.failures AS account, devices.failures AS device FROM users, devices");

  changeIt = true;
  setCounts();
  // Judged anew, the password is a wrong one, and counted like one.
  expect(await logIn(domain, email)).toMatchObject({ failure: "invalid_credentials" });
  expect(counts()).toEqual([{ account: 5, device: 4 }]);
  domain.sql("UPDATE users SET password_hash = ?", hashSync(PASSWORD, CHEAP_COST));
  expect(await logIn(domain, email, PASSWORD, device)).toMatchObject({
    failure: "invalid_credentials",
  });
  expect(counts()).toEqual([{ account: 5, device: 5 }]);

  changeIt = false;
  succeeded(await logIn(domain, email, "the password after", device));
  expect(counts()).toEqual([{ account: 0, device: 0 }]);
});

test("RL-02 PW-09 a right password that a lock overtakes starts no session, and upgrades no hash", async () => {
  const domain: Domain = await openDomain(
    overtaken(() => void domain.sql("UPDATE users SET locked_until = ?, failures = 2", NOW + 1)),
  );
  const { email } = await domain.newUser();
  const plain = hashSync(PASSWORD, CHEAP_COST);
  domain.sql("UPDATE users SET password_hash = ?", plain);
  expect(await logIn(domain, email)).toMatchObject({ failure: "invalid_credentials" });
  expect(sessions(domain)).toEqual([]);
  expect(domain.sql("SELECT password_hash, failures FROM users")).toEqual([
    { password_hash: plain, failures: 2 },
  ]);
  expect(failures(domain)).toEqual(["account_locked"]);
});

test("a login ends although its account changes at every attempt", async () => {
  let turn = 0;
  const hashes = [1, 2, 3, 4].map(() => hashSync(PASSWORD, CHEAP_COST));
  const domain: Domain = await openDomain(
    overtaken(
      () =>
        void domain.sql(
          "UPDATE users SET password_hash = ?, credential_epoch = credential_epoch + 1",
          hashes[(turn += 1) % 4] ?? "",
        ),
    ),
  );
  const { email } = await domain.newUser();
  domain.sql("UPDATE users SET failures = 4");
  expect(await logIn(domain, email)).toMatchObject({ failure: "overloaded" });
  expect(sessions(domain)).toEqual([]);
  expect(domain.sql("SELECT failures FROM users")).toEqual([{ failures: 4 }]); // RL-04
});

test("PW-09 a hash from elsewhere is replaced by the first login that succeeds, and by no other", async () => {
  const domain = await openDomain();
  const { email } = await domain.newUser();
  const plain = hashSync(PASSWORD, CHEAP_COST);
  domain.sql("UPDATE users SET password_hash = ?", plain);
  const hashNow = () => String(domain.sql("SELECT password_hash FROM users")[0]?.["password_hash"]);

  await login(
    domain.deps,
    domain.at(),
    { email, password: "a wrong password", client: CLIENT, device: undefined },
    undefined,
  );
  expect(hashNow()).toBe(plain);
  succeeded(await logIn(domain, email));
  expect(hashNow()).toContain(`$pc1$2b$0${CHEAP_COST}$`);
  const upgraded = hashNow();
  succeeded(await logIn(domain, email));
  expect(hashNow()).toBe(upgraded);
});

test("PW-09 two first logins at once both succeed, though only one of them replaces the hash", async () => {
  const domain = await openDomain();
  const { email } = await domain.newUser();
  domain.sql("UPDATE users SET password_hash = ?", hashSync(PASSWORD, CHEAP_COST));
  const outcomes = await Promise.all([
    logIn(domain, email),
    logIn(domain, email),
    logIn(domain, email),
  ]);
  for (const outcome of outcomes) succeeded(outcome);
  expect(sessions(domain)).toHaveLength(3);
  expect(failures(domain)).toEqual([]);
});

test("PW-09 a full queue postpones the upgrade, and lets the login through", async () => {
  const domain = await openDomain({
    compare: (input, hash) => pool.compare(input, hash),
    hash: async () => "overloaded",
  });
  const plain = hashSync(PASSWORD, CHEAP_COST);
  const columns = "id, email, password_hash, role, disabled, created_at";
  domain.sql(
    `INSERT INTO users (${columns}) VALUES (?, 'ada@example.com', ?, 'user', 0, 0)`,
    domain.deps.newId(0),
    plain,
  );
  succeeded(await logIn(domain, "ada@example.com"));
  expect(domain.sql("SELECT password_hash FROM users")).toEqual([{ password_hash: plain }]);
});

test("IV-07 a login that meets a full queue is told to come back, known or unknown, and nothing is recorded", async () => {
  const domain = await openDomain({
    hash: (input, recipe) => pool.hash(input, recipe),
    compare: async () => "overloaded",
  });
  const { email } = await domain.newUser();
  expect(await logIn(domain, email)).toMatchObject({ failure: "overloaded" });
  expect(await logIn(domain, "nobody@example.com")).toMatchObject({ failure: "overloaded" });
  expect(failures(domain)).toEqual([]);
});
