/** Passkeys that are added, used and removed many times at once, through two processes, on both databases. */
import { describe, expect, it } from "vitest";
import { PASSKEYS_MAX } from "../../src/contract/bounds.ts";
import { commit } from "../../src/domain/change.ts";
import { completePasskeyLogin, startPasskeyLogin } from "../../src/domain/passkey-logins.ts";
import {
  startPasskeyReauthentication,
  startSecondFactorPasskey,
} from "../../src/domain/passkey-starts.ts";
import { addPasskey, removePasskey } from "../../src/domain/passkeys.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { SessionWithUser } from "../../src/domain/ports/sessions.ts";
import { reauthenticate } from "../../src/domain/reauthentication.ts";
import { databases } from "../support/databases.ts";
import { occasionAt } from "../support/domain.ts";
import {
  addPasskeyOf,
  beginAddition,
  beginByPassword,
  finish,
  newOwner,
  newPasskeyOwner,
  ownAuthenticator,
} from "../support/passkey-steps.ts";
import { eachTestHasProcesses, race, RACERS, signIn } from "../support/races.ts";
import { aPasskey } from "../support/rows.ts";

const at = occasionAt();

describe.each(databases)("passkeys at once on $name", ({ create }) => {
  const world = eachTestHasProcesses(create);

  const count = async (what: string) => {
    const [row] = await world.database.query(`select count(*) as n from ${what}`);
    return Number(row?.["n"]);
  };
  const events = (name: string) => `events where event = '${name}'`;

  it.each([0, 1])(
    "PK-02 of 20 ends of one sign-in with a counter that grows by %i one begins a half-login, and of 20 finishes one a session",
    async (step) => {
      const [deps] = world.processes;
      const { authenticator } = await newPasskeyOwner(deps, ownAuthenticator({ step }));
      await world.database.query("delete from sessions");
      const { challengeToken, options } = await startPasskeyLogin(deps, at);
      const credential = authenticator.get(options);
      const answer = { challengeToken, credential, deviceSecrets: [] };
      const outcomes = await race(world, (process) => completePasskeyLogin(process, at, answer));
      const begun = outcomes.filter((outcome) => outcome !== "invalid_passkey");
      expect(begun).toHaveLength(1);
      expect(await count("challenges")).toBe(1);
      const loginToken = begun[0]?.loginToken ?? "";
      const finished = await race(world, (process, racer) =>
        finish(process, loginToken, { method: "none" }, racer),
      );
      expect(finished.filter((outcome) => !("failure" in outcome))).toHaveLength(1);
      expect(await count("sessions")).toBe(1);
      expect(await count(events("passkey_clone_suspected"))).toBe(0);
    },
  );

  it("PK-02 PK-08 of 20 ends of one addition one stores the credential", async () => {
    const [deps] = world.processes;
    const owner = await newOwner(deps);
    const { setupToken, options } = await beginAddition(deps, owner);
    const answer = { setupToken, credential: ownAuthenticator().create(options) };
    const outcomes = await race(world, (process) => addPasskey(process, at, owner, answer));
    expect(outcomes.filter((outcome) => "passkey" in outcome)).toHaveLength(1);
    expect(await count("passkeys")).toBe(1);
    expect(await count(events("passkey_added"))).toBe(1);
    expect(await count("recovery_codes")).toBe(10);
  });

  it("PK-02 MF-01 of 20 finishes with one answer as the second factor one begins a session", async () => {
    const [deps] = world.processes;
    const { owner, authenticator } = await newPasskeyOwner(deps);
    await world.database.query("delete from sessions");
    const { loginToken } = await beginByPassword(deps, owner.user.email);
    const asked = await startSecondFactorPasskey(deps, at, loginToken);
    if (typeof asked === "string") throw new Error(asked);
    const { challengeToken, options } = asked;
    const credential = authenticator.get(options);
    const step = { method: "passkey", challengeToken, credential } as const;
    const outcomes = await race(world, (process, racer) =>
      finish(process, loginToken, step, racer),
    );
    expect(outcomes.filter((outcome) => !("failure" in outcome))).toHaveLength(1);
    expect(await count("sessions")).toBe(1);
  });

  it("PK-02 SU-03 of 20 steps up with one answer one gives the cookie another secret", async () => {
    const [deps] = world.processes;
    const { owner, authenticator } = await newPasskeyOwner(deps);
    const asked = await startPasskeyReauthentication(deps, at, owner);
    if ("failure" in asked) throw new Error(asked.failure);
    const { challengeToken, options } = asked;
    const credential = authenticator.get(options);
    const proof = { method: "passkey", challengeToken, credential } as const;
    const outcomes = await race(world, (process) =>
      reauthenticate(process, at, owner, proof, undefined),
    );
    expect(outcomes.filter((outcome) => "recentUntil" in outcome)).toHaveLength(1);
    expect(await count(events("reauthenticated"))).toBe(1);
  });

  it("PK-08 of two accounts that add one credential at once, one has it", async () => {
    const [one, other] = world.processes;
    for (let round = 0; round < 5; round += 1) {
      const authenticator = ownAuthenticator();
      const racers = [
        { deps: one, owner: await newOwner(one) },
        { deps: other, owner: await newOwner(other) },
      ];
      const answers = [];
      for (const { deps, owner } of racers) {
        const { setupToken, options } = await beginAddition(deps, owner);
        answers.push({
          deps,
          owner,
          answer: { setupToken, credential: authenticator.create(options) },
        });
      }
      const outcomes = await Promise.all(
        answers.map(({ deps, owner, answer }) => addPasskey(deps, at, owner, answer)),
      );
      const loser = outcomes.findIndex((outcome) => "failure" in outcome);
      expect(outcomes[loser]).toEqual({ failure: "passkey_exists" });
      expect(outcomes[1 - loser]).toHaveProperty("passkey");
      expect(await count("passkeys")).toBe(round + 1);
      // Nothing of the change of the one that lost is left.
      const { id } = racers[loser]?.owner.user ?? {};
      expect(await count(`recovery_codes where user_id = '${id}'`)).toBe(0);
      expect(await count(`users where id = '${id}' and credential_epoch = 0`)).toBe(1);
    }
  });

  it("PK-12 of 20 passkeys that are added at once to an account with 15, five are stored", async () => {
    const [deps] = world.processes;
    const owner = await newOwner(deps);
    const owners = [owner, { ...owner, ...(await signIn(deps, owner.user)) }];
    for (let at = 0; at < PASSKEYS_MAX - 5; at += 1) {
      await deps.storage.passkeys.insert(aPasskey(owner.user));
    }
    // A new ceremony ends the one before: each is spent before the next begins, and they change at once.
    const start = Promise.withResolvers<void>();
    const additions: ReturnType<typeof addPasskey>[] = [];
    for (let racer = 0; racer < RACERS; racer += 1) {
      const process = world.processes[racer % 2 === 0 ? 0 : 1];
      const asking = owners[racer % 2] ?? owner; // from either session: it is the account that takes turns
      const { setupToken, options } = await beginAddition(process, asking);
      const answer = { setupToken, credential: ownAuthenticator().create(options) };
      additions.push(addPasskey(changingAfter(process, start.promise), at, asking, answer));
      while ((await count("challenges")) > 0);
    }
    start.resolve();
    const outcomes = await Promise.all(additions);
    expect(outcomes.filter((outcome) => "passkey" in outcome)).toHaveLength(5);
    const refused = outcomes.filter((outcome) => "failure" in outcome);
    expect(new Set(refused.map(({ failure }) => failure))).toEqual(new Set(["too_many_passkeys"]));
    expect(await count("passkeys")).toBe(PASSKEYS_MAX);
  });

  /** The process, whose changes wait for the start. */
  function changingAfter(deps: Dependencies, start: Promise<void>): Dependencies {
    const { storage } = deps;
    const transaction: typeof storage.transaction = async (work) => {
      await start;
      return storage.transaction(work);
    };
    return { ...deps, storage: { ...storage, transaction } };
  }

  const ROUNDS = 20;
  const withoutMailLogin = (deps: Dependencies): Dependencies => ({ ...deps, mailLogin: false });

  /** True where the account can be signed in to without a mail. */
  async function hasWayIn({ user: { id } }: SessionWithUser): Promise<boolean> {
    const password = await count(`users where id = '${id}' and password_hash is not null`);
    return password + (await count(`passkeys where user_id = '${id}' and signs_in = 1`)) > 0;
  }

  it("PK-14 of an account's last two passkeys, which are removed at once, 20 times, one stays", async () => {
    const [one, other] = world.processes;
    for (let round = 0; round < ROUNDS; round += 1) {
      const { owner, passkey } = await newPasskeyOwner(one);
      const second = await addPasskeyOf(one, owner, ownAuthenticator());
      await one.storage.users.voidPassword(owner.user.id);
      const outcomes = await Promise.all([
        removePasskey(withoutMailLogin(one), at, owner, passkey.id),
        removePasskey(withoutMailLogin(other), at, owner, second.passkey.id),
      ]);
      expect(outcomes.toSorted()).toEqual(["last_credential", "removed"]);
      expect(await hasWayIn(owner)).toBe(true);
    }
  });

  it("PK-14 of a password and the last passkey, which go at once, 20 times, one stays", async () => {
    const [one, other] = world.processes;
    for (let round = 0; round < ROUNDS; round += 1) {
      const { owner, passkey } = await newPasskeyOwner(one);
      const outcomes = await Promise.all([
        removePasskey(withoutMailLogin(one), at, owner, passkey.id),
        giveUpPassword(other, owner),
      ]);
      expect(outcomes.toSorted()).not.toEqual(["given up", "removed"]);
      expect(await hasWayIn(owner)).toBe(true);
    }
  });

  /** Another change that takes turns at the account's row, as every one that removes a way in has to. */
  function giveUpPassword(deps: Dependencies, { user: { id } }: SessionWithUser): Promise<string> {
    return commit(deps, at, async ({ stores, undo }) => {
      await stores.users.moveEpoch(id);
      const passkeys = await stores.passkeys.list(id);
      if (!passkeys.some(({ signsIn }) => signsIn)) return undo("kept");
      await stores.users.voidPassword(id);
      return "given up";
    });
  }
});
