/**
 * The address of an account: proved by its owner, changed, and changed back. Only somebody who is signed in to the
 * account proves an address for it: a link that another person opens proves nothing (EM-05).
 */
import { removeWaysIn } from "./account-claims.ts";
import { commitMail, mailChallenge, type MailUses } from "./challenge-mails.ts";
import {
  blindOf,
  findLink,
  notGood,
  openSealed,
  prepareChallenge,
  spend,
  type Started,
  type Tried,
  tryCode,
} from "./challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { endGrants } from "./grants.ts";
import { changeLink, tokenLink, undoLink } from "./links.ts";
import { takeWithin } from "./limits.ts";
import { queueDecoy, queueMail } from "./mail.ts";
import { circumstancesOf } from "./notices.ts";
import type { Challenge, ChallengePurpose } from "./ports/challenges.ts";
import type { Device } from "./ports/devices.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Session, SessionWithUser } from "./ports/sessions.ts";
import type { User } from "./ports/users.ts";

/** The owner of an account, signed in, and the languages that the request accepts. */
export interface Asking extends SessionWithUser {
  readonly languages: string | null;
}

/** The part that came by mail: its code, with the handle of whoever asked; or its link. */
export type MailedProof =
  { readonly challengeToken: string; readonly code: string } | { readonly token: string };

/** Mails a code and a link to the account's own address. */
export async function requestEmailVerification(
  deps: Journal & MailUses,
  occasion: Occasion,
  { user, session, languages }: Asking,
): Promise<Started | { readonly failure: "email_already_verified" }> {
  if (user.emailVerified) return { failure: "email_already_verified" };
  const { email, locale, id: userId } = user;
  const { challengeSeconds } = deps.lifetimes;
  const prepared = prepareChallenge(deps, occasion, {
    purpose: "email_verification",
    lifetimeSeconds: challengeSeconds,
    userId,
    sessionId: session.id,
    subject: email,
    by: ["handle", "code", "link"],
  });
  const { code, linkToken, challengeToken, expiresInSeconds } = prepared;
  const link = tokenLink(deps.mailPages, "email", linkToken);
  const asked = { operation: "requestEmailVerification", email } as const;
  await commitMail(deps, occasion, asked, async (change) => {
    const { stores, record } = change;
    await stores.users.lockCredential(userId);
    // Ended meanwhile: what it began would end with it.
    if (!(await stores.sessions.lock(session.id))) return "nobody";
    const outcome = await mailChallenge(change, {
      prepared,
      take: { rule: "signup_email", subject: email },
      recipient: { email, locale, languages },
      message: { kind: "email_verification", code, link, validFor: challengeSeconds },
    });
    if (outcome === "mailed") await record("email_verification_requested", { userId, email });
    return outcome;
  });
  return { challengeToken, expiresInSeconds };
}

/** Marks the address of the account that is signed in as proved. Whoever asks has both: the account and the mailbox. */
export async function confirmEmailVerification(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  { user, session }: SessionWithUser,
  proof: MailedProof,
): Promise<"verified" | "invalid_challenge"> {
  const tried = await tryProof(deps, occasion, "email_verification", session, proof);
  if (tried.kind !== "right") return "invalid_challenge";
  const { challenge } = tried;
  const outcome = await commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    const failed = undo("invalid_challenge" as const);
    await stores.users.lockCredential(user.id); // the account before its challenges, as everywhere
    // Ended meanwhile: the link may have come by another session, whose challenge this is.
    if (!(await stores.sessions.lock(session.id))) return failed;
    const email = challenge.subject ?? "";
    if (!(await stores.users.verifyEmail(user.id, email))) return failed;
    if (!(await spend(change, challenge))) return failed;
    await record("email_verified", { userId: user.id, email, by: "owner" });
    return "verified" as const;
  });
  if (outcome === "invalid_challenge") await notGood(deps, occasion, challenge.purpose);
  return outcome;
}

/**
 * Mails a code and a link to the address that the account is to have. The answer is the same, after the same work, for
 * an address that has an account, whose owner is told by mail (EM-10). The change that the account began before ends in
 * any case: if it ended only for a free address, its code would tell which ones are.
 */
