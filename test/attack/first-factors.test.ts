/**
 * MF-01, as a matrix: every first factor, of accounts with each second factor, in each state, by cookie and by token.
 * Until the last factor is proved there is no session, no cookie and no token, in the answer or in the database.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Authenticator } from "../support/authenticator.ts";
import { cookieClient, dataOf, freshEmail, type TestClient } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { proofsIn } from "../support/mailbox.ts";
import { startProvider, type TestProvider } from "../support/provider.ts";
import {
  answerOf,
  linkOver,
  PROVIDER_ID,
  providerSettings,
  somebodyAt,
} from "../support/provider-steps.ts";
import {
  addPasskeyOver,
  addTotpOver,
  type App,
  aPasskey,
  passkeySettings,
} from "../support/second-factors.ts";
import type { Answer } from "../support/sound-answer.ts";
import { waitFor } from "../support/wait-for.ts";

let server: InProcessServer;
let mails: MailServer;
let provider: TestProvider;
beforeAll(async () => {
  mails = await startMailServer("accepts");
  provider = await startProvider();
  server = await startInProcessServer({
    ...passkeySettings,
    ...providerSettings(provider),
    MAIL_LOGIN: "on",
    SMTP_URL: mails.url,
    MAIL_FROM: "auth@example.com",
  });
});
afterAll(async () => {
  await server.stop();
  await mails.close();
  await provider.close();
});

const ways = ["password", "mail", "passkey", "provider"] as const;
const factors = ["no factor", "TOTP", "passkey"] as const;
const states = ["enabled", "disabled", "locked", "unproved"] as const;
const carriers = ["cookie", "token"] as const;
interface Case {
  readonly way: (typeof ways)[number];
  readonly factor: (typeof factors)[number];
  readonly state: (typeof states)[number];
  readonly carrier: (typeof carriers)[number];
}
/** An account without a passkey has nothing to sign in with by passkey: that one has both, and an app where it says TOTP. */
const cases: Case[] = ways.flatMap((way) =>
  factors
    .filter((factor) => way !== "passkey" || factor !== "no factor")
    .flatMap((factor) =>
      states.flatMap((state) => carriers.map((carrier) => ({ way, factor, state, carrier }))),
    ),
);

interface Account {
  readonly email: string;
  readonly userId: string;
  readonly app: App | undefined;
  readonly passkey: Authenticator | undefined;
  /** Of whoever signs in with the provider. */
  readonly subject: string | undefined;
}

/** An account as the case has it, whose owner is signed in nowhere, and no browser of whose is known. */
async function accountOf({ way, factor, state }: Case): Promise<Account> {
  const api = cookieClient(server.address);
  const email = freshEmail();
  await api.signup({ email, password: PASSWORD });
  const { user } = dataOf(await api.login({ email, password: PASSWORD }));
  const subject = way === "provider" ? await linkSomebody(api) : undefined;
  const passkey = way === "passkey" || factor === "passkey" ? aPasskey() : undefined;
  if (passkey) dataOf((await addPasskeyOver(api, passkey)).added);
  const app = factor === "TOTP" ? (await addTotpOver(api)).app : undefined;
  for (const table of ["sessions", "devices"])
    server.sql(`DELETE FROM ${table} WHERE user_id = ?`, user.id);
  const set = {
    enabled: "email_verified = 1",
    disabled: "email_verified = 1, disabled = 1",
    locked: "email_verified = 1, locked_until = 9e15",
    unproved: "email_verified = 0",
  }[state];
  server.sql(`UPDATE users SET ${set} WHERE id = ?`, user.id);
  return { email, userId: user.id, app, passkey, subject };
}

/** Links somebody at the provider, whose address there is another one; answers who it is. */
async function linkSomebody(api: TestClient): Promise<string> {
  somebodyAt(provider);
  dataOf(await linkOver(api, provider));
  return provider.person.sub;
}

