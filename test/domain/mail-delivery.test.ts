/** A mail that is not accepted: how often it is tried, how long, and what is left of it. */
import { beforeEach, expect, test } from "vitest";
import { deliverNext, type Delivery } from "../../src/domain/mail-delivery.ts";
import type { DeliverableMail, MailOutcome } from "../../src/domain/ports/mails.ts";
import { requestReset } from "../../src/domain/resets.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, openDomain } from "../support/domain.ts";

/** As long as a notice's, which is the longest. */
const LIFETIME_SECONDS = 2 * 86_400;
const EMAIL = "somebody@example.com";
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const never = new AbortController().signal;

let domain: Domain;
let delivery: Delivery;
let now: number;
let sent: DeliverableMail[];
/** A mail server's treatment of a mail. */
let answer: (signal: AbortSignal) => Promise<MailOutcome>;
beforeEach(async () => {
  domain = await openDomain(undefined, { resetTokenSeconds: LIFETIME_SECONDS });
  await domain.newUser(EMAIL);
  await requestReset(domain.deps, domain.at(), EMAIL, null);
  [now, sent] = [NOW, []];
  answer = accept;
  delivery = {
    storage: domain.deps.storage,
    log: domain.deps.log,
    transport: {
      async send(mail, signal) {
        const outcome = await answer(signal);
        if (outcome.accepted) sent.push(mail);
        return outcome;
      },
    },
    mailSeal: domain.deps.secretKeys.mailSeal,
    attemptTimeoutMs: 50,
    now: () => now,
  };
});

const accept = async (): Promise<MailOutcome> => ({ accepted: true });
const refuse = async () => {
  throw Object.assign(new Error("Come back later"), { code: "EENVELOPE" });
};
const failures = () =>
  domain.printed.flatMap((event) => (event.event === "mail_failed" ? [event] : []));
const rows = () => domain.sql("SELECT attempts, due_at, finished_at, sealed FROM mails");

test("each pause between attempts to send a mail is twice the one before, from 2 s to 15 minutes; in between no server is asked", async () => {
  answer = refuse;
  const pauses: number[] = [];
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    expect(await deliverNext(delivery, never)).toBe(true);
    const dueAt = Number(rows()[0]?.["due_at"]);
    pauses.push((dueAt - now) / SECOND_MS);
    now = dueAt - 1;
    expect(await deliverNext(delivery, never)).toBe(false);
    now = dueAt;
  }
  expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  expect(failures()).toHaveLength(12);
  expect(failures().at(-1)).toMatchObject({ attempt: 12, code: "EENVELOPE", willRetry: true });

  answer = accept;
  expect(await deliverNext(delivery, never)).toBe(true);
  expect(sent).toMatchObject([{ to: EMAIL, createdAt: NOW }]);
  expect(rows()).toMatchObject([{ finished_at: now, sealed: null }]);
});

test("a mail that the mail server will never take is given up at once: it is told, never due again, and its content is deleted", async () => {
  answer = async () => ({ accepted: false, code: "EENVELOPE" });
  expect(await deliverNext(delivery, never)).toBe(true);
  expect(sent).toEqual([]);
  expect(failures()).toMatchObject([{ attempt: 1, code: "EENVELOPE", willRetry: false }]);
  expect(rows()).toMatchObject([{ attempts: 1, finished_at: now, sealed: null }]);
  now += LIFETIME_SECONDS * SECOND_MS;
  expect(await deliverNext(delivery, never)).toBe(false);
});

test("a mail is given up once it is of no use any more, and its content is deleted", async () => {
  answer = refuse;
  while (rows()[0]?.["finished_at"] === null) {
    await deliverNext(delivery, never);
    now = Math.max(now, Number(rows()[0]?.["due_at"]));
  }
  const tries = failures().map(({ willRetry }) => willRetry);
  expect(tries.at(-1)).toBe(false);
  expect(tries.slice(0, -1)).not.toContain(false);
  const end = NOW + LIFETIME_SECONDS * SECOND_MS;
  expect(now).toBeGreaterThan(end - 15 * MINUTE_MS);
  expect(now).toBeLessThan(end);
  expect(rows()).toMatchObject([{ sealed: null }]);
});

test.each([
  ["expired", () => (now = NOW + LIFETIME_SECONDS * SECOND_MS)],
  ["tried far too often", () => domain.sql("UPDATE mails SET attempts = 250")],
  ["altered in the database", () => domain.sql("UPDATE mails SET sealed = randomblob(900)")],
  ["another's", () => domain.sql("UPDATE mails SET id = ?", domain.deps.newId(NOW))],
])("a mail that is %s is sent to nobody, once and for all", async (_, happen) => {
  happen();
  expect(await deliverNext(delivery, never)).toBe(true);
  expect(sent).toEqual([]);
  expect(rows()).toMatchObject([{ finished_at: now, sealed: null }]);
  expect(failures()).toMatchObject([{ willRetry: false }]);
});

test("an attempt to send a mail ends in its time, however little the mail server says", async () => {
  answer = (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error)); // a DOMException
    });
  expect(await deliverNext(delivery, never)).toBe(true);
  expect(failures()).toMatchObject([{ attempt: 1, code: "ETIMEDOUT", willRetry: true }]);
  expect(rows()).toMatchObject([{ attempts: 1, finished_at: null }]);
});
