/**
 * Signups that begin with a proof: no account before its address is proved (EM-01). A signup that waits is a
 * challenge. Any number may wait for one address; the first that is proved makes the account, and ends the others. So
 * nobody can have been there first.
 */
import type { MailMessage } from "../contract/mails.ts";
import {
  chooseAtSignup,
  type Choosing,
  insertAccount,
  mayHaveAccount,
  newUser,
} from "./accounts.ts";
import { commitMail, type MailUses } from "./challenge-mails.ts";
import {
  decoyOf,
  findLinkOf,
  notGood,
  openSealed,
  prepareChallenge,
  spend,
  type Started,
  tryCode,
} from "./challenges.ts";
import { commit, type Uses } from "./change.ts";
import { choosePassword, type WeakPassword } from "./choose-password.ts";
import { takeWithin } from "./limits.ts";
import { tokenLink } from "./links.ts";
import { queueDecoy, queueMail } from "./mail.ts";
import { circumstancesOf } from "./notices.ts";
import type { Challenge } from "./ports/challenges.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Role, User } from "./ports/users.ts";

/** Values that a signup or an invitation keeps sealed until its address is proved. */
interface Pending {
  /** Null for an invitation, whose link's holder chooses one. */
  readonly passwordHash: string | null;
  readonly role: Role;
  readonly locale: string | null;
  /** The administrator who invited; null for whoever signed up. */
  readonly invitedBy: string | null;
}

export interface NewSignup {
  readonly email: string;
  readonly password: string;
  readonly locale: string | null;
  /** The request's `Accept-Language`. */
  readonly languages: string | null;
}

/**
 * Begins a signup. The answer is the same, after the same work, for an address that is free, that has an account, or
 * that got too many mails (EM-02). The owner of an account is told by mail, and nobody else.
 */
export async function startSignup(
  deps: Journal & Choosing & MailUses,
  occasion: Occasion,
  { email, password, locale, languages }: NewSignup,
): Promise<Started | WeakPassword | { readonly failure: "overloaded" }> {
  const chosen = await chooseAtSignup(deps, occasion, email, password);
  if ("failure" in chosen) return chosen;
  const { signupSeconds } = deps.lifetimes;
  const pending: Pending = { passwordHash: chosen.encoded, role: "user", locale, invitedBy: null };
  const prepared = prepareChallenge(deps, occasion, {
    purpose: "signup",
    lifetimeSeconds: signupSeconds,
    subject: email,
    sealed: pending,
    by: ["handle", "code", "link"],
  });
  const { code, linkToken, challengeToken, expiresInSeconds } = prepared;
  const link = tokenLink(deps.mailPages, "confirm", linkToken);
  const confirm: MailMessage = { kind: "signup_confirm", code, link, validFor: signupSeconds };
  const existing: MailMessage = { kind: "signup_existing", ...circumstancesOf(occasion) };

  await commitMail(deps, occasion, { operation: "signup", email }, async (change) => {
    const { stores, record } = change;
    const isWithin = await takeWithin(change, { rule: "signup_email", subject: email });
    const owner = (await stores.users.findByEmail(email))?.user;
    const isReserved = await stores.challenges.isReserved(email, null, occasion.now);
    const isFree = owner === undefined && !isReserved;
    await stores.challenges.insert(isWithin && isFree ? prepared.challenge : decoyOf(prepared));
    // The one who signs up is not the owner, and does not choose the owner's language.
    const reader = owner ? { locale: owner.locale, languages: null } : { locale, languages };
    const message = isFree ? confirm : existing;
    if (isWithin && !isReserved)
      await queueMail(change, { email, ...reader }, message, signupSeconds);
    else await queueDecoy(change, { email, ...reader }, message);
    if (!isWithin) return "limited";
    if (owner) await record("signup_existing_email", { userId: owner.id, email });
    else if (isReserved) await record("signup_failed", { email, reason: "email_taken" });
    else await record("signup_started", { email });
    return isFree ? "mailed" : "nobody";
  });
  return { challengeToken, expiresInSeconds };
}

export interface Invitation {
  readonly email: string;
  readonly role: Role;
  readonly locale: string | null;
}

