/** People who come back from a provider many times at once, through two processes, on both databases. */
import { describe, expect, it } from "vitest";
import { claimIdentity, removeIdentity } from "../../src/domain/identities.ts";
import { completeMailLogin, startMailLogin } from "../../src/domain/mail-logins.ts";
import { removePasskey } from "../../src/domain/passkeys.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import { completeProviderLogin } from "../../src/domain/provider-logins.ts";
import { completeProviderLink } from "../../src/domain/identities.ts";
import { databases } from "../support/databases.ts";
import { occasionAt } from "../support/domain.ts";
import {
  answerFrom,
  aProvider,
  beginAt,
  linkTokenAt,
  signInAt,
  type TestProvider,
  vouchedFor,
  withProviders,
} from "../support/providers.ts";
import { eachTestHasProcesses, mailedTo, race, RACERS, signedInOwner } from "../support/races.ts";
import { aPasskey, anIdentity } from "../support/rows.ts";

const at = occasionAt();

describe.each(databases)("providers at once on $name", ({ create }) => {
  const world = eachTestHasProcesses(create);

  const count = async (what: string) => {
    const [row] = await world.database.query(`select count(*) as n from ${what}`);
    return Number(row?.["n"]);
  };
  const events = (name: string) => `events where event = '${name}'`;
  const end = (deps: Dependencies, provider: TestProvider, answer: ReturnType<typeof answerFrom>) =>
    completeProviderLogin(deps, at, provider, { ...answer, deviceSecrets: [] });

  /** As many flows, each of which has come back with the person that `who` says. */
  async function answers(
    provider: TestProvider,
    who: (racer: number) => ReturnType<typeof vouchedFor>,
  ) {
    const begun = await Promise.all(
      Array.from({ length: RACERS }, () => beginAt(world.processes[0], provider)),
    );
    return begun.map((each, racer) => answerFrom(each, who(racer)));
  }
  const kinds = (outcomes: readonly object[]) => {
    const names = outcomes.map((outcome) =>
      "failure" in outcome ? String(outcome.failure) : "in",
    );
    return Object.fromEntries(
      [...new Set(names)].sort().map((name) => [name, names.filter((one) => one === name).length]),
    );
  };

  it("FD-06 FD-07 20 sign-ins of one person whom nobody knows make one account with one identity, and let each in", async () => {
    const provider = aProvider();
    const given = await answers(provider, () => vouchedFor("ada@example.com"));
    const outcomes = await race(world, async (deps, racer) => {
      const answer = given[racer];
      return answer ? end(deps, provider, answer) : {};
    });
    expect(kinds(outcomes)).toEqual({ in: RACERS });
    expect(await count("users")).toBe(1);
    expect(await count("identities")).toBe(1);
    expect(await count(events("signup"))).toBe(1);
    expect(await count(events("identity_linked"))).toBe(1);
    expect(await count("challenges where purpose = 'login'")).toBe(1);
  });

  it.each(["ask", "verified"] as const)(
    "FD-06 of 20 people with one address, all vouched for, one has the account, where linking is %s",
    async (linking) => {
      const provider = aProvider({ linking });
      const given = await answers(provider, (racer) =>
        vouchedFor("ada@example.com", `person ${racer}`),
      );
      const outcomes = await race(world, async (deps, racer) => {
        const answer = given[racer];
        return answer ? end(deps, provider, answer) : {};
      });
      const refusal = linking === "ask" ? "identity_collision" : "identity_taken";
      expect(kinds(outcomes)).toEqual({ in: 1, [refusal]: RACERS - 1 });
      expect(await count("users")).toBe(1);
      expect(await count("identities")).toBe(1);
      expect(await count(events("signup"))).toBe(1);
    },
  );

  it("FD-06 of 20 links of one person, by two accounts, one is made", async () => {
    const provider = aProvider();
    const owners = [await signedInOwner(world), await signedInOwner(world)] as const;
    const who = vouchedFor("elsewhere@example.com");
    // An account has one flow at a time: each of the racers comes with one of the two.
    const begun = [
      await beginAt(world.processes[0], provider, { owner: owners[0] }),
      await beginAt(world.processes[0], provider, { owner: owners[1] }),
    ] as const;
    const outcomes = await race(world, (deps, racer) => {
      const mine = racer % 4 < 2 ? 0 : 1;
      return completeProviderLink(deps, at, owners[mine], provider, answerFrom(begun[mine], who));
    });
    expect(kinds(outcomes)).toEqual({ in: 1, identity_taken: 1, invalid_challenge: RACERS - 2 });
    expect(await count("identities")).toBe(1);
    expect(await count(events("identity_linked"))).toBe(1);
  });

  it("FD-09 of 20 claims of two collisions of one account, at one provider, one is linked", async () => {
    const provider = aProvider();
    const other = aProvider({ id: "acme", issuer: "https://second.example" });
    const owner = await signedInOwner(world);
    await world.database.query("update users set email_verified = 1");
    const { email } = owner.user;
    // The first is ended by the second; a claim of either is one of the same account.
    const tokens = [
      linkTokenAt(await signInAt(world.processes[0], provider, vouchedFor(email, "one"))),
      linkTokenAt(await signInAt(world.processes[1], other, vouchedFor(email, "two"))),
    ] as const;
    const outcomes = await race(world, (deps, racer) =>
      claimIdentity(withProviders(deps, provider), at, owner, tokens[racer % 4 < 2 ? 0 : 1]),
    );
    expect(kinds(outcomes)["in"]).toBe(1);
    expect(await world.database.query("select subject from identities")).toEqual([
      { subject: "two" },
    ]);
  });

  it("EM-06 of a claim by mail and claims by a provider at once, one cleans the account, and the person is its owner's", async () => {
    const provider = aProvider();
    const owner = await signedInOwner(world); // whoever made it, and is signed in
    const { email } = owner.user;
    await world.processes[0].storage.identities.insert(
      anIdentity(owner.user, { provider: "acme", subject: "whoever made it" }),
    );
    const begun = await startMailLogin(world.processes[0], at, email, null, []);
    const code = (await mailedTo(world, email)).code.replace(" ", "");
    const given = await answers(provider, () => vouchedFor(email, "its owner"));
    const outcomes = await race(world, async (deps, racer) => {
      const answer = given[racer];
      if (racer === 0 || answer === undefined) {
        const proof = { challengeToken: begun.challengeToken, came: { code }, deviceSecrets: [] };
        const outcome = await completeMailLogin(deps, at, proof);
        return typeof outcome === "string" ? { failure: outcome } : outcome;
      }
      return end(deps, provider, answer);
    });
    expect(await count(events("email_verified"))).toBe(1);
    expect(await count("sessions")).toBe(0);
    expect(await count("identities where subject = 'whoever made it'")).toBe(0);
    expect(await count("users where password_hash is null and email_verified = 1")).toBe(1);
    // The mail was first: then the provider's person has to sign in to the account. Or the provider was.
    const isByProvider = (await count("identities where subject = 'its owner'")) === 1;
    const refused = kinds(outcomes)["identity_collision"] ?? 0;
    expect(refused).toBe(isByProvider ? 0 : RACERS - 1);
    expect(kinds(outcomes)["in"]).toBeGreaterThanOrEqual(1);
  });

  it("EM-06 FD-08 a link by whoever made an account, at once with its owner's claim, leaves nothing of theirs", async () => {
    const provider = aProvider();
    const theirs = aProvider({ id: "theirs" });
    for (let round = 0; round < 5; round += 1) {
      const maker = await signedInOwner(world);
      const { email } = maker.user;
      const link = await beginAt(world.processes[0], theirs, { owner: maker });
      const login = await beginAt(world.processes[1], provider);
      const thief = vouchedFor("thief@example.com", `thief ${round}`);
      const [, claimed] = await Promise.all([
        completeProviderLink(world.processes[0], at, maker, theirs, answerFrom(link, thief)),
        end(world.processes[1], provider, answerFrom(login, vouchedFor(email))),
      ]);
      expect(claimed).toHaveProperty("pending");
      const rows = await world.database.query(
        `select provider from identities where user_id = '${maker.user.id}'`,
      );
      expect(rows).toEqual([{ provider: "acme" }]);
    }
  });

  describe("FD-18 of the last two ways in, removed at once, one stays", () => {
    const rounds = [0, 1, 2, 3, 4];
    const removals = {
      "two identities": async (deps: Dependencies, owner: Owner) => {
        const insert = deps.storage.identities.insert;
        await insert(anIdentity(owner.user, { provider: "acme" }));
        await insert(anIdentity(owner.user, { provider: "other" }));
        const [one, other] = await deps.storage.identities.list(owner.user.id);
        return [one, other].map(
          (each) => (on: Dependencies) => removeIdentity(on, at, owner, each?.id ?? ""),
        );
      },
      "an identity and a passkey": async (deps: Dependencies, owner: Owner) => {
        await deps.storage.identities.insert(anIdentity(owner.user));
        await deps.storage.passkeys.insert(aPasskey(owner.user));
        const [identity] = await deps.storage.identities.list(owner.user.id);
        const [passkey] = await deps.storage.passkeys.list(owner.user.id);
        return [
          (on: Dependencies) => removeIdentity(on, at, owner, identity?.id ?? ""),
          (on: Dependencies) => removePasskey(on, at, owner, passkey?.id ?? ""),
        ];
      },
    };
    type Owner = Awaited<ReturnType<typeof signedInOwner>>;

    it.each(Object.entries(removals))("FD-18 PK-14 %s", async (_, prepare) => {
      const providers = [aProvider(), aProvider({ id: "other" })];
      for (const round of rounds) {
        const owner = await signedInOwner(world);
        const removes = await prepare(world.processes[0], owner);
        await world.database.query("update users set password_hash = null");
        const outcomes = await race(world, (deps, racer) => {
          const on = withProviders({ ...deps, mailLogin: false }, ...providers);
          return removes[(racer + round) % 2]?.(on) ?? Promise.resolve("not_found" as const);
        });
        expect(outcomes.filter((outcome) => outcome === "removed")).toHaveLength(1);
        const left =
          (await count(`identities where user_id = '${owner.user.id}'`)) +
          (await count(`passkeys where user_id = '${owner.user.id}'`));
        expect(left).toBe(1);
      }
    });
  });
});
