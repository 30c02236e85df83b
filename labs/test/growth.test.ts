/** Tests of the growth bench: the rows it writes, and how it judges. Speed itself is not tested. */
import { describe, expect, it } from "vitest";
import { LogEvent } from "../../src/contract/events.ts";
import { NormalEmail } from "../../src/contract/addresses.ts";
import { Id } from "../../src/contract/values.ts";
import { readOptions } from "../growth/options.ts";
import { growthOf, judge } from "../growth/results.ts";
import { eventAt, newcomer, rare, sessionAt, tables, userAt } from "../growth/rows.ts";

const SIZE = 1_000;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("the rows of the growth bench", () => {
  it("are what the contract describes", () => {
    for (const index of upTo(SIZE)) {
      const { id, email } = userAt(index, SIZE);
      expect([Id.parse(id), NormalEmail.parse(email)]).toEqual([id, email]);
      expect(LogEvent.parse(eventAt(index, SIZE).body)).toEqual(eventAt(index, SIZE).body);
    }
    expect(LogEvent.safeParse(newcomer(1).event).success).toBe(true);
  });

  it("are in order of time, each with an id of its own", () => {
    const ids = [
      upTo(SIZE).map((index) => userAt(index, SIZE).id),
      upTo(SIZE / 2).map((index) => sessionAt(index, SIZE).id),
      upTo(5 * SIZE).map((index) => eventAt(index, SIZE).id),
    ];
    for (const list of ids) expect([...new Set(list)].toSorted()).toEqual(list);
  });

  it("have a value for every column, and five events for every account", () => {
    for (const { columns, row, count } of tables) {
      expect(row(0, SIZE)).toHaveLength(Object.keys(columns).length);
      expect(Number.isInteger(count(SIZE))).toBe(true);
    }
    const counts = new Map<string, number>();
    for (const index of upTo(5 * SIZE)) {
      const { userId } = eventAt(index, SIZE);
      counts.set(userId, (counts.get(userId) ?? 0) + 1);
    }
    expect(new Set(counts.values())).toEqual(new Set([5]));
  });

  it.each([1_000, 10_000])("have the same number of rare rows among %i accounts", (size) => {
    const users = upTo(size).map((index) => userAt(index, size));
    expect(users.filter(({ role }) => role === "admin")).toHaveLength(rare.admins);
    expect(users.filter(({ disabled }) => disabled)).toHaveLength(rare.disabled);
    expect(users.filter(({ email }) => email.startsWith("team-"))).toHaveLength(rare.team);
  });
});

describe("the growth bench", () => {
  it("tells growth from noise", () => {
    const growth = { factor: 1.6, low: 1, high: 9, undisturbed: 1.1 };
    expect(judge(growth)).toBe("within noise");
    expect(judge({ ...growth, factor: 1.5 })).toBe("flat");
    expect(judge({ ...growth, low: 1.51 })).toBe("grows");
    expect(judge({ ...growth, undisturbed: 1.51 })).toBe("grows");
  });

  it("compares the largest with the smallest, stretch by stretch", () => {
    const ones = upTo(40).map(() => 1);
    const growing = growthOf(
      ones,
      ones.map(() => 3),
    );
    expect(growing).toEqual({ factor: 3, low: 3, high: 3, undisturbed: 3 });
    const disturbed = growthOf(
      ones,
      ones.map((one, index) => (index < 24 ? 3 : one)),
    );
    expect(disturbed).toEqual({ factor: 3, low: 1, high: 3, undisturbed: 1 });
  });

  it("writes no files after a partial run", () => {
    expect(readOptions([])?.writesFiles).toBe(true);
    expect(readOptions(["--quick"])?.writesFiles).toBe(false);
    expect(readOptions(["--only", "sqlite"])?.writesFiles).toBe(false);
    expect(readOptions(["--sizes", "100000,10000"])?.sizes).toEqual([10_000, 100_000]);
    expect(() => readOptions(["--sizes", "10000"])).toThrow("--sizes takes two or more");
    expect(() => readOptions(["--sizes", "1000,1500"])).toThrow("--sizes takes two or more");
  });
});
