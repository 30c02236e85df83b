/** Step-up: for whom, by what, and at whose cost somebody who is signed in becomes recent again. */
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { changePassword, deleteMe } from "../../src/domain/accounts.ts";
import type { User } from "../../src/domain/ports/users.ts";
import {
  reauthenticate,
  type Reproof,
  startMailReauthentication,
} from "../../src/domain/reauthentication.ts";
import { isRecent } from "../../src/domain/recent-authentication.ts";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import { hashSecret } from "../../src/domain/secrets.ts";
import { removeTotp } from "../../src/domain/second-factors.ts";
import { NOW } from "../support/clock.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { databases } from "../support/databases.ts";
import { type Domain, openDomain, succeeded } from "../support/domain.ts";
import { logInByCookie, logInByToken, roleByCookie, storedEvents } from "../support/logins.ts";
import { lastMailTo, waitingMails } from "../support/outbox.ts";
import { eachTestHasProcesses, race, signedInOwner, signIn } from "../support/races.ts";
import { addTotp, STEP_MS } from "../support/second-factors.ts";

/** A login of `NOW` is recent no longer. */
const LATER = NOW + 601_000;
/** The threshold of the locks, of passwords and of second factors. */
const THRESHOLD = 10;

let domain: Domain;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  const { id, ...made } = await domain.newUser();
  domain.sql("UPDATE users SET email_verified = 1 WHERE id = ?", id);
  user = { ...made, id, emailVerified: true };
});

type Login = Awaited<ReturnType<typeof logInByCookie>>;

/** The one who asks, with the account as the database has it now. */
async function asking({ session }: Pick<Login, "session">) {
  const { emailVerified } = (await domain.deps.storage.users.find(user.id)) ?? user;
  return { user: { ...user, emailVerified }, session };
}

async function proves(login: Login, proof: Reproof, now = LATER) {
  return reauthenticate(domain.deps, domain.at(now), await asking(login), proof, login.secret);
}

function recent({ session }: Pick<Login, "session">, now = LATER): Promise<boolean> {
  return isRecent(domain.deps, domain.at(now), session);
}

async function mailedProof(login: Login, now = LATER) {
  const started = await startMailReauthentication(domain.deps, domain.at(now), await asking(login));
  if ("failure" in started) throw new Error(started.failure);
  const { code } = lastMailTo(domain, user.email);
  return { method: "mail", challengeToken: started.challengeToken, code } as const;
}

/** Each way to prove it, for an account that has the way: its own app, or none. */
const ways: Record<string, (login: Login) => Promise<Reproof>> = {
  password: async () => ({ method: "password", password: PASSWORD }),
  mail: (login) => mailedProof(login),
  async totp({ session }) {
    const { app } = await addTotp(domain.deps, { user, session });
    return { method: "totp", code: app.codeAt(LATER) };
  },
  async "recovery code"({ session }) {
    const { recoveryCodes } = await addTotp(domain.deps, { user, session });
    return { method: "recovery_code", code: recoveryCodes[0] ?? "" };
  },
};

