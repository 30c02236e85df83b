/**
 * The five cases of a sign-in with a provider (FD-07), as a matrix: whom the provider knows, for what address it vouches,
 * who has that address here, and what the settings allow. All that is stored is compared, not the answer alone.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { undoEmailChange } from "../../src/domain/address-changes.ts";
import { prepareChallenge } from "../../src/domain/challenges.ts";
import { finishLogin } from "../../src/domain/pending-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { NOW } from "../support/clock.ts";
import { CLIENT, type Domain, openDomain } from "../support/domain.ts";
import { logInByCookie, storedEvents } from "../support/logins.ts";
import {
  aProvider,
  linkAt,
  loginTokenAt,
  signInAt,
  type Somebody,
  type TestProvider,
  vouchedFor,
  withProviders,
} from "../support/providers.ts";
import { anIdentity } from "../support/rows.ts";

const known = ["known", "unknown"] as const;
const addresses = ["vouched for", "not vouched for", "told to nobody"] as const;
const owners = [
  "nobody",
  "a proved account",
  "an unproved account",
  "a disabled account",
  "a locked account",
  "a disabled, unproved account",
  "a locked, unproved account",
] as const;
const signups = ["makes accounts", "makes none", "makes none for the domain"] as const;
const links = ["asks", "links by itself"] as const;

interface Case {
  readonly person: (typeof known)[number];
  readonly address: (typeof addresses)[number];
  readonly owner: (typeof owners)[number];
  readonly signup: (typeof signups)[number];
  readonly linking: (typeof links)[number];
}
const cases: Case[] = known.flatMap((person) =>
  addresses.flatMap((address) =>
    owners.flatMap((owner) =>
      signups.flatMap((signup) =>
        links.map((linking) => ({ person, address, owner, signup, linking })),
      ),
    ),
  ),
);

/** The effect of a sign-in: the answer, the events, the rows that are more or less than before, and the mails to the owner. */
interface Effect {
  readonly outcome: string;
  readonly events: readonly string[];
  /** Of the whole database, by table; of challenges, by purpose. */
  readonly rows: Readonly<Record<string, number>>;
  readonly mails: number;
}

const effects = {
  denied: { outcome: "provider_denied", events: ["login_failed"], rows: {}, mails: 0 },
  letIn: { outcome: "pending", events: ["login_pending"], rows: { login: 1 }, mails: 0 },
  unverified: {
    outcome: "provider_email_unverified",
    events: ["provider_login_failed"],
    rows: {},
    mails: 0,
  },
  closed: { outcome: "signup_closed", events: ["signup_failed"], rows: {}, mails: 0 },
  made: {
    outcome: "pending",
    events: ["signup", "email_verified", "identity_linked", "login_pending"],
    rows: { users: 1, identities: 1, login: 1 },
    mails: 0,
  },
  collision: {
    outcome: "identity_collision",
    events: ["identity_collision"],
    rows: { identity_claim: 1 },
    mails: 0,
  },
  linked: {
    outcome: "pending",
    events: ["identity_linked", "login_pending"],
    rows: { identities: 1, login: 1 },
    mails: 1,
  },
  // Its session, its device and the identity that was linked to it are gone; a new identity has come.
  claimed: {
    outcome: "pending",
    events: [
      "identity_removed",
      "session_revoked",
      "email_verified",
      "identity_linked",
      "login_pending",
    ],
    rows: { sessions: -1, devices: -1, login: 1 },
    mails: 1,
  },
} satisfies Record<string, Effect>;

/** As decision 19 has it. */
function decided({ person, address, owner, signup, linking }: Case): Effect {
  const isKeptOut = owner.includes("disabled") || owner.includes("locked");
  if (person === "known") return isKeptOut ? effects.denied : effects.letIn;
  if (address !== "vouched for") return effects.unverified;
  if (owner === "nobody") return signup === "makes accounts" ? effects.made : effects.closed;
  if (owner.includes("unproved")) return isKeptOut ? effects.denied : effects.claimed;
  if (linking === "asks") return effects.collision;
  return isKeptOut ? effects.denied : effects.linked;
}

const settings: Readonly<Record<(typeof owners)[number], string>> = {
  nobody: "email_verified = 1",
  "a proved account": "email_verified = 1",
  "an unproved account": "email_verified = 0",
  "a disabled account": "email_verified = 1, disabled = 1",
  "a locked account": "email_verified = 1, locked_until = 9e15",
  "a disabled, unproved account": "email_verified = 0, disabled = 1",
  "a locked, unproved account": "email_verified = 0, locked_until = 9e15",
};

