/** Two processes on one PostgreSQL: whatever one is told, the other knows at the very next request. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Client, createClient } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import {
  accountOf,
  cookieClient,
  dataOf,
  freshEmail,
  type TestClient,
} from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { generousLimits } from "../support/test-settings.ts";
import { waitFor } from "../support/wait-for.ts";
import { runScript } from "../support/commands.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { proofsIn, tokenIn } from "../support/mailbox.ts";
import { createPostgres, type TestDatabase } from "../support/databases.ts";

let folder: string;
let database: TestDatabase;
let mails: MailServer;
let servers: ServerProcess[];
let environment: Record<string, string>;
/** Whichever of the two was made. */
let administrator: { readonly email: string; readonly password: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-processes-"));
  [database, mails] = await Promise.all([createPostgres(), startMailServer("accepts")]);
  environment = {
    DATABASE_URL: database.url,
    AUTH_SECRET: "fathom-wicket-0123456789-lantern-orchard",
    PUBLIC_URL: "http://localhost",
    SMTP_URL: mails.url,
    MAIL_FROM: "auth@example.com",
    LOCKOUT_THRESHOLD: "3",
    MAIL_LOGIN: "on",
  };
  // At once, on an empty database, each with another first administrator in mind.
  servers = await Promise.all(
    [ADMIN.email, "second@example.com"].map((ADMIN_EMAIL) =>
      startServerProcess({ folder, environment: { ...environment, ADMIN_EMAIL } }),
    ),
  );
  const [row] = await database.query("select email from users where role = 'admin'");
  administrator = { email: String(row?.["email"]), password: ADMIN.password };
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await Promise.all([mails.close(), database.remove()]);
  await rm(folder, { recursive: true });
});

/** Clients of both processes. The two jars are one: cookies know no port. */
function bothClients(): [Clients, Clients] {
  const cookies = cookieJar();
  const clientsOf = (server: ServerProcess | undefined) => ({
    cookie: createClient({ baseUrl: server?.baseUrl ?? "", cookies }),
    bare: cookieClient(server?.baseUrl ?? ""),
  });
  return [clientsOf(servers[0]), clientsOf(servers[1])];
}
interface Clients {
  readonly cookie: Client;
  /** Keeps no tokens. */
  readonly bare: TestClient;
}

async function newAccount() {
  const [one, two] = bothClients();
  const email = freshEmail();
  const user = accountOf(dataOf(await one.cookie.signup({ email, password: PASSWORD })));
  return { one, two, email, user };
}

describe("two processes that start at once on an empty database", () => {
  it("LG-05 leave one schema, one administrator and one key", async () => {
    const count = async (from: string) =>
      (await database.query(`select count(*) as n from ${from}`))[0]?.["n"];
    expect(await count("users where role = 'admin'")).toBe(1);
    expect(await count("events where event = 'signup'")).toBe(1);
    expect(await count("signing_keys")).toBe(1);
  });
});