const nothingBegun = ({ userId }: Account) =>
  ["sessions", "devices"].flatMap((table) =>
    server.sql(`SELECT id FROM ${table} WHERE user_id = ?`, userId),
  );
/** Names of the cookies it sets. One that it takes away, such as that of a challenge which has ended, is none. */
const cookiesOf = ({ headers }: Answer) =>
  (headers["set-cookie"] ?? [])
    .filter((line) => !/^[^=]+=;/.test(line))
    .map((line) => line.split("=")[0]);
const keysOf = ({ body }: Answer) => Object.keys(JSON.parse(body) as object).sort();
const bodyOf = ({ body }: Answer) => JSON.parse(body) as Record<string, unknown>;

/** Takes the first step. */
async function first(
  { way, carrier }: Case,
  { email, passkey, subject }: Account,
): Promise<Answer> {
  const anyone: TestClient = cookieClient(server.address);
  if (way === "password")
    return server.post(carrier === "cookie" ? "/login" : "/token/login", {
      ...{ email, password: PASSWORD },
    });
  if (way === "mail") {
    const { challengeToken } = dataOf(await anyone.startMailLogin({ email }));
    const code = await mailedCode(email);
    // Nobody gets a mail where the account is disabled.
    return server.post("/login/mail/complete", { challengeToken, code: code ?? "0000 0000" });
  }
  if (way === "provider") {
    somebodyAt(provider);
    provider.person.sub = subject ?? "";
    const started = dataOf(await anyone.startProviderLogin({ providerId: PROVIDER_ID }));
    const { providerId, ...answer } = answerOf(provider, started);
    return server.post(`/login/providers/${providerId}/complete`, answer);
  }
  const { challengeToken, options } = dataOf(await anyone.startPasskeyLogin());
  return server.post("/login/passkey/complete", {
    ...{ challengeToken, credential: passkey?.get(options) },
  });
}

async function mailedCode(email: string): Promise<string | undefined> {
  const row = server.sql("SELECT disabled FROM users WHERE email = ?", email)[0];
  if (row?.["disabled"] === 1) return undefined;
  return waitFor(() => {
    const to = mails.received.filter(({ recipients }) => recipients.includes(email));
    return to.map(({ mail }) => proofsIn(mail).code).findLast((code) => code !== "");
  });
}

const finishPaths = { cookie: "/login/finish", token: "/token/login/finish" } as const;

/** Everything that somebody with a half-login and no second factor could try; each is refused, and begins nothing. */
async function expectNoShortcut(account: Account, loginToken: string): Promise<void> {
  const { app, passkey } = account;
  const wrong = {
    ...{
      none: { method: "none" },
      guess: { method: "totp", code: app?.wrongAt(Date.now()) ?? "000000" },
    },
    recovery: { method: "recovery_code", code: "7KQ2-M9XT-4HVB-0RWE-PJ6S-C3NA" },
  };
  for (const path of Object.values(finishPaths))
    for (const step of [wrong.none, wrong.recovery]) {
      const refused = await server.post(path, { loginToken, ...step });
      expect([refused.status, bodyOf(refused)["code"]]).toEqual([401, "invalid_second_factor"]);
      expect(refused.headers["set-cookie"]).toBeUndefined();
    }
  const guess = await server.post(finishPaths.cookie, { loginToken, ...wrong.guess });
  expect(bodyOf(guess)["code"]).toBe("invalid_second_factor");
  if (passkey) {
    // Of another ceremony: one that signs in by itself.
    const { challengeToken, options } = dataOf(
      await cookieClient(server.address).startPasskeyLogin(),
    );
    const credential = passkey.get(options);
    const step = { method: "passkey", challengeToken, credential };
    const refused = await server.post(finishPaths.cookie, { loginToken, ...step });
    expect(bodyOf(refused)["code"]).toBe("invalid_second_factor");
  }
  const asCredential = [
    { authorization: `Bearer ${loginToken}` },
    { cookie: `__Host-session=${loginToken}` },
  ];
  for (const headers of asCredential)
    expect((await server.send("GET", "/me", headers)).status).toBe(401);
  const refreshed = await server.post("/token/refresh", { refreshToken: loginToken });
  expect(refreshed.status).toBeGreaterThanOrEqual(400);
  expect(nothingBegun(account)).toEqual([]);
}

