/** Passkeys that are added, listed, renamed and removed. Races are in passkey-races.test.ts. */
import { beforeEach, describe, expect, it } from "vitest";
import { PASSKEYS_MAX } from "../../src/contract/bounds.ts";
import {
  addPasskey,
  removePasskey,
  removeUserPasskey,
  startPasskey,
} from "../../src/domain/passkeys.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { SessionWithUser } from "../../src/domain/ports/sessions.ts";
import { startPasskeyReauthentication } from "../../src/domain/passkey-starts.ts";
import { REFUSAL_TOLD_FOR_MS } from "../../src/domain/refusals.ts";
import { deleteUser } from "../../src/domain/users.ts";
import { UP } from "../support/authenticator.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, openDomain, succeeded } from "../support/domain.ts";
import { logInByCookie, logInByToken, sessionIds, storedEvents } from "../support/logins.ts";
import { beginByMail, completeByMail, loginTokenOf } from "../support/mail-logins.ts";
import { lastMailTo, waitingMails } from "../support/outbox.ts";
import {
  addPasskeyOf,
  beginAddition,
  finish,
  newOwner,
  newPasskeyOwner,
  ownAuthenticator,
  signInByPasskey,
} from "../support/passkey-steps.ts";
import { aPasskey } from "../support/rows.ts";

let domain: Domain;
let deps: Dependencies;
beforeEach(async () => {
  domain = await openDomain();
  ({ deps } = domain);
});

/** All that a passkey, added or removed, may change. */
const state = () =>
  ["users", "sessions", "passkeys", "recovery_codes", "devices", "mails"].map((table) =>
    domain.sql(`SELECT * FROM ${table} ORDER BY 1`),
  );

describe("a ceremony in which a passkey is made", () => {
  it("PK-09 PK-10 asks for three algorithms, for no attestation, and for none that the account has", async () => {
    const { owner, authenticator } = await newPasskeyOwner(deps);
    const { options } = await beginAddition(deps, owner);
    expect(options).toEqual({
      rp: { id: "auth.example.com", name: "Portcullis" },
      user: {
        id: expect.stringMatching(/^[\w-]{43}$/),
        name: owner.user.email,
        displayName: owner.user.email,
      },
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      timeout: 300_000,
      excludeCredentials: [
        { id: authenticator.id, type: "public-key", transports: ["internal", "hybrid"] },
      ],
      authenticatorSelection: {
        residentKey: "preferred",
        requireResidentKey: false,
        userVerification: "preferred",
      },
      attestation: "none",
      extensions: { credProps: true },
    });
    const again = (await beginAddition(deps, owner)).options;
    expect(again.user.id).toBe(options.user.id);
    expect(again.challenge).not.toBe(options.challenge);
    const other = (await beginAddition(deps, await newOwner(deps))).options;
    expect(other.user.id).not.toBe(options.user.id);
  });

  it.each<[string, (owner: SessionWithUser) => Promise<string>]>([
    ["another account", async () => (await beginAddition(deps, await newOwner(deps))).setupToken],
    [
      "another session",
      async ({ user }) => {
        const { session } = await logInByCookie(domain, user);
        return (await beginAddition(deps, { user, session })).setupToken;
      },
    ],
    [
      "another purpose",
      async (owner) => {
        const { owner: other } = await newPasskeyOwner(deps);
        const asked = await startPasskeyReauthentication(deps, domain.at(), other);
        domain.sql("UPDATE challenges SET user_id = ?, session_id = ?", owner.user.id, owner.session.id); // prettier-ignore
        return "challengeToken" in asked ? asked.challengeToken : "";
      },
    ],
    ["nobody", async () => "A".repeat(43)],
  ])("PK-01 of %s adds none", async (_, begin) => {
    const owner = await newOwner(deps);
    const { options } = await beginAddition(deps, owner);
    const credential = ownAuthenticator().create(options);
    const setupToken = await begin(owner);
    const before = state();
    const outcome = await addPasskey(deps, domain.at(), owner, { setupToken, credential });
    expect(outcome).toEqual({ failure: "invalid_passkey" });
    expect(state()).toEqual(before);
    expect(storedEvents(domain, "challenge_failed")).toMatchObject([{ purpose: "passkey_setup" }]);
  });

  it("PK-01 is spent by a credential that is refused, which is told once in ten minutes", async () => {
    const owner = await newOwner(deps);
    const before = state();
    const add = async (now: number) => {
      const { setupToken, options } = await beginAddition(deps, owner, domain.at(now));
      const phone = ownAuthenticator();
      const answer = (origin: string) => ({
        setupToken,
        credential: phone.create(options, { clientData: { origin } }),
      });
      const refused = { failure: "invalid_passkey" };
      const wrong = answer("https://evil.example");
      expect(await addPasskey(deps, domain.at(now), owner, wrong)).toEqual(refused);
      const right = answer("https://auth.example.com");
      expect(await addPasskey(deps, domain.at(now), owner, right)).toEqual(refused);
    };
    await add(NOW);
    await add(NOW + REFUSAL_TOLD_FOR_MS - 1);
    const told = { userId: owner.user.id, reason: "origin" };
    expect(storedEvents(domain, "passkey_refused")).toMatchObject([told]);
    await add(NOW + REFUSAL_TOLD_FOR_MS);
    expect(storedEvents(domain, "passkey_refused")).toMatchObject([told, told]);
    domain.sql("UPDATE users SET webauthn_handle = NULL");
    expect(state()).toEqual(before);
  });
});