let domain: Domain;
beforeAll(async () => {
  domain = await openDomain();
});

let made = 0;

/** An account with a session, a device, and an identity of another provider. `isPerson`: the person is linked to it too. */
async function accountWith(email: string, owner: Case["owner"], isPerson: string | undefined) {
  const user = await domain.newUser(email);
  await logInByCookie(domain, user);
  const insert = domain.deps.storage.identities.insert;
  expect(await insert(anIdentity(user, { provider: "before" }))).toBe(true);
  if (isPerson !== undefined)
    expect(await insert(anIdentity(user, { provider: "acme", subject: isPerson }))).toBe(true);
  domain.sql(`UPDATE users SET ${settings[owner]} WHERE id = ?`, user.id);
  return user;
}

function providerOf({ signup, linking }: Case): { provider: TestProvider; deps: Dependencies } {
  const provider = aProvider({
    makesAccounts: signup !== "makes none",
    linking: linking === "asks" ? "ask" : "verified",
  });
  const emailDomains =
    signup === "makes none for the domain" ? new Set(["other.example"]) : undefined;
  const deps = withProviders({ ...domain.deps, signup: { mode: "open", emailDomains } }, provider);
  return { provider, deps };
}

const tables = ["users", "identities", "sessions", "devices"] as const;
function countRows(): Record<string, number> {
  const counts = tables.map((table) => [
    table,
    Number(domain.sql(`SELECT count(*) AS n FROM ${table}`)[0]?.["n"]),
  ]);
  const purposes = domain.sql("SELECT purpose, count(*) AS n FROM challenges GROUP BY purpose");
  return Object.fromEntries([
    ...counts,
    ...purposes.map(({ purpose, n }) => [String(purpose), Number(n)]),
  ]);
}

/** The rows of before and after that are not as many, by how many. */
function difference(before: Record<string, number>, after: Record<string, number>) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changes = names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

const countMails = () => domain.sql("SELECT id FROM mails WHERE finished_at IS NULL").length;
const countEvents = () => domain.sql("SELECT id FROM events").length;
const eventsSince = (count: number) =>
  domain
    .sql("SELECT event FROM events ORDER BY timestamp, id LIMIT -1 OFFSET ?", count)
    .map(({ event }) => String(event));

/** The account as it is kept, without what any sign-in may change. */
const accountRows = (userId: string) => [
  domain.sql("SELECT * FROM users WHERE id = ?", userId),
  domain.sql("SELECT id FROM sessions WHERE user_id = ?", userId),
  domain.sql("SELECT provider, subject FROM identities WHERE user_id = ? ORDER BY id", userId),
];

describe.each(cases)(
  "FD-07 somebody $person, whose address is $address; $owner has it; the provider $signup and $linking",
  (the) => {
    test("FD-06 FD-07 ends as was decided: the answer, the events, the rows and the mails", async () => {
      const expected = decided(the);
      const { provider, deps } = providerOf(the);
      const email = `case-${(made += 1)}@example.com`;
      const subject = `subject-${made}`;
      const isKnown = the.person === "known";
      const owner =
        the.owner === "nobody"
          ? undefined
          : await accountWith(email, the.owner, isKnown ? subject : undefined);
      // The person is somebody else's, whose address is another.
      const elsewhere =
        isKnown && owner === undefined
          ? await accountWith(`elsewhere-${made}@example.com`, "nobody", subject)
          : undefined;
      const account = owner ?? elsewhere;
      const before = { rows: countRows(), events: countEvents(), mails: countMails() };
      const kept = account && accountRows(account.id);

      const addressSaid = {
        "vouched for": { email, verified: true },
        "not vouched for": { email, verified: false },
        "told to nobody": null,
      }[the.address];
      const outcome = await signInAt(deps, provider, { subject, address: addressSaid });

      expect("failure" in outcome ? outcome.failure : "pending").toBe(expected.outcome);
      expect(eventsSince(before.events)).toEqual(expected.events);
      expect(difference(before.rows, countRows())).toEqual(expected.rows);
      expect(countMails() - before.mails).toBe(expected.mails);
      // Nobody's address is asked for who is known.
      expect(provider.addresses()).toBe(isKnown ? 0 : 1);
      if (expected === effects.claimed) {
        expectClaimed(owner, subject);
        return;
      }
      if (expected === effects.made) {
        expectMade(email, subject);
        return;
      }
      // By a link an identity comes, and nothing else is another.
      if (account && expected !== effects.linked) expect(accountRows(account.id)).toEqual(kept);
      if (!("failure" in outcome))
        expect(
          domain.sql(
            "SELECT user_id FROM identities WHERE issuer = 'https://acme.example' AND subject = ?",
            subject,
          ),
        ).toEqual([{ user_id: account?.id }]);
    });
  },
);

