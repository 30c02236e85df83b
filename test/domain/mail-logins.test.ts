/** Sign-in by mail: what ends it, what it counts, and what it makes of the account. */
import { beforeEach, describe, expect, test } from "vitest";
import { completeMailLogin } from "../../src/domain/mail-logins.ts";
import { finishLogin } from "../../src/domain/pending-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { newSecret } from "../../src/domain/secrets.ts";
import { NOW } from "../support/clock.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";
import {
  beginByMail,
  type BegunByMail,
  completeByMail,
  finishes,
  loginTokenOf,
  proofsByMail,
  wrongCode,
} from "../support/mail-logins.ts";
import { logInByCookie, storedEvents } from "../support/logins.ts";

const MINUTE = 60_000;
const eachProof = Object.entries(proofsByMail);
const eachFinish = Object.entries(finishes);
const refused = { failure: "invalid_login_token" };

let domain: Domain;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  user = await domain.newUser();
  domain.sql("UPDATE users SET email_verified = 1");
});

const begin = (email = user.email, now = NOW) => beginByMail(domain.deps, domain.at(now), email);
const complete: typeof completeByMail = (deps, ...rest) => completeByMail(deps, ...rest);
const sessions = () => domain.sql("SELECT kind, methods FROM sessions ORDER BY id");
const purposes = () =>
  domain.sql("SELECT purpose FROM challenges ORDER BY purpose").map(({ purpose }) => purpose);
const failures = () =>
  domain.sql("SELECT failures FROM users WHERE id = ?", user.id)[0]?.["failures"];

describe.each(eachProof)("by %s", (_, by) => {
  test("D3 ML-06 a proved mailbox is no session: there is a half-login, and nothing else", async () => {
    const begun = await begin();
    expect(await complete(domain.deps, domain.at(), begun, by)).toEqual({
      loginToken: expect.stringMatching(/^[\w-]{43}$/),
      expiresInSeconds: 300,
      secondFactors: [],
    });
    expect(sessions()).toEqual([]);
    expect(domain.sql("SELECT id FROM devices")).toEqual([]);
    expect(storedEvents(domain, "login_success")).toEqual([]);
    expect(purposes()).toEqual(["login"]);
  });

  test("ML-02 ML-03 it is good only with the handle it was made for, and without it spends nothing", async () => {
    const bystander = await domain.newUser();
    const begun = await begin();
    const another = await begin(bystander.email);
    const handles = [undefined, another.challengeToken, newSecret(), begun.token];
    for (const challengeToken of handles) {
      const proof = { challengeToken, came: by(begun), deviceSecrets: [] };
      expect(await completeMailLogin(domain.deps, domain.at(), proof)).toBe("invalid_challenge");
    }
    expect(sessions()).toEqual([]);
    expect(purposes()).toEqual(["mail_login", "mail_login"]);
    expect(await complete(domain.deps, domain.at(), begun, by)).toHaveProperty("loginToken");
  });

  test.each(eachProof)("ML-04 spends %s too", async (_name, other) => {
    const begun = await begin();
    loginTokenOf(await complete(domain.deps, domain.at(), begun, by));
    expect(await complete(domain.deps, domain.at(), begun, other)).toBe("invalid_challenge");
    expect(purposes()).toEqual(["login"]);
  });

  test("CH-06 asking again ends the one before, and CH-01 no other purpose has it", async () => {
    const before = await begin();
    const begun = await begin();
    expect(await complete(domain.deps, domain.at(), before, by)).toBe("invalid_challenge");
    for (const finish of Object.values(finishes))
      expect(await finish(domain.deps, domain.at(), begun.challengeToken)).toEqual(refused);
    expect(sessions()).toEqual([]);
    expect(await complete(domain.deps, domain.at(), begun, by)).toHaveProperty("loginToken");
  });

  test("it is good for ten minutes", async () => {
    const begun = await begin();
    const late = domain.at(NOW + 10 * MINUTE);
    expect(await complete(domain.deps, late, begun, by)).toBe("invalid_challenge");
    const inTime = domain.at(NOW + 10 * MINUTE - 1);
    expect(await complete(domain.deps, inTime, begun, by)).toHaveProperty("loginToken");
  });

  test("ML-05 a locked account is refused as by a wrong code, and nothing is spent; a known device passes", async () => {
    const { deviceSecret } = await logInByCookie(domain, user);
    domain.sql("DELETE FROM sessions");
    domain.sql("UPDATE users SET locked_until = ? WHERE id = ?", NOW + MINUTE, user.id);
    const begun = await begin();
    expect(await complete(domain.deps, domain.at(), begun, by)).toBe("invalid_challenge");
    expect(storedEvents(domain, "login_failed")).toMatchObject([{ reason: "account_locked" }]);
    expect(sessions()).toEqual([]);
    expect(purposes()).toEqual(["mail_login"]);

    const pending = await complete(domain.deps, domain.at(), begun, by, [deviceSecret]);
    const { "with cookies": finish } = finishes;
    expect(await finish(domain.deps, domain.at(), loginTokenOf(pending))).toEqual(refused);
    expect(sessions()).toEqual([]);
    const known = await finish(domain.deps, domain.at(), loginTokenOf(pending), [deviceSecret]);
    expect(known).toMatchObject({ kind: "begun", user: { id: user.id } });
    expect(sessions()).toEqual([{ kind: "cookie", methods: "mail" }]);
  });

  test("ML-05 once the lock is over, what it refused is good again", async () => {
    domain.sql("UPDATE users SET locked_until = ? WHERE id = ?", NOW + MINUTE, user.id);
    const begun = await begin();
    expect(await complete(domain.deps, domain.at(), begun, by)).toBe("invalid_challenge");
    const later = domain.at(NOW + MINUTE);
    expect(await complete(domain.deps, later, begun, by)).toHaveProperty("loginToken");
  });

  test("a disabled account is refused", async () => {
    const begun = await begin();
    domain.sql("UPDATE users SET disabled = 1 WHERE id = ?", user.id);
    expect(await complete(domain.deps, domain.at(), begun, by)).toBe("invalid_challenge");
    expect(storedEvents(domain, "login_failed")).toMatchObject([{ reason: "account_disabled" }]);
    expect(sessions()).toEqual([]);
  });
});

