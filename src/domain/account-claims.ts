/**
 * Claims of accounts that nobody had proved: whoever made one may be somebody else than the owner of its mailbox, and
 * keeps nothing of it (EM-06).
 */
import type { EventFields } from "../contract/events.ts";
import type { Change } from "./change.ts";
import { endGrants } from "./grants.ts";
import { removeIdentities } from "./identity-removal.ts";
import { accountClaimedNotice } from "./notices.ts";
import type { User } from "./ports/users.ts";
import { removeFactors } from "./second-factors.ts";

/**
 * Hands the account over to the owner of its mailbox, within a change that is being made. False, and nothing done, where
 * its owner proved it a moment ago: then what it has is theirs.
 */
export async function claimAccount(
  change: Change<"secretKeys" | "quotas" | "mailTemplates">,
  user: User,
  by: EventFields<"email_verified">["by"],
): Promise<boolean> {
  const { stores, record } = change;
  if (!(await stores.users.verifyEmail(user.id, user.email))) return false;
  await stores.users.voidPassword(user.id);
  await removeWaysIn(change, user.id, "email_proof");
  await endGrants(change, user.id, { by: "email_proof" });
  await record("email_verified", { userId: user.id, email: user.email, by });
  await accountClaimedNotice(change, user);
  return true;
}

/**
 * Removes everything but the password by which somebody could sign in or take a second step, if it was added at or
 * after the instant, or all. Milliseconds since the epoch.
 */
export async function removeWaysIn(
  change: Change,
  userId: string,
  by: "email_proof" | "email_change_undo",
  addedSince?: number,
): Promise<void> {
  await removeFactors(change, userId, { by }, addedSince);
  await removeIdentities(change, userId, by, addedSince);
}