/** Nothing is left of whoever made the account, and the person is its owner (EM-06). */
function expectClaimed(user: User | undefined, subject: string) {
  const [row] = domain.sql(
    "SELECT email_verified, password_hash FROM users WHERE id = ?",
    user?.id ?? "",
  );
  expect(row).toEqual({ email_verified: 1, password_hash: null });
  expect(
    domain.sql("SELECT provider, subject FROM identities WHERE user_id = ?", user?.id ?? ""),
  ).toEqual([{ provider: "acme", subject }]);
}

function expectMade(email: string, subject: string) {
  const [row] = domain.sql(
    "SELECT id, email_verified, password_hash, role FROM users WHERE email = ?",
    email,
  );
  expect(row).toMatchObject({ email_verified: 1, password_hash: null, role: "user" });
  expect(
    domain.sql("SELECT subject, email FROM identities WHERE user_id = ?", String(row?.["id"])),
  ).toEqual([{ subject, email }]);
}

const identitiesOf = (userId: string) =>
  domain.sql("SELECT provider, subject FROM identities WHERE user_id = ?", userId);

describe("FD-06 a person is an issuer and a subject", () => {
  test("FD-06 whose address at the provider becomes another stays the same account's, and makes no other", async () => {
    const provider = aProvider();
    const deps = withProviders(domain.deps, provider);
    loginTokenAt(await signInAt(deps, provider, vouchedFor("first@example.net", "moving")));
    const accounts = countRows()["users"];
    loginTokenAt(await signInAt(deps, provider, vouchedFor("second@example.net", "moving")));
    expect(countRows()["users"]).toBe(accounts);
    expect(domain.sql("SELECT id FROM users WHERE email = 'second@example.net'")).toEqual([]);
  });

  test("FD-06 somebody else who gets that address at the provider does not get in", async () => {
    const provider = aProvider();
    const deps = withProviders(domain.deps, provider);
    const email = "given-away@example.net";
    loginTokenAt(await signInAt(deps, provider, vouchedFor(email, "the first owner")));
    const outcome = await signInAt(deps, provider, vouchedFor(email, "the next owner"));
    expect(outcome).toMatchObject({ failure: "identity_collision" });
    expect(domain.sql("SELECT id FROM identities WHERE subject = 'the next owner'")).toEqual([]);
  });

  test.each(["of-acme", "OF-ACME", "of-acme ", "of-acme\u0000"])(
    "FD-06 %j of one issuer is nobody of another, and no other spelling of it",
    async (subject) => {
      const acme = aProvider();
      const other = aProvider({ id: "other" });
      const deps = withProviders(domain.deps, acme, other);
      const owner = await domain.newUser();
      await domain.deps.storage.identities.insert(
        anIdentity(owner, { subject: "of-acme", issuer: `https://acme.example/${owner.id}` }),
      );
      const who: Somebody = { subject, address: null };
      expect(await signInAt(deps, other, who)).toEqual({ failure: "provider_email_unverified" });
      expect(identitiesOf(owner.id)).toHaveLength(1);
    },
  );

  test("FD-06 one issuer behind two providers of the settings is one person", async () => {
    const web = aProvider({ id: "web", issuer: "https://same.example" });
    const app = aProvider({ id: "app", issuer: "https://same.example" });
    const deps = withProviders(domain.deps, web, app);
    const who = vouchedFor("one@example.net", "one");
    loginTokenAt(await signInAt(deps, web, who));
    const accounts = countRows()["users"];
    loginTokenAt(await signInAt(deps, app, who));
    expect(countRows()["users"]).toBe(accounts);
  });
});

test("FD-06 somebody who is unlinked while they sign in does not get in", async () => {
  const provider = aProvider();
  const deps = withProviders(domain.deps, provider);
  const owner = await domain.newUser();
  const { identities } = deps.storage;
  await identities.insert(anIdentity(owner, { provider: "acme", subject: "unlinked meanwhile" }));
  const storage: Dependencies["storage"] = {
    ...deps.storage,
    identities: {
      ...identities,
      async findByPerson(person) {
        const found = await identities.findByPerson(person);
        domain.sql("DELETE FROM identities WHERE user_id = ?", owner.id);
        return found;
      },
    },
  };
  const who: Somebody = { subject: "unlinked meanwhile", address: null };
  const outcome = await signInAt({ ...deps, storage }, provider, who);
  expect(outcome).toEqual({ failure: "provider_email_unverified" });
  expect(domain.sql("SELECT id FROM challenges WHERE user_id = ?", owner.id)).toEqual([]);
});

