/** Two servers, one after the other, on one database: what the first stored under its settings, the second judges by its own. */
import { expect, onTestFinished, test } from "vitest";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { freshEmail } from "../support/clients.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { generousLimits } from "../support/test-settings.ts";
import { waitFor } from "../support/wait-for.ts";

type Environment = Record<string, string>;

/** Starts a server on the folder of an earlier one, which has ended. */
async function start(environment: Environment, folder?: string): Promise<ServerProcess> {
  const settings = { ...generousLimits, ...environment };
  const options = folder === undefined ? {} : { folder };
  const server = await startServerProcess({ ...options, environment: settings });
  onTestFinished(() => server.dispose());
  return server;
}

const post = (to: ServerProcess, path: string, body: unknown) =>
  fetch(`${to.baseUrl}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const signUp = (to: ServerProcess, email = freshEmail()) =>
  post(to, "/signup", { email, password: PASSWORD });
const logIn = async (to: ServerProcess, email: string, password = PASSWORD) =>
  (await post(to, "/login", { email, password })).status;

test("RL-12 RL-10 what a limit stored holds nobody longer than the setting now in force, and is there again under the old one", async () => {
  const strict = { LIMIT_SIGNUP_IP: "2/3600" };
  const first = await start(strict);
  expect([(await signUp(first)).status, (await signUp(first)).status]).toEqual([201, 201]);
  const refused = await signUp(first);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(1_700);
  await first.stop();

  const loose = await start({ LIMIT_SIGNUP_IP: "3/3" }, first.folder);
  const statuses: number[] = [];
  for (let count = 0; count < 3; count += 1) statuses.push((await signUp(loose)).status);
  expect(statuses).toEqual([201, 201, 201]);
  await loose.stop();

  const lowered = await start({ LIMIT_SIGNUP_IP: "1/20" }, first.folder);
  expect((await signUp(lowered)).status).toBe(201);
  const tooSoon = await signUp(lowered);
  expect(tooSoon.status).toBe(429);
  expect(Number(tooSoon.headers.get("retry-after"))).toBeLessThanOrEqual(20);
  await lowered.stop();

  const again = await start(strict, first.folder);
  expect((await signUp(again)).status).toBe(429); // RL-08: it was not forgotten
}, 120_000);

test("RL-12 a lock lasts no longer than the setting now in force lets a lock of its place last", async () => {
  const first = await start({ LOCKOUT_THRESHOLD: "2", LOCKOUT_SECONDS: "3600" });
  const email = freshEmail();
  await signUp(first, email);
  for (let count = 0; count < 2; count += 1) await logIn(first, email, "not the password");
  expect(await logIn(first, email)).toBe(401);
  await first.stop();

  const kept = await start({ LOCKOUT_THRESHOLD: "2", LOCKOUT_SECONDS: "7200" }, first.folder);
  expect(await logIn(kept, email)).toBe(401); // raised: the lock goes on, and no longer than it was
  await kept.stop();

  const short = await start({ LOCKOUT_THRESHOLD: "2", LOCKOUT_SECONDS: "1" }, first.folder);
  await waitFor(async () => (await logIn(short, email)) === 200 || undefined);
  expect(await logIn(short, ADMIN.email, ADMIN.password)).toBe(200);
}, 120_000);
