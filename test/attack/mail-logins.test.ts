/** Attacks on sign-in by mail over HTTP: its answers, its cookie, other sites and other browsers. */
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { type Mailed, proofsIn } from "../support/mailbox.ts";
import { type Answer, codeOf, expectSoundAnswer } from "../support/sound-answer.ts";
import { waitFor } from "../support/wait-for.ts";

const settings = {
  PUBLIC_URL: "https://auth.example.com",
  NODE_ENV: "test",
  SIGNUP: "open",
  MAIL_FROM: "auth@example.com",
};

let mails: MailServer;
let server: InProcessServer;
beforeAll(async () => {
  mails = await startMailServer("accepts");
  server = await startInProcessServer({
    ...settings,
    SMTP_URL: mails.url,
    MAIL_LOGIN: "on",
    LIMIT_MAIL_LOGIN_EMAIL: "3/3600",
  });
});
afterAll(async () => {
  await server.stop();
  await mails.close();
});
beforeEach(() => void server.sql("DELETE FROM sessions"));

const start = (email: string, headers = {}) => server.post("/login/mail", { email }, headers);
const complete = (body: unknown, headers = {}) =>
  server.post("/login/mail/complete", body, headers);
const sessions = () => server.sql("SELECT kind, methods FROM sessions");
const challenges = () =>
  server
    .sql("SELECT purpose FROM challenges WHERE user_id IS NOT NULL")
    .map((row) => row["purpose"]);

/** A new account whose address is proved, and a sign-in that it has begun: in a browser with this cookie. */
async function begun(): Promise<
  Mailed & { challengeToken: string; cookie: string; email: string }
> {
  const { email, userId } = await server.newLogin();
  server.sql("DELETE FROM sessions");
  server.sql("DELETE FROM challenges");
  server.sql("UPDATE users SET email_verified = 1 WHERE id = ?", userId);
  const answer = await start(email);
  expectSoundAnswer(answer);
  const { challengeToken } = JSON.parse(answer.body) as { challengeToken: string };
  const cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  return { email, challengeToken, cookie, ...(await mailTo(email)) };
}
const mailTo = (email: string) =>
  waitFor(async () =>
    mails.received
      .filter(({ recipients }) => recipients.includes(email))
      .map(({ mail }) => proofsIn(mail))
      .find(({ token }) => token !== ""),
  );

/** All of an answer but what is of the moment, and the random values. */
function withoutMoment({ status, headers, body }: Answer) {
  const { date: _, "x-request-id": requestId, "set-cookie": cookies, ...rest } = headers;
  return {
    status,
    headers: rest,
    cookies: cookies?.map((line) => line.replaceAll(/=[\w-]{43};/g, "=(secret);")),
    body: body.replace(String(requestId), "(request id)").replaceAll(/"[\w-]{43}"/g, '"(secret)"'),
  };
}

async function addresses(): Promise<Record<string, string>> {
  const of = async (change?: string) => {
    const { email, userId } = await server.newLogin();
    if (change !== undefined) server.sql(`UPDATE users SET ${change} WHERE id = ?`, userId);
    return email;
  };
  const proved = await of("email_verified = 1");
  const overLimit = await of("email_verified = 1");
  for (let times = 0; times < 3; times += 1) await start(overLimit);
  return {
    proved,
    unproved: await of(),
    nobody: server.freshEmail(),
    disabled: await of("email_verified = 1, disabled = 1"),
    locked: await of("email_verified = 1, locked_until = 9e15"),
    "over its limit": overLimit,
  };
}

