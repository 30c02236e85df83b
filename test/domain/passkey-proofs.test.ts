/** A passkey as the second step of a sign-in, and to step up: each ceremony is bound to what it was begun for. */
import { beforeEach, describe, expect, it } from "vitest";
import { startPasskeyLogin } from "../../src/domain/passkey-logins.ts";
import {
  startPasskeyReauthentication,
  startSecondFactorPasskey,
} from "../../src/domain/passkey-starts.ts";
import type { SessionWithUser } from "../../src/domain/ports/sessions.ts";
import { reauthenticate } from "../../src/domain/reauthentication.ts";
import type { Authenticator, Twist } from "../support/authenticator.ts";
import { UP } from "../support/authenticator.ts";
import { storedChallenge } from "../support/challenges.ts";
import { type Domain, openDomain } from "../support/domain.ts";
import { storedEvents } from "../support/logins.ts";
import { waitingMails } from "../support/outbox.ts";
import {
  beginByPassword,
  finish,
  newOwner,
  newPasskeyOwner,
  ownAuthenticator,
  signInByPasskey,
} from "../support/passkey-steps.ts";

let domain: Domain;
let phone: Authenticator;
let owner: SessionWithUser;
beforeEach(async () => {
  domain = await openDomain();
  phone = ownAuthenticator({ step: 1 });
  ({ owner } = await newPasskeyOwner(domain.deps, phone));
});

const flip = (bytes: Buffer) => {
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes;
};

type Asked = Awaited<ReturnType<typeof startPasskeyLogin>>;

/** The answer to what was asked, as the second step. */
const answerTo = ({ challengeToken, options }: Asked, by = phone, twist: Twist = {}) => ({
  method: "passkey" as const,
  challengeToken,
  credential: by.get({ ...options, allowCredentials: [] }, twist),
});

async function beginSecondStep({ user }: SessionWithUser) {
  const { loginToken } = await beginByPassword(domain.deps, user.email);
  const asked = await startSecondFactorPasskey(domain.deps, domain.at(), loginToken);
  if (typeof asked === "string") throw new Error(asked);
  return { loginToken, asked };
}

async function beginStepUp(by: SessionWithUser) {
  const asked = await startPasskeyReauthentication(domain.deps, domain.at(), by);
  if ("failure" in asked) throw new Error(asked.failure);
  return asked;
}

const sessions = () => domain.sql("SELECT * FROM sessions ORDER BY id");
const WRONG = { kind: "passkey", reason: "wrong" };
const REFUSED = { failure: "invalid_second_factor" };

describe("the second step of a sign-in", () => {
  it("asks for the account's passkeys and no other, and takes one that verifies nobody", async () => {
    const key = ownAuthenticator({ flags: UP, isDiscoverable: false });
    const { owner: other } = await newPasskeyOwner(domain.deps, key);
    const { loginToken, asked } = await beginSecondStep(other);
    expect(asked.options).toMatchObject({
      userVerification: "preferred",
      allowCredentials: [{ id: key.id, type: "public-key", transports: ["internal", "hybrid"] }],
    });
    const { challengeToken, options } = asked;
    const step = { method: "passkey", challengeToken, credential: key.get(options) } as const;
    expect(await finish(domain.deps, loginToken, step)).toHaveProperty("session");
  });

  it.each<[string, Twist]>([
    ["PK-03 for another origin", { clientData: { origin: "https://evil.example" } }],
    ["PK-01 of another challenge", { clientData: { challenge: "A".repeat(43) } }],
    ["PK-07 with another account's handle", { userHandle: "A".repeat(43) }],
    ["with a wrong signature", { signature: flip }],
  ])("PK-01 an answer %s begins no session, and spends the ceremony", async (_, twist) => {
    const { loginToken, asked } = await beginSecondStep(owner);
    const before = sessions();
    const finishes = (lie?: Twist) => finish(domain.deps, loginToken, answerTo(asked, phone, lie));
    expect(await finishes(twist)).toEqual(REFUSED);
    expect(await finishes()).toEqual(REFUSED);
    expect(sessions()).toEqual(before);
    expect(storedEvents(domain, "second_factor_failed")).toMatchObject([WRONG, WRONG]);
    expect(domain.sql("SELECT sign_count FROM passkeys")).toEqual([{ sign_count: 1 }]);
  });

  it.each<[string, (stranger: SessionWithUser) => Promise<Asked>]>([
    ["a sign-in by passkey alone", () => startPasskeyLogin(domain.deps, domain.at())],
    ["a step-up of the account", () => beginStepUp(owner)],
    ["another account", async (stranger) => (await beginSecondStep(stranger)).asked],
  ])("PK-01 a ceremony of %s ends none", async (_, begin) => {
    const { owner: stranger } = await newPasskeyOwner(domain.deps);
    const { loginToken } = await beginByPassword(domain.deps, owner.user.email);
    const before = sessions();
    const step = answerTo(await begin(stranger));
    expect(await finish(domain.deps, loginToken, step)).toEqual(REFUSED);
    expect(sessions()).toEqual(before);
  });

  it("PK-01 a ceremony of the account's half-login before it ends none", async () => {
    const { asked } = await beginSecondStep(owner);
    const { loginToken } = await beginByPassword(domain.deps, owner.user.email);
    expect(await finish(domain.deps, loginToken, answerTo(asked))).toEqual(REFUSED);
  });

  it("PK-07 another account's passkey ends none, whatever handle it tells", async () => {
    const theirs = ownAuthenticator();
    await newPasskeyOwner(domain.deps, theirs);
    for (const twist of [{}, { userHandle: null }]) {
      const { loginToken, asked } = await beginSecondStep(owner);
      const step = answerTo(asked, theirs, twist);
      expect(await finish(domain.deps, loginToken, step)).toEqual(REFUSED);
    }
    expect(storedEvents(domain, "second_factor_failed")).toMatchObject([
      { ...WRONG, userId: owner.user.id },
      { ...WRONG, userId: owner.user.id },
    ]);
  });

  it("PK-05 a counter that does not grow is refused, and its owner told", async () => {
    const { loginToken, asked } = await beginSecondStep(owner);
    const before = sessions();
    const step = answerTo(asked, phone, { signCount: 1 });
    expect(await finish(domain.deps, loginToken, step)).toEqual(REFUSED);
    expect(sessions()).toEqual(before);
    expect(storedEvents(domain, "passkey_clone_suspected")).toHaveLength(1);
    expect(storedEvents(domain, "second_factor_failed")).toMatchObject([WRONG]);
    expect(waitingMails(domain, owner.user.email).at(-1)?.subject).toMatch(/cop/i);
    expect(domain.sql("SELECT sign_count FROM passkeys")).toEqual([{ sign_count: 1 }]);
  });

  it("MF-06 wrong passkeys count towards no lock of codes", async () => {
    for (let tries = 0; tries < 12; tries += 1) {
      const { loginToken, asked } = await beginSecondStep(owner);
      const step = answerTo(asked, phone, { signature: flip });
      expect(await finish(domain.deps, loginToken, step)).toEqual(REFUSED);
    }
    expect(storedEvents(domain, "second_factors_locked")).toEqual([]);
    const { loginToken, asked } = await beginSecondStep(owner);
    expect(await finish(domain.deps, loginToken, answerTo(asked))).toHaveProperty("session");
  });

  it("is not begun for an account without a passkey, nor with a token that is not good", async () => {
    const other = await newOwner(domain.deps);
    const totp = {
      userId: other.user.id,
      sealedSecret: Buffer.alloc(48),
      lastStep: 0,
      createdAt: 0,
    };
    await domain.deps.storage.factors.insertTotp(totp);
    const { loginToken } = await beginByPassword(domain.deps, other.user.email);
    const start = (token: string) => startSecondFactorPasskey(domain.deps, domain.at(), token);
    expect(await start(loginToken)).toBe("invalid_login_token");
    expect(await start("A".repeat(43))).toBe("invalid_login_token");
    expect(domain.sql("SELECT purpose FROM challenges")).toEqual([{ purpose: "login" }]);
  });
});

