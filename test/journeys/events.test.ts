import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClient } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { expect, test } from "vitest";
import { eventDefinition, eventNames, type LogEvent } from "../../src/contract/events.ts";
import { operations } from "../../src/contract/operations.ts";
import {
  accountOf,
  cookieClient,
  dataOf,
  freshEmail,
  pendingSignupOf,
  tokenClient,
} from "../support/clients.ts";
import { eventsOfFactors } from "../support/factor-events.ts";
import { sha1 } from "../support/range-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { eventsOfProviders } from "../support/provider-events.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { eventsOf, runScript } from "../support/commands.ts";
import { nthMailTo, proofsIn, tokenIn } from "../support/mailbox.ts";

test("LA-01 each step of a journey logs its event exactly once, and every event of the contract is met", async () => {
  const list = join(temporaryFolder(), "breached.txt");
  await writeFile(list, `${sha1("sunshine")}:1\n`);
  const server = await startServerProcess({
    environment: {
      BREACHED_PASSWORDS: `file:${list}`,
      LIMIT_SIGNUP_IP: "3/3600",
      LOCKOUT_THRESHOLD: "2",
    },
  });
  const email = freshEmail();
  const api = cookieClient(server.baseUrl);
  const admin = cookieClient(server.baseUrl);
  const elsewhere = createClient({
    baseUrl: server.baseUrl,
    cookies: cookieJar(),
    fetch: (request) => {
      request.headers.set("origin", "https://elsewhere.example");
      return fetch(request);
    },
  });

  const user = accountOf(dataOf(await api.signup({ email, password: PASSWORD })));
  await api.signup({ email, password: PASSWORD });
  await api.signup({ email, password: "sunshine" });
  await api.signup({ email, password: PASSWORD }); // one too many
  await api.login({ email, password: "not the password" });
  await api.login({ email: freshEmail(), password: PASSWORD });
  dataOf(await api.login({ email, password: PASSWORD }));
  dataOf(await api.login({ email, password: PASSWORD })); // replaces the session
  const program = tokenClient(server.baseUrl);
  const first = dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  const second = dataOf(await program.tokenRefresh({ refreshToken: first.refreshToken }));
  const third = dataOf(await program.tokenRefresh({ refreshToken: second.refreshToken }));
  await program.tokenRefresh({ refreshToken: first.refreshToken }); // reuse: two steps back
  dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  dataOf(await program.tokenRevoke({ token: third.refreshToken })); // dead already: nothing to tell
  const fourth = dataOf(await program.tokenLogin({ email, password: PASSWORD }));
  dataOf(await program.tokenRevoke({ token: fourth.accessToken }));
  await writeFile(list, "no list any more");
  dataOf(await api.changePassword({ currentPassword: PASSWORD, newPassword: `${PASSWORD} again` }));
  await writeFile(list, `${sha1("sunshine")}:1\n`);
  dataOf(await api.forgotPassword({ email: freshEmail() }));
  dataOf(await api.forgotPassword({ email }));
  const token = tokenIn(await nthMailTo(join(server.folder, "outbox"), email, 2)); // after that of the change
  await api.resetPassword({ token: "nobody's", newPassword: PASSWORD });
  await api.resetPassword({ token, newPassword: "sunshine" });
  await whileOutboxIsBroken(server, async () => {
    dataOf(await api.resetPassword({ token, newPassword: `${PASSWORD} again` }));
    await waitFor(() => server.events().find(({ event }) => event === "mail_failed"));
  });
  dataOf(await api.login({ email, password: `${PASSWORD} again` }));
  await api.listUsers();
  await elsewhere.login({ email, password: PASSWORD });
  dataOf(await api.logout());
  dataOf(await admin.login(ADMIN));
  await program.tokenLogin({ email, password: "not the password" });
  await program.tokenLogin({ email, password: "not the password" });
  dataOf(await admin.unlockUser({ userId: user.id }));
  dataOf(await admin.revokeUserSessions({ userId: user.id })); // none is left
  dataOf(await admin.updateUser({ userId: user.id, disabled: true }));
  await api.login({ email, password: `${PASSWORD} again` });
  dataOf(await admin.deleteUser({ userId: user.id }));
  const byCommand = eventsOf(await runScript("keys", ["rotate"], databaseOf(server)));
  const unlock = lock(server);
  await fetch(`${server.baseUrl}/readyz`); // the client would ask again
  unlock();
  breakUsers(server);
  await admin.getMe();
  expect(await server.stop()).toBe(0);

  const told = server.events().filter(({ event }) => event !== "request");
  expect(told.map(summary)).toEqual([
    "signup", // the first administrator
    "server_started",
    "signup",
    "signup_failed email_taken",
    "signup_failed weak_password",
    "rate_limited",
    "login_failed wrong_password",
    "login_failed user_not_found",
    "login_success session",
    "session_revoked user",
    "login_success session",
    "login_success token",
    "token_refreshed",
    "token_refreshed",
    "refresh_token_reuse",
    "session_revoked reuse",
    "login_success token",
    "login_success token",
    "token_revoked",
    "breached_passwords_unavailable",
    "password_changed",
    "session_revoked password_change",
    "reset_requested_unknown_email",
    "reset_token_created",
    "reset_failed invalid_or_expired_token",
    "reset_failed weak_password",
    "password_reset",
    "session_revoked password_reset",
    "email_verified password_reset", // whoever has the mail has the mailbox
    "mail_failed",
    "login_success session",
    "authorization_denied listUsers",
    "csrf_rejected cross_site",
    "logout",
    "login_success session",
    "login_failed wrong_password",
    "login_failed wrong_password",
    "login_locked",
    "user_unlocked",
    "user_sessions_revoked",
    "user_updated",
    "login_failed account_disabled",
    "user_deleted",
    "overloaded database",
    "unhandled_error",
    "server_stopped",
  ]);
  expect(byCommand.map(summary)).toEqual(["signing_key_rotated"]);
  const others = await Promise.all([eventsOfProofs(), eventsOfFactors(), eventsOfProviders()]);
  const met = new Set(
    [...server.events(), ...byCommand, ...others.flat()].map(({ event }) => event),
  );
  expect([...met].sort()).toEqual([...eventNames].sort());

  const locks = told.filter(({ event }) => event === "login_locked");
  expect(locks).toMatchObject([{ userId: user.id, email }]);

  const requests = server.events().filter((line) => line.event === "request");
  expect(requests).toHaveLength(36);
  // LA-03: where it went as the contract writes it, and never what was asked with it.
  const patterns = Object.values(operations).map(({ operationId, path }) => [operationId, path]);
  for (const { operation, path } of requests) expect(patterns).toContainEqual([operation, path]);
  for (const line of [...told, ...requests])
    if (line.requestId !== null) expect(line.ip).toBe("127.0.0.1");

  // LA-06: what is stored is what was printed, no more and no less.
  const stored = told.filter(({ event }) => eventDefinition(event).stored);
  expect(storedEvents(server)).toEqual([...stored, ...byCommand]);
  await server.dispose();
}, 120_000); // one long journey: on a busy machine half a minute is not enough

