/**
 * Everything an account has, against each change of what proves its owner: what must end has ended, in the database and
 * in use, and nothing else has. A purpose of a challenge that is missing here does not compile.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { type ChallengePurpose, challengePurposes } from "../../src/contract/challenges.ts";
import { changePassword } from "../../src/domain/accounts.ts";
import {
  confirmEmailChange,
  confirmEmailVerification,
  undoEmailChange,
} from "../../src/domain/address-changes.ts";
import {
  type ChallengeRequest,
  prepareChallenge,
  type Prepared,
} from "../../src/domain/challenges.ts";
import { commit } from "../../src/domain/change.ts";
import { recognizeDevice } from "../../src/domain/devices.ts";
import { completeMailLogin } from "../../src/domain/mail-logins.ts";
import { beginPendingLogin, finishTokenLogin } from "../../src/domain/pending-logins.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import { resetPassword } from "../../src/domain/resets.ts";
import { confirmSignupByCode, confirmSignupByLink } from "../../src/domain/signups.ts";
import { NOW } from "../support/clock.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain } from "../support/domain.ts";
import { logInByCookie, logInByToken, roleByBearer, roleByCookie } from "../support/logins.ts";

/** The address of before a change, those after it, and one that was the account's long ago. */
const OLD = "old@example.com";
const NEW = "new@example.com";
const OLDEST = "oldest@example.com";

/** After what was begun at `NOW`: of two changes, the later one is known by its id. */
const LATER = NOW + 1_000;

type Login = Awaited<ReturnType<typeof logInByCookie>>;

/** Something that is held: where its row is, and a use of it that says whether it is good. */
interface Held {
  readonly table: "sessions" | "challenges" | "devices";
  readonly id: string;
  use(): Promise<boolean>;
}
interface Account {
  readonly user: User;
  readonly asking: Login;
}
type Begin = (account: Account) => Promise<Held>;
type Fate = "stays" | "ends";

let domain: Domain;
let admin: User;
beforeEach(async () => {
  domain = await openDomain();
  admin = await domain.newUser("admin@example.com");
  domain.sql("UPDATE users SET role = 'admin' WHERE id = ?", admin.id);
});

/** Everything an account can have: by what it is begun, and what becomes of it. */
const grants = {
  "the cookie that asks": ({ asking }: Account) => cookie(asking),
  "another cookie": async ({ user }: Account) => cookie(await logInByCookie(domain, user)),
  "an access token": async ({ user }: Account) => {
    const { sessionId, accessToken } = await logInByToken(domain, user);
    const use = async () => (await roleByBearer(domain, accessToken)) !== undefined;
    return { table: "sessions", id: sessionId, use };
  },
  "a refresh token": async ({ user }: Account) => {
    const { sessionId, refreshToken } = await logInByToken(domain, user);
    const use = async () => (await refresh(domain.deps, domain.at(), refreshToken)) !== undefined;
    return { table: "sessions", id: sessionId, use };
  },
  "the device that asks": ({ asking }: Account) => device(asking),
  "another device": async ({ user }: Account) => device(await logInByCookie(domain, user)),
} satisfies Record<string, Begin>;

const challenges: Record<ChallengePurpose, Begin> = {
  // Those of no account are about an address that has none.
  signup: async () => {
    const prepared = await pending("signup", { passwordHash: "v1$none", invitedBy: null });
    return held(prepared, async ({ challengeToken, code }) =>
      isMade(await confirmSignupByCode(domain.deps, domain.at(), { challengeToken, code })),
    );
  },
  invitation: async () => {
    const prepared = await pending("invitation", { passwordHash: null, invitedBy: admin.id });
    return held(prepared, async ({ linkToken }) =>
      isMade(await confirmSignupByLink(domain.deps, domain.at(), linkToken, NEW_PASSWORD)),
    );
  },
  email_verification: async ({ user, asking }) => {
    domain.sql("UPDATE users SET email_verified = 0 WHERE id = ?", user.id);
    const prepared = await begun(user, "email_verification", { sessionId: asking.session.id });
    return held(
      prepared,
      async ({ linkToken: token }) =>
        (await confirmEmailVerification(domain.deps, domain.at(), asking, { token })) ===
        "verified",
    );
  },
  email_change: async ({ user, asking }) => {
    const subject = "third@example.com";
    const sessionId = asking.session.id;
    const prepared = await begun(user, "email_change", { sessionId, subject });
    return held(prepared, ({ linkToken: token }) => changes(asking, { token }));
  },
  email_change_undo: async ({ user }) => {
    const prepared = await begun(user, "email_change_undo", { subject: OLDEST });
    return held(prepared, ({ linkToken }) => undoes(linkToken));
  },
  password_reset: async ({ user }) => {
    const prepared = await begun(user, "password_reset", {});
    return held(prepared, ({ linkToken }) => resets(linkToken));
  },
  mail_login: async ({ user }) => {
    const prepared = await begun(user, "mail_login", {});
    return held(prepared, async ({ challengeToken, code }) => {
      const proof = { challengeToken, came: { code }, deviceSecrets: [] };
      return (await completeMailLogin(domain.deps, domain.at(), proof)) !== "invalid_challenge";
    });
  },
  login: async ({ user }) => {
    const credential = await domain.deps.storage.users.findCredential(user.id);
    const proof = { user, epoch: credential?.epoch ?? -1, methods: ["mail"] } as const;
    const pendingLogin = await commit(domain.deps, domain.at(), (change) =>
      beginPendingLogin(change, proof),
    );
    const finish = { loginToken: pendingLogin.loginToken, client: CLIENT, deviceSecrets: [] };
    const [row] = domain.sql(
      "SELECT id FROM challenges WHERE purpose = 'login' AND user_id = ?",
      user.id,
    );
    return {
      table: "challenges",
      id: String(row?.["id"]),
      use: async () => (await finishTokenLogin(domain.deps, domain.at(), finish)) !== undefined,
    };
  },
};