describe("a step-up", () => {
  const stepUp = (by: SessionWithUser, proof: ReturnType<typeof answerTo>) =>
    reauthenticate(domain.deps, domain.at(), by, proof, undefined);

  /** A second session of the owner, by passkey. */
  async function secondSession(): Promise<SessionWithUser> {
    const pending = await signInByPasskey(domain.deps, phone);
    if (typeof pending === "string") throw new Error(pending);
    const begun = await finish(domain.deps, pending.loginToken, { method: "none" });
    if (!("session" in begun)) throw new Error("Expected a session");
    return { user: owner.user, session: begun.session };
  }

  it("SU-05 PK-01 is ended by the session that began it alone", async () => {
    const other = await secondSession();
    const asked = await beginStepUp(owner);
    const before = sessions();
    expect(await stepUp(other, answerTo(asked))).toEqual(REFUSED);
    expect(await stepUp(owner, answerTo(asked))).toEqual(REFUSED); // spent
    expect(sessions()).toEqual(before);
    expect(await stepUp(owner, answerTo(await beginStepUp(owner)))).toHaveProperty("recentUntil");
  });

  it("PK-01 is not ended by a ceremony of another purpose, nor by what sent a mail", async () => {
    const { asked } = await beginSecondStep(owner);
    expect(await stepUp(owner, answerTo(asked))).toEqual(REFUSED);
    const { options } = await beginStepUp(owner);
    const { challengeToken } = await storedChallenge(domain, {
      purpose: "reauthentication",
      lifetimeSeconds: 60,
      userId: owner.user.id,
      sessionId: owner.session.id,
      by: ["handle", "code"],
    });
    const proof = answerTo({ challengeToken, options, expiresInSeconds: 60 });
    expect(await stepUp(owner, proof)).toEqual(REFUSED);
    expect(storedEvents(domain, "reauthenticated")).toEqual([]);
  });

  it("PK-05 with a counter that does not grow is refused, and its owner told", async () => {
    const asked = await beginStepUp(owner);
    expect(await stepUp(owner, answerTo(asked, phone, { signCount: 1 }))).toEqual(REFUSED);
    expect(storedEvents(domain, "passkey_clone_suspected")).toHaveLength(1);
    expect(storedEvents(domain, "reauthentication_failed")).toHaveLength(1);
  });

  it("is not begun for an account without a passkey", async () => {
    const other = await newOwner(domain.deps);
    const begun = await startPasskeyReauthentication(domain.deps, domain.at(), other);
    expect(begun).toEqual({ failure: "reauthentication_required", methods: ["password"] });
    expect(domain.sql("SELECT id FROM challenges")).toEqual([]);
  });
});
