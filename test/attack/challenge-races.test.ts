/** Ends of challenges at once, by code and by link, through two processes: one success, whatever the challenge is for. */
import { describe, expect, it } from "vitest";
import {
  CHALLENGE_TRIES,
  type ChallengePurpose,
  challengePurposes,
} from "../../src/contract/challenges.ts";
import { signup } from "../../src/domain/accounts.ts";
import {
  confirmEmailChange,
  confirmEmailVerification,
  requestEmailVerification,
  startEmailChange,
  undoEmailChange,
} from "../../src/domain/address-changes.ts";
import { prepareChallenge, tryCode } from "../../src/domain/challenges.ts";
import { claimIdentity, completeProviderLink } from "../../src/domain/identities.ts";
import { completeMailLogin, startMailLogin } from "../../src/domain/mail-logins.ts";
import { finishLogin, finishTokenLogin } from "../../src/domain/pending-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { SessionWithUser } from "../../src/domain/ports/sessions.ts";
import { completeProviderLogin } from "../../src/domain/provider-logins.ts";
import { reauthenticate, startMailReauthentication } from "../../src/domain/reauthentication.ts";
import { requestReset, resetPassword } from "../../src/domain/resets.ts";
import {
  confirmSignupByCode,
  confirmSignupByLink,
  inviteUser,
  startSignup,
} from "../../src/domain/signups.ts";
import type { Started } from "../../src/domain/challenges.ts";
import { confirmTotp, startTotp } from "../../src/domain/second-factors.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { databases, testOptions } from "../support/databases.ts";
import { CLIENT, dependenciesOn, occasionAt, succeeded } from "../support/domain.ts";
import type { Mailed } from "../support/mailbox.ts";
import {
  answerFrom,
  aProvider,
  beginAt,
  linkTokenAt,
  signInAt,
  vouchedFor,
  withProviders,
} from "../support/providers.ts";
import { eachTestHasProcesses, mailedTo, race, signedInOwner, signIn } from "../support/races.ts";
import { aUser } from "../support/rows.ts";
import { appOf } from "../support/second-factors.ts";

/** Ceremonies have races of their own: what ends them is used up before it is known to be good (PK-01). */
type PasskeyPurpose = "passkey_setup" | "passkey_login" | "second_factor_passkey";

const at = occasionAt();
const NEW_ADDRESS = "new@example.com";
const OTHER_PASSWORD = "other clear words of mine";

/** Digits as a body brings them, without the space that a mail has. */
const digitsOf = ({ code }: Mailed) => code.replace(" ", "");
const wrongCode = (code: string) => String((Number(code) + 1) % 10 ** 8).padStart(8, "0");

