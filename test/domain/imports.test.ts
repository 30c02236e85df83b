import { hashSync } from "bcryptjs";
import { describe, expect, it } from "vitest";
import { createEventLog } from "../../src/routes/event-log.ts";
import type { LogEvent } from "../../src/contract/events.ts";
import { commit } from "../../src/domain/change.ts";
import type { Journal, Occasion } from "../../src/domain/ports/events.ts";
import { type AccountToImport, importAccounts, rehearseImport } from "../../src/domain/imports.ts";
import type { Provider } from "../../src/domain/ports/providers.ts";
import { beginFlow } from "../../src/domain/provider-flows.ts";
import { completeProviderLogin } from "../../src/domain/provider-logins.ts";
import { newId } from "../../src/platform/ids.ts";
import { dependenciesOn } from "../support/domain.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { anAdmin, aUser, HASH } from "../support/rows.ts";

const passwordHash = hashSync("brought from elsewhere", 4); // its cost is no matter of the domain's
const occasion: Occasion = { requestId: null, ip: null, now: NOW };

function account(name: string, overrides: Partial<AccountToImport> = {}): AccountToImport {
  return {
    email: `${name}@example.com`,
    passwordHash,
    identities: [],
    role: "user",
    disabled: false,
    emailVerified: false,
    ...overrides,
  };
}

