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
  tryCode,
} from "../../src/domain/challenges.ts";
import { commit } from "../../src/domain/change.ts";
import { recognizeDevice } from "../../src/domain/devices.ts";
import {
  claimIdentity,
  completeProviderLink,
  removeIdentity,
} from "../../src/domain/identities.ts";
import { completeMailLogin } from "../../src/domain/mail-logins.ts";
import { beginPendingLogin, finishTokenLogin } from "../../src/domain/pending-logins.ts";
import { addPasskey, removePasskey, removeUserPasskey } from "../../src/domain/passkeys.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { completeProviderLogin } from "../../src/domain/provider-logins.ts";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import { resetPassword } from "../../src/domain/resets.ts";
import {
  confirmTotp,
  removeTotp,
  renewRecoveryCodes,
  resetFactors,
  startTotp,
} from "../../src/domain/second-factors.ts";
import { confirmSignupByCode, confirmSignupByLink } from "../../src/domain/signups.ts";
import { updateUser } from "../../src/domain/users.ts";
import { NOW } from "../support/clock.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain } from "../support/domain.ts";
import { logInByCookie, logInByToken, roleByBearer, roleByCookie } from "../support/logins.ts";
import { beginAddition, ownAuthenticator } from "../support/passkey-steps.ts";
import {
  answerFrom,
  aProvider,
  beginAt,
  linkAt,
  linkTokenAt,
  signInAt,
  type TestProvider,
  vouchedFor,
  withProviders,
} from "../support/providers.ts";
import { aPasskey, anIdentity } from "../support/rows.ts";
import { appOf } from "../support/second-factors.ts";

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
/** `void`: its row stays, and nobody can use it. */
type Fate = "stays" | "ends" | "void";

/** An address that nobody has here, at a provider. */
const FOREIGN = "elsewhere@example.com";

let domain: Domain;
let admin: User;
/** The provider that everything is begun with, and another for changes. */
let acme: TestProvider;
let other: TestProvider;
beforeEach(async () => {
  const opened = await openDomain();
  acme = aProvider();
  other = aProvider({ id: "other" });
  domain = { ...opened, deps: withProviders(opened.deps, acme, other) };
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
    const proof = {
      user,
      epoch: credential?.epoch ?? -1,
      methods: ["mail"],
      hasSecondFactor: false,
    } as const;
    const pendingLogin = await commit(domain.deps, domain.at(), (change) =>
      beginPendingLogin(change, proof),
    );
    const { loginToken } = pendingLogin;
    const step = { method: "none" } as const;
    const finish = { loginToken, step, client: CLIENT, deviceSecrets: [] };
    const [row] = domain.sql(
      "SELECT id FROM challenges WHERE purpose = 'login' AND user_id = ?",
      user.id,
    );
    return {
      table: "challenges",
      id: String(row?.["id"]),
      use: async () => !("failure" in (await finishTokenLogin(domain.deps, domain.at(), finish))),
    };
  },
  totp_setup: async ({ asking }) => {
    const { challenge, setupToken, app } = await beginTotp(asking);
    return {
      table: "challenges",
      id: challenge,
      use: () => confirms(asking, { setupToken, code: app.codeAt() }),
    };
  },
  passkey_setup: ({ user, asking }) => ceremony(user, "passkey_setup", asking),
  // Nobody's, until a passkey answers it.
  passkey_login: async () => {
    const prepared = await pending("passkey_login", {});
    return held(prepared, () => isSpent(prepared));
  },
  second_factor_passkey: ({ user }) => ceremony(user, "second_factor_passkey"),
  // Nobody's, until somebody comes back with it.
  provider_login: async () => {
    const answer = answerFrom(await beginAt(domain.deps, acme), vouchedFor(FOREIGN));
    const id = newestOf("provider_login");
    const use = async () => {
      const given = { ...answer, deviceSecrets: [] };
      return !("failure" in (await completeProviderLogin(domain.deps, domain.at(), acme, given)));
    };
    return { table: "challenges", id, use };
  },
  provider_link: async ({ asking }) => {
    const started = await beginAt(domain.deps, acme, { owner: asking });
    const use = async () => {
      const answer = answerFrom(started, vouchedFor(FOREIGN));
      const outcome = await completeProviderLink(domain.deps, domain.at(), asking, acme, answer);
      return !("failure" in outcome);
    };
    return { table: "challenges", id: newestOf("provider_link"), use };
  },
  identity_claim: async ({ user, asking }) => {
    const linkToken = linkTokenAt(await signInAt(domain.deps, acme, vouchedFor(user.email)));
    const use = async () =>
      !("failure" in (await claimIdentity(domain.deps, domain.at(), asking, linkToken)));
    return { table: "challenges", id: newestOf("identity_claim"), use };
  },
  reauthentication: async ({ user, asking }) => {
    const prepared = await begun(user, "reauthentication", { sessionId: asking.session.id });
    return held(
      prepared,
      async (proof) =>
        (await tryCode(domain.deps, domain.at(), "reauthentication", proof)).kind === "right",
    );
  },
};

