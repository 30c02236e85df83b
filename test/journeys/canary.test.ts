/** Secrets are canaries here: a whole journey is made, and then none may be found where it does not belong. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClient } from "@portcullis/client";
import { expect, test } from "vitest";
import { accountOf, dataOf, freshEmail, pendingSignupOf } from "../support/clients.ts";
import {
  breakUsers,
  databaseBytes,
  keep,
  leaks,
  mailTexts,
  storedEvents,
  watchedClient,
} from "../support/canaries.ts";
import { mailsTo, nthMailTo, proofsIn, tokenIn } from "../support/mailbox.ts";
import { ADMIN } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

// Quotes, an ampersand and letters beyond ASCII: each way of writing them down looks different.
const passwords = {
  first: 'canary one "Zürich" & a yellow bird',
  wrong: 'canary two "Zürich" & a silent bird',
  second: 'canary three "Zürich" & a mining bird',
  third: 'canary four "Zürich" & a singing bird',
  unused: 'canary five "Zürich" & a broken bird',
  weak: 'canary "ü" & 6',
};
const AUTH_SECRET = "Q0FOQVJZ+c2VjcmV0/b2YgdGhlIHdob2xlIHNlcnZlcg==";

test(
  "LA-03 CF-04 no secret of a whole journey is found in logs, events, database or mails",
  { timeout: 90_000 },
  async () => {
    const server = await startServerProcess({ environment: { AUTH_SECRET } });
    const outbox = join(server.folder, "outbox");
    const secrets = new Map<string, string>(Object.entries({ ...passwords, AUTH_SECRET }));
    secrets.set("admin", ADMIN.password);
    const email = freshEmail();

    const { first, wrong, second, third, unused, weak } = passwords;
    const api = watchedClient(server, secrets);
    const program = watchedClient(server, secrets);
    const admin = watchedClient(server, secrets);
    expect(await api.signup({ email, password: weak })).toMatchObject({ status: 400 });
    const user = accountOf(dataOf(await api.signup({ email, password: first })));
    expect(await api.signup({ email, password: second })).toMatchObject({ status: 409 });
    expect(await api.login({ email, password: wrong })).toMatchObject({ status: 401 });
    keep(secrets, dataOf(await api.login({ email, password: first })));
    const pair = dataOf(await program.tokenLogin({ email, password: first }));
    const next = dataOf(await program.tokenRefresh({ refreshToken: pair.refreshToken }));
    for (const each of [pair, next]) keep(secrets, each);
    dataOf(await program.tokenRevoke({ token: next.refreshToken }));
    const again = dataOf(await program.tokenLogin({ email, password: first }));
    keep(secrets, again);
    let { refreshToken } = again;
    for (let step = 1; step <= 2; step += 1) {
      const renewed = dataOf(await program.tokenRefresh({ refreshToken }));
      keep(secrets, renewed);
      refreshToken = renewed.refreshToken;
    }
    for (const used of [again.refreshToken, refreshToken])
      // reuse ends the session
      expect(await program.tokenRefresh({ refreshToken: used })).toMatchObject({ status: 401 });
    for (const newPassword of [weak, second]) {
      const currentPassword = newPassword === weak ? first : wrong;
      expect(await api.changePassword({ currentPassword, newPassword })).toMatchObject({
        ok: false,
      });
    }
    expect(await api.deleteMe({ password: wrong })).toMatchObject({ status: 401 });
    dataOf(await api.changePassword({ currentPassword: first, newPassword: second }));
    dataOf(await api.forgotPassword({ email }));
    const resetToken = tokenIn(await nthMailTo(outbox, email, 2)); // after that of the change
    expect(resetToken).not.toBe("");
    expect(await api.resetPassword({ token: `${resetToken}x`, newPassword: third })).toMatchObject({
      status: 400,
    });
    dataOf(await api.resetPassword({ token: resetToken, newPassword: third }));
    await nthMailTo(outbox, email, 3);
    keep(secrets, dataOf(await api.login({ email, password: third })));
    keep(secrets, dataOf(await admin.login(ADMIN)));
    dataOf(await admin.listEvents());
    const metrics = await (await fetch(`${server.baseUrl}/metrics`)).text();
    breakUsers(server);
    expect(await api.login({ email, password: unused })).toMatchObject({ status: 500 });
    expect(await api.signup({ email, password: unused })).toMatchObject({ status: 500 });
    // Without a cookie, of which the account would be looked up before.
    expect(await program.tokenLogin({ email, password: unused })).toMatchObject({ status: 500 });

    const running = await databaseBytes(server);
    expect([...running.keys()].some((name) => name.endsWith("-wal"))).toBe(true);
    const events = storedEvents(server);
    expect(await server.stop()).toBe(0);
    const logs = JSON.stringify(server.events());
    const stopped = await databaseBytes(server);
    const mails = await mailTexts(outbox);
    // A server without a mail server shows its developer the link (LA-10); no other line of stderr has it.
    const isShown = (line: string) =>
      line.startsWith(`Mail to ${email}: http`) && line.endsWith(`/reset#token=${resetToken}`);
    const lines = server.stderr().split("\n");
    expect(lines.filter(isShown)).toHaveLength(1);
    const stderr = lines.filter((line) => !isShown(line)).join("\n");

    for (const name of ["__Host-session", "__Host-csrf", "__Host-device"])
      expect([...secrets.keys()].some((key) => key.startsWith(name))).toBe(true);
    for (const name of ["csrfToken", "accessToken", "refreshToken"])
      expect([...secrets.keys()].some((key) => key.startsWith(name))).toBe(true);

    const places = new Map([
      ["stdout", logs],
      ["stderr", stderr],
      ["stored events", events],
      ["metrics", metrics],
      ...[...running].map(([name, bytes]) => [`${name}, running`, bytes] as const),
      ...[...stopped].map(([name, bytes]) => [`${name}, stopped`, bytes] as const),
      ...mails.map((text, index) => [`mail ${index}`, text] as const),
    ]);
    expect(leaks(places, secrets)).toEqual([]);
    const resetLeaks = leaks(places, new Map([["reset token", resetToken]]));
    expect(new Set(resetLeaks).size).toBe(1);
    expect(resetLeaks[0]).toMatch(/^reset token in mail \d+$/);
    expect(mails.filter((text) => text.includes(`#token=${resetToken}`))).toHaveLength(1);
    expect(await mailsTo(outbox, email)).toHaveLength(3);

    // The search finds what is there.
    expect(server.events().some(({ event }) => event === "unhandled_error")).toBe(true);
    const known = leaks(places, new Map([["email", email]]));
    expect(known.some((found) => found.startsWith("email in portcullis.db"))).toBe(true);
    expect(known.filter((found) => found.startsWith("email in mail"))).toHaveLength(3);
    const ids = leaks(places, new Map([["id", user.id]]));
    expect(ids).toEqual(expect.arrayContaining(["id in stdout", "id in stored events"]));
    await server.dispose();
  },
);

test(
  "LA-03 CH-04 no proof of a whole journey by mail is found in logs, events, metrics or database",
  { timeout: 90_000 },
  async () => {
    const server = await startServerProcess({
      environment: { AUTH_SECRET, SIGNUP: "verified", MAIL_LOGIN: "on" },
    });
    const outbox = join(server.folder, "outbox");
    const { first, second } = passwords;
    /** Secrets that no mail has either, and those that one mail has. */
    const secrets = new Map<string, string>(Object.entries({ first, second }));
    const mailed = new Map<string, string>();
    /** Codes as a program would send them. A link to sign in has them so. */
    const typed = new Map<string, string>();
    const [email, other, newEmail, guest] = [1, 2, 3, 4].map(() => freshEmail());
    if (!email || !other || !newEmail || !guest) throw new Error("Four addresses");
    /** The proofs of the `count`-th mail to an address. */
    async function proofs(purpose: string, address: string, count = 1) {
      const found = proofsIn(await nthMailTo(outbox, address, count));
      for (const name of ["token", "code"] as const)
        if (found[name] !== "") mailed.set(`${name} of ${purpose}`, found[name]);
      if (found.code !== "") typed.set(`digits of ${purpose}`, digitsOf(found.code));
      return found;
    }
    async function beginSignup(address: string, password: string): Promise<string> {
      const begun = pendingSignupOf(dataOf(await api.signup({ email: address, password })));
      keep(secrets, begun);
      return begun.challengeToken;
    }
    const api = watchedClient(server, secrets);
    const program = watchedClient(server, secrets);
    const admin = watchedClient(server, secrets);

    const handle = await beginSignup(email, first);
    const signup = await proofs("a signup", email);
    expect(await api.confirmSignup({ challengeToken: handle, code: "0000 0000" })).toMatchObject({
      status: 400,
    });
    dataOf(await api.confirmSignup({ challengeToken: handle, code: signup.code }));
    await beginSignup(other, first);
    const byLink = await proofs("a signup by link", other);
    dataOf(await api.confirmSignup({ token: byLink.token, newPassword: second }));
    keep(secrets, dataOf(await admin.login(ADMIN)));
    dataOf(await admin.inviteUser({ email: guest }));
    const invited = await proofs("an invitation", guest);
    dataOf(await api.confirmSignup({ token: invited.token, newPassword: second }));

    keep(secrets, dataOf(await api.login({ email, password: first })));
    const change = dataOf(await api.startEmailChange({ newEmail }));
    keep(secrets, change);
    const changed = await proofs("a change", newEmail);
    const { challengeToken } = change;
    dataOf(await api.confirmEmailChange({ challengeToken, code: changed.code }));
    const undo = await proofs("an undo", email, 2);
    dataOf(await api.undoEmailChange({ token: undo.token }));

    for (const [count, client] of [
      [3, api],
      [4, program],
    ] as const) {
      const begun = dataOf(await client.startMailLogin({ email }));
      keep(secrets, begun);
      const { token, code } = await proofs(`sign-in ${count}`, email, count);
      expect(await client.completeMailLogin({ token: `${token}x` })).toMatchObject({ status: 400 });
      const pending = dataOf(
        await client.completeMailLogin(
          client === api ? { token } : { challengeToken: begun.challengeToken, code },
        ),
      );
      keep(secrets, pending);
      const { loginToken } = pending;
      const finish = { loginToken, method: "none" } as const;
      if (client === api) keep(secrets, dataOf(await client.finishLogin(finish)));
      else keep(secrets, dataOf(await client.finishTokenLogin(finish)));
    }
    unprove(server, email);
    keep(secrets, dataOf(await api.requestEmailVerification()));
    const verification = await proofs("a verification", email, 5);
    dataOf(await api.confirmEmailVerification({ token: verification.token }));
    const late = freshEmail();
    const lateHandle = await beginSignup(late, first);
    const lateProofs = await proofs("a signup that fails", late);
    const metrics = await (await fetch(`${server.baseUrl}/metrics`)).text();
    breakUsers(server);
    expect(
      await api.confirmSignup({ challengeToken: lateHandle, code: lateProofs.code }),
    ).toMatchObject({ status: 500 });
    expect(await api.confirmSignup({ token: lateProofs.token, newPassword: second })).toMatchObject(
      { status: 500 },
    );

    const running = await databaseBytes(server);
    const events = storedEvents(server);
    expect(await server.stop()).toBe(0);
    const stopped = await databaseBytes(server);
    const mails = await mailTexts(outbox);
    // A server without a mail server shows its developer what a mail is for (LA-10), and nothing else.
    const lines = server.stderr().split("\n");
    const isShown = (line: string) =>
      [...mailed.values()].some((value) => line.startsWith("Mail to ") && line.includes(value));
    expect(lines.some(isShown)).toBe(true);
    for (const name of ["__Host-challenge", "challengeToken", "loginToken", "accessToken"])
      expect([...secrets.keys()].some((key) => key.startsWith(name))).toBe(true);
    expect(metrics).toContain("portcullis_");

    const places = new Map([
      ["stdout", JSON.stringify(server.events())],
      ["stderr", lines.filter((line) => !isShown(line)).join("\n")],
      ["stored events", events],
      ["metrics", metrics],
      ...[...running].map(([name, bytes]) => [`${name}, running`, bytes] as const),
      ...[...stopped].map(([name, bytes]) => [`${name}, stopped`, bytes] as const),
    ]);
    expect(leaks(places, new Map([...secrets, ...mailed, ...typed]))).toEqual([]);
    const inMails = new Map(mails.map((text, index) => [`mail ${index}`, text]));
    expect(leaks(inMails, secrets)).toEqual([]);
    for (const [name, value] of mailed)
      expect([name, new Set(leaks(inMails, new Map([[name, value]]))).size]).toEqual([name, 1]);

    // The search finds what is there.
    expect(server.events().some(({ event }) => event === "unhandled_error")).toBe(true);
    const known = leaks(places, new Map([["email", newEmail]]));
    expect(known).toEqual(expect.arrayContaining(["email in stdout", "email in stored events"]));
    await server.dispose();
  },
);