describe.each(Object.entries(ways))("by %s", (name, prepare) => {
  test("SU-03 the session is recent, its cookie is another one, and the old one is dead", async () => {
    const login = await logInByCookie(domain, user);
    const proof = await prepare(login);
    expect(await recent(login)).toBe(false);
    const { recentUntil, secret } = succeeded(await proves(login, proof));
    expect(recentUntil).toBe(LATER + 600_000);
    expect(await recent(login, recentUntil - 1)).toBe(true);
    expect(await recent(login, recentUntil)).toBe(false);
    expect(await roleByCookie(domain, login.secret)).toBeUndefined();
    expect(await roleByCookie(domain, secret ?? "")).toBe("user");
    expect(storedEvents(domain, "reauthenticated")).toMatchObject([
      { userId: user.id, sessionId: login.session.id },
    ]);
  });

  test("SU-05 no other session is, and none ends", async () => {
    const login = await logInByCookie(domain, user);
    const proof = await prepare(login);
    const others = [loggedInBeside(login), loggedInBeside(login)];
    succeeded(await proves(login, proof));
    for (const other of others) {
      expect(await recent(other)).toBe(false);
      expect(await roleByCookie(domain, other.secret)).toBe("user");
    }
  });

  test("SU-03 with a cookie that was replaced meanwhile, nothing is recent and nothing is used up", async () => {
    const login = await logInByCookie(domain, user);
    const proof = await prepare(login);
    const before = rows();
    expect(await proves({ ...login, secret: "an older secret" }, proof)).toHaveProperty("failure");
    expect(await recent(login)).toBe(false);
    expect(rows()).toEqual(before);
    // The proof is as good as it was; of an app, a try was counted and is forgotten by this.
    succeeded(await proves(login, proof));
  });

  test("SU-04 what is wrong makes nothing recent, and leaves the cookie as it is", async () => {
    const login = await logInByCookie(domain, user);
    const proof = wrong(await prepare(login));
    expect(await proves(login, proof)).toHaveProperty("failure");
    expect(await recent(login)).toBe(false);
    expect(await roleByCookie(domain, login.secret)).toBe("user");
    expect(storedEvents(domain, "reauthentication_failed")).toMatchObject([
      { userId: user.id, method: proof.method },
    ]);
  });

  test("an access token after it says when and how", async () => {
    const login = await logInByToken(domain, user);
    const session = { ...(await logInByCookie(domain, user)).session, ...kindOf(login.sessionId) };
    const proof = await prepare({ session } as Login); // of a session by tokens there is no cookie
    expect(decodeJwt(login.accessToken)).toMatchObject({ amr: ["pwd"], auth_time: seconds(NOW) });
    const stale = await refreshed(login, LATER);
    expect(decodeJwt(stale.accessToken)).toMatchObject({ auth_time: seconds(NOW) });
    const asks = await asking({ session });
    const done = await reauthenticate(domain.deps, domain.at(LATER), asks, proof, undefined);
    expect(succeeded(done).secret).toBeUndefined();
    const next = await refreshed(stale, LATER + 1);
    const how = { password: [], mail: ["mail"], totp: ["otp"] }[name] ?? ["otp", "recovery"];
    expect(decodeJwt(next.accessToken)).toMatchObject({
      amr: ["pwd", ...how],
      auth_time: seconds(LATER),
    });
  });
});

test.each([
  ["a right password", () => ({ method: "password", password: PASSWORD }) as const],
  ["a wrong password", () => ({ method: "password", password: "wrong words" }) as const],
  [
    "a code by mail",
    () => ({ method: "mail", challengeToken: "A".repeat(43), code: "00000000" }) as const,
  ],
])(
  "SU-01 MF-09 of an account with an app, %s is not looked at and counts nothing",
  async (_, proof) => {
    const login = await logInByCookie(domain, user);
    await addTotp(domain.deps, { user, session: login.session });
    const before = rows();
    expect(await proves(login, proof())).toEqual({
      failure: "reauthentication_required",
      methods: ["totp", "recovery_code"],
    });
    expect(rows()).toEqual(before);
    expect(await recent(login)).toBe(false);
  },
);

