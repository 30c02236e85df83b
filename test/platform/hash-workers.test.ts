import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { compareSync, hashSync } from "bcryptjs";
import { expect, test } from "vitest";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { bcryptOf } from "../support/hashing.ts";

test("the workers compute what bcrypt computes", async () => {
  const pool = createHashPool(1, 10);
  const partsOf = (input: string) =>
    ({ scheme: "bcrypt", cost: 4, hash: hashSync(input, 4) }) as const;
  const hashed = await pool.hash("input", bcryptOf(4));
  if (hashed === "overloaded") throw new Error("an idle pool took nothing");
  const { hash } = hashed;
  expect(compareSync("input", hash)).toBe(true);
  expect(await pool.compare("input", partsOf("input"))).toBe(true);
  expect(await pool.compare("other", partsOf("input"))).toBe(false);
  await pool.close();
});

test("IV-06 the event loop stays free while passwords are hashed", retryOnBusyMachine, async () => {
  const pool = createHashPool(2, 100);
  await Promise.all([pool.hash("warm", bcryptOf(4)), pool.hash("up", bcryptOf(4))]);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  await Promise.all(Array.from({ length: 16 }, () => pool.hash("input", bcryptOf(10))));
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
    const pool = createHashPool(1, 3);
    await pool.hash("warm up", bcryptOf(4));
    const started = performance.now();
    const answeredAfter: number[] = [];
    const asked = Array.from({ length: 50 }, async () => {
      const answer = await pool.hash("input", bcryptOf(10));
      if (answer === "overloaded") answeredAfter.push(performance.now() - started);
      return answer;
    });
    const answers = await Promise.all(asked);
    const hashed = answers.filter((answer) => answer !== "overloaded");
    expect(hashed.length).toBeGreaterThanOrEqual(3); // those that wait
    expect(hashed.length).toBeLessThanOrEqual(5); // and what runs
    expect(Math.max(...answeredAfter)).toBeLessThan(50);
    expect(await pool.hash("once there is room", bcryptOf(4))).toMatchObject({
      hash: expect.stringMatching(/^\$2b\$04\$/),
    });
    await pool.close();
  },
);

test("IV-07 the bound of the queue holds from the first moment, before the threads have started", async () => {
  const pool = createHashPool(1, 2);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => pool.hash("input", bcryptOf(4))),
  );
  expect(answers.filter((answer) => answer !== "overloaded").length).toBeLessThanOrEqual(4);
  await pool.close();
});

test("closing the pool finishes the hashes that were begun", async () => {
  const pool = createHashPool(1, 10);
  const begun = [pool.hash("one", bcryptOf(8)), pool.hash("two", bcryptOf(8))];
  await pool.close();
  for (const outcome of await Promise.all(begun))
    expect(outcome).toMatchObject({ hash: expect.stringMatching(/^\$2b\$08\$/) });
});

test.skipIf(process.platform !== "linux")(
  "no thread is started before the first hash, unless `start` is called",
  async () => {
    const threads = () => readdirSync("/proc/self/task").length;
    const waiting = createHashPool(3, 10);
    const ready = createHashPool(3, 10);
    const before = threads();
    expect(waiting.waiting()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(threads() - before).toBeLessThan(3);
    ready.start();
    expect(threads() - before).toBeGreaterThanOrEqual(3);
    await waiting.hash("input", bcryptOf(4));
    expect(threads() - before).toBeGreaterThanOrEqual(6);
    await Promise.all([waiting.close(), ready.close()]);
  },
);