describe("what one process is told, the other knows at the next request:", () => {
  it("SE-12 SE-04 a login, and its end", async () => {
    const { one, two, email } = await newAccount();
    dataOf(await one.cookie.login({ email, password: PASSWORD }));
    for (let round = 0; round < 3; round += 1)
      for (const { cookie } of [two, one])
        expect(await cookie.getMe()).toMatchObject({ status: 200 });
    const held = createClient({ baseUrl: servers[0]?.baseUrl ?? "", cookies: cookieJar() });
    dataOf(await held.login({ email, password: PASSWORD }));
    expect(await held.getMe()).toMatchObject({ status: 200 }); // whatever is remembered is warm now
    dataOf(await two.cookie.revokeMyOtherSessions());
    expect(await held.getMe()).toMatchObject({ status: 401 });
    dataOf(await two.cookie.logout());
    expect(await one.cookie.getMe()).toMatchObject({ status: 401 });
  });

  it("TK-08 TK-12 access tokens end with their session; a stolen refresh token ends it everywhere", async () => {
    const { one, two, email } = await newAccount();
    const first = dataOf(await one.bare.tokenLogin({ email, password: PASSWORD }));
    const headers = { authorization: `Bearer ${first.accessToken}` };
    expect(await two.bare.getTokenMe({}, { headers })).toMatchObject({ status: 200 });
    const { refreshToken } = dataOf(
      await two.bare.tokenRefresh({ refreshToken: first.refreshToken }),
    );
    dataOf(await one.bare.tokenRefresh({ refreshToken }));
    expect(await two.bare.tokenRefresh({ refreshToken: first.refreshToken })).toMatchObject({
      status: 401,
    }); // reuse
    for (const { bare } of [one, two])
      expect(await bare.getTokenMe({}, { headers })).toMatchObject({ status: 401 });
  });

  it("TK-13 parallel refreshes at both leave one successor", async () => {
    const { one, two, email } = await newAccount();
    const { refreshToken } = dataOf(await one.bare.tokenLogin({ email, password: PASSWORD }));
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).bare.tokenRefresh({ refreshToken })),
    );
    const successors = new Set(results.map((result) => dataOf(result).refreshToken));
    expect(successors.size).toBe(1);
  });

  it("TK-09 AZ-04 a role and a disabling", async () => {
    const { one, two, email, user } = await newAccount();
    dataOf(await one.cookie.login({ email, password: PASSWORD }));
    const [admin] = bothClients();
    dataOf(await admin.cookie.login(administrator));
    dataOf(await admin.cookie.updateUser({ userId: user.id, role: "admin", emailVerified: true }));
    expect(await two.cookie.listUsers()).toMatchObject({ status: 200 });
    dataOf(await admin.cookie.updateUser({ userId: user.id, role: "user" }));
    expect(await two.cookie.listUsers()).toMatchObject({ status: 403 });
    dataOf(await admin.cookie.updateUser({ userId: user.id, disabled: true }));
    for (const { cookie } of [two, one])
      expect(await cookie.getMe()).toMatchObject({ status: 401 });
  });

  it("RL-08 a lock, counted at both", async () => {
    const { one, two, email } = await newAccount();
    for (const { bare } of [one, two, one])
      expect(await bare.login({ email, password: "wrong password" })).toMatchObject({
        status: 401,
      });
    for (const { bare } of [two, one])
      expect(await bare.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
    expect(
      await database.query(`select event from events where body like '%${email}%' order by id`),
    ).toContainEqual({ event: "login_locked" });
  });

  it("a new signing key: tokens of either verify at both, at once, and are published by both", async () => {
    const { one, two, email } = await newAccount();
    const old = dataOf(await one.bare.tokenLogin({ email, password: PASSWORD }));
    const outcome = await runScript("keys", ["rotate"], environment);
    expect(outcome).toMatchObject({ code: 0 });
    const kids = await Promise.all(
      [one, two].map(async ({ bare }) => dataOf(await bare.getJwks()).keys.map(({ kid }) => kid)),
    );
    expect(kids[0]).toHaveLength(2);
    expect(kids[1]).toEqual(kids[0]);
    const fresh = await waitFor(async () => {
      const pair = dataOf(await two.bare.tokenLogin({ email, password: PASSWORD }));
      return kidOf(pair.accessToken) === kids[0]?.[0] ? pair : undefined;
    });
    for (const { accessToken } of [fresh, old])
      for (const { bare } of [one, two])
        expect(
          await bare.getTokenMe({}, { headers: { authorization: `Bearer ${accessToken}` } }),
        ).toMatchObject({ status: 200 });
  });

  it("RS-03 a reset link works once, wherever it is tried; its mail is sent once", async () => {
    const { one, two, email } = await newAccount();
    dataOf(await one.bare.forgotPassword({ email }));
    const mail = await waitFor(() =>
      mails.received.find(({ recipients }) => recipients.includes(email)),
    );
    const token = tokenIn(mail.mail);
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? one : two).bare.resetPassword({ token, newPassword: `${PASSWORD} ${i}` }),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    await waitFor(() => (mailsTo(email).length >= 2 ? true : undefined)); // the notice of the reset
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(mailsTo(email)).toHaveLength(2);
  });
});

