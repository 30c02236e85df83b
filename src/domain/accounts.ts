/** Accounts, as their owners make them, change them and end them. */
import type { Dependencies } from "./dependencies.ts";
import type { Device } from "./devices.ts";
import { commit, type Occasion } from "./events.ts";
import type { Take } from "./limits.ts";
import { passwordChangedNotice } from "./notices.ts";
import { findWeaknesses, type PasswordWeakness } from "./password-policy.ts";
import { endSessions } from "./own-sessions.ts";
import type { SessionWithUser } from "./sessions.ts";
import type { Role, User } from "./users.ts";

export type SignupOutcome =
  | { readonly user: User }
  | { readonly failure: "weak_password"; readonly reasons: PasswordWeakness[] }
  | { readonly failure: "email_taken" | "overloaded" };

/** Makes an account with the role `user`, whatever else was asked for (IV-02). */
export async function signup(
  deps: Dependencies,
  occasion: Occasion,
  email: string,
  password: string,
): Promise<SignupOutcome> {
  const reasons = findWeaknesses(password, email, deps.passwordPolicy);
  if (reasons.length > 0) {
    await commit(deps, occasion, (_, record) =>
      record("signup_failed", { email, reason: "weak_password" }),
    );
    return { failure: "weak_password", reasons };
  }

  // Hashed before it is known whether the address is free, so that time does not tell (ET-01).
  const hash = await deps.passwords.hash(password);
  if (hash === "overloaded") return { failure: "overloaded" };

  const user = newUser(deps, occasion, email, "user");
  return commit(deps, occasion, async (stores, record): Promise<SignupOutcome> => {
    if (await stores.insertUser(user, hash.encoded)) {
      await record("signup", { userId: user.id, email });
      return { user };
    }
    await record("signup_failed", { email, reason: "email_taken" });
    return { failure: "email_taken" };
  });
}

export type ChangePasswordOutcome =
  | "changed"
  | { readonly failure: "weak_password"; readonly reasons: PasswordWeakness[] }
  | { readonly failure: "invalid_credentials" | "overloaded" };

/** Whoever asks, signed in; and the device it asks from, if the account knows it. */
export interface AskingOwner extends SessionWithUser {
  readonly device?: Device | undefined;
}

/** Changes the owner's password, and ends every session, and forgets every device, but those that ask (PW-10, PW-11). */
export async function changePassword(
  deps: Dependencies,
  occasion: Occasion,
  { user, session, device }: AskingOwner,
  currentPassword: string,
  newPassword: string,
): Promise<ChangePasswordOutcome> {
  const current = await provePassword(deps, occasion, { user, session }, currentPassword);
  if ("failure" in current) return current;
  // Only whoever knows the password is told what is wrong with the next one.
  const reasons = findWeaknesses(newPassword, user.email, deps.passwordPolicy);
  if (reasons.length > 0) return { failure: "weak_password", reasons };
  const hash = await deps.passwords.hash(newPassword);
  if (hash === "overloaded") return { failure: "overloaded" };

  return commit(deps, occasion, async (stores, record): Promise<ChangePasswordOutcome> => {
    await stores.holdPasswordHash(user.id);
    // Disabled or revoked meanwhile: whoever asks is signed in no longer (AZ-04, AZ-05).
    if (!(await stores.holdSession(session.id))) return { failure: "invalid_credentials" };
    // Changed meanwhile, from elsewhere: then the one that was proven is no longer the current one.
    if (!(await stores.replacePasswordHash(user.id, current.encoded, hash.encoded)))
      return { failure: "invalid_credentials" };
    await stores.forgetSessionFailures(session.id);
    await stores.deleteResetTokensOf(user.id); // RS-08
    await record("password_changed", { userId: user.id });
    await passwordChangedNotice(deps, stores, occasion, user.email);
    await endSessions(stores, record, user.id, session.id, "password_change");
    await stores.deleteDevicesOf(user.id, device?.id);
    return "changed";
  });
}

/** Deletes the owner's account, if the password is right and it is not the last admin's. */
export async function deleteMe(
  deps: Dependencies,
  occasion: Occasion,
  { user, session }: SessionWithUser,
  password: string,
): Promise<"deleted" | "invalid_credentials" | "last_admin" | "overloaded"> {
  const proof = await provePassword(deps, occasion, { user, session }, password);
  if ("failure" in proof) return proof.failure;
  return commit(deps, occasion, async (stores, record) => {
    const encoded = await stores.holdPasswordHash(user.id);
    // Gone already, by another request; the outcome is the one that was asked for.
    if (encoded === undefined) return "deleted" as const;
    // Reset, changed, disabled or revoked meanwhile: what was proven holds no longer (PW-11, AZ-04).
    if (encoded !== proof.encoded || !(await stores.holdSession(session.id)))
      return "invalid_credentials" as const;
    const outcome = await stores.deleteUserUnlessLastAdmin(user.id);
    if (outcome === "last_admin") return outcome;
    if (outcome === "deleted") await record("user_deleted", { userId: user.id, actorId: user.id });
    return "deleted" as const;
  });
}

/**
 * A current password asked for counts by account. The right one gives nothing back: each costs hashes, and a
 * change a mail, so that whoever knows the password must not have them without bound.
 */
export function takeOfOwner({ id }: User): Take {
  return { rule: "password_account", subject: id };
}

/**
 * A wrong one is an event, and counts against the session: at the lock's threshold it ends. So a stolen
 * session is no endless oracle, and cannot lock its owner out either, who logs in anew (PW-10, RL-03).
 */
async function provePassword(
  deps: Dependencies,
  occasion: Occasion,
  { user, session }: SessionWithUser,
  password: string,
): Promise<
  { readonly encoded: string } | { readonly failure: "invalid_credentials" | "overloaded" }
> {
  const encoded = await deps.storage.findPasswordHash(user.id);
  const verdict = await deps.passwords.verify(password, encoded);
  if (verdict === "overloaded") return { failure: "overloaded" };
  if (encoded === undefined) return { failure: "invalid_credentials" };
  if (verdict.matches) return { encoded };
  await commit(deps, occasion, async (stores, record) => {
    const { id: userId, email } = user;
    await record("login_failed", { email, userId, reason: "wrong_password" });
    if (await stores.countSessionFailure(session.id, deps.lockout.threshold))
      await record("session_revoked", { userId, sessionId: session.id, by: "wrong_password" });
  });
  return { failure: "invalid_credentials" };
}

/** Makes the first admin, once, while there is none; also when several processes try (LG-05). */
export async function makeFirstAdmin(
  deps: Dependencies,
  occasion: Occasion,
  email: string,
  password: string,
): Promise<"made" | "admin_exists" | "email_taken" | "overloaded"> {
  const hash = await deps.passwords.hash(password);
  if (hash === "overloaded") return "overloaded";
  const user = newUser(deps, occasion, email, "admin");
  return commit(deps, occasion, async (stores, record) => {
    const outcome = await stores.insertFirstAdmin(user, hash.encoded);
    if (outcome !== "inserted") return outcome;
    await record("signup", { userId: user.id, email });
    return "made" as const;
  });
}

function newUser(deps: Dependencies, { now }: Occasion, email: string, role: Role): User {
  return { id: deps.newId(now), email, role, disabled: false, createdAt: now };
}
