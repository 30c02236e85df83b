/** Ways in: an account keeps one by which its owner can sign in (D7). */
import type { Change } from "./change.ts";

/**
 * True while somebody could sign in to the account. Read it under the lock of the account's row: of two removals at
 * once, the second has to see the first (PK-14, FD-18). A provider that is no longer set lets nobody in (FD-16).
 */
export async function hasWayIn(
  { deps, stores }: Change<"mailLogin" | "providers">,
  userId: string,
): Promise<boolean> {
  if (deps.mailLogin) return true;
  const credential = await stores.users.findCredential(userId);
  if (typeof credential?.passwordHash === "string") return true;
  if ((await stores.passkeys.list(userId)).some(({ signsIn }) => signsIn)) return true;
  const identities = await stores.identities.list(userId);
  return identities.some(({ provider }) => deps.providers.has(provider));
}