describe("a passkey that is added", () => {
  it("MF-10 as the first factor ends all but the session that asks, which is recent, and brings codes", async () => {
    const owner = await newOwner(deps);
    await logInByCookie(domain, owner.user);
    await logInByToken(domain, owner.user);
    const { passkey, recoveryCodes } = await addPasskeyOf(deps, owner, ownAuthenticator());
    expect(recoveryCodes).toHaveLength(10);
    expect(passkey).toMatchObject({ name: "Passkey 1", signsIn: true, lastUsedAt: null });
    expect(sessionIds(domain)).toEqual([owner.session.id]);
    expect(domain.sql("SELECT second_factor_at FROM sessions")).toEqual([{ second_factor_at: NOW }]); // prettier-ignore
    expect(domain.sql("SELECT id FROM devices")).toEqual([]);
    expect(storedEvents(domain, "passkey_added")).toMatchObject([{ passkeyId: passkey.id }]);
  });

  it("beside another factor ends nothing, and brings no codes", async () => {
    const { owner, authenticator } = await newPasskeyOwner(deps);
    domain.sql("DELETE FROM recovery_codes"); // all used up: they are renewed, not given
    const pending = await signInByPasskey(deps, authenticator);
    if (typeof pending === "string") throw new Error(pending);
    await finish(deps, pending.loginToken, { method: "none" });
    const before = sessionIds(domain);
    expect(before).toHaveLength(2);
    const { recoveryCodes } = await addPasskeyOf(deps, owner, ownAuthenticator());
    expect(recoveryCodes).toEqual([]);
    expect(sessionIds(domain)).toEqual(before);
  });

  it("MF-01 ends a login that was begun before it, which would have no second factor", async () => {
    const owner = await newOwner(deps);
    domain.sql("UPDATE users SET email_verified = 1");
    const begun = await beginByMail(deps, domain.at(), owner.user.email);
    const loginToken = loginTokenOf(await completeByMail(deps, domain.at(), begun));
    await addPasskeyOf(deps, owner, ownAuthenticator());
    const finished = await finish(deps, loginToken, { method: "none" });
    expect(finished).toEqual({ failure: "invalid_login_token" });
    expect(sessionIds(domain)).toEqual([owner.session.id]);
  });

  it("PK-12 is told by mail with its name, as its removal is", async () => {
    const { owner, passkey } = await newPasskeyOwner(deps);
    const { email } = owner.user;
    expect(lastMailTo(domain, email).subject).toMatch(/passkey/i);
    const mails = waitingMails(domain, email).length;
    expect(await removePasskey(deps, domain.at(), owner, passkey.id)).toBe("removed");
    expect(waitingMails(domain, email)).toHaveLength(mails + 1);
    expect(lastMailTo(domain, email).subject).toMatch(/passkey/i);
  });

  it("PK-12 is not the twenty-first", async () => {
    const owner = await newOwner(deps);
    const { setupToken, options } = await beginAddition(deps, owner);
    for (let place = 0; place < PASSKEYS_MAX; place += 1)
      await deps.storage.passkeys.insert(aPasskey(owner.user));
    expect(await startPasskey(deps, domain.at(), owner)).toBe("too_many_passkeys");
    const answer = { setupToken, credential: ownAuthenticator().create(options) };
    const before = state();
    const outcome = await addPasskey(deps, domain.at(), owner, answer);
    expect(outcome).toEqual({ failure: "too_many_passkeys" });
    expect(state()).toEqual(before);
  });

  it("keeps transports by their names alone: each is written into one text", async () => {
    const owner = await newOwner(deps);
    const { setupToken, options } = await beginAddition(deps, owner);
    const made = ownAuthenticator().create(options);
    const response = { ...made.response, transports: ["usb", "a b", "", "smart-card"] };
    const credential = { ...made, response };
    const { passkey } = succeeded(
      await addPasskey(deps, domain.at(), owner, { setupToken, credential }),
    );
    const [kept] = await deps.storage.passkeys.list(owner.user.id);
    expect([passkey.transports, kept?.transports]).toEqual([["usb", "smart-card"], ["usb", "smart-card"]]); // prettier-ignore
  });
});

