/** Passkeys whose counter did not grow: there may be a copy of the key, and its owner is told (PK-05). */
import type { Change } from "./change.ts";
import { passkeyCloneNotice } from "./notices.ts";
import type { PasskeyWithOwner } from "./ports/passkeys.ts";

/** Records that a right answer could not be used, within a change that is being made. Tells of nothing where the passkey was removed meanwhile. */
export async function suspectClone(
  change: Change<"secretKeys" | "quotas" | "mailTemplates">,
  { passkey: { id: passkeyId, name, credentialId }, user }: PasskeyWithOwner,
): Promise<void> {
  const { stores, record } = change;
  const current = await stores.passkeys.findByCredentialId(credentialId);
  if (current?.passkey.id !== passkeyId) return;
  await record("passkey_clone_suspected", { userId: user.id, passkeyId });
  await passkeyCloneNotice(change, user, name);
}
