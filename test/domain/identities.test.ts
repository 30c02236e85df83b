/** Identities of an account, as its owner links, claims and removes them. */
import { beforeEach, describe, expect, test } from "vitest";
import { PROVIDER_CHALLENGE_SECONDS } from "../../src/contract/challenges.ts";
import {
  claimIdentity,
  completeProviderLink,
  removeIdentity,
} from "../../src/domain/identities.ts";
import { removePasskey } from "../../src/domain/passkeys.ts";
import { finishLogin } from "../../src/domain/pending-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { SessionWithUser } from "../../src/domain/ports/sessions.ts";
import { completeProviderLogin } from "../../src/domain/provider-logins.ts";
import { revokeOtherSessions } from "../../src/domain/own-sessions.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, openDomain } from "../support/domain.ts";
import { logInByCookie, roleByCookie, storedEvents } from "../support/logins.ts";
import { waitingMails } from "../support/outbox.ts";
import {
  answerFrom,
  aProvider,
  beginAt,
  linkAt,
  linkTokenAt,
  loginTokenAt,
  signInAt,
  type TestProvider,
  vouchedFor,
  withProviders,
} from "../support/providers.ts";
import { anIdentity, aPasskey } from "../support/rows.ts";

const INVALID = { failure: "invalid_challenge" };
const TAKEN = { failure: "identity_taken" };

let domain: Domain;
let deps: Dependencies;
let acme: TestProvider;
let owner: SessionWithUser;
beforeEach(async () => {
  domain = await openDomain();
  acme = aProvider();
  deps = withProviders({ ...domain.deps, mailLogin: false }, acme);
  const user = await domain.newUser();
  domain.sql("UPDATE users SET email_verified = 1");
  owner = await logInByCookie(domain, { ...user, emailVerified: true });
});

const identities = () => domain.sql("SELECT user_id, subject FROM identities ORDER BY id");
const challenges = () => domain.sql("SELECT purpose FROM challenges");
async function somebodyElse() {
  const login = await logInByCookie(domain, await domain.newUser());
  domain.sql("UPDATE users SET email_verified = 1");
  return login;
}

describe("FD-08 a link", () => {
  test("FD-08 lets the person in from then on, ends nothing, and is told by mail", async () => {
    const cookie = await logInByCookie(domain, owner.user);
    const who = vouchedFor("another@example.net");
    const outcome = await linkAt(deps, acme, owner, who);
    expect(outcome).toMatchObject({ identity: { provider: "acme", email: "another@example.net" } });
    expect(identities()).toEqual([{ user_id: owner.user.id, subject: who.subject }]);
    expect(await roleByCookie(domain, cookie.secret)).toBe("user");
    expect(storedEvents(domain, "identity_linked")).toMatchObject([
      { userId: owner.user.id, provider: "acme", by: "user" },
    ]);
    const mails = waitingMails(domain, owner.user.email);
    expect(mails.map(({ subject }) => subject)).toEqual([expect.stringContaining("The acme")]);
    loginTokenAt(await signInAt(deps, acme, who));
    expect(domain.sql("SELECT id FROM users")).toHaveLength(1);
  });

  test("FD-08 FD-06 of an address that nobody vouches for, or of none, is a link all the same", async () => {
    const silent = { subject: "1", address: { fault: "unavailable", why: "timeout" } } as const;
    expect(await linkAt(deps, acme, owner, silent)).toMatchObject({ identity: { email: null } });
  });

  test("FD-08 ends in the session that began it, and in no other, of the account or of another", async () => {
    const theirs = await somebodyElse();
    const another = await logInByCookie(domain, owner.user);
    const answer = answerFrom(await beginAt(deps, acme, { owner }), vouchedFor("a@example.net"));
    for (const asking of [theirs, another])
      expect(await completeProviderLink(deps, domain.at(), asking, acme, answer)).toEqual(INVALID);
    expect(identities()).toEqual([]);
    expect(acme.exchanges()).toBe(0);
    const outcome = await completeProviderLink(deps, domain.at(), owner, acme, answer);
    expect(outcome).toHaveProperty("identity");
  });

  test("FD-08 links nobody where the session ended while the provider was asked", async () => {
    const asking = await logInByCookie(domain, owner.user);
    const ending: TestProvider = {
      ...acme,
      async identify(flow, answer) {
        await revokeOtherSessions(deps, domain.at(), owner.session);
        return acme.identify(flow, answer);
      },
    };
    const who = vouchedFor("a@example.net");
    const answer = answerFrom(await beginAt(deps, acme, { owner: asking }), who);
    expect(await completeProviderLink(deps, domain.at(), asking, ending, answer)).toEqual(INVALID);
    expect(identities()).toEqual([]);
    expect(storedEvents(domain, "identity_linked")).toEqual([]);
    expect(waitingMails(domain)).toEqual([]);
  });

  test("FD-06 FD-08 of somebody who is another account's, or beside another of the provider, changes nothing", async () => {
    const theirs = await somebodyElse();
    const who = vouchedFor("a@example.net");
    expect(await linkAt(deps, acme, theirs, who)).toHaveProperty("identity");
    const before = [identities(), waitingMails(domain).length];
    expect(await linkAt(deps, acme, owner, who)).toEqual(TAKEN);
    expect(await linkAt(deps, acme, theirs, who)).toEqual(TAKEN);
    expect(await linkAt(deps, acme, theirs, vouchedFor("b@example.net"))).toEqual(TAKEN);
    expect([identities(), waitingMails(domain).length]).toEqual(before);
  });
});