describe("CH-02 CH-08 of 20 ends at two processes one succeeds, wherever it was begun:", () => {
  /** Ends it at both, ten times at each; answers how often that succeeded. */
  async function successesAt(
    both: readonly [Clients, Clients],
    end: (clients: Clients) => Promise<{ readonly ok: boolean }>,
  ) {
    const ends = Array.from({ length: 20 }, (_, i) => end(both[i % 2 ? 0 : 1]));
    return (await Promise.all(ends)).filter(({ ok }) => ok).length;
  }

  it("an address that is proved, changed, and changed back", async () => {
    const { one, two, email } = await newAccount();
    dataOf(await one.cookie.login({ email, password: PASSWORD }));
    const both = [one, two] as const;
    dataOf(await one.cookie.requestEmailVerification());
    const { token } = await nextMail(email, 1);
    expect(
      await successesAt(both, ({ cookie }) => cookie.confirmEmailVerification({ token })),
    ).toBe(1);

    const newEmail = freshEmail();
    dataOf(await two.cookie.startEmailChange({ newEmail }));
    const { token: change } = await nextMail(newEmail, 1);
    expect(
      await successesAt(both, ({ cookie }) => cookie.confirmEmailChange({ token: change })),
    ).toBe(1);
    expect(dataOf(await one.cookie.getMe())).toMatchObject({ email: newEmail });

    const { token: undo } = await nextMail(email, 2);
    expect(await successesAt(both, ({ bare }) => bare.undoEmailChange({ token: undo }))).toBe(1);
    const [row] = await database.query(`select password_hash from users where email = '${email}'`);
    expect(row).toEqual({ password_hash: null });
  });

  it("a sign-in by mail, its code at the process that did not begin it", async () => {
    const { one, two, email } = await newAccount();
    const both = [one, two] as const;
    const { challengeToken } = dataOf(await one.bare.startMailLogin({ email }));
    const { code } = await nextMail(email, 1);
    const { loginToken } = dataOf(await two.bare.completeMailLogin({ challengeToken, code }));
    const finish = { loginToken, method: "none" } as const;
    expect(await successesAt(both, ({ bare }) => bare.finishTokenLogin(finish))).toBe(1);

    const again = dataOf(await two.bare.startMailLogin({ email }));
    const { token } = await nextMail(email, 3); // the second is that the account was claimed
    const proof = { challengeToken: again.challengeToken, token };
    expect(await successesAt(both, ({ bare }) => bare.completeMailLogin(proof))).toBe(1);
  });

  it("an invitation", async () => {
    const both = bothClients();
    dataOf(await both[0].cookie.login(administrator));
    const email = freshEmail();
    dataOf(await both[0].cookie.inviteUser({ email }));
    const { token } = await nextMail(email, 1);
    const proof = { token, newPassword: PASSWORD };
    expect(await successesAt(both, ({ bare }) => bare.confirmSignup(proof))).toBe(1);
    const rows = await database.query(`select email_verified from users where email = '${email}'`);
    expect(rows).toEqual([{ email_verified: 1 }]);
  });
});

/** The proofs of the mail that the address got as the `nth`, from 1. */
async function nextMail(email: string, nth: number) {
  return proofsIn((await waitFor(() => mailsTo(email)[nth - 1])).mail);
}

describe("of 40 mails in the outbox of two processes", () => {
  it("each is sent once", async () => {
    const [one, two] = bothClients();
    const emails = Array.from({ length: 40 }, freshEmail);
    for (const email of emails)
      accountOf(dataOf(await one.bare.signup({ email, password: PASSWORD })));
    await Promise.all(emails.map((email, i) => (i % 2 ? one : two).bare.forgotPassword({ email })));
    await waitFor(() => (emails.every((email) => mailsTo(email).length > 0) ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(emails.map((email) => mailsTo(email).length)).toEqual(emails.map(() => 1));
  });
});

describe("limits are shared by two processes:", () => {
  it("RL-08 RL-02 of 40 guesses at both at once, as many are tried as one process would let through", async () => {
    const limited = await Promise.all(
      [1, 2].map(() =>
        startServerProcess({
          folder,
          environment: { ...environment, ...generousLimits, LIMIT_LOGIN_EMAIL: "5/600" },
        }),
      ),
    );
    const email = freshEmail();
    const guesses = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        cookieClient(limited[i % 2]?.baseUrl ?? "").login({ email, password: `guess ${i}` }),
      ),
    );
    await Promise.all(limited.map((server) => server.stop()));
    const statuses = guesses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(35);
  });
});

describe("a text that PostgreSQL cannot store:", () => {
  it.each(["\0", "a\0", "%", "\\", "'", "\u{10ffff}", "\u00ff"])(
    "IV-01 IV-11 an address that begins with %j is refused, or found nowhere",
    async (email) => {
      const [admin] = bothClients();
      dataOf(await admin.cookie.login(administrator));
      const result = await admin.cookie.listUsers({ email });
      expect(result).toMatchObject(
        email.includes("\0")
          ? { status: 400, problem: { code: "validation_failed" } }
          : { status: 200, data: { items: [] } },
      );
    },
  );
});

function mailsTo(email: string) {
  return mails.received.filter(({ recipients }) => recipients.includes(email));
}

function kidOf(accessToken: string): string {
  const [head = ""] = accessToken.split(".");
  const { kid } = JSON.parse(Buffer.from(head, "base64url").toString()) as { kid: string }; // ours
  return kid;
}
