import { expect, test } from "vitest";
import { hasArgon2 } from "../../src/domain/argon2.ts";
import { measureHash } from "../../src/process/hash-cost.ts";
import { readSettings } from "../../src/process/settings.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";

function settingsOf(environment: Record<string, string>) {
  const read = readSettings(environment);
  if ("faults" in read) throw new Error(read.faults.join("; "));
  return read.settings;
}

test("the time of a hash is measured as new passwords are hashed", retryOnBusyMachine, async () => {
  const cheap = await measureHash(settingsOf({ BCRYPT_COST: "10" }));
  const dear = await measureHash(settingsOf({ BCRYPT_COST: "12" }));
  expect(cheap.recipe).toEqual({ scheme: "bcrypt", cost: 10 });
  expect(cheap.milliseconds).toBeGreaterThan(10);
  expect(dear.milliseconds / cheap.milliseconds).toBeGreaterThan(2); // four times the work
});

test.skipIf(!hasArgon2())("that of argon2id too", async () => {
  const { recipe, milliseconds } = await measureHash(settingsOf({ PASSWORD_HASH: "argon2id" }));
  expect(recipe).toEqual({ scheme: "argon2id", memoryKib: 19_456, passes: 2 });
  expect(milliseconds).toBeGreaterThan(5);
});