describe("FD-09 a collision", () => {
  const collide = async () =>
    linkTokenAt(await signInAt(deps, acme, vouchedFor(owner.user.email, "collided")));

  test("FD-09 leads to the link for whoever signs in to that account, once", async () => {
    const linkToken = await collide();
    expect(identities()).toEqual([]);
    const outcome = await claimIdentity(deps, domain.at(), owner, linkToken);
    expect(outcome).toMatchObject({ identity: { provider: "acme", email: owner.user.email } });
    expect(identities()).toEqual([{ user_id: owner.user.id, subject: "collided" }]);
    expect(challenges()).toEqual([]);
    expect(waitingMails(domain, owner.user.email)).toHaveLength(1);
    expect(await claimIdentity(deps, domain.at(), owner, linkToken)).toEqual(INVALID);
    loginTokenAt(await signInAt(deps, acme, vouchedFor(owner.user.email, "collided")));
  });

  test("FD-09 leads nowhere from another account, and is spent by nothing that another does", async () => {
    const linkToken = await collide();
    const theirs = await somebodyElse();
    expect(await claimIdentity(deps, domain.at(), theirs, linkToken)).toEqual(INVALID);
    expect(await claimIdentity(deps, domain.at(), owner, "A".repeat(43))).toEqual(INVALID);
    expect(identities()).toEqual([]);
    expect(storedEvents(domain, "challenge_failed")).toMatchObject([
      { purpose: "identity_claim", reason: "not_good", userId: null },
    ]);
    expect(await claimIdentity(deps, domain.at(), owner, linkToken)).toHaveProperty("identity");
  });

  test("FD-09 is of no use as a login, and a login token not as a link", async () => {
    const linkToken = await collide();
    const client = { ip: "203.0.113.7", userAgent: "test" };
    const finish = {
      loginToken: linkToken,
      step: { method: "none" },
      client,
      deviceSecrets: [],
    } as const;
    expect(await finishLogin(deps, domain.at(), finish, undefined)).toEqual({
      failure: "invalid_login_token",
    });
    const stranger = loginTokenAt(await signInAt(deps, acme, vouchedFor("c@example.net")));
    expect(await claimIdentity(deps, domain.at(), owner, stranger)).toEqual(INVALID);
  });

  test("FD-09 is over after ten minutes, and FD-16 where the provider is switched off", async () => {
    const linkToken = await collide();
    const late = NOW + PROVIDER_CHALLENGE_SECONDS * 1000;
    expect(PROVIDER_CHALLENGE_SECONDS).toBe(600);
    expect(await claimIdentity(deps, domain.at(late), owner, linkToken)).toEqual(INVALID);
    const off = withProviders(deps);
    expect(await claimIdentity(off, domain.at(), owner, linkToken)).toEqual(INVALID);
    expect(identities()).toEqual([]);
    expect(await claimIdentity(deps, domain.at(late - 1), owner, linkToken)).toHaveProperty(
      "identity",
    );
  });

  test("FD-09 is over with the session's end", async () => {
    const asking = await logInByCookie(domain, owner.user);
    const linkToken = await collide();
    await revokeOtherSessions(deps, domain.at(), owner.session);
    expect(await claimIdentity(deps, domain.at(), asking, linkToken)).toEqual(INVALID);
    expect(identities()).toEqual([]);
  });

  test("FD-09 whose person was linked meanwhile is taken, and spends nothing", async () => {
    const linkToken = await collide();
    const theirs = await somebodyElse();
    await linkAt(deps, acme, theirs, vouchedFor(owner.user.email, "collided"));
    expect(await claimIdentity(deps, domain.at(), owner, linkToken)).toEqual(TAKEN);
    expect(challenges()).toEqual([{ purpose: "identity_claim" }]);
    expect(identities()).toEqual([{ user_id: theirs.user.id, subject: "collided" }]);
  });

  test("FD-09 with an account that is deleted meanwhile is none", async () => {
    const { storage } = deps;
    let isDeleted = false;
    const meanwhile: Dependencies = {
      ...deps,
      storage: {
        ...storage,
        async transaction(work) {
          if (!isDeleted && challenges().length === 0) {
            isDeleted = true;
            await storage.users.deleteUnlessLastAdmin(owner.user.id);
          }
          return storage.transaction(work);
        },
      },
    };
    const answer = answerFrom(await beginAt(deps, acme), vouchedFor(owner.user.email));
    const given = { ...answer, deviceSecrets: [] };
    const outcome = await completeProviderLogin(meanwhile, domain.at(), acme, given);
    expect(outcome).toHaveProperty("pending");
    expect(storedEvents(domain, "identity_collision")).toEqual([]);
  });
});

