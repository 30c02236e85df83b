/** Accounts, as their owners make them, change them and end them. */
import { type Change, commit, type Uses } from "./change.ts";
import { type ChosenPassword, choosePassword, type WeakPassword } from "./choose-password.ts";
import { passwordChangedNotice } from "./notices.ts";
import { endGrants } from "./grants.ts";
import type { Device } from "./ports/devices.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { SessionWithUser } from "./ports/sessions.ts";
import type { SignupRule } from "./ports/dependencies.ts";
import type { OwnChanges, User } from "./ports/users.ts";

/** The dependencies of choosing a password. */
export type Choosing = Uses<"passwords" | "passwordPolicy">;

export type SignupOutcome =
  { readonly user: User } | WeakPassword | { readonly failure: "email_taken" | "overloaded" };

/** Makes an account with the role `user`, whatever else was asked for (IV-02). */
export async function signup(
  deps: Journal & Choosing,
  occasion: Occasion,
  { email, password, locale }: { email: string; password: string; locale: string | null },
): Promise<SignupOutcome> {
  // Hashed before it is known whether the address is free, so that time does not tell (ET-01).
  const chosen = await chooseAtSignup(deps, occasion, email, password);
  if ("failure" in chosen) return chosen;
  const user = newUser(deps, occasion, email, { role: "user", emailVerified: false, locale });
  const isMade = await commit(deps, occasion, async (change) => {
    const { record, undo } = change;
    if (!(await insertAccount(change, user, chosen.encoded))) return undo(false);
    await record("signup", { userId: user.id, email, role: user.role, by: "user" });
    return true;
  });
  if (isMade) return { user };
  await commit(deps, occasion, ({ record }) =>
    record("signup_failed", { email, reason: "email_taken" }),
  );
  return { failure: "email_taken" };
}

/** Chooses the password of whoever signs up, and records a refusal by the policy. */
export async function chooseAtSignup(
  deps: Journal & Choosing,
  occasion: Occasion,
  email: string,
  password: string,
): Promise<ChosenPassword> {
  const chosen = await choosePassword(deps, password, email);
  if ("failure" in chosen && chosen.failure === "weak_password")
    await commit(deps, occasion, ({ record }) =>
      record("signup_failed", { email, reason: "weak_password" }),
    );
  return chosen;
}

/**
 * Inserts the account of whoever signed up or was invited; false where its address is another account's, or somebody
 * may take it back (EM-08). The second is asked once the address is ours to take: until then another account may be
 * about to give it up. Undo the change where it answers false.
 */
export async function insertAccount(
  { stores, occasion }: Change,
  user: User,
  passwordHash: string | null,
): Promise<boolean> {
  if (!(await stores.users.insert(user, passwordHash))) return false;
  return !(await stores.challenges.isReserved(user.email, null, occasion.now));
}

/** True for an address with which somebody may sign up, by themselves. */
export function mayHaveAccount(rule: SignupRule, email: string): boolean {
  return rule.mode !== "closed" && isOfAllowedDomain(rule, email);
}

/** True for an address of a domain whose people may sign up, in whatever way. */
export function isOfAllowedDomain({ emailDomains }: SignupRule, email: string): boolean {
  return emailDomains === undefined || emailDomains.has(email.slice(email.lastIndexOf("@") + 1));
}

export async function recordClosedSignup(
  deps: Journal,
  occasion: Occasion,
  email: string,
): Promise<void> {
  await commit(deps, occasion, ({ record }) =>
    record("signup_failed", { email, reason: "closed" }),
  );
}

/** Changes the owner's name and language; answers the account as it then is, or undefined where it is gone. */
export async function updateMe(
  { storage }: Uses<"storage">,
  { id }: User,
  changes: OwnChanges,
): Promise<User | undefined> {
  return storage.users.updateOwn(id, changes);
}

/** An enabled account, as it is before it is stored. */
export function newUser(
  { newId }: Pick<Journal, "newId">,
  { now }: Occasion,
  email: string,
  { role, emailVerified, locale = null }: Pick<User, "role" | "emailVerified"> & Partial<User>,
): User {
  return {
    id: newId(now),
    email,
    emailVerified,
    name: null,
    locale,
    role,
    disabled: false,
    createdAt: now,
  };
}

export type ChangePasswordOutcome =
  "changed" | WeakPassword | { readonly failure: "invalid_credentials" | "overloaded" };

/** An account's owner, signed in, and the device the request comes from, if the account knows it. */
export interface AskingOwner extends SessionWithUser {
  readonly device?: Device | undefined;
}

