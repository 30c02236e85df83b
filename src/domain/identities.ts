/**
 * Identities of an account: somebody at a provider who signs in to it. Linked and removed by its owner, who is signed in
 * and proved it a short time ago; an address from elsewhere links nothing (FD-06, FD-08).
 */
import type { EventFields } from "../contract/events.ts";
import type { AskingOwner } from "./accounts.ts";
import { notGood, openSealed, spend } from "./challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { identityLinkedNotice, identityRemovedNotice } from "./notices.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Identity, NewIdentity } from "./ports/identities.ts";
import type { ProvidedIdentity, Provider } from "./ports/providers.ts";
import type { SessionWithUser } from "./ports/sessions.ts";
import type { User } from "./ports/users.ts";
import {
  beginFlow,
  endFlow,
  type FlowAnswer,
  type FlowFailure,
  type FlowRequest,
} from "./provider-flows.ts";
import { beginFactorChange, endOthers } from "./second-factors.ts";
import { hashSecret } from "./secrets.ts";
import { hasWayIn } from "./ways-in.ts";

/** A person who may be linked, as a collision keeps it sealed. */
export type KeptIdentity = Pick<NewIdentity, "provider" | "issuer" | "subject" | "email">;

type LinkUses = Journal &
  Uses<"secretKeys" | "lifetimes" | "quotas" | "mailTemplates" | "returnOrigins">;

type Linked =
  | { readonly identity: Identity }
  | { readonly failure: "identity_taken" }
  | { readonly failure: "invalid_challenge" };

/** Begins a flow whose end links whoever signs in at the provider, in this session and in no other (FD-08). */
export async function startProviderLink(
  deps: LinkUses,
  occasion: Occasion,
  { user, session }: SessionWithUser,
  flow: Omit<FlowRequest, "session">,
): Promise<Awaited<ReturnType<typeof beginFlow>> | "identity_taken"> {
  const linked = await deps.storage.identities.list(user.id);
  if (linked.some(({ provider }) => provider === flow.provider.id)) return "identity_taken";
  return beginFlow(deps, occasion, { ...flow, session });
}

/** Ends a flow that this session began, and links whoever signed in at the provider. */
export async function completeProviderLink(
  deps: LinkUses,
  occasion: Occasion,
  owner: SessionWithUser,
  provider: Provider,
  answer: FlowAnswer,
): Promise<Linked | FlowFailure> {
  const ended = await endFlow(deps, occasion, provider, answer, owner.session);
  if ("failure" in ended) return ended;
  const { issuer, subject } = ended.identity;
  const email = await shownAddress(ended.identity);
  const kept = { provider: provider.id, issuer, subject, email };
  return commit<LinkUses, Linked | FlowFailure, Linked | FlowFailure>(deps, occasion, (change) =>
    link(change, owner, kept, provider.name),
  );
}

/** The address there, for people to read. Nothing depends on it. */
async function shownAddress(identity: ProvidedIdentity): Promise<string | null> {
  const address = await identity.address();
  return address === undefined || "fault" in address ? null : address.email;
}

/** Links what collided, to the account it collided with, which is the one that is signed in to (FD-09). */
export async function claimIdentity(
  deps: LinkUses & Uses<"providers">,
  occasion: Occasion,
  owner: SessionWithUser,
  linkToken: string,
): Promise<Linked> {
  const outcome = await endCollision(deps, occasion, owner, linkToken);
  if ("failure" in outcome && outcome.failure === "invalid_challenge")
    await notGood(deps, occasion, PURPOSE);
  return outcome;
}

const PURPOSE = "identity_claim";

async function endCollision(
  deps: LinkUses & Uses<"providers">,
  occasion: Occasion,
  owner: SessionWithUser,
  linkToken: string,
): Promise<Linked> {
  const { now } = occasion;
  const challenge = await deps.storage.challenges.findByHandle(PURPOSE, hashSecret(linkToken), now);
  if (challenge?.userId !== owner.user.id) return { failure: "invalid_challenge" };
  const kept = openSealed(deps, challenge) as KeptIdentity; // sealed at the collision
  const provider = deps.providers.get(kept.provider);
  // A provider that is no longer set links nobody (FD-16).
  if (provider === undefined) return { failure: "invalid_challenge" };
  return commit<LinkUses, Linked, Linked>(deps, occasion, async (change) => {
    const linked = await link(change, owner, kept, provider.name);
    if ("identity" in linked && !(await spend(change, challenge)))
      return change.undo({ failure: "invalid_challenge" });
    return linked;
  });
}

/** Links the person to the account of the session, if that still stands; nothing is written where it answers a failure. */
async function link(
  change: Change<"secretKeys" | "quotas" | "mailTemplates">,
  { user, session }: SessionWithUser,
  kept: KeptIdentity,
  providerName: string,
) {
  const { stores, undo } = change;
  await stores.users.lockCredential(user.id); // the account before its sessions, as everywhere
  if (!(await stores.sessions.lock(session.id)))
    return undo({ failure: "invalid_challenge" as const });
  const identity = await linkPerson(change, user, kept, "user");
  if (typeof identity === "string") return undo({ failure: "identity_taken" as const });
  await identityLinkedNotice(change, user, providerName);
  return { identity };
}

/**
 * Links a person to an account, within a change that is being made. `known`: the person is linked already, to this
 * account or another; `has_another`: the account has somebody else of the provider. Then nothing was written.
 */
export async function linkPerson(
  { deps, occasion, stores, record }: Change,
  { id: userId }: Pick<User, "id">,
  kept: KeptIdentity,
  by: EventFields<"identity_linked">["by"],
): Promise<Identity | "known" | "has_another"> {
  const identityId = deps.newId(occasion.now);
  const identity = { ...kept, id: identityId, userId, createdAt: occasion.now };
  if (!(await stores.identities.insert(identity)))
    return (await stores.identities.findByPerson(kept)) ? "known" : "has_another";
  await record("identity_linked", { userId, identityId, provider: kept.provider, by });
  return { ...identity, lastUsedAt: null };
}

/** Removes an identity of the owner's, unless nobody could sign in to the account then (FD-18). */
export async function removeIdentity(
  deps: Journal & Uses<"secretKeys" | "quotas" | "mailTemplates" | "mailLogin" | "providers">,
  occasion: Occasion,
  owner: AskingOwner,
  identityId: string,
): Promise<"removed" | "not_found" | "last_credential"> {
  const { id: userId } = owner.user;
  return commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    if (!(await beginFactorChange(change, owner))) return undo("not_found" as const);
    const removed = await stores.identities.delete(userId, identityId);
    if (removed === undefined) return undo("not_found" as const);
    if (!(await hasWayIn(change, userId))) return undo("last_credential" as const);
    const { provider } = removed;
    await record("identity_removed", { userId, identityId, provider, by: "user" });
    await identityRemovedNotice(change, owner.user, deps.providers.get(provider)?.name ?? provider);
    await endOthers(change, owner);
    return "removed" as const;
  });
}