describe("FD-18 the last way in stays", () => {
  const remove = async (who = owner, on = deps) => {
    const [identity] = await deps.storage.identities.list(who.user.id);
    return removeIdentity(on, domain.at(), who, identity?.id ?? "");
  };
  const give = (provider = "acme") =>
    deps.storage.identities.insert(anIdentity(owner.user, { provider }));
  const voidPassword = () => domain.sql("UPDATE users SET password_hash = NULL");

  test("FD-18 an identity that is removed lets nobody in; every other session ends, and it is told by mail", async () => {
    const who = vouchedFor("a@example.net");
    await linkAt(deps, acme, owner, who);
    const asking = await logInByCookie(domain, owner.user);
    const other = await logInByCookie(domain, owner.user);
    const mails = waitingMails(domain).length;
    expect(await remove(asking)).toBe("removed");
    expect(identities()).toEqual([]);
    expect(await roleByCookie(domain, asking.secret)).toBe("user");
    expect(await roleByCookie(domain, other.secret)).toBeUndefined();
    expect(waitingMails(domain)).toHaveLength(mails + 1);
    expect(storedEvents(domain, "identity_removed")).toMatchObject([{ by: "user" }]);
    expect(storedEvents(domain, "session_revoked").at(-1)).toMatchObject({ by: "factor_change" });
    await signInAt(deps, acme, who);
    expect(identities()).not.toContainEqual(expect.objectContaining({ user_id: owner.user.id }));
  });

  test("FD-18 the only one of an account without a password stays, and so does everything", async () => {
    await give();
    voidPassword();
    const before = domain.sql("SELECT * FROM users");
    expect(await remove()).toBe("last_credential");
    expect(identities()).toHaveLength(1);
    expect(domain.sql("SELECT * FROM users")).toEqual(before);
    expect(storedEvents(domain, "identity_removed")).toEqual([]);
    expect(await remove(owner, { ...deps, mailLogin: true })).toBe("removed");
  });

  test("FD-18 FD-16 one of a provider that is switched off is no way in", async () => {
    await give();
    await give("gone");
    voidPassword();
    expect(await remove()).toBe("last_credential");
    expect(identities()).toHaveLength(2);
    const on = withProviders(deps, acme, aProvider({ id: "gone" }));
    expect(await remove(owner, on)).toBe("removed");
  });

  test("FD-18 PK-14 a passkey is a way in beside it, and it beside a passkey", async () => {
    await give();
    voidPassword();
    await deps.storage.passkeys.insert(aPasskey(owner.user));
    const [passkey] = await deps.storage.passkeys.list(owner.user.id);
    expect(await removePasskey(deps, domain.at(), owner, passkey?.id ?? "")).toBe("removed");
    expect(await remove()).toBe("last_credential");
    await deps.storage.passkeys.insert(aPasskey(owner.user));
    expect(await remove()).toBe("removed");
  });

  test("FD-18 somebody else's is not found", async () => {
    await give();
    const theirs = await somebodyElse();
    const [identity] = await deps.storage.identities.list(owner.user.id);
    const outcome = await removeIdentity(deps, domain.at(), theirs, identity?.id ?? "");
    expect(outcome).toBe("not_found");
    expect(identities()).toHaveLength(1);
    expect(await roleByCookie(domain, theirs.secret)).toBe("user");
  });
});
