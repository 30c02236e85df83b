/** Mails as they wait in the outbox: in whose language, and that a decoy is as much work as a mail. */
import { beforeEach, describe, expect, test } from "vitest";
import { commit } from "../../src/domain/change.ts";
import { changeLink, mailLoginLink, tokenLink, undoLink } from "../../src/domain/links.ts";
import { type MailChange, queueDecoy, queueMail } from "../../src/domain/mail.ts";
import {
  accountClaimedNotice,
  factorsResetNotice,
  identityLinkedNotice,
  identityRemovedNotice,
  lockNotice,
  type NoticeChange,
  type NoticeKind,
  passkeyAddedNotice,
  passkeyCloneNotice,
  passkeyRemovedNotice,
  passwordChangedNotice,
  passwordResetNotice,
  recoveryCodesRenewedNotice,
  recoveryCodeUsedNotice,
  secondFactorFailingNotice,
  totpAddedNotice,
  totpRemovedNotice,
} from "../../src/domain/notices.ts";
import type { DeliverableMail, Recipient } from "../../src/domain/ports/mails.ts";
import { deliverNext } from "../../src/domain/mail-delivery.ts";
import { mailKinds } from "../../src/contract/mails.ts";
import { exampleMessage } from "../../src/mails/templates.ts";
import { requestReset } from "../../src/domain/resets.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, mailPages, openDomain } from "../support/domain.ts";

let domain: Domain;
beforeEach(async () => {
  domain = await openDomain();
});

const inChange = (work: (change: MailChange & NoticeChange) => Promise<void>) =>
  commit(domain.deps, domain.at(), work);

/** Takes the mail that waits, as a mail server would. */
async function delivered(): Promise<DeliverableMail | undefined> {
  let mail: DeliverableMail | undefined;
  const { storage, log, secretKeys } = domain.deps;
  const transport = {
    async send(sent: DeliverableMail) {
      mail = sent;
      return { accepted: true } as const;
    },
  };
  const delivery = { storage, log, transport, mailSeal: secretKeys.mailSeal };
  const never = new AbortController().signal;
  await deliverNext({ ...delivery, attemptTimeoutMs: 1_000, now: () => NOW }, never);
  return mail;
}

const EMAIL = "ada@example.com";
const GERMAN = "Ein neues Passwort für Portcullis";
const ENGLISH = "Choose a new password for Portcullis";

test.each([
  [null, null, ENGLISH],
  [null, "de-CH,de;q=0.9", GERMAN],
  ["de", "en", GERMAN],
  ["en", "de", ENGLISH],
])(
  "a mail that was asked for is in the account's language, %s, else in the request's, %s",
  async (locale, languages, subject) => {
    await inChange((change) =>
      queueMail(
        change,
        { email: EMAIL, locale, languages },
        exampleMessage("password_reset_link"),
        60,
      ),
    );
    expect(await delivered()).toMatchObject({ to: EMAIL, subject });
  },
);

test("a reset is mailed in the language of the request, whether or not anybody has the address", async () => {
  await domain.newUser(EMAIL);
  await requestReset(domain.deps, domain.at(), EMAIL, "de");
  expect(await delivered()).toMatchObject({ to: EMAIL, subject: GERMAN });
  await requestReset(domain.deps, domain.at(), EMAIL, null);
  expect(await delivered()).toMatchObject({ to: EMAIL, subject: ENGLISH });
});

/** The German subject of the kind. */
const subjectOf = (kind: string) => {
  const known = mailKinds.find((each) => each === kind);
  if (known === undefined) throw new Error(`${kind} is no kind of mail`);
  const { write } = domain.deps.mailTemplates;
  return write(exampleMessage(known), { locale: "de", languages: null }).subject;
};

