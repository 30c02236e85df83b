import { createSecretKey } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { listEvents, listOwnEvents } from "../../src/domain/audit.ts";
import { sealCursor } from "../../src/domain/cursors.ts";
import { commit } from "../../src/domain/change.ts";
import type { EventFilter } from "../../src/domain/ports/event-store.ts";
import { listSessions } from "../../src/domain/own-sessions.ts";
import { listUsers } from "../../src/domain/users.ts";
import { respell } from "../support/base64url.ts";
import { logInByCookie } from "../support/logins.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, openDomain } from "../support/domain.ts";

const ADA = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42";
const GRACE = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43";

let domain: Domain;
beforeEach(async () => {
  domain = await openDomain();
});

/** Each event carries the id of a request of its own: that is how it is known again. */
async function happen(name: "logout" | "user_unlocked", userId: string, now: number) {
  const occasion = domain.at(now);
  await commit(domain.deps, occasion, ({ record }) =>
    name === "logout" ? record(name, { userId }) : record(name, { userId, actorId: GRACE }),
  );
  return String(occasion.requestId);
}

async function page(filter: EventFilter, limit: number, cursor?: string) {
  const found = await listEvents(domain.deps, filter, limit, cursor);
  if (found === undefined) throw new Error("A cursor of this list was refused");
  return { ids: found.items.map(({ event }) => event.requestId), nextCursor: found.nextCursor };
}

/** All pages; `between` is done after each. */
async function allPages(filter: EventFilter, limit: number, between = async () => {}) {
  const ids: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const { ids: more, nextCursor } = await page(filter, limit, cursor);
    expect(more.length).toBeLessThanOrEqual(limit);
    ids.push(...more);
    cursor = nextCursor ?? undefined;
    await between();
  } while (cursor !== undefined);
  return ids;
}

test("events are listed newest first, also those of one millisecond", async () => {
  const made: string[] = [];
  for (const now of [NOW, NOW, NOW + 1, NOW + 1, NOW + 1, NOW + 5])
    made.push(await happen("logout", ADA, now));
  expect((await page({}, 50)).ids).toEqual(made.toReversed());
});

test("an event written later with an earlier time is listed where its time is", async () => {
  const [late, early] = [await happen("logout", ADA, NOW + 9), await happen("logout", ADA, NOW)];
  expect((await page({}, 50)).ids).toEqual([late, early]);
});

test.each([1, 2, 3, 7, 12, 13])(
  "pages of %i events leave out and repeat nothing while new events arrive",
  async (limit) => {
    const made: string[] = [];
    for (let index = 0; index < 12; index += 1)
      made.push(await happen("logout", ADA, NOW + Math.floor(index / 4)));
    let later = 3;
    const arrive = async () => {
      await happen("logout", ADA, NOW + (later += 1));
      await happen("logout", GRACE, NOW + 2); // as late as the newest there is
    };
    expect(await allPages({}, limit, arrive)).toEqual(made.toReversed());
  },
);

test("a full last page of events has no next one", async () => {
  await happen("logout", ADA, NOW);
  await happen("logout", ADA, NOW);
  expect((await page({}, 2)).nextCursor).toBeNull();
  expect(await page({ userId: GRACE }, 2)).toEqual({ ids: [], nextCursor: null });
});

describe("the filters of events must all match", () => {
  const names = ["logout", "user_unlocked"] as const;
  const users = [ADA, GRACE];
  const instants = [NOW, NOW + 1000, NOW + 2000];
  const orNone = <T>(values: readonly T[]) => [undefined, ...values];
  const filters = orNone(names).flatMap((event) =>
    orNone(users).flatMap((userId) =>
      orNone(instants).flatMap((since) =>
        orNone(instants).map((until) => ({ event, userId, since, until })),
      ),
    ),
  );

  test("in every combination, on one page and on many", async () => {
    const made: { id: string; name: string; userId: string; now: number }[] = [];
    for (const now of instants)
      for (const name of names)
        for (const userId of users)
          made.push({ id: await happen(name, userId, now), name, userId, now });
    for (const { event, userId, since, until } of filters) {
      const expected = made.filter(
        (one) =>
          (event === undefined || one.name === event) &&
          (userId === undefined || one.userId === userId) &&
          (since === undefined || one.now >= since) &&
          (until === undefined || one.now < until),
      );
      const filter: EventFilter = {
        ...(event && { event }),
        ...(userId && { userId }),
        ...(since && { since }),
        ...(until && { until }),
      };
      const ids = expected.map(({ id }) => id).toReversed();
      expect((await page(filter, 50)).ids).toEqual(ids);
      expect(await allPages(filter, 2)).toEqual(ids);
    }
  });
});