export async function startEmailChange(
  deps: Journal & MailUses,
  occasion: Occasion,
  { user, session, languages }: Asking,
  newEmail: string,
): Promise<Started> {
  const { id: userId, locale } = user;
  const { challengeSeconds } = deps.lifetimes;
  const prepared = prepareChallenge(deps, occasion, {
    purpose: "email_change",
    lifetimeSeconds: challengeSeconds,
    userId,
    sessionId: session.id,
    subject: newEmail,
    by: ["handle", "code", "link"],
  });
  const { code, linkToken, challengeToken, expiresInSeconds } = prepared;
  const link = changeLink(deps.mailPages, linkToken);
  const confirm = { kind: "email_change_confirm", code, link, validFor: challengeSeconds } as const;
  const existing = { kind: "signup_existing", ...circumstancesOf(occasion) } as const;
  const asked = { operation: "startEmailChange", email: newEmail } as const;
  await commitMail(deps, occasion, asked, async (change) => {
    const { stores, record } = change;
    await stores.users.lockCredential(userId);
    if (!(await stores.sessions.lock(session.id))) return "nobody";
    const isWithin = await takeWithin(change, { rule: "signup_email", subject: newEmail });
    const owner = (await stores.users.findByEmail(newEmail))?.user;
    const isReserved = await stores.challenges.isReserved(newEmail, userId, occasion.now);
    const isMailed = isWithin && owner === undefined && !isReserved;
    await stores.challenges.save(userId, isMailed ? prepared.challenge : blindOf(prepared));
    const reader = owner ? { locale: owner.locale, languages: null } : { locale, languages };
    const recipient = { email: newEmail, ...reader };
    const message = owner ? existing : confirm;
    if (isMailed || (isWithin && owner))
      await queueMail(change, recipient, message, challengeSeconds);
    else await queueDecoy(change, recipient, message);
    await record("email_change_started", { userId, newEmail });
    if (!isWithin) return "limited";
    return isMailed ? "mailed" : "nobody";
  });
  return { challengeToken, expiresInSeconds };
}

/**
 * Gives the account the address that was proved (EM-07). Everything but the session and the device that ask ends, and
 * what was mailed before is worth nothing (EM-09). The old address gets a way back (EM-08).
 */
export async function confirmEmailChange(
  deps: Journal & MailUses,
  occasion: Occasion,
  { user, session, device }: SessionWithUser & { readonly device: Device | undefined },
  proof: MailedProof,
): Promise<"changed" | "invalid_challenge"> {
  const tried = await tryProof(deps, occasion, "email_change", session, proof);
  if (tried.kind !== "right") return "invalid_challenge";
  const { challenge } = tried;
  const newEmail = challenge.subject ?? "";
  const outcome = await commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    const failed = undo("invalid_challenge" as const);
    await stores.users.lockCredential(user.id);
    const before = await stores.users.find(user.id);
    if (before === undefined || !(await stores.sessions.lock(session.id))) return failed;
    if (!(await stores.users.changeEmail(user.id, newEmail))) return failed;
    // Asked after the address was ours to take: until then another account may be about to give it up.
    if (await stores.challenges.isReserved(newEmail, user.id, occasion.now)) return failed;
    if (!(await spend(change, challenge))) return failed;
    await record("email_changed", { userId: user.id, oldEmail: before.email, newEmail });
    const staying = { sessionId: session.id, deviceId: device?.id };
    await endGrants(change, user.id, { by: "email_change" }, staying);
    await offerUndo(change, before, newEmail, challenge.createdAt);
    return "changed" as const;
  });
  if (outcome === "invalid_challenge") await notGood(deps, occasion, challenge.purpose);
  return outcome;
}

/** The beginning of the change that an undo takes back. Milliseconds since the epoch. */
interface KeptUndo {
  readonly since: number;
}