describe.each(databases)("challenges that are ended at once on $name", ({ create }) => {
  const world = eachTestHasProcesses(create);

  type End = (deps: Dependencies, racer: number) => Promise<unknown>;
  interface Race {
    readonly end: End;
    /** The outcome of all but one. */
    readonly refusal: unknown;
    /** Queries that count what was done; each answers 1. */
    readonly once: readonly string[];
  }

  const count = async (what: string) => {
    const [row] = await world.database.query(`select count(*) as n from ${what}`);
    return Number(row?.["n"]);
  };
  const events = (name: string) => `events where event = '${name}'`;

  const asking = (caller: SessionWithUser) => ({ ...caller, languages: null, device: undefined });

  async function startedSignup(email: string, password = PASSWORD) {
    const asked = { email, password, locale: null, languages: null };
    const started = await startSignup(world.processes[0], at, asked);
    if ("failure" in started) throw new Error(started.failure);
    const mailed = await mailedTo(world, email);
    return { ...started, token: mailed.token, code: digitsOf(mailed) };
  }

  async function startedChange(caller: SessionWithUser, newEmail: string) {
    const started = await startEmailChange(world.processes[0], at, asking(caller), newEmail);
    const mailed = await mailedTo(world, newEmail);
    return { ...started, token: mailed.token, code: digitsOf(mailed) };
  }

  async function startedMailLogin(email: string) {
    const started = await startMailLogin(world.processes[0], at, email, null, []);
    const mailed = await mailedTo(world, email);
    return { ...started, token: mailed.token, code: digitsOf(mailed) };
  }

  /** Half of the racers bring the code, and half the link. */
  type Proofs = Started & { readonly token: string; readonly code: string };
  const proofOf = ({ challengeToken, token, code }: Proofs, racer: number) =>
    racer % 4 < 2 ? { challengeToken, code } : { token };

  const races: Readonly<Record<Exclude<ChallengePurpose, PasskeyPurpose>, () => Promise<Race>>> = {
    async signup() {
      const proofs = await startedSignup("ada@example.com");
      return {
        end: (deps, racer) =>
          racer % 4 < 2
            ? confirmSignupByCode(deps, at, proofs)
            : confirmSignupByLink(deps, at, proofs.token, NEW_PASSWORD),
        refusal: { failure: "invalid_challenge" },
        once: [
          "users where email = 'ada@example.com' and email_verified = 1",
          events("signup"),
          events("email_verified"),
        ],
      };
    },

    async invitation() {
      const [deps] = world.processes;
      const { user } = await signedInOwner(world);
      await world.database.query("update users set role = 'admin'");
      const email = "grace@example.com";
      await inviteUser(deps, at, user, { email, role: "admin", locale: null });
      const { token } = await mailedTo(world, email);
      return {
        end: (process) => confirmSignupByLink(process, at, token, NEW_PASSWORD),
        refusal: { failure: "invalid_challenge" },
        once: [
          "users where email = 'grace@example.com' and role = 'admin'",
          events("email_verified"),
        ],
      };
    },

    async email_verification() {
      const owner = await signedInOwner(world);
      const started = await requestEmailVerification(world.processes[0], at, asking(owner));
      if ("failure" in started) throw new Error(started.failure);
      const mailed = await mailedTo(world, owner.user.email);
      const proofs = { ...started, token: mailed.token, code: digitsOf(mailed) };
      return {
        end: (deps, racer) => confirmEmailVerification(deps, at, owner, proofOf(proofs, racer)),
        refusal: "invalid_challenge",
        once: ["users where email_verified = 1", events("email_verified")],
      };
    },

    async email_change() {
      const owner = await signedInOwner(world);
      await signIn(world.processes[1], owner.user);
      const proofs = await startedChange(owner, NEW_ADDRESS);
      return {
        end: (deps, racer) => confirmEmailChange(deps, at, asking(owner), proofOf(proofs, racer)),
        refusal: "invalid_challenge",
        once: [
          `users where email = '${NEW_ADDRESS}' and email_verified = 1 and credential_epoch = 1`,
          events("email_changed"),
          events("session_revoked"), // of the two sessions, the one that asks stays
          "sessions",
          "challenges where purpose = 'email_change_undo'",
        ],
      };
    },

    async email_change_undo() {
      const owner = await signedInOwner(world);
      const proofs = await startedChange(owner, NEW_ADDRESS);
      const [deps] = world.processes;
      expect(await confirmEmailChange(deps, at, asking(owner), proofs)).toBe("changed");
      const { token } = await mailedTo(world, owner.user.email);
      return {
        end: (process) => undoEmailChange(process, at, token),
        refusal: "invalid_challenge",
        once: [
          `users where email = '${owner.user.email}' and password_hash is null`,
          events("email_change_undone"),
          events("session_revoked"),
        ],
      };
    },

    async password_reset() {
      const { user } = await signedInOwner(world);
      await requestReset(world.processes[0], at, user.email, null);
      const { token } = await mailedTo(world, user.email);
      return {
        end: (deps) => resetPassword(deps, at, token, NEW_PASSWORD),
        refusal: { failure: "invalid_reset_token" },
        once: ["users where credential_epoch = 1", events("password_reset"), "devices"],
      };
    },

    async mail_login() {
      const { user } = await signedInOwner(world);
      await world.database.query("update users set email_verified = 1");
      const { challengeToken, ...proofs } = await startedMailLogin(user.email);
      return {
        end: (deps, racer) => {
          const came = racer % 4 < 2 ? { code: proofs.code } : { token: proofs.token };
          return completeMailLogin(deps, at, { challengeToken, came, deviceSecrets: [] });
        },
        refusal: "invalid_challenge",
        once: ["challenges where purpose = 'login'", "sessions"],
      };
    },

    async login() {
      const { user } = await signedInOwner(world);
      await world.database.query("update users set email_verified = 1");
      const { challengeToken, code } = await startedMailLogin(user.email);
      const proof = { challengeToken, came: { code }, deviceSecrets: [] };
      const pending = await completeMailLogin(world.processes[1], at, proof);
      if (typeof pending === "string") throw new Error(pending);
      await world.database.query("delete from sessions");
      const { loginToken } = pending;
      const step = { method: "none" } as const;
      const finish = { loginToken, step, client: CLIENT, deviceSecrets: [] };
      return {
        end: (deps, racer) =>
          racer % 4 < 2
            ? finishLogin(deps, at, finish, undefined)
            : finishTokenLogin(deps, at, finish),
        refusal: { failure: "invalid_login_token" },
        once: ["sessions", `${events("login_success")} and body like '%"mail"%'`],
      };
    },

    async totp_setup() {
      const [deps] = world.processes;
      const owner = await signedInOwner(world);
      await signIn(world.processes[1], owner.user);
      const setup = await startTotp(deps, at, owner);
      if (setup === "factor_exists") throw new Error(setup);
      const proof = { setupToken: setup.setupToken, code: appOf(setup.secret).codeAt() };
      return {
        end: (process) => confirmTotp(process, at, owner, proof),
        refusal: { failure: "invalid_challenge" },
        once: [
          "totp_factors",
          "users where credential_epoch = 1",
          events("second_factor_added"),
          events("session_revoked"), // of the two sessions, the one that asks stays
          "sessions where second_factor_at is not null",
        ],
      };
    },

    async provider_login() {
      const provider = aProvider();
      const started = await beginAt(world.processes[0], provider);
      return {
        end: (deps) => {
          // Each has a code of its own: without the challenge, each of them would be let in.
          const answer = answerFrom(started, vouchedFor("ada@example.com"));
          return completeProviderLogin(deps, at, provider, { ...answer, deviceSecrets: [] });
        },
        refusal: { failure: "invalid_challenge" },
        once: [
          "users",
          "identities",
          "challenges where purpose = 'login'",
          events("signup"),
          events("identity_linked"),
          events("login_pending"),
        ],
      };
    },

    async provider_link() {
      const owner = await signedInOwner(world);
      const provider = aProvider();
      const started = await beginAt(world.processes[0], provider, { owner });
      let codes = 0;
      return {
        end: (deps) => {
          const who = vouchedFor("ada@example.com", `subject-${(codes += 1)}`);
          return completeProviderLink(deps, at, owner, provider, answerFrom(started, who));
        },
        refusal: { failure: "invalid_challenge" },
        once: ["identities", events("identity_linked")],
      };
    },

    async identity_claim() {
      const owner = await signedInOwner(world);
      await world.database.query("update users set email_verified = 1");
      const provider = aProvider();
      const [deps] = world.processes;
      const linkToken = linkTokenAt(await signInAt(deps, provider, vouchedFor(owner.user.email)));
      return {
        end: async (process) => {
          const outcome = await claimIdentity(
            withProviders(process, provider),
            at,
            owner,
            linkToken,
          );
          // The account's own row decides who is first; those behind it see the link, or that the token is spent.
          const isLate = "failure" in outcome && outcome.failure === "identity_taken";
          return isLate ? { failure: "invalid_challenge" } : outcome;
        },
        refusal: { failure: "invalid_challenge" },
        once: ["identities", events("identity_linked")],
      };
    },

    async reauthentication() {
      const [deps] = world.processes;
      const { session, user } = await signedInOwner(world);
      await world.database.query("update users set email_verified = 1");
      const owner = { session, user: { ...user, emailVerified: true } };
      const started = await startMailReauthentication(deps, at, owner);
      if ("failure" in started) throw new Error(started.failure);
      const code = digitsOf(await mailedTo(world, user.email));
      const proof = { method: "mail", challengeToken: started.challengeToken, code } as const;
      return {
        end: (process) => reauthenticate(process, at, owner, proof, undefined),
        refusal: { failure: "invalid_challenge" },
        once: [events("reauthenticated"), "sessions"],
      };
    },
  };

  it.each(challengePurposes.filter((purpose) => purpose in races))(
    "CH-02 FD-01 of 20 ends of %s, in two processes, one succeeds and one thing is done",
    async (purpose) => {
      const { end, refusal, once } = await races[purpose as keyof typeof races]();
      const outcomes = await race(world, end);
      const successes = outcomes.filter(
        (outcome) => JSON.stringify(outcome) !== JSON.stringify(refusal),
      );
      expect(successes).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome !== successes[0])).toEqual(
        Array.from({ length: outcomes.length - 1 }, () => refusal),
      );
      for (const what of once) expect([what, await count(what)]).toEqual([what, 1]);
      expect(await count(`challenges where purpose = '${purpose}'`)).toBe(0);
      expect(await end(world.processes[0], 2)).toEqual(refusal);
    },
  );

  it("CH-03 of 20 wrong codes at once five are compared, and the right one after them is refused", async () => {
    const { challengeToken, code } = await startedSignup("ada@example.com");
    const wrong = { challengeToken, code: wrongCode(code) };
    const tried = await race(world, (deps) => tryCode(deps, at, "signup", wrong));
    const kinds = tried.map(({ kind }) => kind).sort();
    expect(kinds).toEqual([...Array(15).fill("not_good"), ...Array(5).fill("wrong")]);
    expect(await world.database.query("select attempts from challenges")).toEqual([
      { attempts: CHALLENGE_TRIES },
    ]);
    const right = confirmSignupByCode(world.processes[1], at, { challengeToken, code });
    expect(await right).toEqual({ failure: "invalid_challenge" });
    expect(await count("users")).toBe(0);
    expect(await count(`${events("challenge_failed")} and body like '%wrong_code%'`)).toBe(1);
  });

  it("CH-03 ML-05 of 20 wrong codes that would sign in five count towards the account's lock", async () => {
    const { user } = await signedInOwner(world);
    const { challengeToken, code } = await startedMailLogin(user.email);
    const came = { code: wrongCode(code) };
    const complete = (deps: Dependencies, digits = came) =>
      completeMailLogin(deps, at, { challengeToken, came: digits, deviceSecrets: [] });
    const outcomes = await race(world, (deps) => complete(deps));
    expect(new Set(outcomes)).toEqual(new Set(["invalid_challenge"]));
    expect(await world.database.query("select failures from users")).toEqual([{ failures: 5 }]);
    expect(await count(events("login_failed"))).toBe(5);
    expect(await complete(world.processes[0], { code })).toBe("invalid_challenge");
    expect(await count("challenges where purpose = 'login'")).toBe(0);
  });

  it("EM-04 of two signups of one address that are proved at once, 20 times, one makes the account", async () => {
    const email = "ada@example.com";
    const mine = await startedSignup(email, PASSWORD);
    const theirs = await startedSignup(email, OTHER_PASSWORD);
    const outcomes = await race(world, (deps, racer) =>
      confirmSignupByCode(deps, at, racer % 4 < 2 ? mine : theirs),
    );
    const winner = outcomes.findIndex((outcome) => "user" in outcome);
    expect(outcomes.filter((outcome) => "user" in outcome)).toHaveLength(1);
    expect(await count("users")).toBe(1);
    expect(await count(events("signup"))).toBe(1);
    expect(await count("challenges")).toBe(0);
    const [right, wrong] = winner % 4 < 2 ? [PASSWORD, OTHER_PASSWORD] : [OTHER_PASSWORD, PASSWORD];
    const user = { ...aUser(), email };
    expect(await signIn(world.processes[0], user, right)).toHaveProperty("session");
    await expect(signIn(world.processes[0], user, wrong)).rejects.toThrow();
  });

  it("EM-10 of two accounts that change to one address at once, one has it, and the other keeps its own", async () => {
    for (let round = 0; round < 5; round += 1) {
      const address = `wanted-${round}@example.com`;
      const owners = [await signedInOwner(world), await signedInOwner(world)] as const;
      const changes = [
        await startedChange(owners[0], address),
        await startedChange(owners[1], address),
      ] as const;
      const outcomes = await Promise.all([
        confirmEmailChange(world.processes[0], at, asking(owners[0]), changes[0]),
        confirmEmailChange(world.processes[1], at, asking(owners[1]), changes[1]),
      ]);
      expect(outcomes.toSorted()).toEqual(["changed", "invalid_challenge"]);
      const [loser] = outcomes[0] === "changed" ? [owners[1]] : [owners[0]];
      expect(await count(`users where email = '${address}'`)).toBe(1);
      expect(await count(`users where email = '${loser.user.email}'`)).toBe(1);
      expect(await count(`sessions where user_id = '${loser.user.id}'`)).toBe(1);
    }
  });

  describe("EM-08 an address that a change is just leaving", () => {
    /** Changes the address of an account by hand, as `confirmEmailChange` does, and commits a moment later. */
    async function whileChanging<T>(work: (email: string) => Promise<T>): Promise<T> {
      const [deps] = world.processes;
      const { user } = await signedInOwner(world);
      const { challenge } = prepareChallenge(deps, at, {
        purpose: "email_change_undo",
        lifetimeSeconds: 60,
        userId: user.id,
        subject: user.email,
        by: ["link"],
      });
      const changed = Promise.withResolvers<void>();
      const change = deps.storage.transaction(async (stores) => {
        await stores.users.changeEmail(user.id, NEW_ADDRESS);
        await stores.challenges.save(user.id, challenge);
        changed.resolve();
        await new Promise((resolve) => setTimeout(resolve, 200));
      });
      await changed.promise;
      const [outcome] = await Promise.all([work(user.email), change]);
      expect(await count(`users where email = '${user.email}'`)).toBe(0);
      return outcome;
    }

    it("EM-08 is nobody's by a signup", async () => {
      const outcome = await whileChanging((email) =>
        signup(world.processes[1], at, { email, password: PASSWORD, locale: null }),
      );
      expect(outcome).toEqual({ failure: "email_taken" });
      expect(await count(events("signup_failed"))).toBe(1);
    });

    it("EM-08 is nobody's by a change to it", async () => {
      const other = await signedInOwner(world);
      const outcome = await whileChanging(async (email) => {
        const [, deps] = world.processes;
        const prepared = prepareChallenge(deps, at, {
          purpose: "email_change",
          lifetimeSeconds: 60,
          userId: other.user.id,
          sessionId: other.session.id,
          subject: email,
          by: ["handle", "code", "link"],
        });
        await deps.storage.challenges.save(other.user.id, prepared.challenge);
        return confirmEmailChange(deps, at, asking(other), { token: prepared.linkToken });
      });
      expect(outcome).toBe("invalid_challenge");
    });
  });

  it("CH-08 a challenge that one process began is ended by another that was started since", async () => {
    const { challengeToken, code } = await startedSignup("ada@example.com");
    const storage = await openStorage(world.database.target, testOptions);
    const started = await dependenciesOn(storage, () => undefined);
    const { user } = succeeded(await confirmSignupByCode(started, at, { challengeToken, code }));
    expect(user).toMatchObject({ email: "ada@example.com", emailVerified: true });
    await storage.close();
  });
});