describe("PW-12 MT-03 a notice is in the account's language, and never in that of whoever caused it", () => {
  const notices = {
    password_changed: passwordChangedNotice,
    password_reset: passwordResetNotice,
    login_locked: (change, owner) => lockNotice(change, owner, NOW + 900_000),
    account_claimed: accountClaimedNotice,
    totp_added: totpAddedNotice,
    totp_removed: totpRemovedNotice,
    passkey_added: (change, owner) => passkeyAddedNotice(change, owner, "phone"),
    passkey_removed: (change, owner) => passkeyRemovedNotice(change, owner, "phone"),
    identity_linked: (change, owner) => identityLinkedNotice(change, owner, "Google"),
    identity_removed: (change, owner) => identityRemovedNotice(change, owner, "Google"),
    second_factors_reset: factorsResetNotice,
    recovery_codes_renewed: recoveryCodesRenewedNotice,
    recovery_code_used: (change, owner) => recoveryCodeUsedNotice(change, owner, 7),
    second_factor_failing: secondFactorFailingNotice,
    passkey_clone_suspected: (change, owner) => passkeyCloneNotice(change, owner, "phone"),
  } satisfies Record<NoticeKind, typeof passwordChangedNotice>;
  test.each(Object.entries(notices))("%s", async (kind, notify) => {
    await inChange((change) => notify(change, { email: EMAIL, locale: "de" }));
    const mail = await delivered();
    expect(mail?.text).toContain("Von: 203.0.113.7");
    expect(mail?.subject).toBe(subjectOf(kind));
    await inChange((change) => notify(change, { email: EMAIL, locale: null }));
    expect((await delivered())?.text).toContain("From: 203.0.113.7");
  });
});

/** The sizes of what waits: of mails, and of decoys. */
const sizes = () =>
  domain
    .sql("SELECT length(sealed) AS bytes, finished_at FROM mails ORDER BY id")
    .map(({ bytes, finished_at: finished }) => ({ bytes, isDecoy: finished !== null }));

test.each(
  mailKinds.flatMap((kind) =>
    [null, "de", "en;q=0.5, de;q=0.1"].map((languages) => [kind, languages] as const),
  ),
)(
  "ET-01 a decoy of %s, asked for in %s, is as large as the mail, and holds nothing of it",
  async (kind, languages) => {
    const recipient: Recipient = { email: EMAIL, locale: null, languages };
    const message = exampleMessage(kind);
    await inChange(async (change) => {
      await queueMail(change, recipient, message, 60);
      await queueDecoy(change, recipient, message);
    });
    const [mail, decoy] = sizes();
    expect(mail).toMatchObject({ isDecoy: false });
    expect(decoy).toEqual({ bytes: mail?.bytes, isDecoy: true });
    expect(await delivered()).toMatchObject({ to: EMAIL });
    expect(await delivered()).toBeUndefined();
    const bytes = domain.bytesAtRest();
    for (const word of [EMAIL, "Portcullis", "<!doctype"]) expect(bytes.includes(word)).toBe(false);
  },
);

test("RS-07 MT-02 what a link proves stands behind its #, whatever page the settings name", () => {
  const pages = { ...mailPages, reset: "https://app.example.com/?view=reset" };
  const links = [
    tokenLink(pages, "reset", "T"),
    tokenLink(pages, "confirm", "T"),
    tokenLink(pages, "email", "T"),
    changeLink(pages, "T"),
    undoLink(pages, "T"),
    mailLoginLink(pages, "T", "12345678"),
  ];
  expect(links).toEqual([
    "https://app.example.com/?view=reset#token=T",
    "https://auth.example.com/confirm#token=T",
    "https://auth.example.com/email#token=T",
    "https://auth.example.com/email#change=T",
    "https://auth.example.com/email#undo=T",
    "https://auth.example.com/login/mail#token=T&code=12345678",
  ]);
  for (const link of links) {
    const { search, pathname } = new URL(link);
    expect(`${pathname}${search}`).not.toMatch(/T|1234/);
  }
});
