/** Challenges one at a time: for whom one ends, what is kept of it, and that all that is not good is one thing. */
import { beforeEach, describe, expect, it } from "vitest";
import {
  confirmEmailChange,
  confirmEmailVerification,
  undoEmailChange,
} from "../../src/domain/address-changes.ts";
import {
  type ChallengeRequest,
  decoyOf,
  openSealed,
  prepareChallenge,
  tryCode,
} from "../../src/domain/challenges.ts";
import { completeMailLogin } from "../../src/domain/mail-logins.ts";
import { finishLogin, finishTokenLogin } from "../../src/domain/pending-logins.ts";
import type { ChallengePurpose } from "../../src/domain/ports/challenges.ts";
import type { SessionWithUser } from "../../src/domain/ports/sessions.ts";
import { confirmSignupByCode, confirmSignupByLink, startSignup } from "../../src/domain/signups.ts";
import { storedChallenge } from "../support/challenges.ts";
import { NOW } from "../support/clock.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain } from "../support/domain.ts";
import { logInByCookie, storedEvents } from "../support/logins.ts";

let domain: Domain;
let owner: SessionWithUser;
beforeEach(async () => {
  domain = await openDomain();
  owner = await logInByCookie(domain, await domain.newUser());
});

/** Everything that an end could change. */
const state = () =>
  ["users", "sessions", "challenges", "devices"].map((table) =>
    domain.sql(`SELECT * FROM ${table} ORDER BY id`),
  );
const all = ["handle", "code", "link"] as const;

interface Proof {
  readonly challengeToken: string;
  readonly code: string;
  readonly linkToken: string;
}
type End = (proof: Proof, now?: number, asking?: SessionWithUser) => Promise<unknown>;

/** Each way to end a challenge: its purpose, and what it answers to all that is not good. */
const ends: Readonly<
  Record<
    string,
    { readonly purpose: ChallengePurpose; readonly refusal: unknown; readonly end: End }
  >
> = {
  "a signup's code": {
    purpose: "signup",
    refusal: { failure: "invalid_challenge" },
    end: (proof, now) => confirmSignupByCode(domain.deps, domain.at(now), proof),
  },
  "a signup's link": {
    purpose: "signup",
    refusal: { failure: "invalid_challenge" },
    end: ({ linkToken }, now) =>
      confirmSignupByLink(domain.deps, domain.at(now), linkToken, NEW_PASSWORD),
  },
  "an invitation's link": {
    purpose: "invitation",
    refusal: { failure: "invalid_challenge" },
    end: ({ linkToken }, now) =>
      confirmSignupByLink(domain.deps, domain.at(now), linkToken, NEW_PASSWORD),
  },
  "a verification's code": {
    purpose: "email_verification",
    refusal: "invalid_challenge",
    end: ({ challengeToken, code }, now, asking = owner) =>
      confirmEmailVerification(domain.deps, domain.at(now), asking, { challengeToken, code }),
  },
  "a verification's link": {
    purpose: "email_verification",
    refusal: "invalid_challenge",
    end: ({ linkToken: token }, now, asking = owner) =>
      confirmEmailVerification(domain.deps, domain.at(now), asking, { token }),
  },
  "a change's code": {
    purpose: "email_change",
    refusal: "invalid_challenge",
    end: ({ challengeToken, code }, now, asking = owner) =>
      confirmEmailChange(
        domain.deps,
        domain.at(now),
        { ...asking, device: undefined },
        { challengeToken, code },
      ),
  },
  "a change's link": {
    purpose: "email_change",
    refusal: "invalid_challenge",
    end: ({ linkToken: token }, now, asking = owner) =>
      confirmEmailChange(domain.deps, domain.at(now), { ...asking, device: undefined }, { token }),
  },
  "the way back of a change": {
    purpose: "email_change_undo",
    refusal: "invalid_challenge",
    end: ({ linkToken }, now) => undoEmailChange(domain.deps, domain.at(now), linkToken),
  },
  "a sign-in's code": {
    purpose: "mail_login",
    refusal: "invalid_challenge",
    end: ({ challengeToken, code }, now) =>
      completeMailLogin(domain.deps, domain.at(now), {
        challengeToken,
        came: { code },
        deviceSecrets: [],
      }),
  },
  "a sign-in's link": {
    purpose: "mail_login",
    refusal: "invalid_challenge",
    end: ({ challengeToken, linkToken: token }, now) =>
      completeMailLogin(domain.deps, domain.at(now), {
        challengeToken,
        came: { token },
        deviceSecrets: [],
      }),
  },
  "a half-login by cookie": {
    purpose: "login",
    refusal: { failure: "invalid_login_token" },
    end: ({ challengeToken: loginToken }, now) =>
      finishLogin(
        domain.deps,
        domain.at(now),
        { loginToken, step: { method: "none" }, client: CLIENT, deviceSecrets: [] },
        undefined,
      ),
  },
  "a half-login by tokens": {
    purpose: "login",
    refusal: { failure: "invalid_login_token" },
    end: ({ challengeToken: loginToken }, now) =>
      finishTokenLogin(domain.deps, domain.at(now), {
        loginToken,
        step: { method: "none" },
        client: CLIENT,
        deviceSecrets: [],
      }),
  },
};