/** Each change, with what becomes of all that the account has. */
interface Change {
  readonly fates: Record<keyof typeof grants | ChallengePurpose, Fate>;
  make(account: Account): Promise<boolean>;
}
const changesOfProof: Record<string, Change> = {
  "EM-08 EM-09 a change of address": {
    fates: {
      "the cookie that asks": "stays",
      "another cookie": "ends",
      "an access token": "ends",
      "a refresh token": "ends",
      "the device that asks": "stays",
      "another device": "ends",
      signup: "stays",
      invitation: "stays",
      email_verification: "ends",
      email_change: "ends",
      // A thief would otherwise change twice, and end the owner's way back.
      email_change_undo: "stays",
      password_reset: "ends",
      mail_login: "ends",
      login: "ends",
    },
    async make({ user, asking }) {
      const sessionId = asking.session.id;
      const { challengeToken, code } = await begun(user, "email_change", {
        sessionId,
        subject: NEW,
      });
      return changes(asking, { challengeToken, code });
    },
  },
  "EM-08 taking a change of address back": {
    fates: {
      "the cookie that asks": "ends",
      "another cookie": "ends",
      "an access token": "ends",
      "a refresh token": "ends",
      "the device that asks": "ends",
      "another device": "ends",
      signup: "stays",
      invitation: "stays",
      email_verification: "ends",
      email_change: "ends",
      // One of before leads back further, and is its owner's; those of after end, see below.
      email_change_undo: "stays",
      password_reset: "ends",
      mail_login: "ends",
      login: "ends",
    },
    make: async ({ user }) =>
      undoes(
        (await begun(user, "email_change_undo", { subject: "before@example.com" }, LATER))
          .linkToken,
        LATER,
      ),
  },
  "PW-11 RS-08 a reset": {
    fates: {
      "the cookie that asks": "ends",
      "another cookie": "ends",
      "an access token": "ends",
      "a refresh token": "ends",
      "the device that asks": "ends",
      "another device": "ends",
      signup: "stays",
      invitation: "stays",
      email_verification: "ends",
      email_change: "ends",
      // A thief who has the new mailbox could otherwise end the owner's way back by a reset.
      email_change_undo: "stays",
      password_reset: "ends",
      mail_login: "ends",
      login: "ends",
    },
    make: async ({ user }) => resets((await begun(user, "password_reset", {})).linkToken),
  },
};
const things: Record<keyof Change["fates"], Begin> = { ...grants, ...challenges };

describe.each(Object.entries(changesOfProof))("%s", (_, { fates, make }) => {
  test.each(Object.entries(fates))("%s %s", async (name, fate) => {
    const account = await newAccount(OLD);
    const bystander = await newAccount("bystander@example.com");
    const begin = things[name as keyof Change["fates"]]; // a key of `fates`
    const thing = await begin(account);
    const others = await begin(bystander);
    expect(rowsOf(thing)).toBe(1);
    expect(await make(account)).toBe(true);
    expect(rowsOf(thing)).toBe(fate === "stays" ? 1 : 0);
    expect(rowsOf(others)).toBe(1);
    expect(await thing.use()).toBe(fate === "stays");
  });
});

// Or a refusal above could be one for everybody.
test.each(Object.entries(things))("without a change, %s is good", async (_, begin) => {
  const thing = await begin(await newAccount(OLD));
  expect(await thing.use()).toBe(true);
});