test("FD-06 a login that began at a provider says at which, in its event and in its session", async () => {
  const provider = aProvider({ id: "told" });
  const deps = withProviders(domain.deps, aProvider(), provider);
  const loginToken = loginTokenAt(await signInAt(deps, provider, vouchedFor("told@example.net")));
  const finish = {
    loginToken,
    step: { method: "none" },
    client: CLIENT,
    deviceSecrets: [],
  } as const;
  expect(await finishLogin(deps, domain.at(), finish, undefined)).toHaveProperty("user");
  expect(storedEvents(domain, "login_success").at(-1)).toMatchObject({
    methods: ["provider"],
    provider: "told",
  });
  const sessions = domain.sql(
    "SELECT methods FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = 'told@example.net')",
  );
  expect(sessions).toEqual([{ methods: "provider" }]);
});

test("FD-07 a provider that does not answer about the address makes no account, and says so", async () => {
  const provider = aProvider();
  const deps = withProviders(domain.deps, provider);
  const before = countRows();
  const silent: Somebody = {
    subject: "silent",
    address: { fault: "unavailable", why: "timeout" },
  };
  expect(await signInAt(deps, provider, silent)).toEqual({ failure: "provider_unavailable" });
  const lying: Somebody = { subject: "lying", address: { fault: "token", why: "no_json" } };
  expect(await signInAt(deps, provider, lying)).toEqual({
    failure: "provider_denied",
    reason: "invalid_answer",
  });
  expect(difference(before, countRows())).toEqual({});
  expect(storedEvents(domain, "provider_login_failed").slice(-2)).toMatchObject([
    { reason: "unavailable", why: "timeout", userId: null },
    { reason: "token", why: "no_json", userId: null },
  ]);
});

test("FD-07 EM-08 an address that its last owner may take back makes no account", async () => {
  const provider = aProvider();
  const deps = withProviders(domain.deps, provider);
  const owner = await domain.newUser();
  const { challenge } = prepareChallenge(deps, domain.at(), {
    purpose: "email_change_undo",
    lifetimeSeconds: 60,
    userId: owner.id,
    subject: "left@example.net",
    by: ["link"],
  });
  await deps.storage.challenges.save(owner.id, challenge);
  const before = countRows();
  const outcome = await signInAt(deps, provider, vouchedFor("left@example.net"));
  expect(outcome).toEqual({ failure: "email_taken" });
  expect(difference(before, countRows())).toEqual({});
  expect(storedEvents(domain, "signup_failed").at(-1)).toMatchObject({ reason: "email_taken" });
});

test("EM-08 undoing a change of address removes the identities that were linked since, and leaves those of before", async () => {
  const provider = aProvider();
  const later = aProvider({ id: "later" });
  const deps = withProviders(domain.deps, provider, later);
  const user = await domain.newUser();
  const asking = await logInByCookie(domain, user);
  expect(await linkAt(deps, provider, asking, vouchedFor(user.email, "before"))).toHaveProperty(
    "identity",
  );
  const { challenge, linkToken } = prepareChallenge(deps, domain.at(NOW + 1000), {
    purpose: "email_change_undo",
    lifetimeSeconds: 600,
    userId: user.id,
    subject: user.email,
    by: ["link"],
  });
  await deps.storage.challenges.save(user.id, challenge);
  const thief = vouchedFor("thief@example.net", "the thief");
  await linkAt(deps, later, asking, thief, domain.at(NOW + 2000));
  expect(identitiesOf(user.id)).toHaveLength(2);

  expect(await undoEmailChange(deps, domain.at(NOW + 3000), linkToken)).toBe("undone");

  expect(identitiesOf(user.id)).toEqual([{ provider: "acme", subject: "before" }]);
  expect(storedEvents(domain, "identity_removed").at(-1)).toMatchObject({
    provider: "later",
    by: "email_change_undo",
  });
  loginTokenAt(await signInAt(deps, later, thief)); // to an account of the thief's own
  expect(identitiesOf(user.id)).toHaveLength(1);
});
