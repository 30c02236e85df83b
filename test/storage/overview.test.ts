/** The counts of an overview, and the search for accounts, on both databases. */
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../src/contract/events.ts";
import { NOW } from "../support/clock.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { aUser, HASH } from "../support/rows.ts";

type Kind =
  "login_success" | "login_failed" | "second_factor_failed" | "signup" | "login_locked" | "logout";

function anEvent(event: Kind, at: number, ip: string | null = "203.0.113.7"): StoredEvent {
  const id = uuidv7();
  const base = {
    level: "info",
    timestamp: new Date(at).toISOString(),
    requestId: null,
    ip,
  } as const;
  const email = "ada@example.com";
  switch (event) {
    case "login_success":
      return { ...base, event, userId: id, email, method: "session" };
    case "login_failed":
      return { ...base, event, level: "warn", userId: null, email, reason: "user_not_found" };
    case "second_factor_failed":
      return { ...base, event, level: "warn", userId: id, kind: "totp", reason: "wrong" };
    case "signup":
      return { ...base, event, userId: id, email };
    case "login_locked":
      return { ...base, event, level: "warn", email, lockedUntil: base.timestamp };
    case "logout":
      return { ...base, event, userId: id };
  }
}

describe.each(databases)("an overview on $name", ({ create }) => {
  const test = eachTestOpens(create);
  const happened = async (...events: StoredEvent[]) => {
    for (const event of events) await test.storage.events.insert(uuidv7(), event);
  };

  it("counts what it is about, from the first instant to before the last", async () => {
    await happened(
      anEvent("login_success", NOW - 1),
      anEvent("login_success", NOW),
      anEvent("login_success", NOW + 9),
      anEvent("login_success", NOW + 10),
      anEvent("login_failed", NOW),
      anEvent("second_factor_failed", NOW),
      anEvent("signup", NOW),
      anEvent("login_locked", NOW),
      anEvent("logout", NOW),
    );
    expect(await test.storage.events.tally(NOW, NOW + 10, 100)).toEqual({
      signedIn: 2,
      refused: 2,
      signedUp: 1,
      locked: 1,
    });
    const empty = { signedIn: 0, refused: 0, signedUp: 0, locked: 0 };
    expect(await test.storage.events.tally(NOW + 100, NOW + 200, 100)).toEqual(empty);
  });

  it("counts no more of a kind than it is told to", async () => {
    await happened(...Array.from({ length: 5 }, () => anEvent("login_failed", NOW)));
    expect(await test.storage.events.tally(NOW, NOW + 1, 3)).toMatchObject({ refused: 3 });
  });

  it("finds the address with the most refusals among the newest of each kind", async () => {
    expect(await test.storage.events.findBusiest(NOW, 10)).toBeUndefined();
    await happened(
      ...[1, 2, 3].map((after) => anEvent("login_failed", NOW + after, "192.0.2.1")),
      anEvent("login_failed", NOW + 4, "192.0.2.2"),
      anEvent("second_factor_failed", NOW + 5, "192.0.2.2"),
      anEvent("login_failed", NOW - 1, "192.0.2.2"),
      anEvent("login_failed", NOW - 1, "192.0.2.2"),
      anEvent("login_failed", NOW + 5, null),
      anEvent("login_success", NOW + 5, "192.0.2.2"),
    );
    const busiest = (most: number) => test.storage.events.findBusiest(NOW, most);
    expect(await busiest(10)).toEqual({ ip: "192.0.2.1", refused: 3 });
    expect(await busiest(2)).toEqual({ ip: "192.0.2.2", refused: 2 });
  });
});

describe.each(databases)("a search for accounts on $name", ({ create }) => {
  const test = eachTestOpens(create);

  it("finds a part of the name or the address, in small letters or capitals, and takes it literally", async () => {
    const names = ["Ägidius Ölmann", "anna_maria", "100 % Ada", "ÉMILE", null];
    for (const [index, name] of names.entries())
      await test.storage.users.insert(aUser({ name, email: `mail-${index}@example.com` }), HASH);
    const found = async (text: string) =>
      (await test.storage.users.search({ text }, 20, undefined, undefined)).map(({ name }) => name);
    expect(await found("ägid")).toEqual(["Ägidius Ölmann"]);
    expect(await found("ÖLMANN")).toEqual(["Ägidius Ölmann"]);
    expect(await found("émile")).toEqual(["ÉMILE"]);
    expect(await found("A_M")).toEqual(["anna_maria"]);
    expect(await found("0 %")).toEqual(["100 % Ada"]);
    expect(await found("a!m")).toEqual([]);
    expect(await found("MAIL-4@")).toEqual([null]);
    expect(await found("example.com")).toEqual(names);
  });

  it("goes as far as it is told to, in order, and takes the other filters too", async () => {
    const users = Array.from({ length: 5 }, (_, index) =>
      aUser({ email: `ada-${index}@example.com`, disabled: index === 2 }),
    ).sort((one, other) => (one.id < other.id ? -1 : 1));
    for (const user of users) await test.storage.users.insert(user, HASH);
    const ids = users.map(({ id }) => id);
    const { search, findIdAt } = test.storage.users;
    const idsOf = async (...how: Parameters<typeof search>) =>
      (await search(...how)).map(({ id }) => id);
    expect(await idsOf({ text: "ada" }, 20, ids[0], ids[3])).toEqual(ids.slice(1, 4));
    expect(await idsOf({ text: "ada" }, 2, undefined, undefined)).toEqual(ids.slice(0, 2));
    const disabled = users.filter((user) => user.disabled).map(({ id }) => id);
    const narrow = { text: "ada", disabled: true, emailPrefix: "ada-2", role: "user" } as const;
    expect(await idsOf(narrow, 20, undefined, undefined)).toEqual(disabled);
    expect(await findIdAt(2, ids[0])).toBe(ids[2]);
    expect(await findIdAt(5, ids[0])).toBeUndefined();
  });
});