test("CF-04 the user and password of a mail server that cannot be reached are not told", async () => {
  const smtp = new Map([["SMTP password", "canary-of-the-mail-server"]]);
  const server = await startServerProcess({
    environment: {
      AUTH_SECRET,
      SMTP_URL: `smtp://postmaster:${smtp.get("SMTP password")}@127.0.0.1:1`,
      MAIL_FROM: "auth@example.com",
    },
  });
  const email = freshEmail();
  const api = createClient({ baseUrl: server.baseUrl });
  dataOf(await api.signup({ email, password: passwords.first }));
  dataOf(await api.forgotPassword({ email }));
  await waitFor(() => server.events().find(({ event }) => event === "mail_failed"));
  const running = await databaseBytes(server);
  expect(await server.stop()).toBe(0);
  const places = new Map([
    ["stdout", JSON.stringify(server.events())],
    ["stderr", server.stderr()],
    ...running,
    ...(await databaseBytes(server)),
  ]);
  expect(leaks(places, smtp)).toEqual([]);
  expect(leaks(places, new Map([["email", email]]))).not.toEqual([]);
  await server.dispose();
});

/** The code as a program would write it, without the space in the middle. */
function digitsOf(code: string): string {
  return code.replaceAll(" ", "");
}

function unprove({ databaseFile }: ServerProcess, email: string): void {
  const database = new DatabaseSync(databaseFile, { timeout: 2_000 });
  database.prepare("UPDATE users SET email_verified = 0 WHERE email = ?").run(email);
  database.close();
}
