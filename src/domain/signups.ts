/**
 * Signups that begin with a proof: no account before its address is proved (EM-01). A signup that waits is a
 * challenge. Any number may wait for one address; the first that is proved makes the account, and ends the others. So
 * nobody can have been there first.
 */
import { newUser } from "./accounts.ts";
import { prepareChallenge, tryCode, findLink, notGood, openSealed, spend } from "./challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { choosePassword, type WeakPassword } from "./choose-password.ts";
import { takeWithin } from "./limits.ts";
import { queueDecoy, queueMail } from "./mail.ts";
import type { Challenge } from "./ports/challenges.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Role, User } from "./ports/users.ts";

const PURPOSE = "signup";

/** What a signup keeps sealed until its address is proved. */
interface Pending {
  /** Null for an invitation, whose link's holder chooses one. */
  readonly passwordHash: string | null;
  readonly role: Role;
  readonly locale: string | null;
  /** The administrator who invited; null for whoever signed up. */
  readonly invitedBy: string | null;
}

export interface Started {
  readonly challengeToken: string;
  readonly expiresInSeconds: number;
}

type SignupUses = Journal &
  Uses<"passwords" | "passwordPolicy" | "secretKeys" | "quotas" | "lifetimes" | "issuer">;

export interface NewSignup {
  readonly email: string;
  readonly password: string;
  readonly locale: string | null;
  /** The request's `Accept-Language`. */
  readonly languages: string | null;
}

/**
 * Begins a signup. The answer is the same, after the same work, for an address that is free, that has an account, or
 * that got too many mails (EM-02): its owner is told by mail, and nobody else.
 */
export async function startSignup(
  deps: SignupUses,
  occasion: Occasion,
  { email, password, locale, languages }: NewSignup,
): Promise<Started | WeakPassword | { readonly failure: "overloaded" }> {
  const chosen = await choosePassword(deps, password, email);
  if ("failure" in chosen) return chosen;
  const pending: Pending = {
    passwordHash: chosen.encoded,
    role: "user",
    locale,
    invitedBy: null,
  };
  const { signupSeconds } = deps.lifetimes;
  const prepared = prepareChallenge(deps, occasion, {
    purpose: PURPOSE,
    lifetimeSeconds: signupSeconds,
    subject: email,
    sealed: pending,
    by: ["handle", "code", "link"],
  });
  const owner = (await deps.storage.users.findByEmail(email))?.user;
  await commit(deps, occasion, async (change) => {
    const isMailed = await takeWithin(change, { rule: "signup_email", subject: email });
    const isFree = owner === undefined;
    // TODO(mail)
    void isMailed;
    void isFree;
    void queueDecoy;
    void queueMail;
  });
  return { challengeToken: prepared.challengeToken, expiresInSeconds: prepared.expiresInSeconds };
}
