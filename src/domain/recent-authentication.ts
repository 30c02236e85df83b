/**
 * Recent authentication: what could take an account over is done only by somebody who has proved who they are a short
 * time ago, with the session that asks (D4). A session that was left open, or stolen, is not enough.
 */
import type { ReauthenticationMethod } from "../contract/auth-methods.ts";
import type { Uses } from "./change.ts";
import type { Occasion } from "./ports/events.ts";
import type { Session } from "./ports/sessions.ts";
import type { User } from "./ports/users.ts";

/** Refreshing, renewing a proof and being active move nothing that is read here (SU-02). */
export async function isRecent(
  { storage, lifetimes }: Uses<"storage" | "lifetimes">,
  { now }: Occasion,
  { id }: Session,
): Promise<boolean> {
  const authentication = await storage.sessions.findAuthentication(id);
  if (authentication === undefined) return false;
  return now - authentication.authenticatedAt < lifetimes.recentAuthSeconds * 1000;
}

/** The ways in which the account can prove itself now. */
export async function waysToReauthenticate(
  { storage, mailLogin }: Uses<"storage" | "mailLogin">,
  { id }: User,
): Promise<ReauthenticationMethod[]> {
  const credential = await storage.users.findCredential(id);
  return [
    ...(typeof credential?.passwordHash === "string" ? (["password"] as const) : []),
    ...(mailLogin ? (["mail"] as const) : []),
  ];
}
