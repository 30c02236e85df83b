/** Second factors: when a code is good, what the wrong ones cost, and what a factor that comes or goes leaves behind. */
import { beforeEach, describe, expect, test } from "vitest";
import { changePassword } from "../../src/domain/accounts.ts";
import {
  confirmEmailChange,
  startEmailChange,
  undoEmailChange,
} from "../../src/domain/address-changes.ts";
import { beginSession, type Carrier } from "../../src/domain/begin-session.ts";
import { commit } from "../../src/domain/change.ts";
import { login } from "../../src/domain/login.ts";
import { unlockUser } from "../../src/domain/lockout.ts";
import { removePasskey, startPasskey } from "../../src/domain/passkeys.ts";
import type { Finish } from "../../src/domain/pending-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { AuthMethod } from "../../src/domain/ports/sessions.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { isRecent } from "../../src/domain/recent-authentication.ts";
import { reauthenticate, type Reproof } from "../../src/domain/reauthentication.ts";
import { requestReset, resetPassword } from "../../src/domain/resets.ts";
import {
  confirmTotp,
  removeTotp,
  renewRecoveryCodes,
  resetFactors,
  startTotp,
} from "../../src/domain/second-factors.ts";
import { hashSecret, newSecret } from "../../src/domain/secrets.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { NOW } from "../support/clock.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { CLIENT, dependenciesOn, type Domain, openDomain, succeeded } from "../support/domain.ts";
import { logInByCookie, sessionIds, storedEvents } from "../support/logins.ts";
import { beginByMail, completeByMail, finishes, loginTokenOf } from "../support/mail-logins.ts";
import { lastMailTo, waitingMails } from "../support/outbox.ts";
import { aPasskey } from "../support/rows.ts";
import { type AddedTotp, addTotp, appOf, STEP_MS } from "../support/second-factors.ts";

const MINUTE = 60_000;
const eachFinish = Object.entries(finishes);
const invalidFactor = { failure: "invalid_second_factor" };
const invalidToken = { failure: "invalid_login_token" };

let domain: Domain;
let user: User;
let owner: Awaited<ReturnType<typeof logInByCookie>>;
let added: AddedTotp;
beforeEach(async () => {
  domain = await openDomain();
  user = { ...(await domain.newUser()), emailVerified: true };
  domain.sql("UPDATE users SET email_verified = 1");
  owner = { ...(await logInByCookie(domain, user)), user };
  added = await addTotp(domain.deps, owner);
});

/** A half-login by password. */
async function begin(now = NOW, deps: Dependencies = domain.deps, password = PASSWORD) {
  const attempt = { email: user.email, password, client: CLIENT, device: undefined };
  const outcome = await login(deps, domain.at(now), attempt, undefined);
  if (outcome.kind !== "pending") throw new Error(`Expected a half-login, got ${outcome.kind}`);
  return outcome.loginToken;
}
const totp = (code: string): Finish["step"] => ({ method: "totp", code });
const recovery = (code = ""): Finish["step"] => ({ method: "recovery_code", code });
const right = (now = NOW) => totp(added.app.codeAt(now));
const wrong = (now = NOW) => totp(added.app.wrongAt(now));
const finish = (step: Finish["step"], loginToken: string, now = NOW, deps = domain.deps) =>
  finishes["with cookies"](deps, domain.at(now), loginToken, [], step);
/** A whole sign-in, by a half-login of its own. */
const signIn = async (step: Finish["step"], now = NOW, deps = domain.deps) =>
  finish(step, await begin(now, deps), now, deps);
const others = () => sessionIds(domain, user.id).filter((id) => id !== owner.session.id);
const newSessions = () =>
  domain.sql("SELECT methods, second_factor_at FROM sessions WHERE id <> ?", owner.session.id);
const count = (what: string) => Number(domain.sql(`SELECT count(*) AS n FROM ${what}`)[0]?.["n"]);
const reasons = () => storedEvents(domain, "second_factor_failed").map(({ reason }) => reason);

