import { expect, test } from "vitest";
import { Id } from "../../src/contract/values.ts";
import { newId } from "../../src/platform/ids.ts";
import { NOW } from "../support/clock.ts";

test("ids are UUIDs of version 7 that carry their instant", () => {
  const id = newId(NOW);
  expect(Id.safeParse(id).success).toBe(true);
  expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBeGreaterThanOrEqual(NOW);
});

test("ids of one instant sort in the order they were made, and none comes twice", () => {
  const ids = Array.from({ length: 20_000 }, () => newId(NOW + 1000));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test("ids keep their order while the clock goes back a little", () => {
  const before = newId(NOW + 5000);
  const after = newId(NOW + 4000);
  expect(after > before).toBe(true);
});

test("nobody guesses the next id from the last: its last 32 bits are random, and no supply of them comes twice", () => {
  const ids = Array.from({ length: 20_000 }, () => newId(NOW + 6000));
  // Of so many, two are the same by chance once in twenty runs, ten pairs never.
  expect(new Set(ids.map((id) => id.slice(-8))).size).toBeGreaterThan(19_990);
});
