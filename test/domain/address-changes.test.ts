/** The address of an account: proved, changed and changed back, and what a thief makes of each. */
import { beforeEach, describe, expect, test } from "vitest";
import { changePassword } from "../../src/domain/accounts.ts";
import {
  type Asking,
  confirmEmailChange,
  confirmEmailVerification,
  type MailedProof,
  requestEmailVerification,
  startEmailChange,
  undoEmailChange,
} from "../../src/domain/address-changes.ts";
import { recognizeDevice } from "../../src/domain/devices.ts";
import { login } from "../../src/domain/login.ts";
import { revokeSession } from "../../src/domain/own-sessions.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import { requestReset, resetPassword } from "../../src/domain/resets.ts";
import { NOW } from "../support/clock.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";
import { logInByCookie, logInByToken, roleByCookie, storedEvents } from "../support/logins.ts";
import { lastMailTo, waitingMails } from "../support/outbox.ts";

const OLD = "owner-01@example.com";
const NEW = "owner-02@example.com";
const THIEFS = "thief-01@example.com";
const FURTHER = "thief-02@example.com";
const THREE_DAYS_MS = 3 * 86_400_000;

let domain: Domain;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  user = await domain.newUser(OLD);
});

type Owner = Asking & { readonly device: undefined };

async function signedIn(owner: User = user): Promise<Owner> {
  const { session } = await logInByCookie(domain, owner);
  return { user: owner, session, languages: null, device: undefined };
}

async function verifying(asking: Owner, deps: Dependencies = domain.deps) {
  const started = succeeded(await requestEmailVerification(deps, domain.at(), asking));
  return { ...started, ...lastMailTo(domain, asking.user.email) };
}

/** Begins a change; the proof is that of the mail. */
async function changing(asking: Owner, newEmail = NEW, deps: Dependencies = domain.deps) {
  const { challengeToken } = await startEmailChange(deps, domain.at(), asking, newEmail);
  return { challengeToken, ...lastMailTo(domain, newEmail) };
}

async function changed(asking: Owner, newEmail: string): Promise<void> {
  const { token } = await changing(asking, newEmail);
  expect(await confirmEmailChange(domain.deps, domain.at(), asking, { token })).toBe("changed");
}

const undoTokenOf = (address: string) => lastMailTo(domain, address).token;
const undo = (token: string, now = NOW) => undoEmailChange(domain.deps, domain.at(now), token);
const account = () =>
  domain.sql("SELECT email, email_verified, password_hash FROM users WHERE id = ?", user.id)[0];
const addressOf = () => account()?.["email"];
const isVerified = (id = user.id) =>
  domain.sql("SELECT email_verified FROM users WHERE id = ?", id)[0]?.["email_verified"] === 1;
const logsIn = async (email: string, password = PASSWORD) => {
  const attempt = { email, password, client: CLIENT, device: undefined };
  return (await login(domain.deps, domain.at(), attempt, undefined)).kind === "begun";
};

const byCode = ({ challengeToken, code }: { challengeToken: string; code: string }) => ({
  challengeToken,
  code,
});
const byLink = ({ token }: { token: string }) => ({ token });
type By = (mailed: { challengeToken: string; code: string; token: string }) => MailedProof;
const ways: readonly (readonly [string, By])[] = [
  ["the code", byCode],
  ["the link", byLink],
];

