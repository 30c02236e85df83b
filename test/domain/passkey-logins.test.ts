/** Sign-in by passkey. Its bytes over HTTP are in test/attack/passkeys.test.ts, its races in passkey-races.test.ts. */
import { beforeEach, describe, expect, it } from "vitest";
import { completePasskeyLogin, startPasskeyLogin } from "../../src/domain/passkey-logins.ts";
import { addPasskey, removePasskey } from "../../src/domain/passkeys.ts";
import { BE, BS, UP, UV } from "../support/authenticator.ts";
import type { Authenticator, Twist } from "../support/authenticator.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, ISSUER, openDomain, succeeded } from "../support/domain.ts";
import { storedEvents } from "../support/logins.ts";
import { waitingMails } from "../support/outbox.ts";
import {
  addPasskeyOf,
  beginAddition,
  finish,
  newPasskeyOwner,
  ownAuthenticator,
  signInByPasskey,
} from "../support/passkey-steps.ts";

let domain: Domain;
let phone: Authenticator;
let email: string;
let userId: string;
let passkeyId: string;
beforeEach(async () => {
  domain = await openDomain();
  phone = ownAuthenticator({ step: 1 });
  const { owner, passkey } = await newPasskeyOwner(domain.deps, phone);
  ({ email, id: userId } = owner.user);
  passkeyId = passkey.id;
});

/** All that a sign-in may change, besides its ceremony. */
const state = () =>
  ["users", "sessions", "passkeys", "recovery_codes", "devices"]
    .map((table) => JSON.stringify(domain.sql(`SELECT * FROM ${table} ORDER BY 1`)))
    .concat(
      JSON.stringify(domain.sql("SELECT * FROM challenges WHERE purpose <> 'passkey_login'")),
    );

const flip = (bytes: Buffer) => {
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes;
};
const WRONG = "wrong_passkey";

describe("a passkey that is right", () => {
  it("MF-01 begins a login that nothing is missing of, and counts itself on", async () => {
    const pending = await signInByPasskey(domain.deps, phone);
    if (typeof pending === "string") throw new Error(pending);
    expect(pending.secondFactors).toEqual([]);
    expect(domain.sql("SELECT sign_count, last_used_at FROM passkeys")).toEqual([
      { sign_count: 2, last_used_at: NOW },
    ]);
    expect(storedEvents(domain, "login_pending")).toMatchObject([
      { userId, email, methods: ["passkey"], secondFactors: [] },
    ]);
    const { loginToken } = pending;
    const { session, authentication } = succeeded(
      await finish(domain.deps, loginToken, { method: "none" }),
    ) as { session: { userId: string }; authentication: unknown };
    expect(session.userId).toBe(userId);
    expect(authentication).toMatchObject({ methods: ["passkey"], secondFactorAt: NOW });
  });

  it("RL-03 signs in to a locked account from a device that it knows", async () => {
    const pending = await signInByPasskey(domain.deps, phone);
    if (typeof pending === "string") throw new Error(pending);
    const begun = await finish(domain.deps, pending.loginToken, { method: "none" });
    if (!("deviceSecret" in begun)) throw new Error("Expected a session by cookie");
    domain.sql("UPDATE users SET locked_until = ?", NOW + 1000);
    expect(await signInByPasskey(domain.deps, phone)).toBe("invalid_passkey");
    const secrets = [begun.deviceSecret];
    const known = await signInByPasskey(domain.deps, phone, {}, domain.at(), secrets);
    expect(known).toHaveProperty("loginToken");
  });

  it("tells a browser nothing of any account, and asks it to verify its user", async () => {
    const { options } = await startPasskeyLogin(domain.deps, domain.at());
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: new URL(ISSUER).hostname,
      timeout: 300_000,
      userVerification: "required",
      allowCredentials: [],
    });
  });
});