describe("MF-01 the door", () => {
  const carriers: Readonly<Record<string, () => Carrier>> = {
    cookie: () => ({
      ...{ kind: "cookie", client: CLIENT, device: undefined },
      secretHash: hashSecret(newSecret()),
      ...{ deviceSecret: newSecret(), replacedHash: undefined },
    }),
    token: () => ({
      ...{ kind: "token", client: CLIENT, device: undefined, refreshSalt: new Uint8Array(16) },
    }),
  };
  const enter = (methods: readonly AuthMethod[], carrier: Carrier) => {
    const proof = { user, epoch: 1, methods, hasSecondFactor: true };
    return commit(domain.deps, domain.at(), (change) => beginSession(change, proof, carrier));
  };

  test.each(Object.entries(carriers))(
    "throws where the second factor is missing, and begins nothing: by %s",
    async (_, carrier) => {
      const before = sessionIds(domain);
      const lacking: AuthMethod[][] = [["pwd"], ["mail"], ["provider"], ["pwd", "mail"], []];
      for (const methods of lacking)
        await expect(enter(methods, carrier())).rejects.toThrow("without its second factor");
      expect(sessionIds(domain)).toEqual(before);
      expect(storedEvents(domain, "login_success")).toHaveLength(1); // the owner's
      for (const method of ["otp", "recovery", "passkey"] as const)
        expect(await enter(["pwd", method], carrier())).toHaveProperty("session");
    },
  );
});

describe.each(eachFinish)("MF-02 MF-03 a code, finished %s", (_, end) => {
  const enter = async (step: Finish["step"], now = NOW) =>
    end(domain.deps, domain.at(now), await begin(now), [], step);

  test("signs in once, and the session knows by what it was proved, and when", async () => {
    expect(await enter(right())).toHaveProperty("session");
    expect(newSessions()).toEqual([{ methods: "pwd otp", second_factor_at: NOW }]);
    expect(await enter(right())).toEqual(invalidFactor);
    expect(reasons()).toEqual(["replayed"]);
    expect(others()).toHaveLength(1);
  });

  test("is good in the step before and after its own, and no further", async () => {
    const refused = [NOW - 2 * STEP_MS, NOW + 2 * STEP_MS];
    for (const shown of refused) expect(await enter(right(shown))).toEqual(invalidFactor);
    for (const shown of [NOW - STEP_MS, NOW, NOW + STEP_MS])
      expect(await enter(right(shown))).toHaveProperty("session");
  });

  test("of a step before the last one used is refused, though nobody used it", async () => {
    expect(await enter(right(NOW + STEP_MS))).toHaveProperty("session");
    for (const shown of [NOW, NOW - STEP_MS])
      expect(await enter(right(shown))).toEqual(invalidFactor);
    // A clock that is put back makes none of them good again.
    expect(await enter(right(NOW), NOW - STEP_MS)).toEqual(invalidFactor);
    expect(await enter(right(NOW + 2 * STEP_MS), NOW + STEP_MS)).toHaveProperty("session");
  });
});

test("MF-02 the code that added the app is used by it", async () => {
  domain.sql("DELETE FROM totp_factors");
  const { app } = await addTotp(domain.deps, owner, NOW);
  expect(await signIn(totp(app.codeAt(NOW)))).toEqual(invalidFactor);
  expect(reasons()).toEqual(["replayed"]);
  expect(await signIn(totp(app.codeAt(NOW + STEP_MS)))).toHaveProperty("session");
});

test("MF-02 a code that steps up does not sign in, nor the other way round", async () => {
  const code = added.app.codeAt(NOW);
  const proof = { method: "totp", code } as const;
  const stepUp = (now = NOW, given: typeof proof = proof) =>
    reauthenticate(domain.deps, domain.at(now), owner, given, undefined);
  expect(await stepUp()).toHaveProperty("recentUntil");
  expect(await signIn(totp(code))).toEqual(invalidFactor);
  const next = added.app.codeAt(NOW + STEP_MS);
  expect(await signIn(totp(next))).toHaveProperty("session");
  expect(await stepUp(NOW, { method: "totp", code: next })).toEqual(invalidFactor);
});