/** Each change, with what becomes of all that the account has. */
interface Change {
  readonly fates: Fates;
  /** Brings the account there from where the change starts, past the rules: nothing ends by it. */
  before?(account: Account): Promise<void>;
  make(account: Account): Promise<boolean>;
}
type Fates = Readonly<Record<keyof typeof grants | ChallengePurpose, Fate>>;

/** Everything of the account ends, but perhaps the session and the device that ask. */
const everythingEnds = (asking: Fate): Fates => ({
  "the cookie that asks": asking,
  "another cookie": "ends",
  "an access token": "ends",
  "a refresh token": "ends",
  "the device that asks": asking,
  "another device": "ends",
  signup: "stays",
  invitation: "stays",
  email_verification: "ends",
  email_change: "ends",
  // A thief would otherwise change twice, or reset by the new mailbox, and end the owner's way back.
  email_change_undo: "stays",
  password_reset: "ends",
  mail_login: "ends",
  login: "ends",
  totp_setup: "ends",
  passkey_setup: "ends",
  passkey_login: "stays",
  second_factor_passkey: "ends",
  provider_login: "stays",
  provider_link: "ends",
  identity_claim: "ends",
  reauthentication: "ends",
});

const nothingEnds = Object.fromEntries(
  Object.keys(everythingEnds("stays")).map((name) => [name, "stays"]),
) as Fates; // all its names

const changesOfProof: Record<string, Change> = {
  "PW-10 a change of password": {
    fates: everythingEnds("stays"),
    make: async ({ asking }) =>
      (await changePassword(
        domain.deps,
        domain.at(),
        await owner(asking),
        PASSWORD,
        NEW_PASSWORD,
      )) === "changed",
  },
  "AZ-04 disabling": {
    fates: everythingEnds("ends"),
    async make({ user }) {
      const changes = { disabled: true };
      const outcome = await updateUser(domain.deps, domain.at(), admin, user.id, changes);
      // As it was, so that what stays can be told from what only waits for the account to be enabled.
      domain.sql("UPDATE users SET disabled = 0 WHERE id = ?", user.id);
      return typeof outcome === "object";
    },
  },
  "FD-18 removing an identity": {
    fates: everythingEnds("stays"),
    before: giveIdentity,
    async make({ user, asking }) {
      const asks = await owner(asking);
      const [identity] = await domain.deps.storage.identities.list(user.id);
      const id = identity?.id ?? "";
      return (await removeIdentity(domain.deps, domain.at(), asks, id)) === "removed";
    },
  },
  "FD-08 linking an identity": {
    // A new flow ends the one before.
    fates: { ...nothingEnds, provider_link: "ends" },
    make: async ({ asking }) =>
      !("failure" in (await linkAt(domain.deps, other, asking, vouchedFor(FOREIGN)))),
  },
  "EM-08 EM-09 a change of address": {
    fates: everythingEnds("stays"),
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
    // A way back of before leads back further, and is its owner's; those of after end, see below.
    fates: everythingEnds("ends"),
    make: async ({ user }) =>
      undoes(
        (await begun(user, "email_change_undo", { subject: "before@example.com" }, LATER))
          .linkToken,
        LATER,
      ),
  },
  "PW-11 RS-08 a reset": {
    fates: everythingEnds("ends"),
    make: async ({ user }) => resets((await begun(user, "password_reset", {})).linkToken),
  },
  "MF-10 adding an authenticator app": {
    fates: everythingEnds("stays"),
    async make({ asking }) {
      const { setupToken, app } = await beginTotp(asking);
      return confirms(asking, { setupToken, code: app.codeAt() });
    },
  },
  "MF-10 removing an authenticator app": {
    fates: everythingEnds("stays"),
    before: giveTotp,
    make: async ({ asking }) => removeTotp(domain.deps, domain.at(), await owner(asking)),
  },
  "MF-10 new recovery codes": {
    fates: everythingEnds("stays"),
    before: giveTotp,
    make: async ({ asking }) =>
      (await renewRecoveryCodes(domain.deps, domain.at(), await owner(asking))) !== undefined,
  },
  "MF-12 an administrator's removal of all factors": {
    fates: everythingEnds("ends"),
    before: giveTotp,
    make: async ({ user }) =>
      (await resetFactors(domain.deps, domain.at(), admin, user.id)) !== undefined,
  },
  "MF-10 a passkey as the first second factor": {
    fates: everythingEnds("stays"),
    make: addsPasskey,
  },
  "MF-10 a passkey beside another second factor, which every session has proved": {
    fates: {
      ...nothingEnds,
      // Begun by a proof of before: a factor came since.
      login: "void",
      // The account has an app by then.
      totp_setup: "void",
      // A new one ends the one before.
      passkey_setup: "ends",
    },
    before: giveTotp,
    make: addsPasskey,
  },
  "PK-12 removing a passkey": {
    fates: everythingEnds("stays"),
    before: givePasskey,
    async make({ user, asking }) {
      const asks = await owner(asking);
      const [passkey] = await domain.deps.storage.passkeys.list(user.id);
      const id = passkey?.id ?? "";
      return (await removePasskey(domain.deps, domain.at(), asks, id)) === "removed";
    },
  },
  "PK-12 an administrator's removal of a passkey": {
    fates: everythingEnds("ends"),
    before: givePasskey,
    async make({ user }) {
      const [passkey] = await domain.deps.storage.passkeys.list(user.id);
      const which = { userId: user.id, passkeyId: passkey?.id ?? "" };
      return removeUserPasskey(domain.deps, domain.at(), admin, which);
    },
  },
};
const things: Record<keyof Fates, Begin> = { ...grants, ...challenges };

