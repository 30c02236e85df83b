/**
 * Recent authentication: what could take an account over is done only by somebody who has proved who they are a short
 * time ago, with the session that asks (D4). A session that was left open, or stolen, is not enough.
 */
import type { ReauthenticationMethod } from "../contract/auth-methods.ts";
import type { Uses } from "./change.ts";
import { waysOf } from "./pending-logins.ts";
import type { Occasion } from "./ports/events.ts";
import type { Session } from "./ports/sessions.ts";
import type { User } from "./ports/users.ts";

/**
 * True where the session was proved a short time ago by the strongest kind of factor that the account has: a second
 * factor, if it has one now. Refreshing, renewing a proof and being active move nothing that is read here (SU-02).
 */
export async function isRecent(
  { storage, lifetimes }: Uses<"storage" | "lifetimes">,
  { now }: Occasion,
  { id }: Session,
): Promise<boolean> {
  const authentication = await storage.sessions.findAuthentication(id);
  if (authentication === undefined) return false;
  const { hasSecondFactor, secondFactorAt, authenticatedAt } = authentication;
  const provedAt = hasSecondFactor ? secondFactorAt : authenticatedAt;
  return provedAt !== null && now - provedAt < lifetimes.recentAuthSeconds * 1000;
}

/** When a proof of now is recent no longer. Milliseconds since the epoch. */
export function recentUntil({ lifetimes }: Uses<"lifetimes">, { now }: Occasion): number {
  return now + lifetimes.recentAuthSeconds * 1000;
}

/** The ways in which the account can prove itself now, by the strongest kind of factor that it has (MF-09). */
export async function waysToReauthenticate(
  { storage, mailLogin }: Uses<"storage" | "mailLogin">,
  { id, emailVerified }: User,
): Promise<ReauthenticationMethod[]> {
  const credential = await storage.users.findCredential(id);
  if (credential?.hasSecondFactor) return waysOf(await storage.factors.find(id));
  return [
    ...(typeof credential?.passwordHash === "string" ? (["password"] as const) : []),
    // Of an address that nobody proved, the mailbox may be another person's.
    ...(mailLogin && emailVerified ? (["mail"] as const) : []),
  ];
}
