/** Addresses that are proved, changed and changed back, and sign-ins by mail, through the client alone. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClient } from "@portcullis/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  adminClient,
  cookieClient,
  dataOf,
  freshEmail,
  pendingSignupOf,
  tokenClient,
} from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { nthMailTo, proofsIn } from "../support/mailbox.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess({ environment: { SIGNUP: "verified", MAIL_LOGIN: "on" } });
});
afterAll(() => server.dispose());

const invalid = { status: 400, problem: { code: "invalid_challenge" } };
const wrongPassword = { status: 401, problem: { code: "invalid_credentials" } };

test("EM-01 somebody signs up, types the mailed code, and logs in with the password they chose", async () => {
  const api = cookieClient(server.baseUrl);
  const email = freshEmail();
  const { challengeToken } = await begunSignup(email);
  expect(accounts(email)).toBe(0);
  expect(await api.login({ email, password: PASSWORD })).toMatchObject(wrongPassword);
  const { code } = await mailed(email);
  const user = dataOf(await api.confirmSignup({ challengeToken, code }));
  expect(user).toMatchObject({ email, emailVerified: true, role: "user" });
  expect(await api.getMe()).toMatchObject({ status: 401 });
  expect(dataOf(await api.login({ email, password: PASSWORD })).user).toEqual(user);
  expect(await api.confirmSignup({ challengeToken, code })).toMatchObject(invalid);
  expect(accounts(email)).toBe(1);
});

test("EM-03 whoever opens the mailed link chooses the password, and that of the signup is worth nothing", async () => {
  const api = cookieClient(server.baseUrl);
  const email = freshEmail();
  const { challengeToken } = await begunSignup(email);
  const { token, code } = await mailed(email);
  expect(await api.confirmSignup({ token, newPassword: "sunshine" })).toMatchObject({
    problem: { code: "weak_password" },
  });
  dataOf(await api.confirmSignup({ token, newPassword: NEW_PASSWORD }));
  expect(await api.login({ email, password: PASSWORD })).toMatchObject(wrongPassword);
  dataOf(await api.login({ email, password: NEW_PASSWORD }));
  for (const again of [
    { token, newPassword: PASSWORD },
    { challengeToken, code },
  ])
    expect(await api.confirmSignup(again)).toMatchObject(invalid);
});

test("EM-04 of two signups for one address the first that is proved makes the account", async () => {
  const api = cookieClient(server.baseUrl);
  const email = freshEmail();
  const stranger = await begunSignup(email, NEW_PASSWORD);
  const strangersCode = (await mailed(email)).code;
  const owner = await begunSignup(email);
  const { code } = await mailed(email, 2);
  // The code of one is not that of the other.
  expect(await api.confirmSignup({ challengeToken: stranger.challengeToken, code })).toMatchObject(
    invalid,
  );
  dataOf(await api.confirmSignup({ challengeToken: owner.challengeToken, code }));
  const { challengeToken } = stranger;
  expect(await api.confirmSignup({ challengeToken, code: strangersCode })).toMatchObject(invalid);
  dataOf(await api.login({ email, password: PASSWORD }));
  expect(await api.login({ email, password: NEW_PASSWORD })).toMatchObject(wrongPassword);
});

test("somebody is invited, chooses a password by the link, and has the role they were invited with", async () => {
  const admin = await adminClient(server.baseUrl);
  const guest = cookieClient(server.baseUrl);
  const email = freshEmail();
  dataOf(await admin.inviteUser({ email, role: "admin" }));
  const first = await mailed(email);
  dataOf(await admin.inviteUser({ email, role: "user" }));
  const { token, code } = await mailed(email, 2);
  expect(code).toBe(""); // whoever invites could otherwise choose the password
  expect(await guest.confirmSignup({ token: first.token, newPassword: PASSWORD })).toMatchObject(
    invalid,
  );
  const user = dataOf(await guest.confirmSignup({ token, newPassword: PASSWORD }));
  expect(user).toMatchObject({ email, emailVerified: true, role: "user" });
  dataOf(await guest.login({ email, password: PASSWORD }));
  expect(await guest.listUsers()).toMatchObject({ status: 403 });
  expect(await admin.inviteUser({ email })).toMatchObject({ problem: { code: "email_taken" } });
});

test("EM-07 EM-08 an owner changes the address by the code; other logins end, and the old address is told", async () => {
  const { api, email } = await newcomer();
  const [laptop, program] = [cookieClient(server.baseUrl), tokenClient(server.baseUrl)];
  dataOf(await laptop.login({ email, password: PASSWORD }));
  dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  const newEmail = freshEmail();
  const { challengeToken } = dataOf(await api.startEmailChange({ newEmail }));
  const { code } = await mailed(newEmail);
  expect(dataOf(await api.getMe())).toMatchObject({ email });
  dataOf(await api.confirmEmailChange({ challengeToken, code }));
  expect(dataOf(await api.getMe())).toMatchObject({ email: newEmail, emailVerified: true });
  for (const ended of [await laptop.getMe(), await program.getMe()])
    expect(ended).toMatchObject({ status: 401 });
  expect(await laptop.login({ email, password: PASSWORD })).toMatchObject(wrongPassword);
  dataOf(await laptop.login({ email: newEmail, password: PASSWORD }));
  expect((await nthMailTo(outbox(), email, 2)).text).toContain(newEmail);
});

test("EM-08 the old address takes a change back: the thief is out, and the owner comes in by a reset", async () => {
  const { api: thief, email } = await newcomer();
  const program = tokenClient(server.baseUrl);
  const thiefs = freshEmail();
  dataOf(await thief.startEmailChange({ newEmail: thiefs }));
  dataOf(await thief.confirmEmailChange({ token: (await mailed(thiefs)).token }));
  dataOf(await program.tokenLogin({ email: thiefs, password: PASSWORD }));
  const owner = cookieClient(server.baseUrl);
  const undo = { token: (await mailed(email, 2)).token };
  expect(undo.token).not.toBe("");
  dataOf(await owner.undoEmailChange(undo));
  for (const ended of [await thief.getMe(), await program.getMe()])
    expect(ended).toMatchObject({ status: 401 });
  for (const address of [email, thiefs])
    expect(await thief.login({ email: address, password: PASSWORD })).toMatchObject(wrongPassword);
  expect(await owner.undoEmailChange(undo)).toMatchObject(invalid);
  dataOf(await owner.forgotPassword({ email }));
  const { token } = await mailed(email, 3);
  dataOf(await owner.resetPassword({ token, newPassword: NEW_PASSWORD }));
  expect(dataOf(await owner.login({ email, password: NEW_PASSWORD })).user).toMatchObject({
    email,
  });
});

test("EM-05 the link of a change, opened by somebody else who is signed in, changes neither account", async () => {
  const [owner, other] = [await newcomer(), await newcomer()];
  const newEmail = freshEmail();
  const { challengeToken } = dataOf(await owner.api.startEmailChange({ newEmail }));
  const { token, code } = await mailed(newEmail);
  for (const proof of [{ token }, { challengeToken, code }])
    expect(await other.api.confirmEmailChange(proof)).toMatchObject(invalid);
  for (const { api, email } of [owner, other])
    expect(dataOf(await api.getMe())).toMatchObject({ email });
  dataOf(await owner.api.confirmEmailChange({ token }));
});

test("EM-10 a change to an address that has an account is answered alike, and changes nothing", async () => {
  const { api, email } = await newcomer();
  const other = await newcomer();
  const free = dataOf(await api.startEmailChange({ newEmail: freshEmail() }));
  const taken = dataOf(await api.startEmailChange({ newEmail: other.email }));
  expect(Object.keys(taken)).toEqual(Object.keys(free));
  expect(taken.challengeToken).toHaveLength(free.challengeToken.length);
  const notice = await nthMailTo(outbox(), other.email, 2);
  expect(proofsIn(notice)).toEqual({ token: "", code: "" });
  const { challengeToken } = taken;
  expect(await api.confirmEmailChange({ challengeToken, code: "0000 0000" })).toMatchObject(
    invalid,
  );
  expect(dataOf(await api.getMe())).toMatchObject({ email });
});

test("EM-05 an owner of before proves the address, by the code of the very session or by the link", async () => {
  for (const by of ["code", "link"] as const) {
    const { api, email } = await newcomer();
    const other = await newcomer();
    unprove(email); // an account from before there were proofs
    expect(dataOf(await api.getMe())).toMatchObject({ emailVerified: false });
    const { challengeToken } = dataOf(await api.requestEmailVerification());
    const { code, token } = await mailed(email, 2);
    const proof = by === "code" ? { challengeToken, code } : { token };
    expect(await other.api.confirmEmailVerification(proof)).toMatchObject(invalid);
    dataOf(await api.confirmEmailVerification(proof));
    expect(dataOf(await api.getMe())).toMatchObject({ emailVerified: true });
    expect(await api.requestEmailVerification()).toMatchObject({
      problem: { code: "email_already_verified" },
    });
  }
});

test("somebody signs in by mail with cookies, by the code and by the link", async () => {
  const { email } = await newcomer();
  for (const [count, by] of [
    [2, "code"],
    [3, "link"],
  ] as const) {
    const browser = cookieClient(server.baseUrl);
    dataOf(await browser.startMailLogin({ email }));
    const { code, token } = await mailed(email, count);
    // The browser's cookie says what was begun.
    const proof = by === "code" ? { code } : { token };
    const { loginToken, secondFactors } = dataOf(await browser.completeMailLogin(proof));
    expect(secondFactors).toEqual([]);
    expect(await browser.getMe()).toMatchObject({ status: 401 });
    dataOf(await browser.finishLogin({ loginToken, method: "none" }));
    expect(dataOf(await browser.getMe())).toMatchObject({ email });
    dataOf(await browser.updateMe({ name: "Ada" })); // the CSRF proof came with the session
    expect(await browser.finishLogin({ loginToken, method: "none" })).toMatchObject({
      status: 401,
      problem: { code: "invalid_login_token" },
    });
  }
});

test("somebody signs in by mail with tokens, by the code and by the link", async () => {
  const { email } = await newcomer();
  for (const [count, by] of [
    [2, "code"],
    [3, "link"],
  ] as const) {
    const program = tokenClient(server.baseUrl);
    const { challengeToken } = dataOf(await program.startMailLogin({ email }));
    const { code, token } = await mailed(email, count);
    const proof = by === "code" ? { code } : { token };
    const pending = dataOf(await program.completeMailLogin({ challengeToken, ...proof }));
    const { loginToken } = pending;
    const { refreshToken } = dataOf(await program.finishTokenLogin({ loginToken, method: "none" }));
    expect(dataOf(await program.getMe())).toMatchObject({ email });
    dataOf(await program.tokenRefresh({ refreshToken }));
    expect(dataOf(await program.getTokenMe())).toMatchObject({ email });
    expect(await program.finishTokenLogin({ loginToken, method: "none" })).toMatchObject({
      status: 401,
      problem: { code: "invalid_login_token" },
    });
    expect(await program.completeMailLogin({ challengeToken, ...proof })).toMatchObject(invalid);
  }
});

test("ML-02 the link opened by another browser signs nobody in, and is still good in the one that asked", async () => {
  const { email } = await newcomer();
  const browser = cookieClient(server.baseUrl);
  dataOf(await browser.startMailLogin({ email }));
  const { token } = await mailed(email, 2);
  const elsewhere = cookieClient(server.baseUrl);
  dataOf(await elsewhere.startMailLogin({ email: freshEmail() })); // has a challenge of its own
  for (const stranger of [createClient({ baseUrl: server.baseUrl }), elsewhere])
    expect(await stranger.completeMailLogin({ token })).toMatchObject(invalid);
  dataOf(await browser.completeMailLogin({ token }));
});

async function begunSignup(email: string, password = PASSWORD) {
  const api = createClient({ baseUrl: server.baseUrl });
  return pendingSignupOf(dataOf(await api.signup({ email, password })));
}

/** Signs up, proves the address, and logs in by cookie. One mail has come. */
async function newcomer() {
  const email = freshEmail();
  const api = cookieClient(server.baseUrl);
  const { challengeToken } = await begunSignup(email);
  const { code } = await mailed(email);
  dataOf(await api.confirmSignup({ challengeToken, code }));
  dataOf(await api.login({ email, password: PASSWORD }));
  return { api, email };
}

function outbox(): string {
  return join(server.folder, "outbox");
}

/** The proofs of the `count`-th mail to the address. */
async function mailed(email: string, count = 1) {
  return proofsIn(await nthMailTo(outbox(), email, count));
}

function accounts(email: string): number {
  return run("SELECT id FROM users WHERE email = ?", email).length;
}

function unprove(email: string): void {
  run("UPDATE users SET email_verified = 0 WHERE email = ?", email);
}

function run(sql: string, ...parameters: string[]): unknown[] {
  const database = new DatabaseSync(server.databaseFile, { timeout: 2_000 });
  try {
    return database.prepare(sql).all(...parameters);
  } finally {
    database.close();
  }
}
