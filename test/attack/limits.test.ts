import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { cookieJar } from "@portcullis/client/node";
import { createClient } from "@portcullis/client";
import { expect, onTestFinished, test } from "vitest";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { CSRF_HEADER } from "../../src/contract/security.ts";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { post, query, type Reply, resetTokenFor, signedUp } from "../support/process-requests.ts";
import { startServerProcess } from "../support/server-process.ts";
import { generousLimits } from "../support/test-settings.ts";

async function start(environment: Readonly<Record<string, string>>): Promise<InProcessServer> {
  const server = await startInProcessServer(environment);
  onTestFinished(() => server.stop());
  return server;
}

/** The proof a login gave. */
function csrfTokenIn({ text }: Reply): string {
  return /"csrfToken":"([^"]+)"/.exec(text)?.[1] ?? "";
}

const wrong = "not the password";

/** The cookie of a device that has just logged in to the account. */
async function knownDevice(to: InProcessServer, email: string): Promise<string> {
  const { headers } = await post(to, "/login", { email, password: PASSWORD });
  const cookies = headers.getSetCookie();
  const device = cookies.find((cookie) => cookie.startsWith("__Host-device="));
  expect(device).toMatch(
    /^__Host-device=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=34560000; Secure; HttpOnly; SameSite=Lax$/,
  );
  return device?.split(";")[0] ?? "";
}

/** Answers the recorded events, oldest first. Stored with its change, it is there before the answer is. */
function recorded(of: InProcessServer, name: string): Record<string, unknown>[] {
  return query(of, "select body from events order by id")
    .map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>)
    .filter((event) => event["event"] === name || event["email"] === name);
}

function countEvents(of: InProcessServer): Record<string, unknown> {
  const rows = query(of, "select event, count(*) as count from events group by event");
  return Object.fromEntries(rows.map(({ event, count }) => [String(event), count]));
}

test("LG-07 every operation that takes an address and a password to log in declares the same limits", () => {
  const logins = operationIds.filter((id) => id === "login" || id === "tokenLogin");
  expect(logins.map((id) => operations[id])).toMatchObject(
    logins.map(() => ({ limits: ["login_ip", "login_email"] })),
  );
});

