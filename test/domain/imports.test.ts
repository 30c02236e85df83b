import { hashSync } from "bcryptjs";
import { describe, expect, it } from "vitest";
import { createEventLog } from "../../src/routes/event-log.ts";
import type { LogEvent } from "../../src/contract/events.ts";
import type { ImportedAccount } from "../../src/contract/imports.ts";
import { commit } from "../../src/domain/change.ts";
import type { Journal, Occasion } from "../../src/domain/ports/events.ts";
import { importAccounts, rehearseImport } from "../../src/domain/imports.ts";
import { newId } from "../../src/platform/ids.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { anAdmin, aUser, HASH } from "../support/rows.ts";

const passwordHash = hashSync("brought from elsewhere", 4); // its cost is no matter of the domain's
const occasion: Occasion = { requestId: null, ip: null, now: NOW };

function account(name: string, overrides: Partial<ImportedAccount> = {}): ImportedAccount {
  return {
    email: `${name}@example.com`,
    passwordHash,
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
  const importAll = (accounts: readonly ImportedAccount[]) =>
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
});