describe.each(ways)("by %s", (_, by) => {
  test("EM-05 a proof of the address is good for the account that asked, and in another's session proves nothing", async () => {
    const [asking, other] = [await signedIn(), await signedIn(await domain.newUser(THIEFS))];
    const mailed = await verifying(asking);
    const before = domain.sql("SELECT * FROM users ORDER BY id");
    const confirm = (owner: Owner) =>
      confirmEmailVerification(domain.deps, domain.at(), owner, by(mailed));
    expect(await confirm(other)).toBe("invalid_challenge");
    expect(domain.sql("SELECT * FROM users ORDER BY id")).toEqual(before);
    expect(storedEvents(domain, "email_verified")).toEqual([]);
    expect(await confirm(asking)).toBe("verified");
    expect(isVerified()).toBe(true);
    expect(isVerified(other.user.id)).toBe(false);
    expect(await confirm(asking)).toBe("invalid_challenge");
    expect(storedEvents(domain, "email_verified")).toMatchObject([{ by: "owner", email: OLD }]);
  });

  test("EM-05 a proof of a new address gives it to no other account", async () => {
    const [asking, other] = [await signedIn(), await signedIn(await domain.newUser(THIEFS))];
    const mailed = await changing(asking);
    const confirm = (owner: Owner) =>
      confirmEmailChange(domain.deps, domain.at(), owner, by(mailed));
    expect(await confirm(other)).toBe("invalid_challenge");
    const emails = domain.sql("SELECT email FROM users ORDER BY email").map(({ email }) => email);
    expect(emails).toEqual([OLD, THIEFS]);
    expect(await confirm(asking)).toBe("changed");
    expect(addressOf()).toBe(NEW);
  });

  test("EM-07 CH-01 no proof of another purpose changes the address, or proves it", async () => {
    const asking = await signedIn();
    const verification = await verifying(asking);
    const change = await changing(asking);
    const asChange = confirmEmailChange(domain.deps, domain.at(), asking, by(verification));
    expect(await asChange).toBe("invalid_challenge");
    const asProof = confirmEmailVerification(domain.deps, domain.at(), asking, by(change));
    expect(await asProof).toBe("invalid_challenge");
    expect(account()).toMatchObject({ email: OLD, email_verified: 0 });
  });

  test("EM-07 the address is exactly the one that the last mail went to", async () => {
    const asking = await signedIn();
    const first = await changing(asking, THIEFS);
    const second = await changing(asking, NEW);
    expect(await confirmEmailChange(domain.deps, domain.at(), asking, by(first))).toBe(
      "invalid_challenge",
    );
    expect(addressOf()).toBe(OLD);
    expect(await confirmEmailChange(domain.deps, domain.at(), asking, by(second))).toBe("changed");
    expect(account()).toMatchObject({ email: NEW, email_verified: 1 });
    expect(storedEvents(domain, "email_changed")).toMatchObject([
      { userId: user.id, oldEmail: OLD, newEmail: NEW },
    ]);
  });

  test("EM-07 CH-02 of 20 ends at once one changes the address, and one way back is mailed", async () => {
    const asking = await signedIn();
    const mailed = await changing(asking);
    // A code has five tries.
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        confirmEmailChange(domain.deps, domain.at(), asking, by(mailed)),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "changed")).toHaveLength(1);
    expect(waitingMails(domain, OLD)).toHaveLength(1);
  });

  test("AZ-05 a session that ended meanwhile neither proves the address nor changes it", async () => {
    const [asking, other] = [await signedIn(), await signedIn()];
    const verification = await verifying(asking);
    const change = await changing(asking);
    for (const { session } of [asking, other])
      await revokeSession(domain.deps, domain.at(), user.id, session.id);
    for (const owner of [asking, other]) {
      const proved = confirmEmailVerification(domain.deps, domain.at(), owner, by(verification));
      expect(await proved).toBe("invalid_challenge");
      expect(await confirmEmailChange(domain.deps, domain.at(), owner, by(change))).toBe(
        "invalid_challenge",
      );
    }
    expect(account()).toMatchObject({ email: OLD, email_verified: 0 });
  });

  test("EM-04 EM-10 an address that was taken meanwhile stays whose it is, and the proof is not spent", async () => {
    const asking = await signedIn();
    const mailed = await changing(asking);
    const owner = await domain.newUser(NEW);
    const confirm = () => confirmEmailChange(domain.deps, domain.at(), asking, by(mailed));
    expect(await confirm()).toBe("invalid_challenge");
    expect(addressOf()).toBe(OLD);
    expect(waitingMails(domain, OLD)).toEqual([]);
    expect(storedEvents(domain, "email_changed")).toEqual([]);
    domain.sql("DELETE FROM users WHERE id = ?", owner.id);
    expect(await confirm()).toBe("changed");
  });
});

test("EM-05 a code is good only for the session that asked, its link for any of the account's", async () => {
  const [asking, elsewhere] = [await signedIn(), await signedIn()];
  const mailed = await verifying(asking);
  const confirm = (proof: MailedProof) =>
    confirmEmailVerification(domain.deps, domain.at(), elsewhere, proof);
  expect(await confirm(byCode(mailed))).toBe("invalid_challenge");
  expect(isVerified()).toBe(false);
  expect(await confirm(byLink(mailed))).toBe("verified");
});