test("EM-08 a thief who changes the address, the password and the address again does not end the owner's way back", async () => {
  const { user, asking } = await newAccount(OLD);
  const sessionId = asking.session.id;
  const undo = await begun(user, "email_change_undo", { subject: OLDEST });
  for (const [subject, now] of [
    [NEW, LATER],
    ["newer@example.com", LATER + 1],
  ] as const) {
    const proof = await begun(user, "email_change", { sessionId, subject }, now);
    const { challengeToken, code } = proof;
    expect(await changes(asking, { challengeToken, code }, now)).toBe(true);
    const [from, to] = subject === NEW ? [PASSWORD, NEW_PASSWORD] : [NEW_PASSWORD, PASSWORD];
    expect(await changePassword(domain.deps, domain.at(), asking, from, to)).toBe("changed");
  }
  // Two more lead back, to the addresses in between: of all, the first that is used ends the others.
  const undos = "SELECT id FROM challenges WHERE purpose = 'email_change_undo'";
  expect(domain.sql(undos)).toHaveLength(3);
  expect(await undoes(undo.linkToken)).toBe(true);
  expect(domain.sql(undos)).toEqual([]);
  expect(domain.sql("SELECT email, password_hash FROM users WHERE id = ?", user.id)).toEqual([
    { email: OLDEST, password_hash: null },
  ]);
});

test("the matrix has every purpose there is", () => {
  for (const { fates } of Object.values(changesOfProof))
    expect(Object.keys(fates)).toEqual(expect.arrayContaining([...challengePurposes]));
});

async function newAccount(email: string): Promise<Account> {
  const user = await domain.newUser(email);
  domain.sql("UPDATE users SET email_verified = 1 WHERE id = ?", user.id);
  return { user, asking: await logInByCookie(domain, user) };
}

/** A challenge of the account, about its address unless another is given. */
async function begun(
  user: User,
  purpose: ChallengePurpose,
  about: Pick<ChallengeRequest, "sessionId" | "subject">,
  now = NOW,
): Promise<Prepared> {
  const prepared = prepareChallenge(domain.deps, domain.at(now), {
    purpose,
    lifetimeSeconds: 600,
    userId: user.id,
    subject: user.email,
    by: ["handle", "code", "link"],
    ...about,
  });
  expect(await domain.deps.storage.challenges.save(user.id, prepared.challenge)).toBe(true);
  return prepared;
}

/** A challenge of an account that is to be. */
async function pending(purpose: "signup" | "invitation", sealed: object): Promise<Prepared> {
  const prepared = prepareChallenge(domain.deps, domain.at(), {
    purpose,
    lifetimeSeconds: 600,
    subject: "nobody-yet@example.com",
    sealed: { role: "user", locale: null, ...sealed },
    by: ["handle", "code", "link"],
  });
  await domain.deps.storage.challenges.insert(prepared.challenge);
  return prepared;
}

function held(prepared: Prepared, use: (prepared: Prepared) => Promise<boolean>): Held {
  return { table: "challenges", id: prepared.challenge.id, use: () => use(prepared) };
}

async function cookie({ session, secret }: Login): Promise<Held> {
  const use = async () => (await roleByCookie(domain, secret)) !== undefined;
  return { table: "sessions", id: session.id, use };
}

async function device({ user, deviceSecret }: Login): Promise<Held> {
  const find = (email: string) => recognizeDevice(domain.deps, domain.at(), [deviceSecret], email);
  const found = await find(user.email);
  if (found === undefined) throw new Error("The device is not known");
  const use = async () => (await find(emailOf(user))) !== undefined;
  return { table: "devices", id: found.id, use };
}

async function changes(
  asking: Login,
  proof: Parameters<typeof confirmEmailChange>[3],
  now = NOW,
): Promise<boolean> {
  const { user, session, deviceSecret } = asking;
  const device = await recognizeDevice(domain.deps, domain.at(), [deviceSecret], emailOf(user));
  const asks = { user, session, device };
  return (await confirmEmailChange(domain.deps, domain.at(now), asks, proof)) === "changed";
}

async function undoes(token: string, now = NOW): Promise<boolean> {
  return (await undoEmailChange(domain.deps, domain.at(now), token)) === "undone";
}

async function resets(token: string): Promise<boolean> {
  return !("failure" in (await resetPassword(domain.deps, domain.at(), token, NEW_PASSWORD)));
}

function isMade(outcome: object): boolean {
  return "user" in outcome;
}

function emailOf({ id }: User): string {
  return String(domain.sql("SELECT email FROM users WHERE id = ?", id)[0]?.["email"]);
}

function rowsOf({ table, id }: Held): number {
  return domain.sql(`SELECT id FROM ${table} WHERE id = ?`, id).length;
}