/** Changes the owner's password, and ends every session and forgets every device but those that ask (PW-10, PW-11). */
export async function changePassword(
  deps: Journal & Choosing & Uses<"secretKeys" | "quotas" | "lockout" | "mailTemplates">,
  occasion: Occasion,
  { user, session, device }: AskingOwner,
  currentPassword: string | undefined,
  newPassword: string,
): Promise<ChangePasswordOutcome> {
  const current = await proveCurrentPassword(deps, occasion, { user, session }, currentPassword);
  if ("failure" in current) return current;
  // Only after the current password: nobody else is told what is wrong with the next one.
  const chosen: ChosenPassword = await choosePassword(deps, newPassword, user.email);
  if ("failure" in chosen) return chosen;

  return commit(deps, occasion, async (change): Promise<ChangePasswordOutcome> => {
    const { stores, record } = change;
    await stores.users.lockCredential(user.id);
    // Disabled or revoked meanwhile: the session that asks is none any more (AZ-04, AZ-05).
    if (!(await stores.sessions.lock(session.id))) return { failure: "invalid_credentials" };
    // Changed meanwhile, from elsewhere: the password that was proved is no longer the current one.
    if (!(await stores.users.changePasswordHash(user.id, current.epoch, chosen.encoded)))
      return { failure: "invalid_credentials" };
    await stores.sessions.forgetFailures(session.id);
    await record("password_changed", { userId: user.id });
    await passwordChangedNotice(change, user);
    const staying = { sessionId: session.id, deviceId: device?.id };
    await endGrants(change, user.id, { by: "password_change" }, staying); // RS-08 among them
    return "changed";
  });
}

/** Deletes the owner's account, if the password is right and it is not the last admin's. */
export async function deleteMe(
  deps: Journal & Uses<"passwords" | "lockout">,
  occasion: Occasion,
  { user, session }: SessionWithUser,
  password: string | undefined,
): Promise<"deleted" | "invalid_credentials" | "last_admin" | "overloaded"> {
  const proof = await proveCurrentPassword(deps, occasion, { user, session }, password);
  if ("failure" in proof) return proof.failure;
  return commit(deps, occasion, async ({ stores, record }) => {
    const credential = await stores.users.lockCredential(user.id);
    // Gone already, by another request; the outcome is the one that was asked for.
    if (credential === undefined) return "deleted" as const;
    // Reset, changed, disabled or revoked meanwhile: what was proved holds no longer (PW-11, AZ-04).
    if (credential.epoch !== proof.epoch || !(await stores.sessions.lock(session.id)))
      return "invalid_credentials" as const;
    const outcome = await stores.users.deleteUnlessLastAdmin(user.id);
    if (outcome === "last_admin") return outcome;
    if (outcome === "deleted") await record("user_deleted", { userId: user.id, actorId: user.id });
    return "deleted" as const;
  });
}

/**
 * Checks the current password of somebody who is signed in; answers the epoch it was proved at. Undefined is right for
 * an account that has none, and only for that. A wrong one
 * is an event and counts against the session, which ends at the lock's threshold. So a stolen session is no
 * endless oracle, and cannot lock its owner out either, who logs in anew (PW-10, RL-03).
 */
export async function proveCurrentPassword(
  deps: Journal & Uses<"passwords" | "lockout">,
  occasion: Occasion,
  { user, session }: SessionWithUser,
  password: string | undefined,
): Promise<
  { readonly epoch: number } | { readonly failure: "invalid_credentials" | "overloaded" }
> {
  const credential = await deps.storage.users.findCredential(user.id);
  const hash = credential?.passwordHash ?? undefined;
  // The pipeline has asked for recent authentication instead (D7).
  if (credential !== undefined && hash === undefined && password === undefined)
    return { epoch: credential.epoch };
  if (password === undefined) return { failure: "invalid_credentials" };
  const verdict = await deps.passwords.verify(password, hash);
  if (verdict === "overloaded") return { failure: "overloaded" };
  if (credential === undefined) return { failure: "invalid_credentials" };
  if (hash !== undefined && verdict.matches) return { epoch: credential.epoch };
  await commit(deps, occasion, async ({ stores, record }) => {
    const { id: userId, email } = user;
    await record("login_failed", { email, userId, reason: "wrong_password" });
    if (await stores.sessions.countFailure(session.id, deps.lockout.threshold))
      await record("session_revoked", { userId, sessionId: session.id, by: "wrong_password" });
  });
  return { failure: "invalid_credentials" };
}

export type FirstAdminOutcome =
  "made" | WeakPassword | { readonly failure: "admin_exists" | "email_taken" | "overloaded" };

/** Makes the first admin, once, while there is none; also when several processes try (LG-05). */
export async function makeFirstAdmin(
  deps: Journal & Choosing,
  occasion: Occasion,
  email: string,
  password: string,
): Promise<FirstAdminOutcome> {
  const chosen = await choosePassword(deps, password, email);
  if ("failure" in chosen) return chosen;
  const user = newUser(deps, occasion, email, { role: "admin", emailVerified: true });
  return commit(deps, occasion, async ({ stores, record }): Promise<FirstAdminOutcome> => {
    const outcome = await stores.users.insertFirstAdmin(user, chosen.encoded);
    if (outcome !== "inserted") return { failure: outcome };
    await record("signup", { userId: user.id, email, role: user.role, by: "command" });
    return "made";
  });
}
