/**
 * Sign-in with a provider. A person is known by issuer and subject, and by nothing else (D5). For somebody who is not
 * known, the address for which the provider vouches makes an account, or says which one they have to sign in to first.
 */
import { claimAccount } from "./account-claims.ts";
import { insertAccount, isOfAllowedDomain, newUser, recordClosedSignup } from "./accounts.ts";
import { prepareChallenge } from "./challenges.ts";
import { type Change, commit, type Undone, type Uses } from "./change.ts";
import { recognizeDevice } from "./devices.ts";
import { type KeptIdentity, linkPerson } from "./identities.ts";
import { identityLinkedNotice } from "./notices.ts";
import { beginPendingLogin, type LoginPending } from "./pending-logins.ts";
import { refuseUncounted } from "./password-proof.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { IdentityWithOwner } from "./ports/identities.ts";
import type { ProvidedIdentity, Provider } from "./ports/providers.ts";
import type { User, UserWithCredential } from "./ports/users.ts";
import {
  endFlow,
  type FlowAnswer,
  type FlowFailure,
  type ProviderDenied,
  letNobodyIn,
} from "./provider-flows.ts";
import { refusalOf } from "./wrong-proofs.ts";

export interface ProviderLoginAnswer extends FlowAnswer {
  /** The secrets of the request's device cookie. */
  readonly deviceSecrets: readonly string[];
}

export type ProviderLoginOutcome =
  | { readonly pending: LoginPending; readonly returnTo: string | null }
  | FlowFailure
  | (Collision & { readonly returnTo: string | null })
  | {
      readonly failure:
        "provider_email_unverified" | "signup_closed" | "email_taken" | "identity_taken";
    };

interface Collision {
  readonly failure: "identity_collision";
  readonly linkToken: string;
}

type LoginUses = Journal &
  Uses<
    "secretKeys" | "lifetimes" | "quotas" | "lockout" | "mailTemplates" | "returnOrigins" | "signup"
  >;

/** Ends a flow, and begins a login of the account that the person has, or gets. */
export async function completeProviderLogin(
  deps: LoginUses,
  occasion: Occasion,
  provider: Provider,
  { deviceSecrets, ...answer }: ProviderLoginAnswer,
): Promise<ProviderLoginOutcome> {
  const ended = await endFlow(deps, occasion, provider, answer);
  if ("failure" in ended) return ended;
  const arrival: Arrival = { provider, person: ended.identity, deviceSecrets };
  const outcome = await letIn(deps, occasion, arrival);
  const { returnTo } = ended;
  if ("loginToken" in outcome) return { pending: outcome, returnTo };
  return outcome.failure === "identity_collision" ? { ...outcome, returnTo } : outcome;
}

/** Somebody whom a provider has sent. */
interface Arrival {
  readonly provider: Provider;
  readonly person: ProvidedIdentity;
  readonly deviceSecrets: readonly string[];
}

type Settled = LoginPending | Collision | Exclude<ProviderLoginOutcome, { returnTo: unknown }>;
/** Another request was first: what was read holds no longer, and it is to be looked at again. */
type Unsettled = "changed";

/** Each round sees what the other request made; more than two that come between are no accident. */
const ROUNDS = 3;

async function letIn(deps: LoginUses, occasion: Occasion, arrival: Arrival): Promise<Settled> {
  let email: string | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const known = await deps.storage.identities.findByPerson(arrival.person);
    if (known !== undefined) {
      const entered = await enterKnown(deps, occasion, arrival, known);
      if (entered !== "changed") return entered;
      continue;
    }
    const vouched = email ?? (await vouchedAddress(deps, occasion, arrival));
    if (typeof vouched !== "string") return vouched;
    email = vouched;
    const owner = await deps.storage.users.findByEmail(email);
    const settled = owner
      ? await meetOwner(deps, occasion, arrival, owner)
      : await makeAccount(deps, occasion, arrival, email);
    if (settled !== "changed") return settled;
  }
  throw new Error("The account of a person was another each time that it was looked at");
}

/** Case 1: the person signs in to this account. */
async function enterKnown(
  deps: LoginUses,
  occasion: Occasion,
  { provider, deviceSecrets }: Arrival,
  { identity, user, lockedUntil }: IdentityWithOwner,
): Promise<Settled | Unsettled> {
  const refused = await refusedAccount(deps, occasion, { user, lockedUntil }, deviceSecrets);
  if (refused !== undefined) return refused;
  return commit<LoginUses, Settled | Unsettled, Unsettled>(deps, occasion, async (change) => {
    const { stores, undo } = change;
    await stores.users.lockCredential(user.id); // the account before its identities, as everywhere
    if (!(await stores.identities.use(identity.id, occasion.now))) return undo("changed");
    return beginProviderLogin(change, user, provider);
  });
}