test("EM-05 a session that ends while its account is proved by another one's link proves nothing", async () => {
  const [asking, elsewhere] = [await signedIn(), await signedIn()];
  const { token } = await verifying(asking);
  await revokeSession(domain.deps, domain.at(), user.id, elsewhere.session.id);
  const proof = { token };
  expect(await confirmEmailVerification(domain.deps, domain.at(), elsewhere, proof)).toBe(
    "invalid_challenge",
  );
  expect(isVerified()).toBe(false);
  expect(await confirmEmailVerification(domain.deps, domain.at(), asking, proof)).toBe("verified");
});

test("an address that is proved needs no proof", async () => {
  domain.sql("UPDATE users SET email_verified = 1");
  const asking = await signedIn({ ...user, emailVerified: true });
  expect(await requestEmailVerification(domain.deps, domain.at(), asking)).toEqual({
    failure: "email_already_verified",
  });
  expect(waitingMails(domain)).toEqual([]);
});

describe("after a change", () => {
  test("EM-08 EM-09 everything but the session that asked ends, and the old address is told at once", async () => {
    const [asking, tokens] = [await signedIn(), await logInByToken(domain, user)];
    const other = await logInByCookie(domain, user);
    await requestReset(domain.deps, domain.at(), OLD, null);
    const reset = lastMailTo(domain, OLD).token;
    const verification = await verifying(asking);
    await changed(asking, NEW);

    expect(await roleByCookie(domain, other.secret)).toBeUndefined();
    expect(await refresh(domain.deps, domain.at(), tokens.refreshToken)).toBeUndefined();
    const devices = recognizeDevice(domain.deps, domain.at(), [other.deviceSecret], NEW);
    expect(await devices).toBeUndefined();
    expect(domain.sql("SELECT id FROM sessions")).toEqual([{ id: asking.session.id }]);
    expect(storedEvents(domain, "session_revoked")).toMatchObject(
      Array(2).fill({ by: "email_change" }),
    );
    expect(await resetPassword(domain.deps, domain.at(), reset, NEW_PASSWORD)).toEqual({
      failure: "invalid_reset_token",
    });
    const late = confirmEmailVerification(domain.deps, domain.at(), asking, byLink(verification));
    expect(await late).toBe("invalid_challenge");
    expect([await logsIn(OLD), await logsIn(NEW)]).toEqual([false, true]);
    expect(undoTokenOf(OLD)).toMatch(/^[\w-]{43}$/);
  });

  test("EM-08 EM-06 the way back gives the old address, ends everything, and the password is void: a reset is next", async () => {
    const thief = await signedIn();
    await changed(thief, THIEFS);
    const second = await logInByCookie(domain, { ...user, email: THIEFS });
    const tokens = await logInByToken(domain, { ...user, email: THIEFS });
    expect(await undo(undoTokenOf(OLD))).toBe("undone");

    expect(account()).toEqual({ email: OLD, email_verified: 1, password_hash: null });
    expect(domain.sql("SELECT id FROM sessions")).toEqual([]);
    expect(await refresh(domain.deps, domain.at(), tokens.refreshToken)).toBeUndefined();
    const devices = recognizeDevice(domain.deps, domain.at(), [second.deviceSecret], OLD);
    expect(await devices).toBeUndefined();
    expect(domain.sql("SELECT id FROM challenges")).toEqual([]);
    expect([await logsIn(OLD), await logsIn(THIEFS)]).toEqual([false, false]);
    expect(storedEvents(domain, "email_change_undone")).toMatchObject([
      { userId: user.id, oldEmail: THIEFS, newEmail: OLD },
    ]);
    expect(waitingMails(domain, THIEFS).at(-1)?.token).toBe("");

    await requestReset(domain.deps, domain.at(), OLD, null);
    const { token } = lastMailTo(domain, OLD);
    succeeded(await resetPassword(domain.deps, domain.at(), token, NEW_PASSWORD));
    expect(await logsIn(OLD, NEW_PASSWORD)).toBe(true);
  });

  test("EM-08 it is good after the thief has changed the password", async () => {
    const thief = await signedIn();
    await changed(thief, THIEFS);
    const token = undoTokenOf(OLD);
    const moved = { ...thief, user: { ...user, email: THIEFS } };
    const password = changePassword(domain.deps, domain.at(), moved, PASSWORD, NEW_PASSWORD);
    expect(await password).toBe("changed");
    expect(await undo(token)).toBe("undone");
    expect(await logsIn(OLD, NEW_PASSWORD)).toBe(false);
    expect(domain.sql("SELECT id FROM sessions")).toEqual([]);
  });

  test("EM-08 it is good after the thief has reset the password", async () => {
    await changed(await signedIn(), THIEFS);
    const token = undoTokenOf(OLD);
    await requestReset(domain.deps, domain.at(), THIEFS, null);
    const reset = lastMailTo(domain, THIEFS).token;
    succeeded(await resetPassword(domain.deps, domain.at(), reset, NEW_PASSWORD));
    expect(await undo(token)).toBe("undone");
    expect(await logsIn(OLD, NEW_PASSWORD)).toBe(false);
  });

  test("EM-08 it is good after a second change, which no way back of the thief's brings back", async () => {
    const thief = await signedIn();
    await changed(thief, THIEFS);
    const owners = undoTokenOf(OLD);
    await changed({ ...thief, user: { ...user, email: THIEFS } }, FURTHER);
    const thiefs = undoTokenOf(THIEFS);
    expect(await undo(owners)).toBe("undone");
    expect(addressOf()).toBe(OLD);
    expect(await undo(thiefs)).toBe("invalid_challenge");
    expect(addressOf()).toBe(OLD);
  });

  test("EM-08 a thief who takes a second change back does not end the owner's way", async () => {
    const thief = await signedIn();
    await changed(thief, THIEFS);
    const owners = undoTokenOf(OLD);
    await changed({ ...thief, user: { ...user, email: THIEFS } }, FURTHER);
    expect(await undo(undoTokenOf(THIEFS))).toBe("undone");
    expect(addressOf()).toBe(THIEFS);
    expect(await undo(owners)).toBe("undone");
    expect(addressOf()).toBe(OLD);
  });

  test("EM-08 it is good for three days, once", async () => {
    await changed(await signedIn(), NEW);
    const token = undoTokenOf(OLD);
    expect(await undo(token, NOW + THREE_DAYS_MS)).toBe("invalid_challenge");
    expect(addressOf()).toBe(NEW);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => undo(token)));
    expect(outcomes.filter((outcome) => outcome === "undone")).toHaveLength(1);
    expect(storedEvents(domain, "email_change_undone")).toHaveLength(1);
  });

  test("EM-08 nobody else can change to the old address while it can be taken back; its owner can", async () => {
    const asking = await signedIn();
    await changed(asking, NEW);
    const squatter = await signedIn(await domain.newUser(THIEFS));
    const before = waitingMails(domain, OLD).length;
    await startEmailChange(domain.deps, domain.at(), squatter, OLD);
    expect(waitingMails(domain, OLD)).toHaveLength(before);
    await changed({ ...asking, user: { ...user, email: NEW } }, OLD);
    expect(addressOf()).toBe(OLD);
  });

  test("EM-09 a reset that was asked for while the address changed is worth nothing at the old one", async () => {
    const asking = await signedIn();
    const mailed = await changing(asking);
    const { storage } = domain.deps;
    let isChanged = false;
    // The account was found by its old address; it has the new one when the token is stored.
    const meanwhile: Dependencies = {
      ...domain.deps,
      storage: {
        ...storage,
        async transaction(work) {
          if (!isChanged) {
            isChanged = true;
            await confirmEmailChange(domain.deps, domain.at(), asking, byLink(mailed));
          }
          return storage.transaction(work);
        },
      },
    };
    await requestReset(meanwhile, domain.at(), OLD, null);
    const { token, subject } = lastMailTo(domain, OLD);
    expect(subject).toContain("password");
    expect(await resetPassword(domain.deps, domain.at(), token, NEW_PASSWORD)).toEqual({
      failure: "invalid_reset_token",
    });
    expect([await logsIn(NEW), await logsIn(NEW, NEW_PASSWORD)]).toEqual([true, false]);
  });
});

