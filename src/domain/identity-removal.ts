import type { EventFields } from "../contract/events.ts";
import type { Change } from "./change.ts";

/** Removes the identities of an account that were linked at or after an instant, or all, within a change that is being made. */
export async function removeIdentities(
  { stores, record }: Change,
  userId: string,
  by: EventFields<"identity_removed">["by"],
  linkedSince?: number,
): Promise<void> {
  const removed = await stores.identities.deleteAllOf(userId, linkedSince);
  for (const { id: identityId, provider } of removed)
    await record("identity_removed", { userId, identityId, provider, by });
}