describe("SU-04 guesses", () => {
  test("of the password end the session, and lock nobody out", async () => {
    const login = await logInByCookie(domain, user);
    const other = await logInByCookie(domain, user);
    const proof = { method: "password", password: "not the password" } as const;
    for (let tries = 1; tries <= THRESHOLD; tries += 1)
      expect(await proves(login, proof)).toEqual({ failure: "invalid_credentials" });
    expect(domain.sql("SELECT id FROM sessions")).toEqual([{ id: other.session.id }]);
    expect(storedEvents(domain, "session_revoked")).toMatchObject([
      { sessionId: login.session.id, by: "wrong_password" },
    ]);
    const right = { method: "password", password: PASSWORD } as const;
    expect(await proves(login, right)).toEqual({ failure: "invalid_credentials" });
    expect(await roleByCookie(domain, login.secret)).toBeUndefined();
    expect(domain.sql("SELECT locked_until FROM users")).toEqual([{ locked_until: 0 }]);
    succeeded(await proves(other, right));
  });

  test("of an app's code lock its codes, through which a right one does not come either", async () => {
    const login = await logInByCookie(domain, user);
    const { app, recoveryCodes } = await addTotp(domain.deps, { user, session: login.session });
    for (let tries = 1; tries <= THRESHOLD; tries += 1) {
      const proof = { method: "totp", code: app.wrongAt(LATER) } as const;
      expect(await proves(login, proof)).toEqual({ failure: "invalid_second_factor" });
    }
    for (const proof of [
      { method: "totp", code: app.codeAt(LATER) } as const,
      { method: "recovery_code", code: recoveryCodes[0] ?? "" } as const,
    ])
      expect(await proves(login, proof)).toEqual({ failure: "invalid_second_factor" });
    expect(await recent(login)).toBe(false);
    expect(domain.sql("SELECT count(*) AS left FROM recovery_codes")).toEqual([{ left: 10 }]);
    expect(storedEvents(domain, "second_factors_locked")).toHaveLength(1);
  });

  test("of a mailed code are five, the right one included", async () => {
    const login = await logInByCookie(domain, user);
    const proof = await mailedProof(login);
    for (let tries = 1; tries <= 5; tries += 1)
      expect(await proves(login, wrong(proof))).toEqual({ failure: "invalid_challenge" });
    expect(await proves(login, proof)).toEqual({ failure: "invalid_challenge" });
    expect(await recent(login)).toBe(false);
  });

  test("of a used code are none: an app's code is good once", async () => {
    const login = await logInByCookie(domain, user);
    const { app } = await addTotp(domain.deps, { user, session: login.session });
    const proof = { method: "totp", code: app.codeAt(LATER) } as const;
    const { secret = "" } = succeeded(await proves(login, proof));
    expect(await proves({ ...login, secret }, proof)).toEqual({ failure: "invalid_second_factor" });
    expect(await roleByCookie(domain, secret)).toBe("user");
    const next = { method: "totp", code: app.codeAt(LATER + STEP_MS) } as const;
    succeeded(await proves({ ...login, secret }, next, LATER + STEP_MS));
  });
});

describe("SU-05 a mailed code", () => {
  test("is worth nothing in another session of the account, nor in another account's", async () => {
    const login = await logInByCookie(domain, user);
    const other = await logInByCookie(domain, user);
    const proof = await mailedProof(login);
    expect(await proves(other, proof)).toEqual({ failure: "invalid_challenge" });
    const stranger = await domain.newUser();
    domain.sql("UPDATE users SET email_verified = 1 WHERE id = ?", stranger.id);
    const theirs = await logInByCookie(domain, stranger);
    const asks = { user: { ...stranger, emailVerified: true }, session: theirs.session };
    expect(await reauthenticate(domain.deps, domain.at(LATER), asks, proof, theirs.secret)).toEqual(
      { failure: "invalid_challenge" },
    );
    for (const each of [other, theirs]) expect(await recent(each)).toBe(false);
    succeeded(await proves(login, proof));
    expect(await recent(login)).toBe(true);
  });

  test("of a sign-in is none of a step-up", async () => {
    const login = await logInByCookie(domain, user);
    const proof = await mailedProof(login);
    domain.sql("UPDATE challenges SET purpose = 'mail_login'");
    expect(await proves(login, proof)).toEqual({ failure: "invalid_challenge" });
    expect(await recent(login)).toBe(false);
  });
});