describe("EM-10 a change to an address that is not free", () => {
  const quotas = (count: number): Dependencies => ({
    ...domain.deps,
    quotas: { ...domain.deps.quotas, signup_email: { count, seconds: 3600 } },
  });

  /** The answer to the start of a change, and the rows that it leaves behind, but for secrets and ids. */
  async function leftBy(asking: Owner, newEmail: string, deps: Dependencies = domain.deps) {
    for (const table of ["challenges WHERE purpose <> 'email_change_undo'", "mails"])
      domain.sql(`DELETE FROM ${table}`);
    const events = () => storedEvents(domain, "email_change_started").length;
    const before = events();
    const started = await startEmailChange(deps, domain.at(), asking, newEmail);
    return {
      answer: { ...started, challengeToken: started.challengeToken.length },
      challenges: domain.sql(
        "SELECT purpose, user_id, session_id, length(code_mac) AS code, length(link_hash) AS link, length(handle_hash) AS handle, attempts, expires_at FROM challenges WHERE purpose = 'email_change'",
      ),
      mails: domain.sql("SELECT created_at, attempts FROM mails"),
      events: events() - before,
    };
  }

  test.each([
    ["a taken one", async () => void (await domain.newUser(THIEFS))],
    [
      "a disabled account's",
      async () => {
        const { id } = await domain.newUser(THIEFS);
        domain.sql("UPDATE users SET disabled = 1 WHERE id = ?", id);
      },
    ],
    [
      "one that its owner may take back",
      async () => changed(await signedIn(await domain.newUser(THIEFS)), "elsewhere@example.com"),
    ],
  ])("EM-10 %s answers as a free one does", async (_, make) => {
    const asking = await signedIn();
    const forFree = await leftBy(asking, FURTHER);
    expect(forFree.challenges).toMatchObject([{ user_id: user.id }]);
    await make();
    expect(await leftBy(asking, THIEFS)).toEqual(forFree);
    expect(addressOf()).toBe(OLD);
  });

  test("EM-11 so does one that got too many mails, to which none goes", async () => {
    const asking = await signedIn();
    const deps = quotas(1);
    const free = await leftBy(asking, FURTHER, deps);
    expect(waitingMails(domain, FURTHER)).toHaveLength(1);
    expect(await leftBy(asking, FURTHER, deps)).toEqual(free);
    expect(waitingMails(domain, FURTHER)).toEqual([]);
    expect(storedEvents(domain, "rate_limited")).toMatchObject([
      { operation: "startEmailChange", key: "email" },
    ]);
  });

  test.each(ways)(
    "EM-10 CH-06 it ends the change before, so that %s of that one does not tell who has an account",
    async (_, by) => {
      await domain.newUser(THIEFS);
      const asking = await signedIn();
      for (const another of [FURTHER, THIEFS]) {
        const mailed = await changing(asking, NEW);
        await startEmailChange(domain.deps, domain.at(), asking, another);
        const outcome = confirmEmailChange(domain.deps, domain.at(), asking, by(mailed));
        expect(await outcome).toBe("invalid_challenge");
      }
      expect(addressOf()).toBe(OLD);
    },
  );

  test("the owner of a taken one is told, by a mail that proves nothing", async () => {
    await domain.newUser(THIEFS);
    await startEmailChange(domain.deps, domain.at(), await signedIn(), THIEFS);
    expect(waitingMails(domain, THIEFS)).toMatchObject([{ code: "", token: "" }]);
  });
});

test("EM-11 mails that prove an address are bounded, whatever asks for them; what was mailed stays good", async () => {
  const deps: Dependencies = {
    ...domain.deps,
    quotas: { ...domain.deps.quotas, signup_email: { count: 1, seconds: 3600 } },
  };
  const asking = await signedIn();
  const mailed = await verifying(asking, deps);
  const again = succeeded(await requestEmailVerification(deps, domain.at(), asking));
  expect(Object.keys(again)).toEqual(["challengeToken", "expiresInSeconds"]);
  expect(waitingMails(domain, OLD)).toHaveLength(1);
  expect(storedEvents(domain, "rate_limited")).toMatchObject([
    { operation: "requestEmailVerification", key: "email" },
  ]);
  expect(storedEvents(domain, "email_verification_requested")).toHaveLength(1);
  expect(await confirmEmailVerification(deps, domain.at(), asking, byCode(mailed))).toBe(
    "verified",
  );
});
