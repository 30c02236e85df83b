/**
 * The passkeys of an account: added, listed, renamed and removed. A passkey is a second factor, so adding and removing
 * one begins like every change of a factor, by moving the credential epoch, which locks the account's row.
 */
import { randomBytes } from "node:crypto";
import type { z } from "zod";
import type { PASSKEYS_MAX } from "../contract/bounds.ts";
import type {
  PasskeyCreationOptions,
  RegistrationCredential as RegistrationCredentialSchema,
} from "../contract/passkey-values.ts";
import type { AskingOwner } from "./accounts.ts";
import { notGood, saveOfSession } from "./challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { endGrants } from "./grants.ts";
import { passkeyAddedNotice, passkeyRemovedNotice } from "./notices.ts";
import {
  creationOptions,
  expectedOf,
  FACTOR_VERIFICATION,
  prepareCeremony,
  takeCeremony,
} from "./passkey-ceremonies.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { NewPasskey, Passkey } from "./ports/passkeys.ts";
import type { User } from "./ports/users.ts";
import { recordPasskeyRefused } from "./refusals.ts";
import {
  beginFactorChange,
  dropUselessCodes,
  endOthers,
  giveRecoveryCodes,
} from "./second-factors.ts";
import { hasWayIn } from "./ways-in.ts";
import { type NewCredential, verifyRegistration } from "./webauthn/verify-registration.ts";

/** Another number than the contract's does not compile. */
const MOST: typeof PASSKEYS_MAX = 20;
/** WebAuthn Level 3 §5.4.3 allows 64 bytes, and asks that they tell nothing of the account. */
const HANDLE_BYTES = 32;

type RegistrationCredential = z.output<typeof RegistrationCredentialSchema>;

export interface PasskeySetup {
  readonly setupToken: string;
  readonly options: z.output<typeof PasskeyCreationOptions>;
  readonly expiresInSeconds: number;
}

/** Begins a ceremony in which a passkey is made. The account has it only after `addPasskey`. */
export async function startPasskey(
  deps: Journal & Uses<"secretKeys" | "lifetimes" | "relyingParty">,
  occasion: Occasion,
  { user, session }: AskingOwner,
): Promise<PasskeySetup | "too_many_passkeys"> {
  const known = await deps.storage.passkeys.list(user.id);
  if (known.length >= MOST) return "too_many_passkeys";
  const fresh = randomBytes(HANDLE_BYTES);
  const ceremony = prepareCeremony(deps, occasion, {
    purpose: "passkey_setup",
    userId: user.id,
    sessionId: session.id,
  });
  const taken = await commit(deps, occasion, async (change) => {
    await saveOfSession(change, session, ceremony.challenge);
    return change.stores.passkeys.takeHandle(user.id, fresh);
  });
  const handle = taken ?? fresh; // of an account that is gone, nothing can be added
  const { challengeToken: setupToken, expiresInSeconds } = ceremony;
  const options = creationOptions(deps, ceremony, user, handle, known);
  return { setupToken, options, expiresInSeconds };
}

export interface Addition {
  readonly setupToken: string;
  readonly credential: RegistrationCredential;
  readonly name?: string | undefined;
}

export type AddOutcome =
  | { readonly passkey: Passkey; readonly recoveryCodes: readonly string[] }
  | { readonly failure: "invalid_passkey" | "passkey_exists" | "too_many_passkeys" };

/**
 * Adds the passkey that was made in a ceremony of this session. With the first second factor the account gets its
 * recovery codes, and everything else of it ends (MF-10).
 */