describe("a passkey that is removed", () => {
  it("MF-10 takes the codes of the last factor with it, and all sessions but the one that asks", async () => {
    const { owner, passkey, authenticator } = await newPasskeyOwner(deps);
    const second = await addPasskeyOf(deps, owner, ownAuthenticator());
    const pending = await signInByPasskey(deps, authenticator);
    if (typeof pending === "string") throw new Error(pending);
    const { loginToken } = pending;
    expect(await removePasskey(deps, domain.at(), owner, passkey.id)).toBe("removed");
    expect(domain.sql("SELECT user_id FROM recovery_codes")).toHaveLength(10);
    expect(await finish(deps, loginToken, { method: "none" })).toHaveProperty("failure");
    expect(await removePasskey(deps, domain.at(), owner, second.passkey.id)).toBe("removed");
    expect(domain.sql("SELECT user_id FROM recovery_codes")).toEqual([]);
    expect(sessionIds(domain)).toEqual([owner.session.id]);
    expect(storedEvents(domain, "passkey_removed")).toMatchObject([{ by: "user" }, { by: "user" }]);
  });

  it("PK-13 is one's own: another account's looks like one that does not exist", async () => {
    const { owner, passkey } = await newPasskeyOwner(deps);
    const { owner: stranger } = await newPasskeyOwner(deps);
    const before = state();
    expect(await removePasskey(deps, domain.at(), stranger, passkey.id)).toBe("not_found");
    expect(await removePasskey(deps, domain.at(), stranger, "unknown")).toBe("not_found");
    const other = { userId: stranger.user.id, passkeyId: passkey.id };
    expect(await removeUserPasskey(deps, domain.at(), owner.user, other)).toBe(false);
    expect(state()).toEqual(before);
  });

  const voidPassword = ({ user }: SessionWithUser) => deps.storage.users.voidPassword(user.id);
  const offline = () => ({ ...deps, mailLogin: false });

  it.each([
    ["nothing else", {}, "last_credential"],
    ["a security key without a PIN", { flags: UP }, "last_credential"],
    ["another passkey that signs in", { flags: undefined }, "removed"],
  ])("PK-14 beside %s: %s", async (what, options, outcome) => {
    const { owner, passkey } = await newPasskeyOwner(deps);
    const { flags } = options as { flags?: number }; // as they are written above
    if (what !== "nothing else")
      await addPasskeyOf(deps, owner, ownAuthenticator(flags === undefined ? {} : { flags }));
    await voidPassword(owner);
    const before = state();
    expect(await removePasskey(offline(), domain.at(), owner, passkey.id)).toBe(outcome);
    if (outcome === "last_credential") expect(state()).toEqual(before);
    else expect(domain.sql("SELECT id FROM passkeys")).toHaveLength(1);
  });

  it("PK-14 the last one goes where a password, or a mail, signs in", async () => {
    const one = await newPasskeyOwner(deps);
    expect(await removePasskey(offline(), domain.at(), one.owner, one.passkey.id)).toBe("removed");
    const other = await newPasskeyOwner(deps);
    await voidPassword(other.owner);
    expect(await removePasskey(deps, domain.at(), other.owner, other.passkey.id)).toBe("removed");
  });

  it("MF-12 by an administrator goes also as the last way in, ends everything, and its owner is told", async () => {
    const admin = await domain.newUser();
    const { owner, passkey } = await newPasskeyOwner(deps);
    await voidPassword(owner);
    const { id: userId, email } = owner.user;
    const mails = waitingMails(domain, email).length;
    const removal = { userId, passkeyId: passkey.id };
    expect(await removeUserPasskey(offline(), domain.at(), admin, removal)).toBe(true);
    expect(sessionIds(domain, userId)).toEqual([]);
    expect(domain.sql("SELECT id FROM passkeys")).toEqual([]);
    expect(domain.sql("SELECT user_id FROM recovery_codes")).toEqual([]);
    expect(waitingMails(domain, email)).toHaveLength(mails + 1);
    expect(storedEvents(domain, "passkey_removed")).toMatchObject([
      { userId, passkeyId: passkey.id, by: "admin", actorId: admin.id },
    ]);
    expect(await removeUserPasskey(deps, domain.at(), admin, removal)).toBe(false);
  });

  it("PK-15 EM-06 goes when somebody else proves the mailbox of an unproved account", async () => {
    const { owner, passkey } = await newPasskeyOwner(deps);
    const begun = await beginByMail(deps, domain.at(), owner.user.email);
    const pending = await completeByMail(deps, domain.at(), begun);
    expect(pending).toMatchObject({ secondFactors: [] });
    expect(domain.sql("SELECT id FROM passkeys")).toEqual([]);
    expect(storedEvents(domain, "passkey_removed")).toMatchObject([
      { passkeyId: passkey.id, by: "email_proof" },
    ]);
  });

  it("PK-15 goes with its account", async () => {
    const admin = await domain.newUser();
    const { owner } = await newPasskeyOwner(deps);
    await deleteUser(deps, domain.at(), admin, owner.user.id);
    expect(domain.sql("SELECT id FROM passkeys")).toEqual([]);
  });
});
