import { describe, expect, test } from "vitest";
import { attemptsByAccount, attemptsByAddress } from "../../src/pages/browser/admin/attempts.ts";
import {
  frameOf,
  lineOf,
  namedHours,
  ticksOf,
  xOf,
  yOf,
} from "../../src/pages/browser/admin/chart-shape.ts";
import type { StoredEvent } from "../../src/pages/browser/admin/event-kinds.ts";
import {
  mergeEvents,
  OVERLAP_MS,
  sinceOf,
  unknownOf,
} from "../../src/pages/browser/admin/feed-merge.ts";
import { IpAddress } from "../../src/contract/values.ts";
import { isIp, pathOf, readFilters, requestOf } from "../../src/pages/browser/admin/filters.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 12) + seconds * 1000).toISOString();

describe("pages of events that overlap", () => {
  const event = (id: string, seconds: number) => ({ id, timestamp: at(seconds) });
  const known = [event("b", 9), event("a", 1)];

  test("a poll begins a little before the newest, and takes only what is not known", () => {
    expect(sinceOf(known)).toBe(new Date(Date.parse(at(9)) - OVERLAP_MS).toISOString());
    expect(sinceOf([])).toBeUndefined();
    expect(unknownOf(known, [event("c", 10), event("b", 9)])).toEqual([event("c", 10)]);
  });

  test("an event that was stored late stands where it belongs", () => {
    const merged = mergeEvents(known, [event("late", 5), event("b", 9), event("c", 9)]);
    expect(merged.map(({ id }) => id)).toEqual(["c", "b", "late", "a"]);
  });
});

describe("filters", () => {
  test("survive the way through an address, but for the e-mail address", () => {
    const filters = {
      kind: "logout",
      user: "1",
      ip: "2001:db8::1",
      since: at(0),
      until: at(9),
    } as const;
    const { search } = new URL(pathOf({ ...filters, email: "ada@example.com" }), "http://x");
    expect(search).not.toContain("ada");
    expect(readFilters(new URLSearchParams(search))).toEqual(filters);
    expect(pathOf({})).toBe("/admin/events");
  });

  test("what nobody can mean is left out", () => {
    const query = new URLSearchParams("kind=constructor&period=toString&since=never&ip=");
    expect(readFilters(query)).toEqual({});
  });

  test("a network address is told from what is none", () => {
    const good = [
      "203.0.113.7",
      "0.0.0.0",
      "2001:DB8::1",
      "::",
      "::FFFF:203.0.113.7",
      "1:2:3:4:5:6:7:8",
    ];
    const wrong = [
      "999.9.9.9",
      "1.2.3",
      "01.2.3.4",
      "1",
      "",
      ":",
      "dead",
      "1::2::3",
      "x",
      " 1.2.3.4",
    ];
    const others = [
      "::1.2.3.4",
      "64:ff9b::1.2.3.4",
      "fe80::1%eth0",
      "[::1]",
      "1.2.3.4:80",
      "1:2:3:4:5:6:7",
    ];
    const all = [...good, ...wrong, ...others];
    expect(all.filter(isIp)).toEqual(good);
    expect(all.filter((text) => IpAddress.safeParse(text).success)).toEqual(good);
  });

  test("a period counts from now", () => {
    const now = Date.parse(at(3600));
    expect(requestOf({ period: "1h", since: at(5) }, now)).toEqual({ since: at(0) });
  });
});

describe("who tried, and who got in", () => {
  const make = (event: string, seconds: number, ip: string | null, more: object = {}) =>
    ({
      id: `${seconds}`,
      event,
      timestamp: at(seconds),
      ip,
      userId: "ada",
      ...more,
    }) as StoredEvent; // as far as it is read

  test("after a refusal, before one, or never", () => {
    const events = [
      make("login_success", 9, "203.0.113.1"),
      make("login_failed", 8, "203.0.113.3"),
      make("second_factor_failed", 7, "203.0.113.1"),
      make("login_failed", 6, "203.0.113.1"),
      make("login_failed", 5, "203.0.113.2"),
      make("login_success", 4, "203.0.113.2"),
      make("logout", 3, "203.0.113.9"),
      make("login_failed", 2, null),
    ];
    const found = attemptsByAddress(events);
    expect(
      found.map(({ by, refused, signedIn, gotInAt }) => [by, refused, signedIn, gotInAt]),
    ).toEqual([
      ["203.0.113.1", 2, 1, at(9)],
      ["203.0.113.3", 1, 0, null],
      ["203.0.113.2", 1, 1, null],
    ]);
    expect(found[0]).toMatchObject({ firstAt: at(6), lastAt: at(7) });
  });

  test("from an address that was never seen, once others were refused", () => {
    const events = [
      make("login_failed", 9, "203.0.113.99"),
      make("login_success", 8, "203.0.113.99"),
      make("login_success", 7, "203.0.113.98"),
      make("login_success", 6, "203.0.113.10"),
      ...[5, 4, 3, 2].map((second) => make("login_failed", second, `203.0.113.2${second}`)),
      make("login_success", 1, "203.0.113.10"),
    ];
    const found = attemptsByAddress(events);
    expect(found.slice(0, 2).map(({ by, gotInAt, newAt }) => [by, gotInAt, newAt])).toEqual([
      ["203.0.113.99", null, at(8)],
      ["203.0.113.98", null, at(7)],
    ]);
    expect(found.slice(2).map(({ by, newAt }) => [by, newAt])).toEqual(
      [5, 4, 3, 2].map((second) => [`203.0.113.2${second}`, null]),
    );
  });

  test("by account, also where there is none", () => {
    const ip = "203.0.113.1";
    const events = [
      make("login_failed", 1, ip, { userId: null, email: "nobody@example.com" }),
      make("login_failed", 2, ip, { email: "ada@example.com" }),
      make("login_failed", 3, ip),
    ];
    expect(attemptsByAccount(events).map(({ userId, refused }) => [userId, refused])).toEqual([
      ["ada", 2],
      [undefined, 1],
    ]);
  });
});

describe("the chart of a day", () => {
  test.each([
    [0, [0, 1]],
    [3, [0, 1, 2, 3]],
    [61, [0, 20, 40, 60, 80]],
    [100_000, [0, 25_000, 50_000, 75_000, 100_000]],
  ])("the axis of %d has round figures that reach it", (largest, ticks) => {
    expect(ticksOf(largest)).toEqual(ticks);
  });

  test("the line begins at the axis, ends at the edge, and stays inside", () => {
    const frame = frameOf(342, 61);
    expect(xOf(frame, 0, 24)).toBe(frame.left);
    expect(xOf(frame, 23, 24)).toBe(frame.width - frame.right);
    expect(yOf(frame, 0, 80)).toBe(frame.height - frame.bottom);
    expect(yOf(frame, 80, 80)).toBe(frame.top);
    expect(lineOf(frame, [0, 80], 80)).toBe(`M${frame.left} 146L338 10`);
  });

  test("every sixth hour of the reader's clock is named", () => {
    expect(namedHours([5, 6, 7, 12, 13, 0])).toEqual([1, 3, 5]);
  });
});