describe("a mail to prove it by", () => {
  const noMail = async (deps: Domain["deps"], login: Login) => {
    const asks = await asking(login);
    const { failure, methods } = (await startMailReauthentication(deps, domain.at(), asks)) as {
      failure?: string;
      methods?: string[];
    };
    expect(waitingMails(domain)).toEqual([]);
    expect(domain.sql("SELECT id FROM challenges WHERE purpose = 'reauthentication'")).toEqual([]);
    return [failure, methods];
  };
  const onlyPassword = ["reauthentication_required", ["password"]];

  test("is sent to an address that is proved, while MAIL_LOGIN is on", async () => {
    const login = await logInByCookie(domain, user);
    await mailedProof(login);
    expect(waitingMails(domain)).toHaveLength(1);
    expect(
      domain.sql("SELECT user_id, session_id FROM challenges WHERE purpose = 'reauthentication'"),
    ).toEqual([{ user_id: user.id, session_id: login.session.id }]);
    expect(storedEvents(domain, "reauthentication_requested")).toMatchObject([{ method: "mail" }]);
  });

  test("is not, while MAIL_LOGIN is off; nor is a code of before good", async () => {
    const login = await logInByCookie(domain, user);
    const deps = { ...domain.deps, mailLogin: false };
    expect(await noMail(deps, login)).toEqual(onlyPassword);
    const proof = await mailedProof(login);
    const asks = await asking(login);
    const refused = await reauthenticate(deps, domain.at(LATER), asks, proof, login.secret);
    expect(refused).toMatchObject({ failure: "reauthentication_required", methods: ["password"] });
    expect(await recent(login)).toBe(false);
  });

  test("is not, to an address that nobody proved", async () => {
    const login = await logInByCookie(domain, user);
    domain.sql("UPDATE users SET email_verified = 0 WHERE id = ?", user.id);
    expect(await noMail(domain.deps, login)).toEqual(onlyPassword);
  });

  test("is not, for an account with a second factor", async () => {
    const login = await logInByCookie(domain, user);
    await addTotp(domain.deps, { user, session: login.session });
    domain.sql("DELETE FROM mails");
    expect(await noMail(domain.deps, login)).toEqual([
      "reauthentication_required",
      ["totp", "recovery_code"],
    ]);
  });

  test("is none for a session that has ended", async () => {
    const login = await logInByCookie(domain, user);
    domain.sql("DELETE FROM sessions");
    await startMailReauthentication(domain.deps, domain.at(), await asking(login));
    expect(waitingMails(domain)).toEqual([]);
    expect(domain.sql("SELECT id FROM challenges WHERE user_id IS NOT NULL")).toEqual([]);
  });
});

describe("D7 an account without a password", () => {
  test("chooses one, and ends, without a password that it does not have", async () => {
    const login = await logInByCookie(domain, user);
    domain.sql("UPDATE users SET password_hash = NULL WHERE id = ?", user.id);
    const asks = await asking(login);
    const choose = (current: string | undefined) =>
      changePassword(domain.deps, domain.at(), asks, current, NEW_PASSWORD);
    expect(await choose(PASSWORD)).toEqual({ failure: "invalid_credentials" });
    expect(hasPassword()).toBe(false);
    expect(await choose(undefined)).toBe("changed");
    expect(hasPassword()).toBe(true);
    domain.sql("UPDATE users SET password_hash = NULL WHERE id = ?", user.id);
    expect(await deleteMe(domain.deps, domain.at(), asks, PASSWORD)).toBe("invalid_credentials");
    expect(await deleteMe(domain.deps, domain.at(), asks, undefined)).toBe("deleted");
    expect(domain.sql("SELECT id FROM users")).toEqual([]);
  });

  test("and one that has it does neither without, nothing counted", async () => {
    const login = await logInByCookie(domain, user);
    const asks = await asking(login);
    const before = rows();
    expect(await changePassword(domain.deps, domain.at(), asks, undefined, NEW_PASSWORD)).toEqual({
      failure: "invalid_credentials",
    });
    expect(await deleteMe(domain.deps, domain.at(), asks, undefined)).toBe("invalid_credentials");
    expect(rows()).toEqual(before);
  });

  test("proves it by mail alone, and by nothing while there is no mail", async () => {
    const login = await logInByCookie(domain, user);
    domain.sql("UPDATE users SET password_hash = NULL WHERE id = ?", user.id);
    const password = { method: "password", password: PASSWORD } as const;
    expect(await proves(login, password)).toEqual({
      failure: "reauthentication_required",
      methods: ["mail"],
    });
    succeeded(await proves(login, await mailedProof(login)));
    expect(await recent(login)).toBe(true);
  });
});