describe.each(eachFinish)("finished %s", (_, finish) => {
  const pending = async () => loginTokenOf(await complete(domain.deps, domain.at(), await begin()));

  test("D3 ML-06 it begins one session, which knows by what it was proved", async () => {
    const loginToken = await pending();
    expect(await finish(domain.deps, domain.at(), loginToken)).toMatchObject({ kind: "begun" });
    expect(sessions()).toMatchObject([{ methods: "mail" }]);
    expect(storedEvents(domain, "login_success")).toMatchObject([
      { userId: user.id, methods: ["mail"] },
    ]);
    expect(domain.sql("SELECT last_login_at FROM users")).toEqual([{ last_login_at: NOW }]);
    expect(purposes()).toEqual([]);
  });

  test("CH-05 a login token that is unknown, used, expired, superseded or of another purpose finishes nothing", async () => {
    const superseded = await pending();
    const used = await pending();
    expect(await finish(domain.deps, domain.at(), used)).toHaveProperty("session");
    domain.sql("DELETE FROM sessions");
    const expired = await pending();
    const late = domain.at(NOW + 5 * MINUTE);
    const begun = await begin();
    const noGood: [string, ReturnType<Domain["at"]>][] = [
      [newSecret(), domain.at()],
      [used, domain.at()],
      [superseded, domain.at()],
      [expired, late],
      [begun.challengeToken, domain.at()],
      [begun.token, domain.at()],
    ];
    for (const [token, occasion] of noGood)
      expect(await finish(domain.deps, occasion, token)).toEqual(refused);
    expect(sessions()).toEqual([]);
    expect(await finish(domain.deps, domain.at(NOW + 5 * MINUTE - 1), expired)).toHaveProperty(
      "session",
    );
  });

  test("ML-05 a lock that began since the first step is met, told, and spends nothing", async () => {
    const loginToken = await pending();
    domain.sql("UPDATE users SET locked_until = ? WHERE id = ?", NOW + MINUTE, user.id);
    expect(await finish(domain.deps, domain.at(), loginToken)).toEqual(refused);
    expect(sessions()).toEqual([]);
    expect(storedEvents(domain, "login_failed")).toMatchObject([
      { userId: user.id, reason: "account_locked" },
    ]);
    expect(purposes()).toEqual(["login"]);
    expect(domain.sql("SELECT last_login_at FROM users")).toEqual([{ last_login_at: null }]);
  });
});

