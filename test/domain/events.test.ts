import { expect, test } from "vitest";
import { commit, commitRecorded } from "../../src/domain/change.ts";
import { openDomain } from "../support/domain.ts";

test("LA-06 what did not happen is neither stored nor printed", async () => {
  const domain = await openDomain();
  const userId = domain.deps.newId(0);
  const undone = commit(domain.deps, domain.at(), async ({ record }) => {
    await record("logout", { userId });
    throw new Error("and then the rest failed");
  });
  await expect(undone).rejects.toThrow("and then the rest failed");
  expect(domain.sql("SELECT id FROM events")).toEqual([]);
  expect(domain.printed).toEqual([]);
});

test("LA-06 an event is printed once its change holds, not before", async () => {
  const domain = await openDomain();
  await commit(domain.deps, domain.at(), async ({ record }) => {
    await record("logout", { userId: domain.deps.newId(0) });
    expect(domain.printed).toEqual([]);
  });
  expect(domain.printed).toHaveLength(1);
  expect(domain.sql("SELECT event FROM events")).toEqual([{ event: "logout" }]);
});

test("an event that does not match the contract fails the change it tells of", async () => {
  const domain = await openDomain();
  const wrong = commit(domain.deps, domain.at(), ({ record }) =>
    record("logout", { userId: "no id" }),
  );
  await expect(wrong).rejects.toThrow("event logout");
  expect(domain.sql("SELECT id FROM events")).toEqual([]);
});

test("LA-06 a statement that stores its event itself, and changed nothing, prints nothing", async () => {
  const domain = await openDomain();
  for (const isChanged of [false, true])
    await commitRecorded(domain.deps, domain.at(), "logout", { userId: domain.deps.newId(1) }, () =>
      Promise.resolve(isChanged),
    );
  expect(domain.printed).toHaveLength(1);
});
