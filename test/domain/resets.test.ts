/** The rows that asking for a reset writes. The way through mails is in test/journeys/reset.test.ts. */
import { beforeEach, expect, test } from "vitest";
import { recognizeDevice } from "../../src/domain/devices.ts";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import { requestReset, resetPassword } from "../../src/domain/resets.ts";
import { NEW_PASSWORD } from "../support/credentials.ts";
import { logInByCookie, logInByToken, roleByCookie, storedEvents } from "../support/logins.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, openDomain, succeeded } from "../support/domain.ts";
import { lastMailTo, waitingMails } from "../support/outbox.ts";

const known = "somebody@example.com";
/** As long as the known one: a mail's size tells that of its address. */
const unknown = "nobody-1@example.com";

let domain: Domain;
beforeEach(async () => {
  domain = await openDomain();
  await domain.newUser(known);
});

/** The rows a request leaves behind in each table, but for what must differ: the secrets, and whose they are. */
async function writtenFor(email: string) {
  domain.sql("DELETE FROM challenges");
  domain.sql("DELETE FROM mails");
  const before = Number(domain.sql("SELECT count(*) AS events FROM events")[0]?.["events"]);
  await requestReset(domain.deps, domain.at(), email, null);
  return {
    tokens: domain.sql("SELECT length(link_hash) AS bytes, created_at, expires_at FROM challenges"),
    mails: domain.sql("SELECT length(sealed) AS bytes, created_at, attempts FROM mails"),
    events: Number(domain.sql("SELECT count(*) AS events FROM events")[0]?.["events"]) - before,
  };
}

test("RS-01 ET-01 an unknown address costs a token, a mail and an event, each as large as for a known one", async () => {
  expect(unknown).toHaveLength(known.length);
  const forKnown = await writtenFor(known);
  expect(forKnown).toMatchObject({
    tokens: [{ bytes: 32, created_at: NOW, expires_at: NOW + 1_800_000 }], // RS-04: RESET_TOKEN_TTL
    mails: [{ created_at: NOW, attempts: 0 }],
    events: 1,
  });
  expect(await writtenFor(unknown)).toEqual(forKnown);
});

test("RS-01 RS-06 what an unknown address costs is nobody's token, a mail that is not sent, and an event that says so", async () => {
  await requestReset(domain.deps, domain.at(), unknown, null);
  expect(domain.sql("SELECT user_id FROM challenges")).toEqual([{ user_id: null }]);
  expect(domain.sql("SELECT finished_at FROM mails")).toEqual([{ finished_at: NOW }]);
  expect(await domain.deps.storage.mails.claimDue(NOW, NOW + 1)).toBeUndefined();
  expect(storedEvents(domain, "reset_token_created")).toEqual([]);
  expect(storedEvents(domain, "reset_requested_unknown_email")).toMatchObject([{ email: unknown }]);
});

test("EM-06 the owner of a mailbox who resets the password of an account that somebody else made has it clean, and proved", async () => {
  const user = await domain.newUser("victim@example.com");
  const [cookie, tokens] = [await logInByCookie(domain, user), await logInByToken(domain, user)];
  await requestReset(domain.deps, domain.at(), user.email, null);
  const { token } = lastMailTo(domain, user.email);
  succeeded(await resetPassword(domain.deps, domain.at(), token, NEW_PASSWORD));

  const account = "SELECT email_verified FROM users WHERE id = ?";
  expect(domain.sql(account, user.id)).toEqual([{ email_verified: 1 }]);
  expect(domain.sql("SELECT id FROM sessions")).toEqual([]);
  expect(domain.sql("SELECT id FROM challenges")).toEqual([]);
  expect(await roleByCookie(domain, cookie.secret)).toBeUndefined();
  expect(await refresh(domain.deps, domain.at(), tokens.refreshToken)).toBeUndefined();
  const devices = recognizeDevice(domain.deps, domain.at(), [cookie.deviceSecret], user.email);
  expect(await devices).toBeUndefined();
  await expect(logInByCookie(domain, user)).rejects.toThrow("invalid_credentials");
  await logInByCookie(domain, user, NEW_PASSWORD);
  expect(storedEvents(domain, "email_verified")).toMatchObject([
    { userId: user.id, by: "password_reset" },
  ]);
});

test("RS-10 EM-11 beyond the bound of an address no link is mailed, as much is written, and the link before stays good", async () => {
  const { quotas } = domain.deps;
  const few = { ...quotas, forgot_email: { count: 1, seconds: 3600 } };
  domain = { ...domain, deps: { ...domain.deps, quotas: few } };
  const first = await writtenFor(known);
  const { token } = lastMailTo(domain, known);
  domain.sql("DELETE FROM mails");
  await requestReset(domain.deps, domain.at(), known, null);
  expect(waitingMails(domain)).toEqual([]);
  expect(domain.sql("SELECT length(sealed) AS bytes, created_at, attempts FROM mails")).toEqual(
    first.mails,
  );
  expect(storedEvents(domain, "rate_limited")).toMatchObject([
    { operation: "forgotPassword", key: "email" },
  ]);
  expect(storedEvents(domain, "reset_token_created")).toHaveLength(1);
  succeeded(await resetPassword(domain.deps, domain.at(), token, NEW_PASSWORD));
});