/** The second step, as the account can take it. */
async function second({ app, passkey }: Account, loginToken: string, missing: readonly unknown[]) {
  if (missing.length === 0) return { method: "none" };
  if (missing.includes("totp")) return { method: "totp", code: app?.codeAt(Date.now()) };
  const { challengeToken, options } = dataOf(
    await cookieClient(server.address).startSecondFactorPasskey({ loginToken }),
  );
  return { method: "passkey", challengeToken, credential: passkey?.get(options) };
}

/** The factors that are asked for after the first step: none where it was two in one, and none that a claim removed. */
function missingOf({ way, factor, state }: Case): string[] {
  if (way === "passkey" || factor === "no factor") return [];
  if (way === "mail" && state === "unproved") return []; // EM-06
  return [factor === "TOTP" ? "totp" : "passkey", "recovery_code"];
}

const refusals = {
  password: [401, "invalid_credentials"],
  mail: [400, "invalid_challenge"],
  passkey: [400, "invalid_passkey"],
  provider: [403, "provider_denied"],
} as const;
const methods = {
  password: "pwd",
  mail: "mail",
  passkey: "passkey",
  provider: "provider",
} as const;

describe.each(cases)("MF-01 FD-17 $way, $factor, $state, by $carrier", (the) => {
  test("no session, cookie or token before the last factor", async () => {
    const account = await accountOf(the);
    const answer = await first(the, account);

    if (the.state === "disabled" || the.state === "locked") {
      expect([answer.status, bodyOf(answer)["code"]]).toEqual(refusals[the.way]);
      expect(cookiesOf(answer)).toEqual([]);
      expect(nothingBegun(account)).toEqual([]);
      expect(
        server.sql(
          "SELECT id FROM challenges WHERE user_id = ? AND purpose = 'login'",
          account.userId,
        ),
      ).toEqual([]);
      return;
    }

    const missing = missingOf(the);
    if (the.way === "password" && missing.length === 0) {
      expect(answer.status).toBe(200);
      expectCarried(the, answer);
    } else {
      expect(answer.status).toBe(the.way === "password" ? 202 : 200);
      expect(keysOf(answer)).toEqual([
        "expiresInSeconds",
        "loginToken",
        ...(the.way === "provider" ? ["returnTo"] : []),
        "secondFactors",
      ]);
      expect(bodyOf(answer)["secondFactors"]).toEqual(missing);
      expect(cookiesOf(answer)).toEqual([]);
      expect(nothingBegun(account)).toEqual([]);
      const loginToken = String(bodyOf(answer)["loginToken"]);
      if (missing.length > 0) await expectNoShortcut(account, loginToken);
      const step = await second(account, loginToken, missing);
      const finished = await server.post(finishPaths[the.carrier], { loginToken, ...step });
      expect([finished.status, finished.body]).toEqual([200, expect.any(String)]);
      expectCarried(the, finished);
    }
    const proved = missing.length === 0 ? [] : [missing[0] === "totp" ? "otp" : "passkey"];
    expect(
      server.sql("SELECT kind, methods FROM sessions WHERE user_id = ?", account.userId),
    ).toEqual([{ kind: the.carrier, methods: [methods[the.way], ...proved].join(" ") }]);
  });
});

function expectCarried({ carrier }: Case, answer: Answer): void {
  const cookies = cookiesOf(answer);
  const tokens = keysOf(answer).filter((key) => ["accessToken", "refreshToken"].includes(key));
  if (carrier === "cookie") expect(cookies).toContain("__Host-session");
  else expect([cookies, tokens]).toEqual([[], ["accessToken", "refreshToken"]]);
}
