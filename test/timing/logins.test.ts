/** The time of an answer tells nothing of who has an account, over HTTP and by rank (ET-01, RS-01). */
import { afterAll, beforeAll, expect, test } from "vitest";
import { superiority, timesInTurns } from "../support/rank-test.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";

const NOBODY = "nobody@example.com";

/** Measured: alike 0.43 to 0.59; without the hashing 0.00 to 0.01. By chance alone, fewer than one run in 10,000 goes beyond. */
const HASHING_LEEWAY = 0.3;
const HASHING_ROUNDS = 36;

/**
 * It hashes nothing, so that there is less to tell apart, and rounds are cheap. Measured on a busy
 * machine: alike 0.48 to 0.51; with an early return for an unknown address 0.15 to 0.33. Less than that, or
 * on a machine with no time at all, is not seen here: `test/timing/refusals.test.ts` compares the work.
 */
const FORGOT_LEEWAY = 0.15;
const FORGOT_ROUNDS = 300;

/** The login takes some ten seconds alone; this is for a busy machine. Milliseconds. */
const TIMEOUT_MS = 120_000;

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({ BCRYPT_COST: "10" });
});
afterAll(() => server.stop());

test(
  "ET-01 the time of a failed login is that of a wrong password: for an unknown, a locked and a disabled account",
  { ...retryOnBusyMachine, timeout: TIMEOUT_MS },
  async () => {
    const [known, locked, disabled] = [
      await server.newLogin(),
      await server.newLogin(),
      await server.newLogin(),
    ];
    const end = String(Date.now() + 3_600_000);
    server.sql("UPDATE users SET locked_until = ? WHERE id = ?", end, locked.userId);
    server.sql("UPDATE users SET disabled = 1 WHERE id = ?", disabled.userId);
    const attempt = (email: string, password: string) => answered(401, "/login", email, password);

    const times = await timesInTurns(HASHING_ROUNDS, {
      wrong: () => attempt(known.email, `${PASSWORD}!`),
      unknown: () => attempt(NOBODY, PASSWORD),
      locked: () => attempt(locked.email, PASSWORD),
      disabled: () => attempt(disabled.email, PASSWORD),
    });
    expectAlike(times.unknown, times.wrong, HASHING_LEEWAY);
    expectAlike(times.locked, times.wrong, HASHING_LEEWAY);
    expectAlike(times.disabled, times.wrong, HASHING_LEEWAY);
  },
);

test(
  "ET-01 a signup with a taken address takes as long as one with a free address",
  { ...retryOnBusyMachine, timeout: TIMEOUT_MS },
  async () => {
    const { email } = await server.newLogin();
    const times = await timesInTurns(HASHING_ROUNDS, {
      taken: () => answered(409, "/signup", email, PASSWORD),
      free: () => answered(201, "/signup", server.freshEmail(), PASSWORD),
    });
    expectAlike(times.taken, times.free, HASHING_LEEWAY);
  },
);

test(
  "RS-01 ET-01 forgot-password takes as long for an unknown address as for a known one",
  { ...retryOnBusyMachine, timeout: TIMEOUT_MS },
  async () => {
    const { email } = await server.newLogin();
    const times = await timesInTurns(FORGOT_ROUNDS, {
      known: () => answered(202, "/forgot-password", email),
      unknown: () => answered(202, "/forgot-password", NOBODY),
    });
    expectAlike(times.unknown, times.known, FORGOT_LEEWAY);
  },
);

async function answered(status: number, path: string, email: string, password?: string) {
  const answer = await server.post(path, { email, password });
  expect(answer.status).toBe(status);
}

/** Alike by rank: no further from one half than `leeway`. */
function expectAlike(times: readonly number[], others: readonly number[], leeway: number): void {
  expect(Math.abs(superiority(times, others) - 0.5)).toBeLessThan(leeway);
}