test("LG-03 the session that the browser came with ends, and the device is known by a new secret", async () => {
  const before = await logInByCookie(domain, user);
  const loginToken = loginTokenOf(await complete(domain.deps, domain.at(), await begin()));
  const deviceSecrets = [before.deviceSecret];
  const step = { method: "none" } as const;
  const finish = { loginToken, step, client: CLIENT, deviceSecrets };
  const finished = succeeded(await finishLogin(domain.deps, domain.at(), finish, before.secret));
  expect(domain.sql("SELECT id FROM sessions")).toEqual([{ id: finished.session.id }]);
  expect(finished.device?.secret).toBe(before.deviceSecret);
  expect(domain.sql("SELECT id FROM devices")).toHaveLength(1);
  expect(finished.deviceSecret).not.toBe(before.deviceSecret);
});

describe("ML-05 wrong codes", () => {
  const lockAt = (threshold: number): Dependencies => ({
    ...domain.deps,
    lockout: { threshold, seconds: 900 },
  });
  const tryWrong = (deps: Dependencies, begun: BegunByMail, deviceSecrets: string[] = []) =>
    complete(deps, domain.at(), begun, wrongCode, deviceSecrets);

  test("each counts once towards the account's lock, which refuses the right one after", async () => {
    const deps = lockAt(3);
    const begun = await begin();
    for (const count of [1, 2]) {
      expect(await tryWrong(deps, begun)).toBe("invalid_challenge");
      expect(failures()).toBe(count);
    }
    expect(await tryWrong(deps, begun)).toBe("invalid_challenge");
    expect(storedEvents(domain, "login_locked")).toMatchObject([{ userId: user.id }]);
    expect(await complete(deps, domain.at(), begun)).toBe("invalid_challenge");
    expect(storedEvents(domain, "login_failed").map(({ reason }) => reason)).toEqual([
      ...["wrong_code", "wrong_code", "wrong_code"],
      "account_locked",
    ]);
    expect(sessions()).toEqual([]);
    expect(purposes()).toEqual(["mail_login"]);
  });

  test("of 20 at once five are tried, and each counts once", async () => {
    const deps = lockAt(100);
    const begun = await begin();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => tryWrong(deps, begun)));
    expect(new Set(outcomes)).toEqual(new Set(["invalid_challenge"]));
    expect(failures()).toBe(5);
    expect(storedEvents(domain, "login_failed")).toHaveLength(5);
    expect(await complete(deps, domain.at(), begun)).toBe("invalid_challenge");
    expect(sessions()).toEqual([]);
  });

  test("those without the handle count for nobody: a stranger locks no account with them", async () => {
    const begun = await begin();
    for (const challengeToken of [undefined, newSecret()]) {
      const proof = { challengeToken, came: wrongCode(begun), deviceSecrets: [] };
      expect(await completeMailLogin(lockAt(1), domain.at(), proof)).toBe("invalid_challenge");
    }
    expect(failures()).toBe(0);
    expect(domain.sql("SELECT attempts FROM challenges")).toEqual([{ attempts: 0 }]);
  });

  test("from a known device they count against it, and not towards the lock", async () => {
    const { deviceSecret } = await logInByCookie(domain, user);
    const begun = await begin();
    expect(await tryWrong(lockAt(3), begun, [deviceSecret])).toBe("invalid_challenge");
    expect(failures()).toBe(0);
    expect(domain.sql("SELECT failures FROM devices")).toEqual([{ failures: 1 }]);
  });

  test("a session by mail forgets them", async () => {
    const begun = await begin();
    await tryWrong(domain.deps, begun);
    const loginToken = loginTokenOf(await complete(domain.deps, domain.at(), begun));
    expect(failures()).toBe(1); // a half-login is no success
    await finishes["with tokens"](domain.deps, domain.at(), loginToken);
    expect(failures()).toBe(0);
  });
});