describe("MF-04 recovery codes", () => {
  test("are ten, each good once, in any spelling, and one fewer is told of", async () => {
    const { recoveryCodes } = added;
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first = "", second = ""] = recoveryCodes;
    expect(await signIn(recovery(first.toLowerCase().replaceAll("-", " ")))).toHaveProperty(
      "session",
    );
    expect(newSessions()).toEqual([{ methods: "pwd recovery", second_factor_at: NOW }]);
    expect(await signIn(recovery(first))).toEqual(invalidFactor);
    expect(reasons()).toEqual(["wrong"]);
    expect(await signIn(recovery(second))).toHaveProperty("session");
    expect(storedEvents(domain, "recovery_code_used").map(({ remaining }) => remaining)).toEqual([
      9, 8,
    ]);
    expect((await domain.deps.storage.factors.find(user.id)).recoveryCodes?.remaining).toBe(8);
    expect(lastMailTo(domain, user.email).subject).toContain("recovery code");
  });

  test("of another account are good for nothing, and stay good for their own", async () => {
    const stranger = await domain.newUser();
    const theirs = await addTotp(domain.deps, await logInByCookie(domain, stranger));
    expect(await signIn(recovery(theirs.recoveryCodes[0]))).toEqual(invalidFactor);
    expect(count("recovery_codes")).toBe(20);
  });

  test("are shown once: what comes next is ten others, and the ones before are void", async () => {
    const codes = (await renewRecoveryCodes(domain.deps, domain.at(), owner)) ?? [];
    expect(new Set([...codes, ...added.recoveryCodes]).size).toBe(20);
    expect(await signIn(recovery(added.recoveryCodes[3]))).toEqual(invalidFactor);
    expect(await signIn(recovery(codes[3]))).toHaveProperty("session");
    expect(JSON.stringify(await domain.deps.storage.factors.find(user.id))).not.toMatch(/-/);
  });

  test("go with the last second factor, and an account without one gets none", async () => {
    expect(await removeTotp(domain.deps, domain.at(), owner)).toBe(true);
    expect(count("recovery_codes")).toBe(0);
    expect(await renewRecoveryCodes(domain.deps, domain.at(), owner)).toBeUndefined();
    expect(count("recovery_codes")).toBe(0);
    const again = await addTotp(domain.deps, owner);
    expect(again.recoveryCodes).toHaveLength(10);
    expect(again.recoveryCodes).not.toContain(added.recoveryCodes[0]);
  });
});

test("MF-05 the database has no secret and no code, and a sealed secret is good for its own account alone", async () => {
  const setup = await startTotp(domain.deps, domain.at(), await logInByCookie(domain, await domain.newUser())); // prettier-ignore
  if (setup === "factor_exists") throw new Error(setup);
  const sealed = await domain.deps.storage.factors.findTotpSecret(user.id);
  const atRest = domain.bytesAtRest();
  const secrets = [setup.secret, ...added.recoveryCodes].flatMap((text) => [
    text,
    text.toLowerCase(),
    text.replaceAll("-", ""),
  ]);
  for (const secret of secrets) expect(atRest.includes(secret)).toBe(false);
  expect(sealed?.length).toBeGreaterThan(20); // more than the secret has: nonce and tag
  const stranger = await domain.newUser();
  domain.sql("UPDATE totp_factors SET user_id = ?", stranger.id);
  const attempt = { email: stranger.email, password: PASSWORD, client: CLIENT, device: undefined };
  const pending = await login(domain.deps, domain.at(), attempt, undefined);
  if (pending.kind !== "pending") throw new Error(pending.kind);
  await expect(finish(right(), pending.loginToken)).rejects.toThrow("cannot be opened");
  expect(sessionIds(domain, stranger.id)).toEqual([]);
});

