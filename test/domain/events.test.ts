import { expect, test } from "vitest";
import { commit } from "../../src/domain/change.ts";
import { openWorld } from "../support/domain.ts";

test("LA-06 what did not happen is neither stored nor printed", async () => {
  const world = await openWorld();
  const userId = world.deps.newId(0);
  const undone = commit(world.deps, world.at(), async ({ record }) => {
    await record("logout", { userId });
    throw new Error("and then the rest failed");
  });
  await expect(undone).rejects.toThrow("and then the rest failed");
  expect(world.sql("SELECT id FROM events")).toEqual([]);
  expect(world.printed).toEqual([]);
});

test("LA-06 an event is printed once its change holds, not before", async () => {
  const world = await openWorld();
  await commit(world.deps, world.at(), async ({ record }) => {
    await record("logout", { userId: world.deps.newId(0) });
    expect(world.printed).toEqual([]);
  });
  expect(world.printed).toHaveLength(1);
  expect(world.sql("SELECT event FROM events")).toEqual([{ event: "logout" }]);
});

test("an event that does not match the contract fails the change it tells of", async () => {
  const world = await openWorld();
  const wrong = commit(world.deps, world.at(), ({ record }) =>
    record("logout", { userId: "no id" }),
  );
  await expect(wrong).rejects.toThrow("event logout");
  expect(world.sql("SELECT id FROM events")).toEqual([]);
});