/** Mails an invitation, whose link's holder makes the account. It ends the one to the same address before. */
export async function inviteUser(
  deps: Journal & MailUses,
  occasion: Occasion,
  actor: User,
  { email, role, locale }: Invitation,
): Promise<"invited" | "email_taken"> {
  const { signupSeconds } = deps.lifetimes;
  const pending: Pending = { passwordHash: null, role, locale, invitedBy: actor.id };
  const { challenge, linkToken } = prepareChallenge(deps, occasion, {
    purpose: "invitation",
    lifetimeSeconds: signupSeconds,
    subject: email,
    sealed: pending,
    by: ["link"],
  });
  const link = tokenLink(deps.mailPages, "confirm", linkToken);
  return commit(deps, occasion, async (change) => {
    const { stores, record } = change;
    if ((await stores.users.findByEmail(email)) !== undefined) return "email_taken" as const;
    if (await stores.challenges.isReserved(email, null, occasion.now))
      return "email_taken" as const;
    await stores.challenges.deleteAbout("invitation", email);
    await stores.challenges.insert(challenge);
    const recipient = { email, locale, languages: null };
    await queueMail(
      change,
      recipient,
      { kind: "invitation", link, validFor: signupSeconds },
      signupSeconds,
    );
    await record("user_invited", { email, role, actorId: actor.id });
    return "invited" as const;
  });
}

export type ConfirmOutcome =
  { readonly user: User } | WeakPassword | { readonly failure: "invalid_challenge" | "overloaded" };

/** Makes the account of a signup by the mailed code, with the password that was given at the signup. */
export async function confirmSignupByCode(
  deps: Journal & Uses<"secretKeys" | "signup">,
  occasion: Occasion,
  proof: { readonly challengeToken: string; readonly code: string },
): Promise<ConfirmOutcome> {
  const tried = await tryCode(deps, occasion, "signup", proof);
  if (tried.kind !== "right") return { failure: "invalid_challenge" };
  const pending = openPending(deps, tried.challenge);
  return makeAccount(deps, occasion, tried.challenge, pending, pending.passwordHash);
}

/**
 * Makes the account of a signup or an invitation by the mailed link, with a password that the link's holder chooses:
 * whoever asked for the mail need not be the one who got it (EM-03). A password that is refused spends nothing.
 */
export async function confirmSignupByLink(
  deps: Journal & Choosing & Uses<"secretKeys" | "signup">,
  occasion: Occasion,
  token: string,
  newPassword: string,
): Promise<ConfirmOutcome> {
  const found = await findLinkOf(deps, occasion, ["signup", "invitation"], token);
  if (found.kind === "not_good") return { failure: "invalid_challenge" };
  const { challenge } = found;
  const chosen = await choosePassword(deps, newPassword, addressOf(challenge));
  if ("failure" in chosen) return chosen;
  return makeAccount(deps, occasion, challenge, openPending(deps, challenge), chosen.encoded);
}

/**
 * Makes the account, and ends all that waits for its address. The account is inserted first, as everywhere: of two that
 * are proved at once, the second waits for the first, and finds the address taken (EM-04). Where it cannot be made,
 * nothing is spent.
 */
async function makeAccount(
  deps: Journal & Uses<"secretKeys" | "signup">,
  occasion: Occasion,
  challenge: Challenge,
  { role, locale, invitedBy }: Pending,
  passwordHash: string | null,
): Promise<ConfirmOutcome> {
  const email = addressOf(challenge);
  const user = newUser(deps, occasion, email, { role, emailVerified: true, locale });
  const outcome = await commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    const failed = undo("invalid_challenge" as const);
    if (!(await insertAccount(change, user, passwordHash))) return failed;
    // The inviter, or everybody, may have lost the right to make accounts since.
    const mayMake =
      invitedBy === null
        ? mayHaveAccount(deps.signup, email)
        : isEnabledAdmin(await stores.users.find(invitedBy));
    if (!mayMake || !(await spend(change, challenge))) return failed;
    await stores.challenges.deleteAbout("signup", email);
    await stores.challenges.deleteAbout("invitation", email);
    const by = invitedBy === null ? "user" : "admin";
    await record("signup", { userId: user.id, email, role, by });
    await record("email_verified", { userId: user.id, email, by: "signup" });
    return "made" as const;
  });
  if (outcome === "made") return { user };
  await notGood(deps, occasion, challenge.purpose);
  return { failure: outcome };
}

function isEnabledAdmin(user: User | undefined): boolean {
  return user !== undefined && user.role === "admin" && !user.disabled;
}

function openPending(deps: Uses<"secretKeys">, challenge: Challenge): Pending {
  return openSealed(deps, challenge) as Pending; // sealed above, under the same id
}

function addressOf({ subject }: Challenge): string {
  if (subject === null) throw new Error("A signup without an address");
  return subject;
}