describe("a cursor of the events is refused", () => {
  test("that is made up, altered or sealed with another key", async () => {
    for (let index = 0; index < 2; index += 1) await happen("logout", ADA, NOW);
    const { nextCursor } = await page({}, 1);
    const genuine = nextCursor ?? "";
    expect((await page({}, 1, genuine)).ids).toHaveLength(1);
    const key = createSecretKey(new Uint8Array(32).fill(1));
    const foreign = ["", "x", "0", respell(genuine), `${genuine}A`, genuine.slice(4)];
    for (const cursor of [...foreign, sealCursor(key, "events", `${NOW} ${ADA}`)])
      expect(await listEvents(domain.deps, {}, 1, cursor)).toBeUndefined();
  });

  test("that belongs to the accounts or to an account's sessions", async () => {
    const [ada] = [await domain.newUser(), await domain.newUser()];
    await logInByCookie(domain, ada);
    await logInByCookie(domain, ada);
    const users = await listUsers(domain.deps, {}, 1, undefined);
    const sessions = await listSessions(domain.deps, domain.at(), ada.id, 1, undefined);
    for (const cursor of [users?.nextCursor, sessions?.nextCursor]) {
      expect(cursor).toEqual(expect.any(String));
      expect(await listEvents(domain.deps, {}, 1, cursor ?? "")).toBeUndefined();
    }
    const { nextCursor } = await page({}, 1);
    expect(await listUsers(domain.deps, {}, 1, nextCursor ?? "")).toBeUndefined();
  });
});

describe("LA-07 an account's own events", () => {
  const own = async (userId: string, limit: number, cursor?: string) => {
    const found = await listOwnEvents(domain.deps, userId, limit, cursor);
    if (found === undefined) throw new Error("A cursor of this list was refused");
    return { ids: found.items.map(({ event }) => event.requestId), nextCursor: found.nextCursor };
  };

  test("LA-07 are the account's alone, without those for administrators, newest first", async () => {
    const made = [await happen("logout", ADA, NOW)];
    await happen("logout", GRACE, NOW);
    await commit(domain.deps, domain.at(), async ({ record }) => {
      await record("token_refreshed", { userId: ADA, sessionId: GRACE });
      await record("authorization_denied", { userId: ADA, operation: "listUsers" });
      await record("rate_limited", { operation: "login", key: "ip" });
    });
    made.push(await happen("user_unlocked", ADA, NOW), await happen("logout", ADA, NOW + 1));
    expect((await own(ADA, 50)).ids).toEqual(made.toReversed());
  });

  test.each([1, 2, 5, 6])("LA-07 pages of %i leave out and repeat nothing", async (limit) => {
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      made.push(await happen("logout", ADA, NOW + Math.floor(index / 2)));
      await happen("logout", GRACE, NOW);
    }
    const ids: (string | null)[] = [];
    let cursor: string | undefined;
    do {
      const page = await own(ADA, limit, cursor);
      expect(page.ids.length).toBeLessThanOrEqual(limit);
      ids.push(...page.ids);
      cursor = page.nextCursor ?? undefined;
      await happen("logout", ADA, NOW + 9); // newer than the page: not on the next one
    } while (cursor !== undefined);
    expect(ids).toEqual(made.toReversed());
  });

  test("LA-07 have cursors of their own: another account's, the administrators' and the sessions' are refused", async () => {
    const ada = await domain.newUser();
    for (const userId of [ada.id, GRACE])
      for (let index = 0; index < 2; index += 1) await happen("logout", userId, NOW);
    await logInByCookie(domain, ada);
    await logInByCookie(domain, ada);
    const sessions = await listSessions(domain.deps, domain.at(), ada.id, 1, undefined);
    const genuine = (await own(ada.id, 1)).nextCursor ?? "";
    expect((await own(ada.id, 1, genuine)).ids).toHaveLength(1);
    const foreign = [
      (await own(GRACE, 1)).nextCursor,
      (await page({}, 1)).nextCursor,
      (await page({ userId: ada.id }, 1)).nextCursor,
      sessions?.nextCursor,
      respell(genuine),
    ];
    for (const cursor of foreign) {
      expect(cursor).toEqual(expect.any(String));
      expect(await listOwnEvents(domain.deps, ada.id, 1, cursor ?? "")).toBeUndefined();
    }
    expect(await listEvents(domain.deps, {}, 1, genuine)).toBeUndefined();
  });
});