/** The journey of somebody whose address is proved, changed and changed back, and who signs in by mail. */
async function eventsOfProofs(): Promise<LogEvent[]> {
  const server = await startServerProcess({
    environment: { SIGNUP: "verified", MAIL_LOGIN: "on" },
  });
  const outbox = join(server.folder, "outbox");
  const [email, newEmail, guest] = [freshEmail(), freshEmail(), freshEmail()];
  const api = cookieClient(server.baseUrl);
  const admin = cookieClient(server.baseUrl);

  const { challengeToken } = pendingSignupOf(
    dataOf(await api.signup({ email, password: PASSWORD })),
  );
  const { code } = proofsIn(await nthMailTo(outbox, email));
  for (const wrong of ["0000 0000", "0000 0001"])
    await api.confirmSignup({ challengeToken, code: wrong }); // told of once
  dataOf(await api.confirmSignup({ challengeToken, code }));
  await api.confirmSignup({ challengeToken, code });
  await api.signup({ email, password: PASSWORD });
  dataOf(await api.login({ email, password: PASSWORD }));
  const { challengeToken: change } = dataOf(await api.startEmailChange({ newEmail }));
  const sent = proofsIn(await nthMailTo(outbox, newEmail));
  dataOf(await api.confirmEmailChange({ challengeToken: change, code: sent.code }));
  const undo = proofsIn(await nthMailTo(outbox, email, 3)); // after those of the two signups
  dataOf(await api.undoEmailChange({ token: undo.token }));
  dataOf(await api.startMailLogin({ email: newEmail }));
  const { challengeToken: asked } = dataOf(await api.startMailLogin({ email }));
  const byMail = proofsIn(await nthMailTo(outbox, email, 4));
  const { loginToken } = dataOf(
    await api.completeMailLogin({ challengeToken: asked, code: byMail.code }),
  );
  dataOf(await api.finishLogin({ loginToken, method: "none" }));
  unprove(server, email); // an account from before there were proofs
  dataOf(await api.requestEmailVerification());
  const { token } = proofsIn(await nthMailTo(outbox, email, 5));
  dataOf(await api.confirmEmailVerification({ token }));
  dataOf(await admin.login(ADMIN));
  dataOf(await admin.inviteUser({ email: guest }));
  expect(await server.stop()).toBe(0);

  const told = server.events().filter(({ event }) => event !== "request");
  expect(told.map(summary)).toEqual([
    "signup", // the first administrator
    "server_started",
    "signup_started",
    "challenge_failed wrong_code",
    "signup",
    "email_verified signup",
    "challenge_failed not_good",
    "signup_existing_email",
    "login_success session",
    "email_change_started",
    "email_changed",
    "email_change_undone",
    "session_revoked email_change_undo",
    "mail_login_unknown_email",
    "mail_login_requested",
    "login_pending",
    "login_success session",
    "email_verification_requested",
    "email_verified owner",
    "login_success session",
    "user_invited",
    "server_stopped",
  ]);
  const stored = told.filter(({ event }) => eventDefinition(event).stored);
  expect(storedEvents(server)).toEqual(stored);
  const events = server.events();
  await server.dispose();
  return events;
}