/** A challenge of the purpose that the owner's session began, with what the end of it reads. */
function request(purpose: ChallengePurpose, { user, session } = owner): ChallengeRequest {
  const isOfNobody = purpose === "signup" || purpose === "invitation";
  const subject = {
    signup: "new@example.com",
    invitation: "new@example.com",
    email_change: "changed@example.com",
    email_change_undo: "old@example.com",
  };
  const sealed =
    purpose === "login"
      ? { epoch: 0, methods: ["mail"] }
      : { passwordHash: "a hash", role: "user", locale: null, invitedBy: null };
  return {
    purpose,
    lifetimeSeconds: 60,
    subject: Reflect.get(subject, purpose) ?? user.email,
    sealed,
    by: all,
    ...(!isOfNobody && { userId: user.id }),
    ...(["email_verification", "email_change"].includes(purpose) && { sessionId: session.id }),
  };
}

describe.each(Object.entries(ends))("%s", (_, { purpose, refusal, end }) => {
  const good = () => storedChallenge(domain, request(purpose));
  const other: ChallengePurpose = purpose === "mail_login" ? "signup" : "mail_login";

  it("CH-05 ends a challenge that is good, once, and what is used is answered as what never was", async () => {
    const prepared = await good();
    expect(await end(prepared)).not.toEqual(refusal);
    const after = state();
    expect(await end(prepared)).toEqual(refusal);
    expect(state()).toEqual(after);
  });

  it.each<[string, () => Promise<readonly [Proof, number?]>]>([
    ["unknown", async () => [prepareChallenge(domain.deps, domain.at(), request(purpose))]],
    ["expired", async () => [await good(), NOW + 60_000]],
    ["for another purpose", async () => [await storedChallenge(domain, request(other))]],
    ["a decoy", async () => [await aDecoy(purpose)]],
  ])("CH-01 CH-05 refuses alike one that is %s, and changes nothing", async (_, make) => {
    const [prepared, now] = await make();
    const [users, sessions, challenges = [], devices] = state();
    expect(await end(prepared, now)).toEqual(refusal);
    const untried = (rows: readonly object[]) => rows.map((row) => ({ ...row, attempts: 0 }));
    const [usersAfter, sessionsAfter, challengesAfter = [], devicesAfter] = state();
    expect([usersAfter, sessionsAfter, devicesAfter]).toEqual([users, sessions, devices]);
    expect(untried(challengesAfter)).toEqual(untried(challenges));
    const told = storedEvents(domain, "challenge_failed");
    expect(told).toHaveLength(1);
    expect(await end(prepared, now)).toEqual(refusal); // told once in ten minutes
    expect(storedEvents(domain, "challenge_failed")).toEqual(told);
  });
});

async function aDecoy(purpose: ChallengePurpose) {
  const prepared = prepareChallenge(domain.deps, domain.at(), request(purpose));
  // A half-login has no decoy: nobody begins one without a proof.
  if (purpose !== "login") await domain.deps.storage.challenges.insert(decoyOf(prepared));
  return prepared;
}

const byCode = Object.entries(ends).filter(([name]) => name.endsWith("code"));

describe.each(byCode)("%s", (_, { purpose, refusal, end }) => {
  const good = () => storedChallenge(domain, request(purpose));
  const another = (code: string) => String((Number(code) + 1) % 10 ** 8).padStart(8, "0");

  it("CH-03 CH-05 is refused after five wrong ones, though right, and good after four", async () => {
    const [first, second] = [await good(), await good()];
    for (let tries = 0; tries < 4; tries += 1)
      expect(await end({ ...second, code: another(second.code) })).toEqual(refusal);
    expect(await end(second)).not.toEqual(refusal);
    const third = await good();
    for (let tries = 0; tries < 5; tries += 1)
      expect(await end({ ...third, code: another(third.code) })).toEqual(refusal);
    expect(await end(third)).toEqual(refusal);
    expect(first.code).toHaveLength(8);
  });

  it("CH-01 is good with the handle of its own challenge alone", async () => {
    const { user } = await logInByCookie(domain, await domain.newUser());
    const mine = await good();
    const theirs = await storedChallenge(domain, request(purpose, { ...owner, user }));
    expect(await end({ ...mine, challengeToken: theirs.challengeToken })).toEqual(refusal);
    expect(await end(mine)).not.toEqual(refusal);
  });
});