describe("MF-06 wrong codes", () => {
  test("five for a half-login, and then the right one is refused", async () => {
    const loginToken = await begin();
    const kinds = [wrong(), recovery("7KQ2-M9XT-4HVB-0RWE-PJ6S-C3NA"), wrong(), wrong(), wrong()];
    for (const step of kinds) expect(await finish(step, loginToken)).toEqual(invalidFactor);
    expect(await finish(right(), loginToken)).toEqual(invalidToken);
    expect(others()).toEqual([]);
    expect(await signIn(right())).toHaveProperty("session"); // another half-login has tries of its own
  });

  /** Ten wrong ones, over half-logins and step-up, codes of the app and recovery codes together. */
  async function lock(now = NOW, deps: Dependencies = domain.deps): Promise<void> {
    const stepUp = { method: "totp", code: added.app.wrongAt(now) } as const;
    for (let times = 0; times < 3; times += 1)
      expect(await reauthenticate(deps, domain.at(now), owner, stepUp, undefined)).toEqual(
        invalidFactor,
      );
    for (const steps of [
      [wrong(now), wrong(now), wrong(now), wrong(now)],
      [wrong(now), wrong(now)],
    ])
      for (const step of steps) expect(await signIn(step, now, deps)).toEqual(invalidFactor);
    expect(await signIn(recovery("7KQ2-M9XT-4HVB-0RWE-PJ6S-C3NA"), now, deps)).toEqual(
      invalidFactor,
    );
  }

  test("ten for an account, over all its codes and half-logins; then none is looked at, after a restart neither", async () => {
    await lock();
    expect(storedEvents(domain, "second_factors_locked")).toMatchObject([
      { userId: user.id, lockedUntil: new Date(NOW + 15 * MINUTE).toISOString() },
    ]);
    const last = NOW + 15 * MINUTE - 1;
    expect(await signIn(right(last), last)).toEqual(invalidFactor);
    expect(await signIn(recovery(added.recoveryCodes[0]), last)).toEqual(invalidFactor);
    const stepUp = { method: "totp", code: added.app.codeAt(last) } as const;
    expect(await reauthenticate(domain.deps, domain.at(last), owner, stepUp, undefined)).toEqual(
      invalidFactor,
    );
    expect(reasons().slice(10)).toEqual(["locked", "locked", "locked"]);
    expect(count("recovery_codes")).toBe(10);

    const storage = await openStorage({ kind: "sqlite", path: domain.databaseFile });
    const restarted = await dependenciesOn(storage, () => undefined);
    expect(await signIn(right(last), last, restarted)).toEqual(invalidFactor);
    const over = NOW + 15 * MINUTE;
    expect(await signIn(right(over), over, restarted)).toHaveProperty("session");
    await storage.close();
  });

  test("each lock soon after another lasts twice as long, and a right code forgets them all", async () => {
    const lockEnds = () => Number(domain.sql("SELECT factor_locked_until AS u FROM users")[0]?.["u"]); // prettier-ignore
    let now = NOW;
    for (const minutes of [15, 30, 60]) {
      await lock(now);
      expect((lockEnds() - now) / MINUTE).toBe(minutes);
      now = lockEnds();
    }
    expect(await signIn(right(now), now)).toHaveProperty("session");
    expect(lockEnds()).toBe(0);
    await lock(now);
    expect((lockEnds() - now) / MINUTE).toBe(15);
  });

  test("nine of them and a right one, again and again, lock nobody out", async () => {
    for (let now = NOW; now < NOW + 3 * MINUTE; now += MINUTE) {
      for (let times = 0; times < 9; times += 1)
        expect(await signIn(wrong(now), now)).toEqual(invalidFactor);
      expect(await signIn(right(now), now)).toHaveProperty("session");
    }
    expect(storedEvents(domain, "second_factors_locked")).toEqual([]);
  });

  test("are counted before they are compared: what breaks on the way was a try, of the half-login and of the account", async () => {
    const { factors } = domain.deps.storage;
    const breaking: Dependencies = {
      ...domain.deps,
      storage: {
        ...domain.deps.storage,
        factors: {
          ...factors,
          findTotpSecret: () => Promise.reject(new Error("The disk is gone")),
        },
      },
    };
    const loginToken = await begin();
    for (let times = 1; times <= 5; times += 1) {
      await expect(finish(right(), loginToken, NOW, breaking)).rejects.toThrow("disk");
      expect(domain.sql("SELECT factor_failures FROM users")).toEqual([{ factor_failures: times }]);
      expect(domain.sql("SELECT attempts FROM challenges")).toEqual([{ attempts: times }]);
    }
    expect(await finish(right(), loginToken)).toEqual(invalidToken);
  });

  test("the lock of codes is no lock of the password, and an administrator ends it", async () => {
    await lock();
    expect(await domain.deps.storage.users.findByEmail(user.email)).toMatchObject({
      lockedUntil: 0,
    });
    expect(await unlockUser(domain.deps, domain.at(), "command", user.id)).toBe(true);
    expect(await signIn(right())).toHaveProperty("session");
  });

  test("a new password gives no new tries: whoever can change it, or has the mailbox, could guess for ever", async () => {
    await lock();
    const { deps } = domain;
    await changePassword(deps, domain.at(), owner, PASSWORD, NEW_PASSWORD);
    expect(await finish(right(), await begin(NOW, deps, NEW_PASSWORD))).toEqual(invalidFactor);
    await requestReset(deps, domain.at(), user.email, null);
    const { token } = lastMailTo(domain, user.email);
    expect(await resetPassword(deps, domain.at(), token, PASSWORD)).toHaveProperty("deviceSecret");
    expect(await signIn(right())).toEqual(invalidFactor);
    expect(reasons().slice(10)).toEqual(["locked", "locked"]);
  });
});

