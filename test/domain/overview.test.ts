/** An overview: its hours, the same time a day before, and how often it asks the database. */
import { expect, test } from "vitest";
import { commit } from "../../src/domain/change.ts";
import { createOverview } from "../../src/domain/overview.ts";
import { remembered } from "../../src/domain/remembered.ts";
import { newId } from "../../src/platform/ids.ts";
import { openDomain } from "../support/domain.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EMPTY = { signedIn: 0, refused: 0, signedUp: 0, locked: 0 };
/** A quarter past a full hour. */
const NOW = Date.parse("2026-11-23T10:15:00.000Z");
const THIS_HOUR = NOW - 15 * 60_000;

test("an overview has 24 hours, the last one not over, and the same time a day before", async () => {
  const domain = await openDomain();
  const signIn = (at: number) =>
    commit(domain.deps, domain.at(at), ({ record }) =>
      record("login_success", { userId: newId(at), email: "ada@example.com", method: "token" }),
    );
  const from = THIS_HOUR - 23 * HOUR;
  for (const at of [NOW, THIS_HOUR, THIS_HOUR - 1, from, from - 1]) await signIn(at);
  for (const at of [NOW - DAY - 1, NOW - DAY, from - DAY, from - DAY - 1]) await signIn(at);
  await commit(domain.deps, domain.at(NOW), ({ record }) =>
    record("login_failed", { userId: null, email: null, reason: "unknown_passkey" }),
  );
  const overview = await createOverview(domain.deps)(NOW);
  const { hours, dayBefore } = overview;
  expect(overview).toMatchObject({ from, to: NOW });
  expect(hours.map(({ startsAt }) => startsAt)).toEqual(
    Array.from({ length: 24 }, (_, index) => from + index * HOUR),
  );
  const busy = new Map([
    [THIS_HOUR, { ...EMPTY, signedIn: 2, refused: 1 }],
    [THIS_HOUR - HOUR, { ...EMPTY, signedIn: 1 }],
    [from, { ...EMPTY, signedIn: 1 }],
  ]);
  for (const { startsAt, ...counts } of hours)
    expect([startsAt, counts]).toEqual([startsAt, busy.get(startsAt) ?? EMPTY]);
  expect(dayBefore).toEqual({ ...EMPTY, signedIn: 2 });
  expect(overview.busiest).toEqual({ ip: "203.0.113.7", refused: 1 });
  expect(overview.waitingMails).toEqual({ count: 0, oldestAt: null });
});

test("an overview counts an hour that is over once, and those that may still grow again", async () => {
  const domain = await openDomain();
  const { storage } = domain.deps;
  let asked = 0;
  const events = {
    ...storage.events,
    tally: (...range: Parameters<typeof storage.events.tally>) => {
      asked += 1;
      return storage.events.tally(...range);
    },
  };
  const overviewAt = createOverview({ storage: { ...storage, events } });
  await Promise.all([overviewAt(NOW), overviewAt(NOW), overviewAt(NOW + 1)]);
  expect(asked).toBe(48);
  await overviewAt(NOW + 1_000);
  expect(asked).toBe(48);
  await overviewAt(NOW + 60_000);
  expect(asked).toBe(50); // this hour, and its beginning a day before
  await overviewAt(NOW + HOUR);
  expect(asked).toBe(50 + 4); // the hour that was not over, its day before, and the new one twice
});

test("what is remembered is made once for all who wait, and a failure is not kept", async () => {
  let made = 0;
  const answer = remembered(1_000, async (now) => {
    made += 1;
    if (now === 0) throw new Error("not this time");
    return made;
  });
  const outcomes = await Promise.allSettled([answer(0), answer(0)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(made).toBe(1);
  expect(await Promise.all([answer(10), answer(11)])).toEqual([2, 2]);
  expect([await answer(1_009), await answer(1_010), await answer(5)]).toEqual([2, 3, 4]);
});
