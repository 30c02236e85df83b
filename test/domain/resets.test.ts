/** The rows that asking for a reset writes. The way through mails is in test/journeys/reset.test.ts. */
import { beforeEach, expect, test } from "vitest";
import { requestReset } from "../../src/domain/resets.ts";
import { storedEvents } from "../support/logins.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, openDomain } from "../support/domain.ts";

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