/** Mails the old address a link that takes the change back, with what came since it was begun. */
async function offerUndo(
  change: Change<"secretKeys" | "lifetimes" | "mailTemplates" | "mailPages">,
  { id: userId, email, locale }: User,
  newEmail: string,
  since: number,
): Promise<void> {
  const { deps, occasion, stores } = change;
  const { emailUndoSeconds } = deps.lifetimes;
  const kept: KeptUndo = { since };
  const { challenge, linkToken } = prepareChallenge(deps, occasion, {
    purpose: "email_change_undo",
    lifetimeSeconds: emailUndoSeconds,
    userId,
    subject: email,
    sealed: kept,
    by: ["link"],
  });
  await stores.challenges.save(userId, challenge);
  const link = undoLink(deps.mailPages, linkToken);
  await queueMail(
    change,
    { email, locale, languages: null },
    {
      kind: "email_changed",
      newEmail,
      link,
      validFor: emailUndoSeconds,
      ...circumstancesOf(occasion),
    },
    emailUndoSeconds,
  );
}

/**
 * Takes a change of address back, for the owner of the old one. Whoever made the change may know the password and have
 * sessions, devices, further changes: all of it ends, and a new password has to be asked for by mail. What undoes an
 * earlier change stays good: or a thief would change twice, and take the second change back to end the owner's way.
 */
export async function undoEmailChange(
  deps: Journal & Uses<"secretKeys" | "lifetimes" | "mailTemplates">,
  occasion: Occasion,
  token: string,
): Promise<"undone" | "invalid_challenge"> {
  const found = await findLink(deps, occasion, "email_change_undo", token);
  if (found.kind === "not_good") return "invalid_challenge";
  const { challenge } = found;
  const { userId, subject: oldEmail } = challenge;
  if (userId === null || oldEmail === null) throw new Error("An undo without an account");
  const outcome = await commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    const failed = undo("invalid_challenge" as const);
    await stores.users.lockCredential(userId);
    const before = await stores.users.find(userId);
    if (before === undefined || !(await spend(change, challenge))) return failed;
    const isBack = before.email === oldEmail || (await stores.users.changeEmail(userId, oldEmail));
    if (!isBack) return failed;
    await stores.users.voidPassword(userId);
    await record("email_change_undone", { userId, oldEmail: before.email, newEmail: oldEmail });
    // A thief's factors would keep the owner out, and their provider let them in; those of before stay (EM-08).
    await removeWaysIn(change, userId, "email_change_undo", sinceOf(deps, challenge));
    await endGrants(change, userId, { by: "email_change_undo" });
    await stores.challenges.deleteUndosAfter(userId, challenge.id);
    await queueMail(
      change,
      { email: before.email, locale: before.locale, languages: null },
      { kind: "email_change_undone", ...circumstancesOf(occasion) },
      deps.lifetimes.emailUndoSeconds,
    );
    return "undone" as const;
  });
  if (outcome === "invalid_challenge") await notGood(deps, occasion, challenge.purpose);
  return outcome;
}

/** An undo of an earlier version says only when the change was made. */
function sinceOf(deps: Uses<"secretKeys">, challenge: Challenge): number {
  if (challenge.sealed === null) return challenge.createdAt;
  return (openSealed(deps, challenge) as KeptUndo).since; // sealed above, under the same id
}

/**
 * Tries what came by mail, for the account of the session alone. A code is good for the session that asked; a link for
 * any of the account's, because it may be opened in another browser.
 */
async function tryProof(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  purpose: ChallengePurpose,
  session: Session,
  proof: MailedProof,
): Promise<Tried> {
  const tried =
    "code" in proof
      ? await tryCode(deps, occasion, purpose, proof)
      : await findLink(deps, occasion, purpose, proof.token);
  if (tried.kind !== "right") return tried;
  const isTheirs = isOf(tried.challenge, session, "code" in proof);
  return isTheirs ? tried : notGood(deps, occasion, purpose);
}

function isOf(challenge: Challenge, session: Session, isOfSession: boolean): boolean {
  return (
    challenge.userId === session.userId && (!isOfSession || challenge.sessionId === session.id)
  );
}
