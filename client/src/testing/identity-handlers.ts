/** The fake server's answers about the providers that are linked to an account: linked, claimed, listed, removed. */
import { challengeCookie, clearedChallengeCookie, done, notFound, notGood } from "./answers.ts";
import type { Handlers } from "./calls.ts";
import type { Scene } from "./factors.ts";
import { hasProvider, linkPerson, presentIdentity } from "./identities.ts";
import { addressOf, beginFlow, endFlow } from "./provider-flows.ts";
import type { Person, Session } from "./rows.ts";
import { hasWayIn } from "./ways-in.ts";

const taken = { problem: "identity_taken" } as const;

export const identityHandlers: Pick<
  Handlers,
  | "listMyIdentities"
  | "startProviderLink"
  | "completeProviderLink"
  | "claimIdentity"
  | "removeMyIdentity"
> = {
  listMyIdentities: ({ caller }) => ({
    data: { items: caller.account.identities.map(presentIdentity) },
  }),
  startProviderLink(call) {
    const { input, settings, caller } = call;
    const provider = settings.providers.get(input.providerId);
    if (provider === undefined) return notFound;
    if (hasProvider(caller.account, provider.id)) return taken;
    const data = beginFlow(call, provider, caller);
    return "problem" in data ? data : { data, cookies: [challengeCookie(data)] };
  },
  completeProviderLink(call) {
    const { input, settings, caller } = call;
    const provider = settings.providers.get(input.providerId);
    if (provider === undefined) return notFound;
    const ended = endFlow(call, provider, caller);
    if ("problem" in ended) return ended;
    const { id, issuer } = provider;
    const { subject } = ended.person;
    const email = addressOf(ended.person) ?? null;
    const linked = link(call, { provider: id, issuer, subject, email });
    return "problem" in linked ? linked : { ...linked, cookies: [clearedChallengeCookie] };
  },
  claimIdentity(call) {
    const { input, accounts, caller, now } = call;
    const claim = accounts.challenges.findByHandle("identity_claim", input.linkToken, now);
    const { account, person } = claim ?? {};
    if (claim === undefined || account !== caller.account || person === undefined) return notGood;
    const linked = link(call, person);
    if (!("problem" in linked)) accounts.challenges.spend(claim);
    return linked;
  },
  removeMyIdentity({ input: { identityId }, accounts, settings, caller, origin, now }) {
    const { account } = caller;
    const removed = account.identities.find(({ id }) => id === identityId);
    if (removed === undefined) return notFound;
    const identities = account.identities.filter((each) => each !== removed);
    if (!hasWayIn(settings, { ...account, identities })) return { problem: "last_credential" };
    account.identities = identities;
    const { provider } = removed;
    accounts.record(account, { event: "identity_removed", provider, by: "user" }, now);
    accounts.mails.send("identity_removed", account.user.email, origin);
    accounts.endGrants(account, "factor_change", now, caller);
    return done;
  },
};

/** Links the person to the account of the session, and tells its owner. */
function link(
  { accounts, caller: { account }, origin, now }: Scene & { readonly caller: Session },
  person: Person,
) {
  const identity = linkPerson({ accounts, now }, account, person, "user");
  if (identity === undefined) return taken;
  accounts.mails.send("identity_linked", account.user.email, origin);
  return { data: presentIdentity(identity) };
}