/** Somebody has the address that the provider vouches for. */
async function meetOwner(
  deps: LoginUses,
  occasion: Occasion,
  { provider, person, deviceSecrets }: Arrival,
  owner: UserWithCredential,
): Promise<Settled | Unsettled> {
  const { user } = owner;
  if (user.emailVerified && provider.linking === "ask")
    return collide(deps, occasion, user, keptOf(provider, person, user.email));
  const refused = await refusedAccount(deps, occasion, owner, deviceSecrets);
  if (refused !== undefined) return refused;
  return commit<LoginUses, Settled | Unsettled, Unsettled | Settled>(
    deps,
    occasion,
    async (change) => {
      const { stores, undo } = change;
      await stores.users.lockCredential(user.id);
      const now = await stores.users.find(user.id);
      // Proved, changed or deleted meanwhile.
      if (now?.email !== user.email || now.emailVerified !== user.emailVerified)
        return undo("changed" as const);
      if (!user.emailVerified && !(await claimAccount(change, user, "provider")))
        return undo("changed" as const);
      const by = user.emailVerified ? "verified_email" : "email_proof";
      const kept = keptOf(provider, person, user.email);
      const linked = await linkPerson(change, user, kept, by);
      if (linked === "known") return undo("changed" as const);
      if (linked === "has_another") return undo({ failure: "identity_taken" as const });
      if (user.emailVerified) await identityLinkedNotice(change, user, provider.name);
      return beginProviderLogin(change, user, provider);
    },
  );
}

/** Case 4: the account has to say that the person is its owner. Tells who may claim the link, and for how long it is good. */
async function collide(
  deps: LoginUses,
  occasion: Occasion,
  { id: userId }: User,
  kept: KeptIdentity,
): Promise<Settled | Unsettled> {
  const { challenge, challengeToken } = prepareChallenge(deps, occasion, {
    purpose: "identity_claim",
    lifetimeSeconds: deps.lifetimes.providerSeconds,
    userId,
    sealed: kept,
    by: ["handle"],
  });
  return commit<LoginUses, Settled | Unsettled, Unsettled>(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    // Between the two reads another request may have made or claimed this very account for this very person.
    if (await stores.identities.findByPerson(kept)) return undo("changed");
    // Deleted meanwhile: there is nobody who could claim the link.
    if (!(await stores.challenges.save(userId, challenge))) return undo("changed");
    await record("identity_collision", { userId, provider: kept.provider });
    return { failure: "identity_collision", linkToken: challengeToken };
  });
}

/** Case 3: nobody has the address, and it is proved. */
async function makeAccount(
  deps: LoginUses,
  occasion: Occasion,
  { provider, person }: Arrival,
  email: string,
): Promise<Settled | Unsettled> {
  // The provider's setting says whether people may sign up with it, also where nobody may otherwise.
  if (!provider.makesAccounts || !isOfAllowedDomain(deps.signup, email)) {
    await recordClosedSignup(deps, occasion, email);
    return { failure: "signup_closed" };
  }
  // Nobody has the address, and nobody can have it: its last owner may take it back (EM-08).
  if (await deps.storage.challenges.isReserved(email, null, occasion.now)) {
    await commit(deps, occasion, ({ record }) =>
      record("signup_failed", { email, reason: "email_taken" }),
    );
    return { failure: "email_taken" };
  }
  const user = newUser(deps, occasion, email, { role: "user", emailVerified: true });
  return commit<LoginUses, Settled | Unsettled, Unsettled>(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    if (!(await insertAccount(change, user, null))) return undo("changed");
    await stores.challenges.deleteAbout("signup", email);
    await stores.challenges.deleteAbout("invitation", email);
    await record("signup", { userId: user.id, email, role: user.role, by: "provider" });
    await record("email_verified", { userId: user.id, email, by: "provider" });
    const linked = await linkPerson(change, user, keptOf(provider, person, email), "signup");
    if (typeof linked === "string") return undo("changed");
    return beginProviderLogin(change, user, provider);
  });
}

/** Keeps the proof, as of the account's state inside the change. A second factor is asked for as after a password (FD-17). */
async function beginProviderLogin(
  change: Change<"secretKeys" | "lifetimes">,
  user: User,
  { id: provider }: Provider,
): Promise<LoginPending | Undone<Unsettled>> {
  const credential = await change.stores.users.findCredential(user.id); // a claim has moved its epoch
  if (credential === undefined) return change.undo("changed" as const);
  const { epoch, hasSecondFactor } = credential;
  return beginPendingLogin(change, {
    user,
    epoch,
    methods: ["provider"],
    hasSecondFactor,
    provider,
  });
}

/** The address that the provider vouches for; else the failure, recorded (case 2). */
async function vouchedAddress(
  deps: LoginUses,
  occasion: Occasion,
  { provider, person }: Arrival,
): Promise<string | Settled> {
  const address = await person.address();
  if (address && "fault" in address)
    return letNobodyIn(deps, occasion, { provider }, address.fault, address.why);
  if (address?.verified) return address.email;
  const why = address === undefined ? "no_address" : "not_vouched";
  return letNobodyIn(deps, occasion, { provider }, "email_unverified", why);
}

/** The refusal of an account that may not sign in now, recorded; undefined where it may. */
async function refusedAccount(
  deps: LoginUses,
  occasion: Occasion,
  owner: Pick<UserWithCredential, "user" | "lockedUntil">,
  deviceSecrets: readonly string[],
): Promise<ProviderDenied | undefined> {
  const { id, email } = owner.user;
  const device = await recognizeDevice(deps, occasion, deviceSecrets, email);
  const refusal = refusalOf(owner, occasion, device !== undefined);
  if (refusal === undefined) return undefined;
  await refuseUncounted(deps, occasion, email, id, refusal);
  return { failure: "provider_denied", reason: "denied" };
}

function keptOf({ id }: Provider, { issuer, subject }: ProvidedIdentity, email: string) {
  return { provider: id, issuer, subject, email };
}