function summary(event: LogEvent): string {
  if ("reason" in event && event.event !== "server_stopped")
    return `${event.event} ${event.reason}`;
  if (event.event === "login_success") return `${event.event} ${event.method}`;
  if (event.event === "overloaded") return `${event.event} ${event.cause}`;
  if (event.event === "email_verified") return `${event.event} ${event.by}`;
  if (event.event === "session_revoked") return `${event.event} ${event.by}`;
  if (event.event === "authorization_denied") return `${event.event} ${event.operation}`;
  return event.event;
}

function storedEvents({ databaseFile }: ServerProcess): unknown[] {
  const database = new DatabaseSync(databaseFile, { readOnly: true });
  const rows = database.prepare("SELECT body FROM events ORDER BY id").all();
  database.close();
  return rows.map(({ body }) => JSON.parse(String(body)) as unknown);
}

function databaseOf({ databaseFile }: ServerProcess): Record<string, string> {
  return { DATABASE_URL: `sqlite:${databaseFile}` };
}

/** A file stands where the folder was, so that no mail can be written. */
async function whileOutboxIsBroken({ folder }: ServerProcess, work: () => Promise<void>) {
  const outbox = join(folder, "outbox");
  await rm(outbox, { recursive: true });
  await writeFile(outbox, "");
  await work();
  await rm(outbox);
}

/** Holds the database, as a tool beside the server might; answers how to let go. */
function lock({ databaseFile }: ServerProcess): () => void {
  const database = new DatabaseSync(databaseFile);
  database.exec("begin immediate");
  return () => database.close();
}

function unprove({ databaseFile }: ServerProcess, email: string): void {
  const database = new DatabaseSync(databaseFile, { timeout: 2_000 });
  database.prepare("UPDATE users SET email_verified = 0 WHERE email = ?").run(email);
  database.close();
}

function breakUsers({ databaseFile }: ServerProcess): void {
  const database = new DatabaseSync(databaseFile);
  database.exec("ALTER TABLE users RENAME TO lost_users");
  database.close();
}