describe("MF-07 between the first step and the second", () => {
  test.each([
    ["a lock", "UPDATE users SET locked_until = 9e15"],
    ["a disabling", "UPDATE users SET disabled = 1"],
  ])("%s ends the half-login, and uses up neither code nor token", async (what, sql) => {
    const loginToken = await begin();
    domain.sql(sql);
    for (const end of Object.values(finishes))
      for (const step of [right(), recovery(added.recoveryCodes[0])])
        expect(await end(domain.deps, domain.at(), loginToken, [], step)).toEqual(invalidToken);
    expect(others()).toEqual([]);
    expect(count("recovery_codes")).toBe(10);
    expect(domain.sql("SELECT last_used_at FROM totp_factors")).toEqual([{ last_used_at: null }]);
    expect(storedEvents(domain, "recovery_code_used", "login_success")).toHaveLength(1);
    domain.sql("UPDATE users SET locked_until = 0, disabled = 0");
    const after = await finish(right(), loginToken);
    expect(after, what).toHaveProperty("session");
  });
});

describe("MF-08 a secret is the account's only after a right code", () => {
  let person: Awaited<ReturnType<typeof logInByCookie>>;
  let setup: Exclude<Awaited<ReturnType<typeof startTotp>>, string>;
  const start = async (of = person) => {
    const started = await startTotp(domain.deps, domain.at(), of);
    if (started === "factor_exists") throw new Error(started);
    return started;
  };
  const confirm = (code: string, of = person, now = NOW, { setupToken } = setup) =>
    confirmTotp(domain.deps, domain.at(now), of, { setupToken, code });
  const codeOf = ({ secret } = setup, now = NOW) => appOf(secret).codeAt(now);
  beforeEach(async () => {
    person = await logInByCookie(domain, await domain.newUser());
    setup = await start();
  });
  const isAsked = async () => {
    const attempt = { email: person.user.email, password: PASSWORD, client: CLIENT };
    const outcome = await login(
      domain.deps,
      domain.at(),
      { ...attempt, device: undefined },
      undefined,
    );
    return outcome.kind === "pending";
  };

  test("beginning changes nothing of the account, and wrong codes neither: five, and the right one is refused", async () => {
    const before = domain.sql("SELECT * FROM users ORDER BY id");
    for (let times = 0; times < 5; times += 1)
      expect(await confirm(appOf(setup.secret).wrongAt())).toEqual(invalidFactor);
    expect(await confirm(codeOf())).toEqual({ failure: "invalid_challenge" });
    expect(domain.sql("SELECT * FROM users ORDER BY id")).toEqual(before);
    expect(count("totp_factors")).toBe(1); // the other account's
    expect(await isAsked()).toBe(false);
  });

  test("it is added by the session that began it alone, within ten minutes, and once", async () => {
    const elsewhere = await logInByCookie(domain, person.user);
    expect(await confirm(codeOf(), elsewhere)).toEqual({ failure: "invalid_challenge" });
    domain.sql("DELETE FROM totp_factors"); // that the stranger has none is not the reason
    const stranger = await logInByCookie(domain, await domain.newUser());
    expect(await confirm(codeOf(), stranger)).toEqual({ failure: "invalid_challenge" });
    const late = NOW + 10 * MINUTE;
    expect(await confirm(codeOf(setup, late), person, late)).toEqual({
      failure: "invalid_challenge",
    });
    expect(count("totp_factors")).toBe(0);
    expect(await confirm(codeOf())).toMatchObject({ codes: expect.any(Array) });
    expect(await confirm(codeOf(setup, NOW + STEP_MS), person, NOW + STEP_MS)).toEqual({
      failure: "invalid_challenge",
    });
    expect(await isAsked()).toBe(true);
  });

  test("beginning with a session that has just ended begins nothing, and breaks nothing", async () => {
    domain.sql("DELETE FROM sessions WHERE id = ?", person.session.id);
    const late = await start();
    expect(await startPasskey(domain.deps, domain.at(), person)).toHaveProperty("setupToken");
    expect(count(`challenges WHERE user_id = '${person.user.id}'`)).toBe(0);
    expect(await confirm(codeOf(late), person, NOW, late)).toEqual({
      failure: "invalid_challenge",
    });
  });

  test("beginning again ends the one before, and with an app nothing begins", async () => {
    const again = await start();
    expect(await confirm(codeOf())).toEqual({ failure: "invalid_challenge" });
    expect(await confirm(codeOf(again), person, NOW, again)).toHaveProperty("codes");
    expect(await startTotp(domain.deps, domain.at(), person)).toBe("factor_exists");
  });
});