test("a session that proved a factor which is gone is recent by its first factor again", async () => {
  const login = await logInByCookie(domain, user);
  const owner = { user, session: login.session };
  const { app } = await addTotp(domain.deps, owner);
  const proof = { method: "totp", code: app.codeAt(LATER) } as const;
  succeeded(await proves(login, proof));
  expect(await removeTotp(domain.deps, domain.at(LATER), owner)).toBe(true);
  expect(await recent(login)).toBe(true);
});

describe.each(databases)("SU-03 of 20 proofs with one cookie on $name", ({ create }) => {
  const world = eachTestHasProcesses(create);

  test("one succeeds, and its cookie alone is good", async () => {
    const { user: owner } = await signedInOwner(world);
    const [deps] = world.processes;
    const { session, secret } = await signIn(deps, owner);
    const proof = { method: "password", password: PASSWORD } as const;
    const asks = { user: owner, session };
    const outcomes = await race(world, (process) =>
      reauthenticate(process, domain.at(LATER), asks, proof, secret),
    );
    const made = outcomes.flatMap((outcome) => ("secret" in outcome ? [outcome.secret] : []));
    expect(made).toHaveLength(1);
    expect(outcomes.filter((outcome) => "failure" in outcome)).toHaveLength(outcomes.length - 1);
    expect(await roleByCookie({ ...domain, deps }, made[0] ?? "")).toBe("user");
    expect(await roleByCookie({ ...domain, deps }, secret)).toBeUndefined();
  });
});

/** Another session, begun when the account had what it has now. */
function loggedInBeside(login: Login): Login {
  const id = domain.deps.newId(NOW);
  const secret = `the secret of ${id}`;
  domain.sql(
    `INSERT INTO sessions (id, user_id, kind, secret_hash, created_at, last_seen_at, expires_at, ip, methods)
      SELECT ?, user_id, kind, x'${Buffer.from(hashSecret(secret)).toString("hex")}', created_at, last_seen_at,
      expires_at, ip, methods FROM sessions WHERE id = ?`,
    id,
    login.session.id,
  );
  return { ...login, session: { ...login.session, id }, secret };
}

async function refreshed({ refreshToken }: { readonly refreshToken: string }, now: number) {
  const pair = await refresh(domain.deps, domain.at(now), refreshToken);
  if (pair === undefined) throw new Error("The refresh token is not good");
  return pair;
}

function kindOf(id: string) {
  return { id, kind: "token" as const };
}

/** A proof of the same way, which is not good. */
function wrong(proof: Reproof): Reproof {
  switch (proof.method) {
    case "password":
      return { ...proof, password: `${proof.password}!` };
    case "recovery_code":
      return { ...proof, code: "0000-0000-0000-0000-0000-0000" };
    case "mail":
    case "totp": {
      const { length } = proof.code;
      const other = String((Number(proof.code) + 500_000) % 10 ** length).padStart(length, "0");
      return { ...proof, code: other };
    }
    case "passkey":
      throw new Error("A passkey is wrong in ways of its own");
  }
}

/** Everything that a proof could change or use up, but for what counts its tries, and the journal. */
function rows() {
  return ["sessions", "totp_factors", "recovery_codes"].map((table) =>
    domain.sql(`SELECT * FROM ${table}`),
  );
}

function hasPassword(): boolean {
  return domain.sql("SELECT password_hash FROM users")[0]?.["password_hash"] !== null;
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