describe.each(Object.entries(changesOfProof))("%s", (_, { fates, before, make }) => {
  test.each(Object.entries(fates))("%s %s", async (name, fate) => {
    const account = await newAccount(OLD);
    const bystander = await newAccount("bystander@example.com");
    const begin = things[name as keyof Fates]; // a key of `fates`
    const thing = await begin(account);
    const others = await begin(bystander);
    await before?.(account);
    expect(rowsOf(thing)).toBe(1);
    expect(await make(account)).toBe(true);
    expect(rowsOf(thing)).toBe(fate === "ends" ? 0 : 1);
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
async function pending(
  purpose: "signup" | "invitation" | "passkey_login",
  sealed: object,
): Promise<Prepared> {
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

/** A ceremony for a passkey: it is good while it can be spent. */
async function ceremony(
  user: User,
  purpose: "passkey_setup" | "second_factor_passkey",
  asking?: Login,
): Promise<Held> {
  const prepared = await begun(user, purpose, asking ? { sessionId: asking.session.id } : {});
  return held(prepared, () => isSpent(prepared));
}

async function isSpent({ challenge: { purpose, id } }: Prepared): Promise<boolean> {
  return domain.deps.storage.challenges.spend(purpose, id, NOW);
}

async function beginTotp(asking: Login) {
  const setup = await startTotp(domain.deps, domain.at(), asking);
  if (setup === "factor_exists") throw new Error("The account has an app already");
  const [row] = domain.sql(
    "SELECT id FROM challenges WHERE purpose = 'totp_setup' AND user_id = ?",
    asking.user.id,
  );
  return {
    challenge: String(row?.["id"]),
    setupToken: setup.setupToken,
    app: appOf(setup.secret),
  };
}

async function confirms(asking: Login, proof: Parameters<typeof confirmTotp>[3]): Promise<boolean> {
  const outcome = await confirmTotp(domain.deps, domain.at(), await owner(asking), proof);
  return !("failure" in outcome);
}

async function addsPasskey({ asking }: Account): Promise<boolean> {
  const asks = await owner(asking);
  const { setupToken, options } = await beginAddition(domain.deps, asks);
  const credential = ownAuthenticator().create(options);
  const outcome = await addPasskey(domain.deps, domain.at(), asks, { setupToken, credential });
  return "passkey" in outcome;
}

/** Gives the account a passkey by its row alone. */
async function givePasskey({ user }: Account): Promise<void> {
  expect(await domain.deps.storage.passkeys.insert(aPasskey(user))).toBe(true);
}

/** Links somebody at the other provider to the account, by the row alone. */
async function giveIdentity({ user }: Account): Promise<void> {
  expect(await domain.deps.storage.identities.insert(anIdentity(user, { provider: "other" }))).toBe(
    true,
  );
}

/** The id of the challenge of the purpose that was begun last. */
function newestOf(purpose: ChallengePurpose): string {
  const [row] = domain.sql(
    "SELECT id FROM challenges WHERE purpose = ? ORDER BY id DESC LIMIT 1",
    purpose,
  );
  return String(row?.["id"]);
}

/** Gives the account an app by its row alone. */
async function giveTotp({ user }: Account): Promise<void> {
  const totp = { userId: user.id, sealedSecret: new Uint8Array(1), lastStep: 0, createdAt: NOW };
  expect(await domain.deps.storage.factors.insertTotp(totp)).toBe(true);
}

/** Somebody who asks, with the device that the request comes from. */
async function owner({ user, session, deviceSecret }: Login) {
  const device = await recognizeDevice(domain.deps, domain.at(), [deviceSecret], emailOf(user));
  return { user, session, device };
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
  const asks = await owner(asking);
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
