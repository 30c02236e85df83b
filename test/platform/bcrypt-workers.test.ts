import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { compareSync, hashSync } from "bcryptjs";
import { expect, test } from "vitest";
import { createBcryptPool } from "../../src/platform/bcrypt-workers.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";

test("the workers compute what bcrypt computes", async () => {
  const pool = createBcryptPool(1, 10);
  const hashed = await pool.hash("input", 4);
  if (hashed === "overloaded") throw new Error("an idle pool took nothing");
  const { hash } = hashed;
  expect(compareSync("input", hash)).toBe(true);
  expect(await pool.compare("input", hashSync("input", 4))).toBe(true);
  expect(await pool.compare("other", hashSync("input", 4))).toBe(false);
  await pool.close();
});

test("IV-06 the event loop stays free while passwords are hashed", retryOnBusyMachine, async () => {
  const pool = createBcryptPool(2, 100);
  await Promise.all([pool.hash("warm", 4), pool.hash("up", 4)]);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  await Promise.all(Array.from({ length: 16 }, () => pool.hash("input", 10)));
  const elapsed = performance.now() - started;
  delay.disable();
  await pool.close();
  expect(elapsed).toBeGreaterThan(300); // there was work to stall on: one hash takes some 60 ms
  expect(delay.percentile(90) / 1e6).toBeLessThan(40);
});

test(
  "IV-07 the queue of hashes is bounded, and what exceeds it is refused at once",
  retryOnBusyMachine,
  async () => {
    const pool = createBcryptPool(1, 3);
    await pool.hash("warm up", 4);
    const started = performance.now();
    const answeredAfter: number[] = [];
    const asked = Array.from({ length: 50 }, async () => {
      const answer = await pool.hash("input", 10);
      if (answer === "overloaded") answeredAfter.push(performance.now() - started);
      return answer;
    });
    const answers = await Promise.all(asked);
    const hashed = answers.filter((answer) => answer !== "overloaded");
    expect(hashed.length).toBeGreaterThanOrEqual(3); // those that wait
    expect(hashed.length).toBeLessThanOrEqual(5); // and what runs
    expect(Math.max(...answeredAfter)).toBeLessThan(50);
    expect(await pool.hash("once there is room", 4)).toMatchObject({
      hash: expect.stringMatching(/^\$2b\$04\$/),
    });
    await pool.close();
  },
);

test("IV-07 the bound of the queue holds from the first moment, before the threads have started", async () => {
  const pool = createBcryptPool(1, 2);
  const answers = await Promise.all(Array.from({ length: 20 }, () => pool.hash("input", 4)));
  expect(answers.filter((answer) => answer !== "overloaded").length).toBeLessThanOrEqual(4);
  await pool.close();
});

test("closing the pool finishes the hashes that were begun", async () => {
  const pool = createBcryptPool(1, 10);
  const begun = [pool.hash("one", 8), pool.hash("two", 8)];
  await pool.close();
  for (const outcome of await Promise.all(begun))
    expect(outcome).toMatchObject({ hash: expect.stringMatching(/^\$2b\$08\$/) });
});

test.skipIf(process.platform !== "linux")(
  "no thread is started before the first hash",
  async () => {
    const threads = () => readdirSync("/proc/self/task").length;
    const pool = createBcryptPool(3, 10);
    const before = threads();
    expect(pool.waiting()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(threads() - before).toBeLessThan(3);
    await pool.hash("input", 4);
    expect(threads() - before).toBeGreaterThanOrEqual(3);
    await pool.close();
  },
);