test("LG-01 LG-07 known and unknown addresses meet the same limit, in one count for every way to log in", async () => {
  const to = await start({ LIMIT_LOGIN_EMAIL: "3/60" });
  const sequence = async (email: string) => {
    const replies: Reply[] = [];
    for (const path of ["/login", "/token/login", "/login", "/token/login", "/login"])
      replies.push(await post(to, path, { email, password: wrong }));
    return replies.map(({ status, text }) => ({
      status,
      text: text.replace(/:\d+/g, ""),
    }));
  };
  const known = await sequence(await signedUp(to));
  expect(known.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
  expect(await sequence(freshEmail())).toEqual(known);
});

test("RL-01 RL-10 a refusal by a limit names the limit and the wait, in headers that agree with the body", async () => {
  const to = await start({ LIMIT_LOGIN_EMAIL: "2/60", LIMIT_LOGIN_IP: "3/60" });
  const email = freshEmail();
  const attempt = (of: string) => post(to, "/login", { email: of, password: wrong });
  await attempt(email);
  await attempt(email);
  const byEmail = await attempt(email);
  expect(byEmail.status).toBe(429);
  const wait = Number(byEmail.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(25);
  expect(wait).toBeLessThanOrEqual(30);
  expect(byEmail.headers.get("ratelimit-policy")).toBe('"login-email";q=2;w=60');
  expect(byEmail.headers.get("ratelimit")).toBe(`"login-email";r=0;t=${wait}`);
  expect(byEmail.text).toContain(`"retryAfterSeconds":${wait}`);
  expect(byEmail.text).not.toContain(email);

  // The refusal by e-mail counts for the address too: whoever floods an e-mail pays for it (RL-03).
  const byAddress = await attempt(freshEmail());
  expect(byAddress.headers.get("ratelimit-policy")).toBe('"login-ip";q=3;w=60');
  const limited = recorded(to, "rate_limited");
  expect(limited).toMatchObject([
    { operation: "login", key: "email" },
    { operation: "login", key: "ip" },
  ]);
});

test("RL-02 of 200 logins at once, no more than the limit are tried", async () => {
  const to = await start({ LIMIT_LOGIN_EMAIL: "5/60" });
  const email = await signedUp(to);
  const attempt = () => post(to, "/login", { email, password: wrong });
  const replies = await Promise.all(Array.from({ length: 200 }, attempt));
  const statuses = replies.map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(5);
  expect(statuses.filter((status) => status === 429)).toHaveLength(195);
  // The refusals of one key are one event: see refusals.test.ts.
  expect(countEvents(to)).toMatchObject({ login_failed: 5, rate_limited: 1 });
  expect(query(to, `select failures from users where email = '${email}'`)).toEqual([
    { failures: 5 },
  ]);
});

test("RL-02 of many guesses at once, none is right after the one that began the lock", async () => {
  const to = await start({ LOCKOUT_THRESHOLD: "5", HASH_QUEUE: "1000" });
  const email = await signedUp(to);
  const guesses = Array.from({ length: 60 }, (_, index) => (index < 50 ? wrong : PASSWORD));
  const replies = await Promise.all(
    guesses.map((guess) => post(to, "/login", { email, password: guess })),
  );
  expect(replies.map(({ status }) => status)).toEqual(guesses.map(() => 401));
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  expect(countEvents(to)).toMatchObject({ login_failed: 60, login_locked: 1 });
  expect(query(to, "select id from sessions")).toEqual([]);
}, 60_000);

test("RL-04 a login that succeeds resets the account's count, and not the client address's", async () => {
  const to = await start({ LIMIT_LOGIN_IP: "6/60", LIMIT_LOGIN_EMAIL: "2/60" });
  const email = await signedUp(to);
  const statuses: number[] = [];
  for (const guess of [wrong, PASSWORD, wrong, PASSWORD, wrong, PASSWORD, PASSWORD])
    statuses.push((await post(to, "/token/login", { email, password: guess })).status);
  expect(statuses).toEqual([401, 200, 401, 200, 401, 200, 429]);
});

test("RL-09 nothing that a client sends chooses the key under which it is counted", async () => {
  // Four by one address, one of them refused, and three more.
  const to = await start({ LIMIT_LOGIN_IP: "7/60", LIMIT_LOGIN_EMAIL: "3/60" });
  const email = freshEmail();
  const spellings = [email, email.toUpperCase(), ` ${email} `, `Person${email.slice(6)}`];
  const tried: number[] = [];
  for (const spelling of spellings)
    tried.push((await post(to, "/login", { email: spelling, password: wrong })).status);
  expect(tried.filter((status) => status === 401)).toHaveLength(3);
  expect([429, 400]).toContain(tried.at(-1));

  const steering = [
    { "x-forwarded-for": "198.51.100.1" },
    { forwarded: "for=198.51.100.2" },
    { "x-real-ip": "198.51.100.3", "cf-connecting-ip": "198.51.100.3" },
    { "true-client-ip": "198.51.100.4", "user-agent": "another" },
    { cookie: `__Host-device=${"A".repeat(43)}` },
  ];
  const statuses: number[] = [];
  for (const headers of steering)
    statuses.push(
      (await post(to, "/login", { email: freshEmail(), password: wrong }, headers)).status,
    );
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
});

test("RL-06 a client that moves within its /64 stays in one count", async () => {
  const to = await start({ LIMIT_LOGIN_IP: "2/60", TRUST_PROXY: "loopback" });
  const attemptFrom = async (address: string) => {
    const headers = { "x-forwarded-for": address };
    return (await post(to, "/login", { email: freshEmail(), password: wrong }, headers)).status;
  };
  expect([await attemptFrom("2001:db8::1"), await attemptFrom("2001:db8::2")]).toEqual([401, 401]);
  expect(await attemptFrom("2001:db8:0:0:ffff::3")).toBe(429);
  expect(await attemptFrom("2001:db8:0:1::1")).toBe(401);
});

test("LG-01 a locked account answers like a wrong password, the right one too, and like no account", async () => {
  const to = await start({ LOCKOUT_THRESHOLD: "3" });
  const email = await signedUp(to);
  const sequence = async (of: string) => {
    const replies: Reply[] = [];
    for (const guess of [wrong, wrong, wrong, wrong, PASSWORD, PASSWORD])
      replies.push(await post(to, "/login", { email: of, password: guess }));
    return replies.map(({ status, text, headers }) => ({
      status,
      text,
      headers: [...headers].filter(([name]) => name !== "x-request-id" && name !== "date"),
    }));
  };
  const known = await sequence(email);
  expect(new Set(known.map((reply) => JSON.stringify(reply))).size).toBe(1);
  expect(known[0]?.status).toBe(401);
  expect(await sequence(freshEmail())).toEqual(known);
  expect(await post(to, "/token/login", { email, password: PASSWORD })).toMatchObject({
    status: 401,
  });

  const told = recorded(to, email);
  const summary = told.map((event) =>
    event["event"] === "login_failed" ? event["reason"] : event["event"],
  );
  expect(summary).toEqual([
    "signup",
    "wrong_password",
    "wrong_password",
    "wrong_password",
    "login_locked",
    "account_locked",
    "account_locked",
    "account_locked",
    "account_locked",
  ]);
});

test("RL-03 an owner on a known device gets through a lock and a flood; nobody else does", async () => {
  const to = await start({ LOCKOUT_THRESHOLD: "3", LIMIT_LOGIN_EMAIL: "4/60" });
  const [email, other] = [await signedUp(to), await signedUp(to)];
  const device = await knownDevice(to, email);
  const otherDevice = await knownDevice(to, other);
  for (let count = 0; count < 6; count += 1) await post(to, "/login", { email, password: wrong });

  const right = { email, password: PASSWORD };
  expect(await post(to, "/login", right)).toMatchObject({ status: 429 });
  const fromOther = await post(to, "/login", right, { cookie: otherDevice });
  expect(fromOther).toMatchObject({ status: 429 });
  // LG-07: by either way to log in.
  expect(await post(to, "/token/login", right)).toMatchObject({ status: 429 });
  expect(await post(to, "/token/login", right, { cookie: device })).toMatchObject({ status: 200 });
  const owner = await post(to, "/login", right, { cookie: device });
  expect(owner.status).toBe(200);

  // It is a new cookie now, and the copy of the old one is good for nothing.
  const [next] = owner.headers.getSetCookie().flatMap((cookie) => {
    return cookie.startsWith("__Host-device=") ? [cookie.split(";")[0]] : [];
  });
  expect(next).not.toBe(device);
  expect(await post(to, "/login", right, { cookie: device })).toMatchObject({
    status: 429,
  });
  // The owner's success ended no lock for the others.
  expect(
    query(to, `select locked_until > 0 as locked from users where email = '${email}'`),
  ).toEqual([{ locked: 1 }]);
});

test("RL-03 a stolen device cookie signs nobody in and is no endless oracle", async () => {
  const to = await start({ LOCKOUT_THRESHOLD: "3" });
  const email = await signedUp(to);
  const stolen = { cookie: await knownDevice(to, email) };
  const me = await fetch(`${to.baseUrl}/me`, { headers: stolen });
  expect(me.status).toBe(401);
  for (let count = 0; count < 3; count += 1)
    await post(to, "/login", { email, password: wrong }, stolen);
  expect(query(to, "select * from devices")).toEqual([]);
  // From now on its guesses count as anybody's.
  for (let count = 0; count < 3; count += 1)
    await post(to, "/login", { email, password: wrong }, stolen);
  expect(await post(to, "/login", { email, password: PASSWORD }, stolen)).toMatchObject({
    status: 401,
  });
  expect(countEvents(to)).toMatchObject({ login_locked: 1 });
});

test("RL-03 PW-11 a device somebody else once logged in from is let through no lock after a change or a reset", async () => {
  const to = await start({ LOCKOUT_THRESHOLD: "3" });
  const email = await signedUp(to);
  const thief = { cookie: await knownDevice(to, email) };
  const login = await post(to, "/login", { email, password: PASSWORD });
  const cookies = login.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  const owner = { cookie: cookies.filter((cookie) => cookie.includes("-device=")).join() };
  const proof = { cookie: cookies.join("; "), [CSRF_HEADER]: csrfTokenIn(login) };
  const [changed, reset] = [`${PASSWORD} changed`, `${PASSWORD} reset`];
  const lock = async () => {
    for (let count = 0; count < 3; count += 1) await post(to, "/login", { email, password: wrong });
  };

  const change = { currentPassword: PASSWORD, newPassword: changed };
  expect(await post(to, "/me/password", change, proof)).toMatchObject({ status: 204 });
  await lock();
  // The right password tells who is let through: known devices and nobody else.
  const right = { email, password: changed };
  expect(await post(to, "/login", right, thief)).toMatchObject({ status: 401 });
  const back = await post(to, "/login", right, owner);
  expect(back).toMatchObject({ status: 200 });
  const next = back.headers.getSetCookie().find((cookie) => cookie.includes("-device="));

  await post(to, "/forgot-password", { email });
  const chosen = { token: await resetTokenFor(to, email), newPassword: reset };
  const known = query(to, "select secret_hash from devices");
  expect(await post(to, "/reset-password", chosen)).toMatchObject({ status: 204 });
  // The one it was reset from, and none of those before.
  const after = query(to, "select secret_hash from devices");
  expect(after).toHaveLength(1);
  expect(known).not.toContainEqual(after[0]);
  await lock();
  const later = { cookie: next?.split(";")[0] ?? "" };
  for (const device of [thief, owner, later])
    expect(await post(to, "/login", { email, password: reset }, device)).toMatchObject({
      status: 401,
    });
});

test("RL-03 RS-15 a reset leads in from a device nobody knew, while somebody keeps the address flooded and locked", async () => {
  const to = await start({ LOCKOUT_THRESHOLD: "2", LIMIT_LOGIN_EMAIL: "2/3600" });
  const email = await signedUp(to);
  const flood = async () => {
    for (let count = 0; count < 4; count += 1) await post(to, "/login", { email, password: wrong });
  };
  await flood();
  await post(to, "/forgot-password", { email });
  const newPassword = `${PASSWORD} reset`;
  const chosen = { token: await resetTokenFor(to, email), newPassword };
  const reset = await post(to, "/reset-password", chosen);
  const cookies = reset.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  expect(cookies.map((cookie) => cookie.split("=")[0])).toEqual(["__Host-device"]);
  expect(query(to, "select * from sessions")).toEqual([]);

  await flood();
  const right = { email, password: newPassword };
  expect(await post(to, "/login", right)).toMatchObject({ status: 429 });
  const headers = { cookie: cookies.join() };
  expect((await fetch(`${to.baseUrl}/me`, { headers })).status).toBe(401);
  expect(await post(to, "/login", right, headers)).toMatchObject({ status: 200 });
});

test("RS-15 RL-09 a reset and an admin's unlock lead out of the limit on the account's address too, and of no other", async () => {
  const to = await start({ LOCKOUT_THRESHOLD: "3", LIMIT_LOGIN_EMAIL: "3/3600" });
  const admin = createClient({ baseUrl: to.baseUrl, cookies: cookieJar() });
  dataOf(await admin.login(ADMIN));
  const [email, other] = [await signedUp(to), await signedUp(to)];
  const userId = dataOf(await admin.listUsers({ email })).items[0]?.id ?? "";
  const flood = async (of: string) => {
    for (let count = 0; count < 4; count += 1)
      await post(to, "/login", { email: of, password: wrong });
    expect(await post(to, "/login", { email: of, password: PASSWORD })).toMatchObject({
      status: 429,
    });
  };
  await flood(other);

  await flood(email);
  expect(await admin.unlockUser({ userId })).toMatchObject({ status: 204 });
  expect(await post(to, "/login", { email, password: PASSWORD })).toMatchObject({ status: 200 });

  await flood(email);
  await post(to, "/forgot-password", { email });
  const token = await resetTokenFor(to, email);
  // Somebody else's address in the request frees nobody.
  const chosen = { token, newPassword: `${PASSWORD} reset` };
  expect(await post(to, "/reset-password", { ...chosen, email: other })).toMatchObject({
    status: 400,
  });
  expect(await post(to, "/reset-password", chosen)).toMatchObject({ status: 204 });
  const right = { email, password: chosen.newPassword };
  expect(await post(to, "/login", right)).toMatchObject({ status: 200 });
  expect(await post(to, "/login", { email: other, password: PASSWORD })).toMatchObject({
    status: 429,
  });
});

test("RL-04 an unlock and a reset give the client's address nothing back", async () => {
  const to = await start({ LIMIT_LOGIN_IP: "3/3600", LIMIT_LOGIN_EMAIL: "100/60" });
  const admin = createClient({ baseUrl: to.baseUrl, cookies: cookieJar() });
  dataOf(await admin.login(ADMIN));
  const email = await signedUp(to);
  const userId = dataOf(await admin.listUsers({ email })).items[0]?.id ?? "";
  for (let count = 0; count < 2; count += 1) await post(to, "/login", { email, password: wrong });
  const refused = () => post(to, "/login", { email, password: PASSWORD });
  expect(await refused()).toMatchObject({ status: 429 });
  expect(await admin.unlockUser({ userId })).toMatchObject({ status: 204 });
  expect(await refused()).toMatchObject({ status: 429 });

  await post(to, "/forgot-password", { email });
  const chosen = { token: await resetTokenFor(to, email), newPassword: `${PASSWORD} reset` };
  expect(await post(to, "/reset-password", chosen)).toMatchObject({ status: 204 });
  const { headers } = await post(to, "/login", { email, password: chosen.newPassword });
  expect(headers.get("ratelimit-policy")).toBe('"login-ip";q=3;w=3600');
});

test("RL-08 limits and locks survive a kill -9", async () => {
  const environment = { LOCKOUT_THRESHOLD: "3", LIMIT_SIGNUP_IP: "2/3600" };
  const first = await startServerProcess({ environment });
  const email = await signedUp(first);
  for (let count = 0; count < 3; count += 1)
    await post(first, "/login", { email, password: wrong });
  await signedUp(first);
  await first.stop("SIGKILL");

  const server = await startServerProcess({ folder: first.folder, environment });
  onTestFinished(() => server.dispose());
  expect(await post(server, "/login", { email, password: PASSWORD })).toMatchObject({
    status: 401,
  });
  const signup = await post(server, "/signup", {
    email: freshEmail(),
    password: PASSWORD,
  });
  expect(signup.headers.get("ratelimit-policy")).toBe('"signup-ip";q=2;w=3600');
});

test("PW-10 the current password cannot be guessed faster by whoever holds a session", async () => {
  const to = await start({ LIMIT_LOGIN_EMAIL: "3/60" });
  const email = await signedUp(to);
  const program = cookieClient(to.baseUrl);
  const { accessToken } = dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  const headers = { authorization: `Bearer ${accessToken}` };
  const change = (currentPassword: string) =>
    post(to, "/me/password", { currentPassword, newPassword: `${PASSWORD} 2` }, headers);
  const remove = () => post(to, "/me/delete", { password: wrong }, headers);
  expect([await change(wrong), await remove(), await change(wrong)]).toMatchObject([
    { status: 401 },
    { status: 401 },
    { status: 401 },
  ]);
  expect(await change(PASSWORD)).toMatchObject({ status: 429 });
  expect(await remove()).toMatchObject({ status: 429 });
  expect(recorded(to, "rate_limited")).toMatchObject([
    { operation: "changePassword", key: "account" },
  ]);
  // Its owner can still log in: whoever holds a session cannot use up the logins.
  expect(await post(to, "/login", { email, password: PASSWORD })).toMatchObject({
    status: 200,
  });
});

test("PW-10 the right current password gives nothing back: changes have a limit too", async () => {
  const to = await start({ LIMIT_LOGIN_EMAIL: "3/3600" });
  const email = await signedUp(to);
  const program = cookieClient(to.baseUrl);
  const { accessToken } = dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  const change = async (currentPassword: string, newPassword: string) => {
    const headers = { authorization: `Bearer ${accessToken}` };
    return (await post(to, "/me/password", { currentPassword, newPassword }, headers)).status;
  };
  const next = `${PASSWORD} 2`;
  expect([
    await change(PASSWORD, next),
    await change(next, "sunshine"),
    await change(next, PASSWORD),
    await change(PASSWORD, next),
  ]).toEqual([204, 400, 204, 429]);
  expect(countEvents(to)).toMatchObject({ password_changed: 2 });
});

test("TK-19 RL-10 refreshing is limited, and after the wait that was told it is let through", async () => {
  const to = await start({ LIMIT_REFRESH_IP: "2/4" });
  const refresh = () => post(to, "/token/refresh", { refreshToken: "no token of ours" });
  expect([(await refresh()).status, (await refresh()).status]).toEqual([401, 401]);
  const refused = await refresh();
  expect(refused.status).toBe(429);
  await sleep(Number(refused.headers.get("retry-after")) * 1000);
  expect(await refresh()).toMatchObject({ status: 401 });
});

test("RL-11 without the limiter's store, login is refused before any password is looked at", async () => {
  const to = await start({});
  const email = await signedUp(to);
  const database = new DatabaseSync(to.databaseFile);
  database.exec("begin immediate");
  try {
    const reply = await post(to, "/login", { email, password: PASSWORD });
    expect(reply.status).toBe(503);
    expect(reply.headers.get("retry-after")).toBe("1");
    expect(reply.text).toContain('"overloaded"');
  } finally {
    database.close();
  }
  expect(await post(to, "/login", { email, password: PASSWORD })).toMatchObject({
    status: 200,
  });
});

test("RL-11 where counting alone fails, the right password opens nothing, and is answered like a wrong one", async () => {
  const to = await start({});
  const email = await signedUp(to);
  const refuseRows = "begin select raise(fail, 'the limits cannot be written'); end";
  query(to, `create trigger no_insert before insert on limits ${refuseRows}`);
  query(to, `create trigger no_update before update on limits ${refuseRows}`);
  const before = countEvents(to);
  const [right, bad] = [
    await post(to, "/login", { email, password: PASSWORD }),
    await post(to, "/login", { email, password: wrong }),
  ];
  expect(right.status).toBeGreaterThanOrEqual(500);
  expect([bad.status, bad.text]).toEqual([right.status, right.text]);
  expect(query(to, "select id from sessions")).toEqual([]);
  expect(countEvents(to)).toEqual(before);
});

test("RL-08 RL-11 what was counted holds before it is answered: where its COMMIT fails, so does the request", async () => {
  const to = await start({ LIMIT_LOGIN_EMAIL: "1/3600" });
  const email = await signedUp(to);
  // A reference that is checked at the end of the transaction, and leads nowhere.
  query(to, "create table parents (id integer primary key)");
  query(
    to,
    "create table children (id integer references parents (id) deferrable initially deferred)",
  );
  const body = "begin insert into children values (1); end";
  query(to, `create trigger fails_at_the_end after insert on limits ${body}`);
  const refresh = () => post(to, "/token/refresh", { refreshToken: "no token of ours" });
  const login = () => post(to, "/login", { email, password: PASSWORD });
  for (const { status } of [await refresh(), await login()]) expect(status).toBeGreaterThan(499);
  expect(query(to, "select * from limits")).toHaveLength(1); // the signup's
  expect(query(to, "select id from sessions")).toEqual([]);
  query(to, "drop trigger fails_at_the_end");
  expect([(await refresh()).status, (await login()).status]).toEqual([401, 200]);
  // A refusal too: what was counted for the client's address before the e-mail's limit refused.
  await post(to, "/login", { email, password: wrong });
  expect(await login()).toMatchObject({ status: 429 }); // told; the next one has no COMMIT of an event
  query(to, `create trigger fails_at_the_end after update on limits ${body}`);
  expect((await login()).status).toBeGreaterThan(499);
  query(to, "drop trigger fails_at_the_end");
  expect(await login()).toMatchObject({ status: 429 });
});

test("a stolen database lists no address that was typed in, and no client's", async () => {
  const to = await start({ ...generousLimits });
  const email = freshEmail();
  await post(to, "/login", { email, password: wrong });
  const rows = query(to, "select key_hash from limits");
  expect(rows).toHaveLength(2);
  for (const { key_hash } of rows) expect(key_hash).toHaveProperty("length", 32);
});

test("an admin's unlock lets the owner in at once, and tells of it", async () => {
  const to = await start({ LOCKOUT_THRESHOLD: "2" });
  const email = await signedUp(to);
  for (let count = 0; count < 2; count += 1) await post(to, "/login", { email, password: wrong });
  expect(await post(to, "/login", { email, password: PASSWORD })).toMatchObject({
    status: 401,
  });

  const admin = createClient({ baseUrl: to.baseUrl, cookies: cookieJar() });
  const actor = dataOf(await admin.login(ADMIN)).user;
  const found = dataOf(await admin.listUsers({ email })).items[0];
  const userId = found?.id ?? "";
  expect(await admin.unlockUser({ userId })).toMatchObject({ status: 204 });
  expect(await post(to, "/login", { email, password: PASSWORD })).toMatchObject({
    status: 200,
  });
  expect(recorded(to, "user_unlocked")).toMatchObject([{ userId, actorId: actor.id }]);
  const nobody = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42";
  expect(await admin.unlockUser({ userId: nobody })).toMatchObject({
    status: 404,
  });
  const plain = cookieClient(to.baseUrl);
  dataOf(await plain.login({ email, password: PASSWORD }));
  expect(await plain.unlockUser({ userId })).toMatchObject({ status: 403 });
});