describe("MF-10 a factor that comes or goes", () => {
  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    "an app is added": async () => {
      await domain.deps.storage.factors.deleteTotp(user.id);
      await addTotp(domain.deps, owner);
    },
    "an app is removed": () => removeTotp(domain.deps, domain.at(), owner),
    "recovery codes are renewed": () => renewRecoveryCodes(domain.deps, domain.at(), owner),
  };
  test("is refused where the session that asks has just ended, and changes nothing", async () => {
    const passkey = aPasskey(user);
    await domain.deps.storage.passkeys.insert(passkey);
    domain.sql("DELETE FROM sessions WHERE id = ?", owner.session.id);
    const tables = ["users", "totp_factors", "recovery_codes", "passkeys", "events"];
    const rows = () => tables.map((table) => domain.sql(`SELECT * FROM ${table}`));
    const before = rows();
    expect(await removeTotp(domain.deps, domain.at(), owner)).toBe(false);
    expect(await renewRecoveryCodes(domain.deps, domain.at(), owner)).toBeUndefined();
    expect(await removePasskey(domain.deps, domain.at(), owner, passkey.id)).toBe("not_found");
    expect(rows()).toEqual(before);
  });

  test.each(Object.entries(changes))(
    "%s: every other session, half-login and device ends, the owner is told, and the session that asks stays",
    async (_, change) => {
      const [byCookie, byToken] = [
        await finish(right(), await begin()),
        await finishes["with tokens"](domain.deps, domain.at(), await begin(), [], right(NOW + STEP_MS)), // prettier-ignore
      ];
      const ended = [succeeded(byCookie).session.id, succeeded(byToken).session.id];
      const loginToken = await begin();
      const mails = waitingMails(domain, user.email).length;
      const { epoch } = (await domain.deps.storage.users.findCredential(user.id)) ?? { epoch: 0 };
      await change();
      expect(sessionIds(domain, user.id)).toEqual([owner.session.id]);
      expect(count("devices")).toBe(0);
      expect(await finish({ method: "none" }, loginToken)).toEqual(invalidToken);
      expect(await finish(right(), loginToken)).toEqual(invalidToken);
      const revoked = storedEvents(domain, "session_revoked");
      expect(revoked.map(({ sessionId }) => sessionId)).toEqual(expect.arrayContaining(ended));
      expect(new Set(revoked.map(({ by }) => by))).toEqual(new Set(["factor_change"]));
      expect(waitingMails(domain, user.email)).toHaveLength(mails + 1);
      expect(await domain.deps.storage.users.findCredential(user.id)).toMatchObject({
        epoch: epoch + 1,
      });
    },
  );

  test("MF-12 an administrator removes them all, and everything ends; the owner is told, and the codes' lock goes", async () => {
    await signIn(wrong());
    await logInByTokenWith(right());
    expect(await resetFactors(domain.deps, domain.at(), "command", user.id)).toEqual({
      ...{ totp: true, passkeys: 0, sessionsEnded: 2 },
    });
    expect([count("totp_factors"), count("recovery_codes"), count("sessions")]).toEqual([0, 0, 0]);
    expect(domain.sql("SELECT factor_failures FROM users")).toEqual([{ factor_failures: 0 }]);
    expect(storedEvents(domain, "second_factor_removed")).toMatchObject([
      { userId: user.id, kind: "totp", by: "command" },
    ]);
    expect(await logInByCookie(domain, user)).toHaveProperty("session");
    expect(await resetFactors(domain.deps, domain.at(), "command", newSecret())).toBeUndefined();
  });
  const logInByTokenWith = async (step: Finish["step"]) =>
    finishes["with tokens"](domain.deps, domain.at(), await begin(), [], step);
});