describe("ML-01 for an address without a sign-in", () => {
  const counts = () => ({
    challenges: domain.sql("SELECT id FROM challenges").length,
    mails: domain.sql("SELECT id FROM mails").length,
    waiting: domain.sql("SELECT id FROM mails WHERE finished_at IS NULL").length,
    events: domain.sql("SELECT id FROM events").length,
  });
  const withQuota = (count: number): Dependencies => ({
    ...domain.deps,
    quotas: { ...domain.deps.quotas, mail_login_email: { count, seconds: 3_600 } },
  });
  const cases: Record<string, () => Promise<{ email: string; deps: Dependencies }>> = {
    nobody: async () => ({ email: "nobody@example.com", deps: domain.deps }),
    disabled: async () => {
      domain.sql("UPDATE users SET disabled = 1 WHERE id = ?", user.id);
      return { email: user.email, deps: domain.deps };
    },
    "over its limit": async () => {
      const deps = withQuota(1);
      await beginByMail(deps, domain.at(), user.email);
      domain.sql("DELETE FROM challenges");
      return { email: user.email, deps };
    },
  };

  test.each(Object.entries(cases))(
    "%s: a row, a mail that nobody gets, an event, and no code or link that is good",
    async (_, prepare) => {
      const { email, deps } = await prepare();
      const before = counts();
      const begun = await beginByMail(deps, domain.at(), email);
      const after = counts();
      expect(after).toEqual({
        challenges: before.challenges + 1,
        mails: before.mails + 1,
        waiting: before.waiting,
        events: before.events + 1,
      });
      expect(domain.sql("SELECT user_id FROM challenges")).toEqual([{ user_id: null }]);
      for (const by of Object.values(proofsByMail))
        expect(await complete(deps, domain.at(), begun, by)).toBe("invalid_challenge");
      expect(sessions()).toEqual([]);
      expect(failures()).toBe(0);
    },
  );

  test("beyond the limit, what was mailed before stays good", async () => {
    const deps = withQuota(1);
    const begun = await beginByMail(deps, domain.at(), user.email);
    await beginByMail(deps, domain.at(), user.email);
    expect(storedEvents(domain, "rate_limited")).toMatchObject([
      { operation: "startMailLogin", key: "email" },
    ]);
    expect(await complete(deps, domain.at(), begun)).toHaveProperty("loginToken");
  });

  test("RL-03 a known device has mails of its own, which a stranger cannot use up, and within the same bound", async () => {
    const { deviceSecret } = await logInByCookie(domain, user);
    const deps = withQuota(1);
    const waiting = () => domain.sql("SELECT id FROM mails WHERE finished_at IS NULL").length;
    for (let times = 0; times < 3; times += 1) await beginByMail(deps, domain.at(), user.email);
    expect(waiting()).toBe(1);
    const begun = await beginByMail(deps, domain.at(), user.email, [deviceSecret]);
    expect(waiting()).toBe(2);
    await beginByMail(deps, domain.at(), user.email, [deviceSecret]);
    expect(waiting()).toBe(2);
    expect(await complete(deps, domain.at(), begun)).toHaveProperty("loginToken");
  });

  test.each(["somebody", "nobody"])(
    "%s: asking again ends the handle before it, and beyond the limit it does not, whoever has the address",
    async (who) => {
      const email = who === "somebody" ? user.email : "nobody@example.com";
      const deps = withQuota(2);
      const goodHandles = async (...begun: BegunByMail[]) => {
        const tries = await Promise.all(
          begun.map(async (each) => {
            const before = storedEvents(domain, "login_failed").length;
            await complete(deps, domain.at(), each, wrongCode);
            return storedEvents(domain, "login_failed").length > before;
          }),
        );
        return tries;
      };
      const first = await beginByMail(deps, domain.at(), email);
      expect(await goodHandles(first)).toEqual([true]);
      const second = await beginByMail(deps, domain.at(), email);
      expect(await goodHandles(first)).toEqual([false]);
      const third = await beginByMail(deps, domain.at(), email);
      expect(await goodHandles(second)).toEqual([true]);
      expect(await goodHandles(third)).toEqual([true]);
    },
  );
});