describe("ML-01 byte for byte alike for a known, unproved, unknown, disabled, locked and over-limit address", () => {
  test("the start", async () => {
    const { proved = "", ...others } = await addresses();
    const expected = withoutMoment(await start(proved));
    expect(expected).toMatchObject({
      status: 202,
      body: '{"challengeToken":"(secret)","expiresInSeconds":600}',
      cookies: [
        "__Host-challenge=(secret); Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Strict",
      ],
    });
    for (const [who, email] of Object.entries(others))
      expect([who, withoutMoment(await start(email))]).toEqual([who, expected]);
  });

  test("a wrong code, a right one that is refused, and what is unknown", async () => {
    const answers: ReturnType<typeof withoutMoment>[] = [];
    for (const email of Object.values(await addresses())) {
      const { challengeToken } = JSON.parse((await start(email)).body) as {
        challengeToken: string;
      };
      for (let tries = 0; tries < 6; tries += 1)
        answers.push(withoutMoment(await complete({ challengeToken, code: "0000 0000" })));
    }
    for (const change of ["disabled = 1", "locked_until = 9e15"]) {
      const { email, challengeToken, code, token } = await begun();
      server.sql(`UPDATE users SET ${change} WHERE email = ?`, email);
      answers.push(withoutMoment(await complete({ challengeToken, code })));
      answers.push(withoutMoment(await complete({ challengeToken, token })));
      expect(sessions()).toEqual([]);
      expect(challenges()).toEqual(["mail_login"]);
    }
    answers.push(
      withoutMoment(await complete({ challengeToken: "A".repeat(43), code: "00000000" })),
    );
    answers.push(withoutMoment(await complete({ token: "A".repeat(43) })));
    expect(answers[0]).toMatchObject({ status: 400, cookies: undefined });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe("ML-02 ML-03 another browser", () => {
  test("opens the link and signs nobody in, with no cookie and with one of its own", async () => {
    const victim = await begun();
    const mine = JSON.parse((await start(server.freshEmail())).body) as { challengeToken: string };
    for (const cookie of ["", `__Host-challenge=${mine.challengeToken}`, "__Host-challenge=x"])
      for (const came of [{ token: victim.token }, { code: victim.code }])
        expect(codeOf(await complete(came, cookie === "" ? {} : { cookie }))).toBe(
          "400 invalid_challenge",
        );
    expect(challenges()).toEqual(["mail_login"]);
    expect(sessions()).toEqual([]);
    const answer = await complete({ token: victim.token }, { cookie: victim.cookie });
    expect(answer.status).toBe(200);
  });

  test("what the body says is what was begun, also where the cookie says another", async () => {
    const mine = await begun();
    const wrong = { challengeToken: "A".repeat(43), code: mine.code };
    expect(codeOf(await complete(wrong, { cookie: mine.cookie }))).toBe("400 invalid_challenge");
    expect(challenges()).toEqual(["mail_login"]);
    const right = { challengeToken: mine.challengeToken, code: mine.code };
    const cookie = `__Host-challenge=${"A".repeat(43)}`;
    expect((await complete(right, { cookie })).status).toBe(200);
  });

  test("HEAD, GET and OPTIONS of every path spend nothing", async () => {
    const { cookie, token, code } = await begun();
    for (const path of ["/login/mail", "/login/mail/complete", "/login/finish"])
      for (const method of ["HEAD", "GET", "OPTIONS"])
        await server.send(method, `${path}?token=${token}&code=${encodeURIComponent(code)}`, {
          cookie,
        });
    expect(challenges()).toEqual(["mail_login"]);
    expect(sessions()).toEqual([]);
  });
});

test("D3 the cookies of a session come with the finish and no sooner", async () => {
  const { cookie, token } = await begun();
  const proved = await complete({ token }, { cookie });
  expect(proved.headers["set-cookie"]).toEqual([
    "__Host-challenge=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict",
  ]);
  const { loginToken, ...rest } = JSON.parse(proved.body) as { loginToken: string };
  expect(rest).toEqual({ expiresInSeconds: 300, secondFactors: [] });
  expect(sessions()).toEqual([]);
  const asBearer = await server.send("GET", "/token/me", { authorization: `Bearer ${loginToken}` });
  const asCookie = await server.send("GET", "/me", { cookie: `__Host-session=${loginToken}` });
  for (const { status } of [asBearer, asCookie]) expect(status).toBe(401);

  const finished = await server.post("/login/finish", { loginToken, method: "none" });
  expectSoundAnswer(finished);
  const names = finished.headers["set-cookie"]?.map((line) => line.split("=")[0]);
  expect(names).toEqual(["__Host-session", "__Host-csrf", "__Host-device"]);
  expect(sessions()).toEqual([{ kind: "cookie", methods: "mail" }]);
});

test("CH-05 a login token that is no good is answered with the same bytes, whatever is wrong with it", async () => {
  const half = async () => {
    const { cookie, token, email } = await begun();
    const { body } = await complete({ token }, { cookie });
    return { email, loginToken: (JSON.parse(body) as { loginToken: string }).loginToken };
  };
  for (const path of ["/login/finish", "/token/login/finish"]) {
    const finish = (loginToken: string) => server.post(path, { loginToken, method: "none" });
    const used = await half();
    expect((await finish(used.loginToken)).status).toBe(200);
    server.sql("DELETE FROM sessions");
    const expired = await half();
    server.sql("UPDATE challenges SET expires_at = 1");
    const answers = [used.loginToken, expired.loginToken, "A".repeat(43)].map(finish);
    const ended = async (change: string) => {
      const { email, loginToken } = await half();
      server.sql(`${change} WHERE email = ?`, email);
      return finish(loginToken);
    };
    const all = await Promise.all(answers);
    all.push(await ended("DELETE FROM users"));
    all.push(await ended("UPDATE users SET disabled = 1"));
    all.push(await ended("UPDATE users SET locked_until = 9e15"));
    all.push(await ended("UPDATE users SET credential_epoch = credential_epoch + 1"));
    all.push(await finish((await begun()).challengeToken));
    expect(all.map(codeOf)).toEqual(all.map(() => "401 invalid_login_token"));
    for (const answer of all)
      expect(withoutMoment(answer)).toEqual(withoutMoment(all[0] ?? answer));
    expect(sessions()).toEqual([]);
  }
});

describe("CS-07 another site cannot make a browser sign in, neither to its own account nor to another", () => {
  const fromElsewhere: Record<string, Record<string, string>> = {
    "an origin that is not ours": { origin: "https://evil.example" },
    "a sibling domain": { origin: "https://app.auth.example.com", "sec-fetch-site": "same-site" },
    "Fetch Metadata": { "sec-fetch-site": "cross-site" },
    "a form": { origin: "null", "content-type": "application/x-www-form-urlencoded" },
    "text that looks like JSON": { "content-type": "text/plain" },
  };
  test.each(Object.entries(fromElsewhere))("by %s", async (_, headers) => {
    const { cookie, challengeToken, code, token, email } = await begun();
    const refused = async (answer: Promise<Answer>) => {
      const { status, headers: answered } = await answer;
      expect([403, 415]).toContain(status);
      expect(answered["set-cookie"]).toBeUndefined();
    };
    await refused(start(email, { ...headers }));
    await refused(complete({ token }, { ...headers, cookie }));
    await refused(complete({ challengeToken, code }, headers));
    expect(challenges()).toEqual(["mail_login"]);
    const { body } = await complete({ challengeToken, code });
    const { loginToken } = JSON.parse(body) as { loginToken: string };
    await refused(server.post("/login/finish", { loginToken, method: "none" }, headers));
    expect(challenges()).toEqual(["login"]);
    expect(sessions()).toEqual([]);
  });
});

test("CF-08 DEV_COOKIES=plain: the link works in the browser that asked, by the cookie `challenge`", async () => {
  const plain = await startInProcessServer({
    SIGNUP: "open",
    SMTP_URL: mails.url,
    MAIL_FROM: "auth@example.com",
    MAIL_LOGIN: "on",
    DEV_COOKIES: "plain",
  });
  onTestFinished(() => plain.stop());
  const email = "plain@example.org";
  await plain.post("/signup", { email, password: PASSWORD });
  const started = await plain.post("/login/mail", { email });
  const [line = ""] = started.headers["set-cookie"] ?? [];
  expect(line).toMatch(/^challenge=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Strict$/);
  const { token } = await mailTo(email);
  const end = (cookie: string) => plain.post("/login/mail/complete", { token }, { cookie });
  const [cookie = ""] = line.split(";");
  expect(codeOf(await end(`__Host-${cookie}`))).toBe("400 invalid_challenge");
  expect((await end(cookie)).status).toBe(200);
});

describe("ML-07 MAIL_LOGIN=off", () => {
  let off: InProcessServer;
  beforeAll(async () => {
    off = await startInProcessServer({ ...settings, LIMIT_MAIL_LOGIN_IP: "1/3600" });
  });
  afterAll(() => off.stop());

  test.each(["/login/mail", "/login/mail/complete"])(
    "%s answers like a path that does not exist, and counts, records and stores nothing",
    async (path) => {
      const challengeToken = "A".repeat(43);
      const bodies: [unknown, Record<string, string>][] = [
        [{ email: ADMIN.email }, {}],
        [{ challengeToken, code: "00000000" }, {}],
        [{ challengeToken, token: challengeToken }, {}],
        [{ nonsense: true }, {}],
        [{ email: ADMIN.email }, { "content-type": "text/plain" }],
        [{ email: ADMIN.email }, { origin: "https://evil.example" }],
        [{ email: ADMIN.email }, { "sec-fetch-site": "cross-site" }],
      ];
      const rows = () =>
        ["limits", "challenges", "mails", "events", "sessions"].map(
          (table) => off.sql(`SELECT count(*) AS rows FROM ${table}`)[0]?.["rows"],
        );
      const before = rows();
      for (const [body, headers] of bodies) {
        const answer = await off.post(path, body, headers);
        expectSoundAnswer(answer);
        const unknown = await off.post("/nowhere", body, headers);
        expect(withoutMoment(answer)).toEqual(withoutMoment(unknown));
        expect(answer.status).toBe(404);
      }
      expect(rows()).toEqual(before);
    },
  );
});