test("MF-09 beside a second factor, a proof without one is not recent, however fresh; without a factor it is", async () => {
  const { session } = owner;
  const recent = () => isRecent(domain.deps, domain.at(), session);
  const stepUp = (proof: Reproof) =>
    reauthenticate(domain.deps, domain.at(), owner, proof, undefined);
  expect(await recent()).toBe(true); // it added the app a minute ago
  for (const at of ["NULL", String(NOW - 11 * MINUTE)]) {
    domain.sql(`UPDATE sessions SET second_factor_at = ${at}, authenticated_at = ${NOW}`);
    expect(await recent()).toBe(false);
    expect(await stepUp({ method: "password", password: PASSWORD })).toEqual({
      failure: "reauthentication_required",
      methods: ["totp", "recovery_code"],
    });
  }
  expect(await stepUp({ method: "totp", code: added.app.codeAt() })).toHaveProperty("recentUntil");
  expect(await recent()).toBe(true);
  domain.sql("UPDATE sessions SET second_factor_at = NULL");
  await removeTotp(domain.deps, domain.at(), owner);
  expect(await recent()).toBe(true);
});

test("MF-11 a reset leaves the factors of a proved account as they are, and logs nobody in", async () => {
  const factors = () => [
    domain.sql("SELECT * FROM totp_factors"),
    domain.sql("SELECT * FROM recovery_codes ORDER BY code_hash"),
  ];
  const before = factors();
  await requestReset(domain.deps, domain.at(), user.email, null);
  const { token } = lastMailTo(domain, user.email);
  const reset = await resetPassword(domain.deps, domain.at(), token, NEW_PASSWORD);
  expect(Object.keys(reset)).toEqual(["deviceSecret"]);
  expect(factors()).toEqual(before);
  expect(sessionIds(domain)).toEqual([]);
  // The device that it made known takes no second step away (MF-16).
  const { deviceSecret } = succeeded(reset);
  const loginToken = await begin(NOW, domain.deps, NEW_PASSWORD);
  const skip = finishes["with cookies"](domain.deps, domain.at(), loginToken, [deviceSecret]);
  expect(await skip).toEqual(invalidFactor);
  expect(sessionIds(domain)).toEqual([]);
  expect(await finish(right(), loginToken)).toHaveProperty("session");
});

describe("MF-14 after the right password", () => {
  const told = () =>
    waitingMails(domain, user.email).filter(({ subject }) =>
      subject.includes("know your password"),
    );

  const wrongs: Readonly<Record<string, () => Finish["step"]>> = {
    "codes of the app": () => wrong(),
    "recovery codes": () => recovery("7KQ2-M9XT-4HVB-0RWE-PJ6S-C3NA"),
    "what is no code": () => recovery("U".repeat(24)),
  };
  test.each(Object.entries(wrongs))(
    "three wrong %s tell the owner, once, and so does the lock that seven more begin",
    async (_, aWrong) => {
      const counts: number[] = [];
      for (let times = 1; times <= 12; times += 1) {
        await signIn(aWrong());
        counts.push(told().length);
      }
      expect(counts).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2]);
      expect(storedEvents(domain, "second_factors_locked")).toHaveLength(1);
    },
  );

  test("codes that were used before count as wrong ones", async () => {
    await signIn(right());
    for (let times = 0; times < 10; times += 1) await signIn(right());
    expect(told()).toHaveLength(2);
    expect(storedEvents(domain, "second_factors_locked")).toHaveLength(1);
  });

  test("a right one in between begins anew, and a mailbox proves no known password", async () => {
    for (const step of [wrong(), wrong(), right(), wrong(), wrong()]) await signIn(step);
    expect(told()).toEqual([]);
    domain.sql("UPDATE users SET factor_failures = 0");
    for (let times = 0; times < 5; times += 1) {
      const begun = await beginByMail(domain.deps, domain.at(), user.email);
      const pending = loginTokenOf(await completeByMail(domain.deps, domain.at(), begun));
      expect(await finish(wrong(), pending)).toEqual(invalidFactor);
    }
    expect(told()).toEqual([]);
  });
});