describe.each(databases)("imports on $name", ({ create }) => {
  const test = eachTestOpens(create);
  const printed: LogEvent[] = [];
  const journal = (): Journal => ({
    storage: test.storage,
    log: createEventLog((event) => printed.push(event), false),
    newId,
  });
  const importAll = (accounts: readonly AccountToImport[]) =>
    importAccounts(journal(), occasion, accounts);

  it("LA-06 makes accounts as they were elsewhere, each with its event, none of which holds a hash", async () => {
    printed.length = 0;
    const outcomes = await importAll([
      account("ada", { role: "admin", createdAt: Date.parse("2020-01-02T03:04:05.006Z") }),
      account("grace", { disabled: true }),
    ]);
    expect(outcomes).toEqual(["imported", "imported"]);

    const users = await test.storage.users.list({}, 10, undefined);
    expect(users).toMatchObject([
      { email: "ada@example.com", role: "admin", disabled: false, createdAt: 1_577_934_245_006 },
      { email: "grace@example.com", role: "user", disabled: true, createdAt: NOW },
    ]);
    expect((await test.storage.users.findByEmail("ada@example.com"))?.passwordHash).toBe(
      passwordHash,
    );
    const stored = await test.storage.events.list({}, 10, undefined);
    expect(stored.map(({ event }) => event).toReversed()).toEqual(printed);
    expect(printed).toMatchObject(
      users.map(({ id, email }) => ({ event: "signup", userId: id, email, requestId: null })),
    );
    expect(JSON.stringify(printed)).not.toContain(passwordHash);
  });

  it("ids are of the instant the account was made: the list stays oldest first", async () => {
    const dates = ["2024-05-01T00:00:00.000Z", "2019-05-01T00:00:00.000Z", undefined];
    await importAll(
      dates.map((createdAt, index) =>
        account(`p${index}`, createdAt ? { createdAt: Date.parse(createdAt) } : {}),
      ),
    );
    const users = await test.storage.users.list({}, 10, undefined);
    expect(users.map(({ email }) => email.slice(0, 2))).toEqual(["p1", "p0", "p2"]);
  });

  it("an address that has an account keeps it as it is, whatever the file says, and nothing is recorded", async () => {
    const admin = anAdmin({ email: "ada@example.com" });
    await test.storage.users.insert(admin, HASH);
    const file = [account("ada", { disabled: true }), account("grace"), account("grace")];
    expect(await importAll(file)).toEqual([{ takenBy: admin }, "imported", "made_before"]);
    expect(await importAll(file)).toEqual([{ takenBy: admin }, "made_before", "made_before"]);
    expect(await test.storage.users.findByEmail("ada@example.com")).toMatchObject({
      user: admin,
      passwordHash: HASH,
    });
    expect(await test.storage.events.list({}, 10, undefined)).toHaveLength(1);
  });

  it("AZ-08 an account of an import is known again though its owner has logged in, and a stranger's is not taken for one", async () => {
    const createdAt = Date.UTC(2024, 1, 29, 12);
    const file = [account("ada"), account("grace", { createdAt })];
    await importAll(file);
    for (const { email } of file) {
      const { user } = (await test.storage.users.findByEmail(email)) ?? { user: { id: "" } };
      await test.storage.users.setPasswordHash(user.id, HASH);
    }
    const stranger = aUser({ email: "linus@example.com" });
    await test.storage.users.insert(stranger, HASH);
    const event = { userId: stranger.id, email: stranger.email, role: "user", by: "user" } as const;
    await commit(journal(), occasion, ({ record }) => record("signup", event));
    const again = [...file, account("linus", { createdAt })];
    const outcomes = ["made_before", "made_before", { takenBy: stranger }];
    expect(await rehearseImport(journal(), occasion, again)).toEqual(outcomes);
    expect(await importAll(again)).toEqual(outcomes);
  });

  it("two imports of one file at once leave one account and one event each", async () => {
    const file = Array.from({ length: 50 }, (_, index) => account(`p${index}`));
    const outcomes = await Promise.all([importAll(file), importAll(file.toReversed())]);
    expect(outcomes.flat().filter((outcome) => outcome === "imported")).toHaveLength(50);
    expect(await test.storage.users.list({}, 100, undefined)).toHaveLength(50);
    expect(await test.storage.events.list({}, 100, undefined)).toHaveLength(50);
  });

  it("an account from the future or from before 1970 is refused, and those beside it are not", async () => {
    const outcomes = await importAll([
      account("future", { createdAt: NOW + 1 }),
      account("now", { createdAt: NOW }),
      account("past", { createdAt: -1 }),
    ]);
    expect(outcomes).toEqual(["impossible_date", "imported", "impossible_date"]);
  });

  it("LA-06 a batch that fails leaves no account and no event of it", async () => {
    const broken = { ...account("broken"), role: null as unknown as "user" }; // what no schema lets through
    await expect(importAll([account("ada"), broken])).rejects.toThrow();
    expect(await test.storage.users.list({}, 10, undefined)).toEqual([]);
    expect(await test.storage.events.list({}, 10, undefined)).toEqual([]);
  });

  it("a rehearsal says the same and writes nothing", async () => {
    const admin = anAdmin({ email: "ada@example.com" });
    await test.storage.users.insert(admin, HASH);
    const file = [
      account("ada"),
      account("grace"),
      account("future", { createdAt: Date.parse("2999-01-01T00:00:00.000Z") }),
    ];
    const rehearsed = await rehearseImport(journal(), occasion, file);
    expect(await test.storage.users.list({}, 10, undefined)).toHaveLength(1);
    expect(await test.storage.events.list({}, 10, undefined)).toEqual([]);
    expect(rehearsed).toEqual([{ takenBy: admin }, "imported", "impossible_date"]);
    expect(await importAll(file)).toEqual(rehearsed);
  });

  describe("those at providers who sign in to an account", () => {
    const GOOGLE = "https://accounts.google.com";
    const google = (subject: string) => ({ provider: "google", issuer: GOOGLE, subject });
    const github = (subject: string) => ({
      provider: "github",
      issuer: "https://github.com",
      subject,
    });
    const only = (...identities: AccountToImport["identities"]) => ({
      passwordHash: undefined,
      identities,
    });
    const found = async (email: string) => {
      const owner = await test.storage.users.findByEmail(email);
      return owner && { ...owner, identities: await test.storage.identities.list(owner.user.id) };
    };

    it("LA-06 come along, beside a password or in its place, each with its event", async () => {
      printed.length = 0;
      const outcomes = await importAll([
        account("ada", only(google("1"), github("2"))),
        account("grace", { identities: [google("3")] }),
        account("linus"),
      ]);
      expect(outcomes).toEqual(["imported", "imported", "imported"]);
      const [ada, grace, linus] = await Promise.all(
        ["ada", "grace", "linus"].map((name) => found(`${name}@example.com`)),
      );
      const asStored = { email: null, createdAt: NOW, lastUsedAt: null };
      expect(ada).toMatchObject({
        passwordHash: null,
        identities: [
          { ...google("1"), ...asStored },
          { ...github("2"), ...asStored },
        ],
      });
      expect(grace).toMatchObject({ passwordHash, identities: [google("3")] });
      expect(linus).toMatchObject({ passwordHash, identities: [] });
      const linked = printed.filter(({ event }) => event === "identity_linked");
      expect(linked).toMatchObject([
        { userId: ada?.user.id, provider: "google", by: "command", requestId: null },
        { userId: ada?.user.id, provider: "github", by: "command" },
        { userId: grace?.user.id, provider: "google", by: "command" },
      ]);
    });

    it("FD-06 keep a line out where one of them signs in to another account, which stays as it is", async () => {
      await importAll([account("ada", only(google("1")))]);
      const { user: ada } = (await found("ada@example.com")) ?? {};
      const events = await test.storage.events.list({}, 20, undefined);
      const file = [
        account("other", only(github("9"), google("1"))),
        account("beside", only(google("2"))),
      ];
      const outcomes = [{ personOf: ada }, "imported"];
      expect(await rehearseImport(journal(), occasion, file)).toEqual(outcomes);
      expect(await test.storage.events.list({}, 20, undefined)).toEqual(events);
      expect(await importAll(file)).toEqual(outcomes);
      expect(await found("other@example.com")).toBeUndefined();
      expect(
        await test.storage.identities.findByPerson({ issuer: GOOGLE, subject: "1" }),
      ).toMatchObject({ user: { id: ada?.id } });
      // Of nobody: the identity that was free is so still.
      expect(await test.storage.identities.findByPerson(github("9"))).toBeUndefined();
      const later = await test.storage.events.list({}, 20, undefined);
      expect(later.length).toBe(events.length + 2); // `signup` and `identity_linked` of one
    });

    it("are made once by two imports at once, of two addresses and one person", async () => {
      const files = ["ada", "grace"].map((name) =>
        Array.from({ length: 20 }, (_, index) =>
          account(`${name}-${index}`, only(google(String(index)))),
        ),
      );
      const outcomes = (await Promise.all(files.map(importAll))).flat();
      expect(outcomes.filter((outcome) => outcome === "imported")).toHaveLength(20);
      expect(outcomes.filter((outcome) => typeof outcome === "object")).toHaveLength(20);
      expect(await test.storage.users.list({}, 100, undefined)).toHaveLength(20);
    });

    it("are known again, though nobody can tell it by a password or a date", async () => {
      const file = [account("ada", only(google("1")))];
      const stranger = aUser({ email: "ada@example.com" });
      await test.storage.users.insert(stranger, null);
      expect(await importAll(file)).toEqual([{ takenBy: stranger }]);
      const row = { ...google("1"), id: newId(NOW), userId: stranger.id, email: null };
      await test.storage.identities.insert({ ...row, createdAt: NOW });
      expect(await importAll(file)).toEqual(["made_before"]);
    });

    it.each([true, false])(
      "FD-07 sign in by the provider without a collision, at an address that is proved (%j)",
      async (emailVerified) => {
        const told: LogEvent[] = [];
        const deps = await dependenciesOn(test.storage, (event) => told.push(event));
        const signIn = async (email: string, subject: string) => {
          const provider = providerOf({ issuer: GOOGLE, subject, email });
          const begun = await beginFlow(deps, occasion, {
            provider,
            returnTo: undefined,
            redirectUri: undefined,
          });
          if (typeof begun === "string" || "failure" in begun) throw new Error("It did not begin");
          const state = new URL(begun.authorizationUrl).searchParams.get("state") ?? "";
          const { challengeToken } = begun;
          const answer = { challengeToken, state, came: { code: "a" }, deviceSecrets: [] };
          return completeProviderLogin(deps, occasion, provider, answer);
        };
        await importAll([
          account("ada", { ...only(google("1")), emailVerified }),
          account("grace", { emailVerified: true }),
        ]);
        const ada = await found("ada@example.com");
        expect(await signIn("ada@example.com", "1")).toMatchObject({
          pending: { loginToken: expect.any(String), secondFactors: [] },
        });
        expect(told).toMatchObject([{ event: "login_pending", userId: ada?.user.id }]);
        // It is the account of before, and no one cleaned it and took it over.
        expect(await found("ada@example.com")).toMatchObject({
          user: { id: ada?.user.id, emailVerified },
          identities: [{ ...google("1"), lastUsedAt: NOW }],
        });
        // A person who was not brought along has to sign in first.
        expect(await signIn("grace@example.com", "2")).toMatchObject({
          failure: "identity_collision",
        });
      },
    );
  });
});

/** A provider that has sent this person, with a proved address. */
function providerOf(person: { issuer: string; subject: string; email: string }): Provider {
  return {
    id: "google",
    name: "Google",
    kind: "google",
    makesAccounts: true,
    linking: "ask",
    redirectUri: "https://auth.example.com/login/providers/google/callback",
    otherRedirectUris: new Set(),
    begin: async (redirectUri, state) => ({
      authorizationUrl: `${person.issuer}/authorize?state=${state}`,
      state,
      verifier: "v".repeat(43),
      redirectUri,
      issuer: person.issuer,
      promisesIssuer: false,
    }),
    identify: async () => ({
      issuer: person.issuer,
      subject: person.subject,
      address: async () => ({ email: person.email, verified: true }),
    }),
  };
}
