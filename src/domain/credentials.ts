/** The one check behind every login, by cookie or by token, so that no path lacks a control (LG-07). */
import type { Dependencies } from "./dependencies.ts";
import { type Device, takeOfDevice } from "./devices.ts";
import { commit, type Occasion, type Record, Undone } from "./events.ts";
import { limitKey, type Take } from "./limits.ts";
import { type FailureOutcome, lockPolicy } from "./lockout.ts";
import { lockNotice } from "./notices.ts";
import type { NewSession } from "./sessions.ts";
import type { Stores } from "./storage.ts";
import type { User, UserStore, UserWithPassword } from "./users.ts";

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** The account that has this address, or none, where that has been asked already: see `seek`. */
  readonly account?: { readonly found: UserWithPassword | undefined };
}
export type LoginFailure = {
  readonly failure: "invalid_credentials" | "overloaded";
};

type Begin<S extends NewSession> = (user: User) => S;
type Alongside = (stores: Stores, record: Record, user: User) => Promise<void>;
type Started<S extends NewSession> = {
  readonly user: User;
  readonly session: S;
};

/** The credentials with the account they are for, as it is now. */
export async function seek(
  stores: UserStore,
  { email, password }: Credentials,
): Promise<Credentials> {
  return { email, password, account: { found: await stores.findUserByEmail(email) } };
}

/** How often an account may change under a login's hands before the login is asked to come back. */
const MAX_ATTEMPTS = 3;

/**
 * Checks address and password, and starts the session `begin` makes for the account. All that is
 * wrong gives one failure after the same work (LG-01, ET-01). The session is inserted only if the
 * account is still enabled and the password still the one that was checked, in that one statement:
 * a change of password in between leaves no session behind (PW-11). A lock is asked for there as well:
 * of many guesses at once, none can be right after the one that began it (RL-02).
 */
export async function startSession<S extends NewSession>(
  deps: Dependencies,
  occasion: Occasion,
  credentials: Credentials,
  device: Device | undefined,
  begin: Begin<S>,
  alongside: Alongside = async () => {},
): Promise<Started<S> | LoginFailure> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const sought =
      attempt === 1 && credentials.account ? credentials : await seek(deps.storage, credentials);
    const outcome = await tryToStart(deps, occasion, sought, device, begin, alongside);
    if (outcome !== "account_changed") return outcome;
  }
  return { failure: "overloaded" };
}

async function tryToStart<S extends NewSession>(
  deps: Dependencies,
  occasion: Occasion,
  credentials: Credentials,
  device: Device | undefined,
  begin: Begin<S>,
  alongside: Alongside,
): Promise<Started<S> | LoginFailure | "account_changed"> {
  const { email, password, account } = credentials;
  const found = account?.found;
  const verdict = await deps.passwords.verify(password, found?.passwordHash);
  if (verdict === "overloaded") return { failure: "overloaded" };

  if (found === undefined || !verdict.matches)
    return refuseWrong(deps, occasion, email, found?.user.id ?? null, device);
  const { user } = found;
  if (user.disabled || (found.lockedUntil > occasion.now && device === undefined))
    return refuse(
      deps,
      occasion,
      email,
      user.id,
      user.disabled ? "account_disabled" : "account_locked",
    );

  const upgraded = verdict.stale ? await deps.passwords.hash(password) : undefined;
  const session = begin(user);
  const started = await commit(deps, occasion, async (stores, record) => {
    const [isInserted, isUnlocked, isKnown] = await Promise.all([
      stores.insertSession(session, found.passwordHash),
      stores.forgetFailures(user.id, occasion.now),
      device === undefined ? false : stores.forgetDeviceFailures(device.id),
      // A full queue only postpones the upgrade to a later login (PW-09).
      upgraded !== undefined && upgraded !== "overloaded"
        ? stores.replacePasswordHash(user.id, found.passwordHash, upgraded.encoded)
        : false,
      alongside(stores, record, user),
      // The count it was taken from, not the client address's: that one may be trying others (RL-04).
      stores.resetLimit(limitKey(deps.secretKeys, takeOf(email, device))),
    ]);
    // A success alone starts the counts anew, and gets a session (RL-04). Where there is none, all is undone.
    // By its owner, by an admin, or by a login beside this one that upgraded the hash: it is judged anew.
    if (!isInserted) return new Undone("account_changed" as const);
    // Others guessed meanwhile, and began a lock or used up the device's budget.
    if (!isUnlocked && !isKnown) return new Undone("account_locked" as const);
    const method = session.kind === "cookie" ? "session" : "token";
    await record("login_success", { userId: user.id, email, method });
    return { user, session };
  });
  return started === "account_locked" ? refuse(deps, occasion, email, user.id, started) : started;
}

function takeOf(email: string, device: Device | undefined): Take {
  return device ? takeOfDevice(device) : { rule: "login_email", subject: email };
}

/** Counts a wrong password where it belongs: the device's budget, or the account's way to a lock. */
async function refuseWrong(
  deps: Dependencies,
  occasion: Occasion,
  email: string,
  userId: string | null,
  device: Device | undefined,
): Promise<LoginFailure> {
  const { lockout } = deps;
  await commit(deps, occasion, async (stores, record) => {
    if (device && (await stores.countDeviceFailure(device.id, lockout.threshold)))
      return record("login_failed", {
        email,
        userId,
        reason: "wrong_password",
      });
    const outcome = await stores.countFailure(userId, lockPolicy(lockout), occasion.now);
    await record("login_failed", { email, ...whyWrong(userId, outcome) });
    if (typeof outcome === "string") return;
    const lockedUntil = new Date(outcome.lockedUntil).toISOString();
    await record("login_locked", { email, lockedUntil });
    await lockNotice(deps, stores, occasion, email, outcome.lockedUntil);
  });
  return { failure: "invalid_credentials" };
}

/** Of an account that was deleted a moment ago nothing is told: it is nobody's address now. */
function whyWrong(userId: string | null, outcome: FailureOutcome) {
  if (outcome === "nobody") return { userId: null, reason: "user_not_found" } as const;
  return {
    userId,
    reason: outcome === "was_locked" ? "account_locked" : "wrong_password",
  } as const;
}

async function refuse(
  deps: Dependencies,
  occasion: Occasion,
  email: string,
  userId: string,
  reason: "account_disabled" | "account_locked",
): Promise<LoginFailure> {
  await commit(deps, occasion, async (stores, record) => {
    // Nothing is counted; but the time must not tell that the password was right (LG-01, ET-01).
    await stores.countFailure(null, lockPolicy(deps.lockout), occasion.now);
    await record("login_failed", { email, userId, reason });
  });
  return { failure: "invalid_credentials" };
}