describe("EM-08 a change of address that is undone", () => {
  const later = (minutes: number) => domain.at(NOW + minutes * MINUTE);
  /** A thief with the owner's session changes the address; the proof is that of the mail to it. */
  async function changeWith(meanwhile: () => Promise<unknown>): Promise<string> {
    const asking = { ...owner, languages: null, device: undefined };
    await startEmailChange(domain.deps, later(0), asking, "thief@example.org");
    const { token } = lastMailTo(domain, "thief@example.org");
    await meanwhile();
    expect(await confirmEmailChange(domain.deps, later(2), asking, { token })).toBe("changed");
    return lastMailTo(domain, user.email).token;
  }
  const passkeyAt = async (minutes: number) => {
    const passkey = aPasskey(user, { createdAt: NOW + minutes * MINUTE });
    await domain.deps.storage.passkeys.insert(passkey);
    return passkey.id;
  };
  const passkeyIds = () => domain.sql("SELECT id FROM passkeys").map(({ id }) => id);

  test("takes back the factors that came since it was begun, and leaves those of before with their codes", async () => {
    const before = await passkeyAt(-1);
    let between = "";
    const undo = await changeWith(async () => (between = await passkeyAt(1)));
    const after = await passkeyAt(3);
    expect(await undoEmailChange(domain.deps, later(4), undo)).toBe("undone");
    expect(passkeyIds()).toEqual([before]);
    const removed = storedEvents(domain, "passkey_removed");
    expect(removed.map(({ passkeyId }) => passkeyId).sort()).toEqual([between, after].sort());
    expect(new Set(removed.map(({ by }) => by))).toEqual(new Set(["email_change_undo"]));
    expect([count("totp_factors"), count("recovery_codes")]).toEqual([1, 10]);
  });

  test("takes back an app that the thief put in place of the owner's, and the codes with it", async () => {
    const undo = await changeWith(async () => undefined);
    await removeTotp(domain.deps, later(3), owner);
    await addTotp(domain.deps, owner, NOW + 3 * MINUTE);
    expect(await undoEmailChange(domain.deps, later(4), undo)).toBe("undone");
    expect([count("totp_factors"), count("recovery_codes"), count("sessions")]).toEqual([0, 0, 0]);
  });

  test("by a link of an earlier version goes by the time of the change", async () => {
    const undo = await changeWith(async () => undefined);
    domain.sql("UPDATE challenges SET sealed = NULL");
    const [before] = [await passkeyAt(1), await passkeyAt(2)];
    expect(await undoEmailChange(domain.deps, later(4), undo)).toBe("undone");
    expect(passkeyIds()).toEqual([before]);
  });
});

describe("EM-06 an account that nobody had proved", () => {
  const factorsLeft = () => ["totp_factors", "recovery_codes", "passkeys"].map(count);
  beforeEach(() => void domain.sql("UPDATE users SET email_verified = 0"));

  test("by mail, whoever has the mailbox takes it without the factors of before", async () => {
    const begun = await beginByMail(domain.deps, domain.at(), user.email);
    const pending = await completeByMail(domain.deps, domain.at(), begun);
    expect(pending).toMatchObject({ secondFactors: [] });
    expect(factorsLeft()).toEqual([0, 0, 0]);
    expect(storedEvents(domain, "second_factor_removed")).toMatchObject([{ by: "email_proof" }]);
    expect(await finish({ method: "none" }, loginTokenOf(pending))).toHaveProperty("session");
    expect(others()).toHaveLength(1);
  });

  test("by a new password, too", async () => {
    await requestReset(domain.deps, domain.at(), user.email, null);
    const { token } = lastMailTo(domain, user.email);
    await resetPassword(domain.deps, domain.at(), token, NEW_PASSWORD);
    expect(factorsLeft()).toEqual([0, 0, 0]);
    expect(storedEvents(domain, "second_factor_removed")).toMatchObject([{ by: "email_proof" }]);
    expect(await logInByCookie(domain, user, NEW_PASSWORD)).toHaveProperty("session");
  });

  test("the lock of codes of whoever made it goes with them", async () => {
    for (let times = 0; times < 10; times += 1) await signIn(wrong());
    const begun = await beginByMail(domain.deps, domain.at(), user.email);
    const pending = loginTokenOf(await completeByMail(domain.deps, domain.at(), begun));
    const mine = succeeded(await finish({ method: "none" }, pending));
    const { app } = await addTotp(domain.deps, { ...mine, user: { ...user, emailVerified: true } });
    const again = await beginByMail(domain.deps, domain.at(), user.email);
    const half = loginTokenOf(await completeByMail(domain.deps, domain.at(), again));
    expect(await finish(totp(app.codeAt()), half)).toHaveProperty("session");
  });
});