const bySession = Object.entries(ends).filter(([name]) => /^a (?:verification|change)/.test(name));

describe.each(bySession)("%s", (name, { purpose, refusal, end }) => {
  it("CH-01 EM-05 is worth nothing to another account, which may have it from the mail", async () => {
    const prepared = await storedChallenge(domain, request(purpose));
    const stranger = await logInByCookie(domain, await domain.newUser());
    const [users] = state();
    expect(await end(prepared, NOW, stranger)).toEqual(refusal);
    expect(state()[0]).toEqual(users);
    expect(await end(prepared)).not.toEqual(refusal);
  });

  const isCode = name.endsWith("code");
  it(`CH-01 is ${isCode ? "worth nothing to" : "good for"} another session of the account`, async () => {
    const prepared = await storedChallenge(domain, request(purpose));
    const elsewhere = await logInByCookie(domain, owner.user);
    const outcome = await end(prepared, NOW, elsewhere);
    if (isCode) expect(outcome).toEqual(refusal);
    else expect(outcome).not.toEqual(refusal);
  });
});

it("CH-01 a sign-in's link is worth nothing without the handle of who asked for it, and is not spent by that", async () => {
  const prepared = await storedChallenge(domain, request("mail_login"));
  const came = { token: prepared.linkToken };
  const complete = (challengeToken: string | undefined) =>
    completeMailLogin(domain.deps, domain.at(), { challengeToken, came, deviceSecrets: [] });
  const { challengeToken: strange } = await storedChallenge(domain, request("signup"));
  expect(await complete(undefined)).toBe("invalid_challenge");
  expect(await complete(strange)).toBe("invalid_challenge");
  expect(await complete(prepared.challengeToken)).toHaveProperty("loginToken");
});

describe("what is kept of a challenge", () => {
  it("CH-04 its handle and its link are 256 bits, its code eight digits, and none comes twice", () => {
    const many = Array.from({ length: 1000 }, () =>
      prepareChallenge(domain.deps, domain.at(), request("signup")),
    );
    for (const { challengeToken, linkToken, code } of many) {
      for (const secret of [challengeToken, linkToken])
        expect(Buffer.from(secret, "base64url")).toHaveLength(32);
      expect(code).toMatch(/^[0-9]{8}$/);
    }
    expect(new Set(many.flatMap((each) => [each.challengeToken, each.linkToken])).size).toBe(2000);
    // Of a thousand codes, each place has each digit: no part of one is fixed.
    for (let place = 0; place < 8; place += 1)
      expect(new Set(many.map(({ code }) => code[place])).size).toBe(10);
  });

  it("CH-04 what is kept of a code is good in its own row alone", async () => {
    const [one, other] = [
      await storedChallenge(domain, request("signup")),
      await storedChallenge(domain, request("signup")),
    ];
    const tried = () => tryCode(domain.deps, domain.at(), "signup", { ...other, code: one.code });
    domain.sql(
      "UPDATE challenges SET code_mac = (SELECT code_mac FROM challenges WHERE id = ?) WHERE id = ?",
      one.challenge.id,
      other.challenge.id,
    );
    expect(await tried()).toMatchObject({ kind: "wrong" });
    expect(await tryCode(domain.deps, domain.at(), "signup", one)).toMatchObject({ kind: "right" });
  });

  it("CH-04 the database holds neither handle, link nor code of a signup that waits, nor its password or the hash of that", async () => {
    const asked = { email: "ada@example.com", password: PASSWORD, locale: null, languages: null };
    const started = await startSignup(domain.deps, domain.at(), asked);
    if ("failure" in started) throw new Error(started.failure);
    const prepared = await storedChallenge(domain, {
      ...request("signup"),
      sealed: { passwordHash: "v1$10$a-hash-that-is-to-be-found" },
    });
    const atRest = domain.bytesAtRest().toString("latin1");
    expect(atRest).toContain("ada@example.com"); // the search sees what is there
    for (const secret of [
      started.challengeToken,
      prepared.challengeToken,
      prepared.linkToken,
      prepared.code,
      "a-hash-that-is-to-be-found",
      "passwordHash",
      PASSWORD,
    ])
      expect([secret, atRest.includes(secret)]).toEqual([secret, false]);
  });

  it("CH-04 what is sealed opens under its own id alone", async () => {
    const { challenge } = await storedChallenge(domain, request("signup"));
    const stored = { ...challenge, attempts: 0 };
    expect(openSealed(domain.deps, stored)).toMatchObject({ passwordHash: "a hash" });
    const moved = { ...stored, id: owner.user.id };
    expect(() => openSealed(domain.deps, moved)).toThrow("A challenge cannot be opened");
  });
});
