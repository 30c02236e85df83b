/** The one check behind every login, by cookie or by token, so that no path lacks a control (LG-07). */
import type { Dependencies } from "./dependencies.ts";
import { commit, type Occasion, type Record } from "./events.ts";
import type { NewSession } from "./sessions.ts";
import type { Stores } from "./storage.ts";
import type { User } from "./users.ts";

export interface Credentials {
  readonly email: string;
  readonly password: string;
}
export type LoginFailure = { readonly failure: "invalid_credentials" | "overloaded" };

type Begin<S extends NewSession> = (user: User) => S;
type Alongside = (stores: Stores, record: Record) => Promise<void>;
type Started<S extends NewSession> = { readonly user: User; readonly session: S };

/** How often an account may change under a login's hands before the login is asked to come back. */
const MAX_ATTEMPTS = 3;

/**
 * Checks address and password, and starts the session `begin` makes for the account. All that is
 * wrong gives one failure after the same work (LG-01, ET-01). The session is inserted only if the
 * account is still enabled and the password still the one that was checked, in that one statement:
 * a change of password in between leaves no session behind (PW-11).
 */
export async function startSession<S extends NewSession>(
  deps: Dependencies,
  occasion: Occasion,
  credentials: Credentials,
  begin: Begin<S>,
  alongside: Alongside = async () => {},
): Promise<Started<S> | LoginFailure> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const outcome = await tryToStart(deps, occasion, credentials, begin, alongside);
    if (outcome !== "account_changed") return outcome;
  }
  return { failure: "overloaded" };
}

async function tryToStart<S extends NewSession>(
  deps: Dependencies,
  occasion: Occasion,
  { email, password }: Credentials,
  begin: Begin<S>,
  alongside: Alongside,
): Promise<Started<S> | LoginFailure | "account_changed"> {
  const found = await deps.storage.findUserByEmail(email);
  const verdict = await deps.passwords.verify(password, found?.passwordHash);
  if (verdict === "overloaded") return { failure: "overloaded" };

  if (found === undefined || !verdict.matches || found.user.disabled) {
    const reason = !found
      ? "user_not_found"
      : !verdict.matches
        ? "wrong_password"
        : "account_disabled";
    await commit(deps, occasion, (_, record) =>
      record("login_failed", { email, userId: found?.user.id ?? null, reason }),
    );
    return { failure: "invalid_credentials" };
  }

  const { user } = found;
  const upgraded = verdict.stale ? await deps.passwords.hash(password) : undefined;
  const session = begin(user);
  return commit(deps, occasion, async (stores, record) => {
    let passwordHash = found.passwordHash;
    // A full queue only postpones the upgrade to a later login (PW-09).
    if (upgraded !== undefined && upgraded !== "overloaded") {
      if (await stores.replacePasswordHash(user.id, passwordHash, upgraded.encoded))
        passwordHash = upgraded.encoded;
    }
    // By its owner, by an admin, or by a login beside this one that upgraded the hash: it is judged anew.
    if (!(await stores.insertSession(session, passwordHash))) return "account_changed" as const;
    await alongside(stores, record);
    const method = session.kind === "cookie" ? "session" : "token";
    await record("login_success", { userId: user.id, email, method });
    return { user, session };
  });
}
