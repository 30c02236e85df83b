/** Second factors at once, through two processes of one database: each is used once, and a change of them is met by every login. */
import { describe, expect, it } from "vitest";
import { login } from "../../src/domain/login.ts";
import { type Finish, finishLogin, finishTokenLogin } from "../../src/domain/pending-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { SessionWithUser } from "../../src/domain/ports/sessions.ts";
import { reauthenticate } from "../../src/domain/reauthentication.ts";
import {
  confirmTotp,
  removeTotp,
  renewRecoveryCodes,
  startTotp,
} from "../../src/domain/second-factors.ts";
import { PASSWORD } from "../support/credentials.ts";
import { databases } from "../support/databases.ts";
import { CLIENT, occasionAt } from "../support/domain.ts";
import { eachTestHasProcesses, race, RACERS, signedInOwner, signIn } from "../support/races.ts";
import { addTotp, appOf } from "../support/second-factors.ts";

const at = occasionAt();

describe.each(databases)("second factors at once on $name", ({ create }) => {
  const world = eachTestHasProcesses(create);

  const rows = async (what: string) =>
    Number((await world.database.query(`select count(*) as n from ${what}`))[0]?.["n"]);
  const events = (name: string) => `events where event = '${name}'`;

  async function begin({ user }: SessionWithUser, deps = world.processes[0]): Promise<string> {
    const attempt = { email: user.email, password: PASSWORD, client: CLIENT, device: undefined };
    const outcome = await login(deps, at, attempt, undefined);
    if (outcome.kind !== "pending") throw new Error(`Expected a half-login, got ${outcome.kind}`);
    return outcome.loginToken;
  }
  async function ownerWithTotp() {
    const owner = await signedInOwner(world);
    return { owner, ...(await addTotp(world.processes[0], owner)) };
  }
  /** Finishes, half of the racers with cookies and half with tokens. */
  const finish = async (
    deps: Dependencies,
    loginToken: string,
    step: Finish["step"],
    racer = 0,
  ): Promise<object> => {
    const given = { loginToken, step, client: CLIENT, deviceSecrets: [] };
    return racer % 4 < 2
      ? finishLogin(deps, at, given, undefined)
      : finishTokenLogin(deps, at, given);
  };
  /** The tries of a race are one account's, whose lock is not what it is about. */
  const calm = (deps: Dependencies): Dependencies => ({
    ...deps,
    factorLockout: { threshold: 100, seconds: 900 },
  });
  type Proof = Exclude<Finish["step"], { method: "none" | "passkey" }>;
  /** Uses of one proof at once: four to sign in, by cookie and by token, and the others to step up. */
  const useAtOnce = (owner: SessionWithUser, loginToken: string, proof: Proof, of = calm) =>
    race(world, async (deps, racer): Promise<object> =>
      racer < 4
        ? finish(of(deps), loginToken, proof, racer)
        : reauthenticate(of(deps), at, owner, proof, undefined),
    );
  const isGood = (outcome: object) => "session" in outcome || "recentUntil" in outcome;

  it("MF-02 of 20 uses of one code at once, for sign-in and step-up together, one is good", async () => {
    const { owner, app } = await ownerWithTotp();
    const loginToken = await begin(owner);
    const outcomes = await useAtOnce(owner, loginToken, { method: "totp", code: app.codeAt() });
    expect(outcomes.filter(isGood)).toHaveLength(1);
    const signedIn = (await rows(events("login_success"))) - 1;
    expect(signedIn + (await rows(events("reauthenticated")))).toBe(1);
    expect(await rows("sessions")).toBe(1 + signedIn);
    expect(await rows("totp_factors where last_used_at is not null")).toBe(1);
  });

  it("MF-02 of 20 step-ups by one code at once one is good, and the others are told as replays", async () => {
    const { owner, app } = await ownerWithTotp();
    const proof = { method: "totp", code: app.codeAt() } as const;
    const outcomes = await race(world, (deps) =>
      reauthenticate(calm(deps), at, owner, proof, undefined),
    );
    expect(outcomes.filter(isGood)).toHaveLength(1);
    expect(outcomes.filter((one) => !isGood(one))).toEqual(
      Array.from({ length: RACERS - 1 }, () => ({ failure: "invalid_second_factor" })),
    );
    expect(await rows(`${events("second_factor_failed")} and body like '%replayed%'`)).toBe(19);
  });

  it("MF-04 of 20 uses of one recovery code at once, for sign-in and step-up together, one is good", async () => {
    const { owner, recoveryCodes } = await ownerWithTotp();
    const loginToken = await begin(owner);
    const proof = { method: "recovery_code", code: recoveryCodes[0] ?? "" } as const;
    const outcomes = await useAtOnce(owner, loginToken, proof);
    expect(outcomes.filter(isGood)).toHaveLength(1);
    expect([await rows("recovery_codes"), await rows(events("recovery_code_used"))]).toEqual([
      9, 1,
    ]);
  });

  it("MF-04 a code that is renewed away while it is used signs in before, or not at all", async () => {
    const { owner, recoveryCodes } = await ownerWithTotp();
    const loginToken = await begin(owner);
    const step = { method: "recovery_code", code: recoveryCodes[0] ?? "" } as const;
    const [one, other] = world.processes;
    const [finished, codes] = await Promise.all([
      finish(one, loginToken, step),
      renewRecoveryCodes(other, at, owner),
    ]);
    expect(codes).toHaveLength(10);
    expect(await rows("recovery_codes")).toBe(10);
    // A session that came first was ended by the renewal; one that came later would have met the new epoch.
    expect(await rows("sessions")).toBe(1);
    expect("session" in finished).toBe((await rows(events("recovery_code_used"))) === 1);
  });

  it("MF-06 of 20 wrong codes of one half-login at once five are compared, and the right one after them is refused", async () => {
    const { owner, app } = await ownerWithTotp();
    const loginToken = await begin(owner);
    const wrong = { method: "totp", code: app.wrongAt() } as const;
    const outcomes = await race(world, (deps, racer) => finish(deps, loginToken, wrong, racer));
    const failures = outcomes.map((one) => ("failure" in one ? one.failure : "none")).sort();
    expect(failures).toEqual([
      ...Array(15).fill("invalid_login_token"),
      ...Array(5).fill("invalid_second_factor"),
    ]);
    expect(await world.database.query("select factor_failures from users")).toEqual([
      { factor_failures: 5 },
    ]);
    const right = { method: "totp", code: app.codeAt() } as const;
    expect(await finish(world.processes[1], loginToken, right)).toEqual({
      failure: "invalid_login_token",
    });
    expect(await rows("sessions")).toBe(1);
  });

  it("MF-06 of 20 wrong codes of an account at once, for sign-in and step-up together, ten are compared, and then no right one", async () => {
    const { owner, app } = await ownerWithTotp();
    const loginToken = await begin(owner);
    const wrong = { method: "totp", code: app.wrongAt() } as const;
    const outcomes = await useAtOnce(owner, loginToken, wrong, (deps) => deps);
    expect(new Set(outcomes.map((one) => JSON.stringify(one))).size).toBe(1);
    const failed = (reason: string) =>
      rows(`${events("second_factor_failed")} and body like '%"${reason}"%'`);
    expect([await failed("wrong"), await failed("locked")]).toEqual([10, 10]);
    expect(await rows(events("second_factors_locked"))).toBe(1);
    const right = { method: "totp", code: app.codeAt() } as const;
    const refused = { failure: "invalid_second_factor" };
    expect(await finish(world.processes[1], loginToken, right)).toEqual(refused);
    expect(await reauthenticate(world.processes[0], at, owner, right, undefined)).toEqual(refused);
    expect(await rows("sessions")).toBe(1);
  });

  it("MF-08 of an app that is added while another session begins one, the first stays the account's", async () => {
    for (let round = 0; round < 5; round += 1) {
      const owner = await signedInOwner(world);
      const elsewhere = await signIn(world.processes[1], owner.user);
      const [one, other] = world.processes;
      const mine = await startTotp(one, at, owner);
      if (mine === "factor_exists") throw new Error(mine);
      const codeOf = ({ secret }: { readonly secret: string }) => appOf(secret).codeAt();
      const proof = { setupToken: mine.setupToken, code: codeOf(mine) };
      const [added, theirs] = await Promise.all([
        confirmTotp(one, at, owner, proof),
        startTotp(other, at, elsewhere),
      ]);
      if (theirs !== "factor_exists") {
        const late = { setupToken: theirs.setupToken, code: codeOf(theirs) };
        const isAdded = "codes" in (await confirmTotp(other, at, elsewhere, late));
        expect(isAdded).toBe(!("codes" in added));
      }
      const ofUser = `where user_id = '${owner.user.id}'`;
      expect([
        await rows(`totp_factors ${ofUser}`),
        await rows(`recovery_codes ${ofUser}`),
      ]).toEqual([1, 10]);
    }
  });

  /** Every login that is under way when the factor comes has to end without a session, or with the factor. */
  it("MF-01 a login that was begun before a factor was added does not end without it", async () => {
    const owner = await signedInOwner(world);
    const [one, other] = world.processes;
    const { passwords } = one;
    let isAdded = false;
    const slow: Dependencies = {
      ...one,
      passwords: {
        ...passwords,
        async verify(password, encoded) {
          const verdict = await passwords.verify(password, encoded);
          if (!isAdded) await addTotp(other, owner);
          isAdded = true;
          return verdict;
        },
      },
    };
    const attempt = {
      ...{ email: owner.user.email, password: PASSWORD, client: CLIENT, device: undefined },
    };
    expect(await login(slow, at, attempt, undefined)).toMatchObject({
      kind: "pending",
      secondFactors: ["totp", "recovery_code"],
    });
    expect(await rows("sessions")).toBe(1);
  });

  it("MF-01 of logins and an addition of a factor at once, no session by password alone is left", async () => {
    for (let round = 0; round < 5; round += 1) {
      const owner = await signedInOwner(world);
      const [one, other] = world.processes;
      const attempt = {
        ...{ email: owner.user.email, password: PASSWORD, client: CLIENT, device: undefined },
      };
      await Promise.all([
        addTotp(one, owner),
        ...Array.from({ length: 6 }, (_, racer) =>
          login(racer % 2 === 0 ? one : other, at, attempt, undefined),
        ),
      ]);
      const left = await world.database.query(
        `select id from sessions where user_id = '${owner.user.id}'`,
      );
      expect(left).toEqual([{ id: owner.session.id }]);
    }
  });

  it("MF-07 MF-10 a removal of the app and a finish at once: the session ends with the removal, or never begins", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { owner, app } = await ownerWithTotp();
      const loginToken = await begin(owner);
      const step = { method: "totp", code: app.codeAt() } as const;
      const [one, other] = world.processes;
      const [removed] = await Promise.all([
        removeTotp(one, at, owner),
        finish(other, loginToken, step, round),
      ]);
      expect(removed).toBe(true);
      const ofUser = `where user_id = '${owner.user.id}'`;
      expect(await world.database.query(`select id from sessions ${ofUser}`)).toEqual([
        { id: owner.session.id },
      ]);
      expect([
        await rows(`totp_factors ${ofUser}`),
        await rows(`recovery_codes ${ofUser}`),
      ]).toEqual([0, 0]);
    }
  });
});