export async function addPasskey(
  deps: Journal & Uses<"secretKeys" | "quotas" | "mailTemplates" | "relyingParty">,
  occasion: Occasion,
  owner: AskingOwner,
  { setupToken, credential, name }: Addition,
): Promise<AddOutcome> {
  const { user, session } = owner;
  const taken = await takeCeremony(deps, occasion, "passkey_setup", setupToken);
  if (taken?.challenge.userId !== user.id || taken.challenge.sessionId !== session.id) {
    await notGood(deps, occasion, "passkey_setup");
    return { failure: "invalid_passkey" };
  }
  const expected = expectedOf(deps, taken.asked, FACTOR_VERIFICATION);
  const verified = verifyRegistration(credential, expected);
  if (!verified.ok) {
    await recordPasskeyRefused(deps, occasion, { userId: user.id, reason: verified.fault });
    return { failure: "invalid_passkey" };
  }
  return commit<typeof deps, AddOutcome, AddOutcome>(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    if (!(await beginFactorChange(change, owner))) return undo({ failure: "invalid_passkey" });
    // Under the lock of the account's row: of many at once, none passes the limit (PK-12).
    const known = await stores.passkeys.list(user.id);
    if (known.length >= MOST) return undo({ failure: "too_many_passkeys" });
    const isFirstFactor = !(await stores.factors.has(user.id));
    const made = newPasskey(change, user, credential, verified.value);
    const passkey = { ...made, name: name ?? `Passkey ${known.length + 1}` };
    if (!(await stores.passkeys.insert(passkey))) return undo({ failure: "passkey_exists" });
    const recoveryCodes = isFirstFactor ? await giveRecoveryCodes(change, user.id) : [];
    await stores.sessions.noteSecondFactor(session.id, occasion.now, "passkey");
    await record("passkey_added", { userId: user.id, passkeyId: passkey.id });
    await passkeyAddedNotice(change, user, passkey.name);
    if (isFirstFactor) await endOthers(change, owner);
    return { passkey: { ...passkey, lastUsedAt: null }, recoveryCodes };
  });
}

/** Names of transports as authenticators tell them (WebAuthn Level 3 §5.8.4), those that are not known yet included. */
const TRANSPORT = /^[a-z0-9-]+$/;

function newPasskey(
  { deps, occasion }: Change,
  { id: userId }: User,
  { response, clientExtensionResults }: RegistrationCredential,
  { userVerified, ...made }: NewCredential,
): Omit<NewPasskey, "name"> {
  return {
    ...made,
    id: deps.newId(occasion.now),
    userId,
    transports: (response.transports ?? []).filter((name) => TRANSPORT.test(name)),
    createdAt: occasion.now,
    // Without the word of the browser it may well be found: those that tell nothing make passkeys that are.
    signsIn: userVerified && clientExtensionResults?.credProps?.rk !== false,
  };
}

/** Removes one of the owner's own passkeys, unless nobody could sign in to the account then (PK-14). */
export async function removePasskey(
  deps: Journal & Uses<"secretKeys" | "quotas" | "mailTemplates" | "mailLogin" | "providers">,
  occasion: Occasion,
  owner: AskingOwner,
  passkeyId: string,
): Promise<"removed" | "not_found" | "last_credential"> {
  const { id: userId } = owner.user;
  return commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    if (!(await beginFactorChange(change, owner))) return undo("not_found" as const);
    const removed = await stores.passkeys.delete(userId, passkeyId);
    if (removed === undefined) return undo("not_found" as const);
    if (!(await hasWayIn(change, userId))) return undo("last_credential" as const);
    await dropUselessCodes(change, userId);
    await record("passkey_removed", { userId, passkeyId, by: "user" });
    await passkeyRemovedNotice(change, owner.user, removed.name);
    await endOthers(change, owner);
    return "removed" as const;
  });
}

/**
 * Removes a passkey of an account for an administrator; false where there is none. Also the last way in: whoever has
 * the device may be somebody else, and the owner can choose a new password by mail.
 */
export async function removeUserPasskey(
  deps: Journal & Uses<"secretKeys" | "quotas" | "mailTemplates">,
  occasion: Occasion,
  admin: Pick<User, "id">,
  { userId, passkeyId }: { readonly userId: string; readonly passkeyId: string },
): Promise<boolean> {
  return commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    if (!(await stores.users.moveEpoch(userId))) return undo(false);
    const user = await stores.users.find(userId);
    const removed = user && (await stores.passkeys.delete(userId, passkeyId));
    if (user === undefined || removed === undefined) return undo(false);
    await dropUselessCodes(change, userId);
    await record("passkey_removed", { userId, passkeyId, by: "admin", actorId: admin.id });
    await endGrants(change, userId, { by: "factor_change", actorId: admin.id });
    await passkeyRemovedNotice(change, user, removed.name);
    return true;
  });
}