describe("a refusal", () => {
  const otherHandle = Buffer.alloc(32, 7).toString("base64url");
  const lies: readonly (readonly [string, Twist])[] = [
    ["PK-01 a challenge of another ceremony", { clientData: { challenge: "A".repeat(43) } }],
    ["PK-03 another origin", { clientData: { origin: "https://auth.example.com.evil.example" } }],
    ["PK-03 another relying party", { rpId: "evil.example" }],
    ["PK-04 a user who is not verified", { flags: UP | BE | BS }],
    ["PK-06 a passkey that was eligible for backup and is no more", { flags: UP | UV }],
    ["PK-07 another account's handle", { userHandle: otherHandle }],
    ["PK-07 no handle", { userHandle: null }],
    ["PK-11 a wrong signature", { signature: flip }],
  ];

  it.each(lies)(
    "%s changes nothing, is told to its owner, and spends the ceremony",
    async (_, twist) => {
      const before = state();
      const { challengeToken, options } = await startPasskeyLogin(domain.deps, domain.at());
      const answer = (lie: Twist) =>
        completePasskeyLogin(domain.deps, domain.at(), {
          challengeToken,
          credential: phone.get(options, lie),
          deviceSecrets: [],
        });
      expect(await answer(twist)).toBe("invalid_passkey");
      expect(storedEvents(domain, "login_failed")).toMatchObject([
        { email, userId, reason: WRONG },
      ]);
      expect(await answer({})).toBe("invalid_passkey");
      expect(state()).toEqual(before);
      expect(domain.sql("SELECT id FROM challenges")).toEqual([]);
      expect(storedEvents(domain, "challenge_failed")).toMatchObject([
        { purpose: "passkey_login", reason: "not_good", userId: null },
      ]);
      expect(await signInByPasskey(domain.deps, phone)).toHaveProperty("loginToken");
    },
  );

  it("PK-11 an unknown credential is nobody's, and a removed one too", async () => {
    const before = state();
    const stranger = ownAuthenticator();
    expect(await signInByPasskey(domain.deps, stranger)).toBe("invalid_passkey");
    expect(await signInByPasskey(domain.deps, stranger, { id: "AA", rawId: "AB" })).toBe("invalid_passkey"); // prettier-ignore
    domain.sql("DELETE FROM passkeys");
    expect(await signInByPasskey(domain.deps, phone)).toBe("invalid_passkey");
    const nobody = { email: null, userId: null, reason: "unknown_passkey" };
    expect(storedEvents(domain, "login_failed")).toMatchObject([nobody, nobody, nobody]);
    before.splice(2, 1, "[]"); // the passkeys
    expect(state()).toEqual(before);
  });

  it.each([
    ["account_disabled", "UPDATE users SET disabled = 1"],
    ["account_locked", `UPDATE users SET locked_until = ${NOW + 1}`],
  ])("PK-11 LG-01 of a right passkey: %s", async (reason, sql) => {
    domain.sql(sql);
    const before = state();
    expect(await signInByPasskey(domain.deps, phone)).toBe("invalid_passkey");
    expect(state()).toEqual(before);
    expect(storedEvents(domain, "login_failed")).toMatchObject([{ email, userId, reason }]);
    domain.sql("UPDATE users SET disabled = 0, locked_until = 0");
    expect(await signInByPasskey(domain.deps, phone)).toHaveProperty("loginToken");
  });

  it("RL-02 wrong passkeys never lock the account: their ids are no secret", async () => {
    for (let tries = 0; tries < 12; tries += 1)
      expect(await signInByPasskey(domain.deps, phone, { signature: flip })).toBe(
        "invalid_passkey",
      );
    expect(await signInByPasskey(domain.deps, phone)).toHaveProperty("loginToken");
  });

  it.each([
    ["PK-04 verified no user when it was added", { flags: UP }, { flags: UP | UV }, undefined],
    ["cannot be found without its id", {}, {}, { credProps: { rk: false } }],
  ])(
    "one that %s does not sign in by itself",
    async (_, options, twist, clientExtensionResults) => {
      const key = ownAuthenticator(options);
      const { owner } = await newPasskeyOwner(domain.deps);
      const { setupToken, options: asked } = await beginAddition(domain.deps, owner);
      const made = key.create(asked);
      const credential = { ...made, ...(clientExtensionResults && { clientExtensionResults }) };
      const added = await addPasskey(domain.deps, domain.at(), owner, { setupToken, credential });
      expect(added).toMatchObject({ passkey: { signsIn: false } });
      expect(await signInByPasskey(domain.deps, key, twist)).toBe("invalid_passkey");
      expect(storedEvents(domain, "login_failed")).toMatchObject([{ reason: WRONG }]);
      expect(domain.sql("SELECT id FROM challenges")).toEqual([]);
    },
  );
});

describe("a counter", () => {
  it.each([
    ["equal", 2],
    ["lower", 1],
    ["back at zero", 0],
  ])(
    "PK-05 that is %s is refused, suspected of a copy, and its owner is told",
    async (_, signCount) => {
      expect(await signInByPasskey(domain.deps, phone)).toHaveProperty("loginToken");
      const before = state();
      const mails = waitingMails(domain, email).length;
      expect(await signInByPasskey(domain.deps, phone, { signCount })).toBe("invalid_passkey");
      expect(state()).toEqual(before);
      expect(storedEvents(domain, "passkey_clone_suspected")).toMatchObject([
        { level: "error", userId, passkeyId },
      ]);
      expect(storedEvents(domain, "login_failed")).toMatchObject([{ userId, reason: WRONG }]);
      expect(waitingMails(domain, email)).toHaveLength(mails + 1);
      expect(waitingMails(domain, email).at(-1)?.subject).toMatch(/copied|copy/i);
    },
  );

  it("PK-05 that stays at zero is a synced passkey's, and good each time", async () => {
    const synced = ownAuthenticator();
    await newPasskeyOwner(domain.deps, synced);
    for (let times = 0; times < 3; times += 1)
      expect(await signInByPasskey(domain.deps, synced)).toHaveProperty("loginToken");
    expect(storedEvents(domain, "passkey_clone_suspected")).toEqual([]);
  });

  it("of a passkey that is removed while it answers is no sign of a copy", async () => {
    const { owner } = await newPasskeyOwner(domain.deps, ownAuthenticator());
    const key = ownAuthenticator();
    const { passkey } = await addPasskeyOf(domain.deps, owner, key);
    const { storage } = domain.deps;
    const found = storage.passkeys.findByCredentialId;
    const passkeys = {
      ...storage.passkeys,
      async findByCredentialId(id: Uint8Array) {
        const before = await found(id);
        await removePasskey(domain.deps, domain.at(), owner, passkey.id);
        return before;
      },
    };
    const deps = { ...domain.deps, storage: { ...storage, passkeys } };
    expect(await signInByPasskey(deps, key)).toBe("invalid_passkey");
    expect(storedEvents(domain, "passkey_clone_suspected")).toEqual([]);
    expect(storedEvents(domain, "login_failed")).toMatchObject([{ reason: WRONG }]);
  });
});
