/** RL-21: what an account keeps in a browser is not in the place of what another one keeps there. */
import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { DEVICES_PER_BROWSER } from "../../src/domain/devices.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { post, query, type Reply, resetTokenFor, signedUp } from "../support/process-requests.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let server: ServerProcess | undefined;
afterEach(async () => {
  await server?.dispose();
  server = undefined;
});

/** Locks after three wrong passwords; no limit is in the way. */
async function start(): Promise<ServerProcess> {
  server = await startServerProcess({ environment: { LOCKOUT_THRESHOLD: "3" } });
  return server;
}

const wrong = "not the password";

async function lock(to: ServerProcess, email: string): Promise<void> {
  for (let count = 0; count < 3; count += 1) await post(to, "/login", { email, password: wrong });
}

/** The device cookie of an answer, as a browser keeps it. */
function deviceCookieOf({ headers }: Reply): string | undefined {
  const cookie = headers.getSetCookie().find((line) => line.startsWith("__Host-device="));
  return cookie?.split(";")[0];
}
const secretsOf = (cookie: string) => cookie.slice("__Host-device=".length).split(".");

test("RL-21 of several people at one browser each gets through a lock, whoever logged in last, and nobody by another's secret", async () => {
  const to = await start();
  const people = [await signedUp(to), await signedUp(to), await signedUp(to)];
  const stranger = await signedUp(to);
  let browser = "";
  const logIn = async (email: string, path = "/login") => {
    const answer = await post(to, path, { email, password: PASSWORD }, { cookie: browser });
    browser = deviceCookieOf(answer) ?? browser;
    return answer.status;
  };
  // Several times each: a next secret takes the place of the one before, and pushes out nobody's.
  for (const email of [...people, ...people, ...people]) expect(await logIn(email)).toBe(200);
  expect(secretsOf(browser)).toHaveLength(people.length);

  for (const locked of [...people, stranger]) {
    await lock(to, locked);
    expect(await post(to, "/login", { email: locked, password: PASSWORD })).toMatchObject({
      status: 401,
    });
  }
  for (const email of people) expect(await logIn(email, "/token/login")).toBe(200);
  for (const email of people) expect(await logIn(email)).toBe(200);
  expect(await logIn(stranger)).toBe(401);
  // And all of it holds in any order of the secrets.
  browser = `__Host-device=${secretsOf(browser).toReversed().join(".")}`;
  for (const email of people) expect(await logIn(email)).toBe(200);
  expect(query(to, "select id from devices")).toHaveLength(people.length);
});

test("RL-21 a change of one account's password leaves the other its device, and so does a reset", async () => {
  const to = await start();
  const [kept, changed] = [await signedUp(to), await signedUp(to)];
  const first = deviceCookieOf(await post(to, "/login", { email: kept, password: PASSWORD })) ?? "";
  const entered = await post(
    to,
    "/login",
    { email: changed, password: PASSWORD },
    { cookie: first },
  );
  let browser = deviceCookieOf(entered) ?? "";
  const cookies = entered.headers.getSetCookie().map((line) => line.split(";")[0]);
  const { csrfToken } = JSON.parse(entered.text) as { csrfToken: string };
  const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  const proof = { cookie: cookies.join("; "), "x-csrf-token": csrfToken };
  expect(await post(to, "/me/password", change, proof)).toMatchObject({ status: 204 });
  expect(query(to, "select id from devices")).toHaveLength(2);

  await post(to, "/forgot-password", { email: changed });
  const newPassword = `${NEW_PASSWORD}, again`;
  const token = await resetTokenFor(to, changed);
  const reset = await post(to, "/reset-password", { token, newPassword }, { cookie: browser });
  expect(reset.status).toBe(204);
  browser = deviceCookieOf(reset) ?? "";
  for (const email of [kept, changed]) await lock(to, email);
  for (const [email, password] of [
    [kept, PASSWORD],
    [changed, newPassword],
  ]) {
    const answer = await post(to, "/login", { email, password }, { cookie: browser });
    expect(answer.status).toBe(200);
    browser = deviceCookieOf(answer) ?? "";
  }
});

test("RL-21 a browser keeps five secrets, those used last, however many it sends", async () => {
  const to = await start();
  const people: string[] = [];
  for (let made = 0; made <= DEVICES_PER_BROWSER; made += 1) people.push(await signedUp(to));
  let browser = "";
  for (const email of people) {
    const answer = await post(to, "/login", { email, password: PASSWORD }, { cookie: browser });
    browser = deviceCookieOf(answer) ?? "";
  }
  expect(secretsOf(browser)).toHaveLength(DEVICES_PER_BROWSER);
  for (const email of people) await lock(to, email);
  const enter = (email: string, cookie: string) =>
    post(to, "/token/login", { email, password: PASSWORD }, { cookie });
  const [pushedOut = "", ...others] = people;
  expect((await enter(pushedOut, browser)).status).toBe(401);
  for (const email of others) expect((await enter(email, browser)).status).toBe(200);

  // As many as a request has room for: those past the fifth are not looked at, so they let nobody in.
  const [last = ""] = others.slice(-1);
  const own = secretsOf(browser)[0] ?? "";
  const forged = (at: number) =>
    `__Host-device=${Array.from({ length: 250 }, () => randomBytes(32).toString("base64url"))
      .with(at, own)
      .join(".")}`;
  expect((await enter(last, forged(DEVICES_PER_BROWSER - 1))).status).toBe(200);
  expect((await enter(last, forged(DEVICES_PER_BROWSER))).status).toBe(401);
  const tiny = `__Host-device=${".".repeat(10_000)}${own}`;
  expect((await enter(last, tiny)).status).toBe(401);
});
