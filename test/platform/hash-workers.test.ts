import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { compareSync, hashSync } from "bcryptjs";
import { expect, test } from "vitest";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { argon2idOf, bcryptOf } from "../support/hashing.ts";
import { hasArgon2 } from "../../src/domain/argon2.ts";
import { readFile } from "node:fs/promises";

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
  "no thread is started before the first hash",
  async () => {
    const threads = () => readdirSync("/proc/self/task").length;
    const pool = createHashPool(3, 10);
    const before = threads();
    expect(pool.waiting()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(threads() - before).toBeLessThan(3);
    await pool.hash("input", bcryptOf(4));
    expect(threads() - before).toBeGreaterThanOrEqual(3);
    await pool.close();
  },
);

test.skipIf(!hasArgon2())(
  "PH-05 IV-06 memory is bounded by the threads, and not by the queue: 200 hashes of 19 MiB at once",
  { timeout: 240_000 },
  async () => {
    const pool = createHashPool(2, 200);
    await Promise.all([pool.hash("warm", argon2idOf(19_456, 1)), pool.hash("up", bcryptOf(4))]);
    const megabytes = () => process.memoryUsage.rss() / 2 ** 20;
    const before = megabytes();
    let highest = before;
    const watch = setInterval(() => (highest = Math.max(highest, megabytes())), 10);
    const hash = () => pool.hash("input", argon2idOf(19_456, 1));
    const answers = await Promise.all(Array.from({ length: 200 }, hash));
    clearInterval(watch);
    await pool.close();
    expect(answers).not.toContain("overloaded");
    // All at once would be 3,800. The allocator keeps what each thread had.
    expect(highest - before).toBeLessThan(300);
  },
);

test.skipIf(!hasArgon2())(
  "IV-06 files are read while argon2 runs, which has libuv's threads for itself in no form of ours",
  async () => {
    const hashes = 12;
    const pool = createHashPool(2, hashes);
    await pool.hash("warm up", argon2idOf(8, 1));
    let hashed = 0;
    const hashing = Array.from({ length: hashes }, async () => {
      await pool.hash("input", argon2idOf(32_768, 2));
      hashed += 1;
    });
    await readFile(import.meta.filename);
    const hashedBeforeTheRead = hashed;
    await Promise.all(hashing);
    await pool.close();
    // In libuv's four threads the read would wait until one of them has nothing to hash: for nine of the twelve.
    expect(hashedBeforeTheRead).toBeLessThan(hashes / 2);
  },
);
