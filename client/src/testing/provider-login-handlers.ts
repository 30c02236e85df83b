/** The fake server's answers to a sign-in with a provider. A person is known by issuer and subject, and by nothing else. */
import type { components } from "../generated/schema.ts";
import { beginPending, challengeCookie, clearedChallengeCookie, notFound } from "./answers.ts";
import type { Answer, Call, Handlers } from "./calls.ts";
import type { FakePerson, KnownProvider } from "./fake-provider.ts";
import { linkPerson } from "./identities.ts";
import { addressOf, beginFlow, endFlow } from "./provider-flows.ts";
import type { Account, Person } from "./rows.ts";
import { claimAccount } from "./ways-in.ts";

export const providerLoginHandlers: Pick<
  Handlers,
  "listProviders" | "startProviderLogin" | "completeProviderLogin"
> = {
  listProviders({ settings: { providers } }) {
    return {
      data: { items: [...providers.values()].map(({ id, name, kind }) => ({ id, name, kind })) },
    };
  },
  startProviderLogin(call) {
    const provider = call.settings.providers.get(call.input.providerId);
    if (provider === undefined) return notFound;
    const data = beginFlow(call, provider);
    return "problem" in data ? data : { data, cookies: [challengeCookie(data)] };
  },
  completeProviderLogin(call) {
    const provider = call.settings.providers.get(call.input.providerId);
    if (provider === undefined) return notFound;
    const ended = endFlow(call, provider);
    if ("problem" in ended) return ended;
    const { returnTo } = ended;
    const pending = letIn(call, provider, ended.person);
    if ("problem" in pending)
      return pending.problem === "identity_collision" ? { ...pending, returnTo } : pending;
    return { data: { ...pending, returnTo }, cookies: [clearedChallengeCookie] };
  },
};

type Arrival = Call<"completeProviderLogin">;
type Settled =
  | components["schemas"]["LoginPending"]
  | Extract<Answer<"completeProviderLogin">, { readonly problem: unknown }>;

/** The account that the person has, or gets. */
function letIn(call: Arrival, provider: KnownProvider, who: FakePerson): Settled {
  const { accounts, now } = call;
  const { subject, emailVerified = true } = who;
  const { id, issuer } = provider;
  const known = accounts.findByPerson({ issuer, subject });
  if (known) {
    for (const identity of known.identities)
      if (identity.issuer === issuer && identity.subject === subject) identity.lastUsedAt = now;
    return pendingOf(call, known, provider);
  }
  const email = addressOf(who);
  if (email === undefined || !emailVerified) return { problem: "provider_email_unverified" };
  const person = { provider: id, issuer, subject, email };
  const owner = accounts.findByEmail(email);
  return owner ? meetOwner(call, provider, person, owner) : makeAccount(call, provider, person);
}

/** Somebody has the address that the provider vouches for. */
function meetOwner(
  call: Arrival,
  provider: KnownProvider,
  person: Person,
  account: Account,
): Settled {
  const { accounts, origin, now } = call;
  const { email, emailVerified } = account.user;
  if (emailVerified && provider.linking === "ask") {
    const subject = { purpose: "identity_claim", account, email, person } as const;
    const { challengeToken: linkToken } = accounts.challenges.begin(subject, now);
    accounts.record(account, { event: "identity_collision", provider: provider.id }, now);
    return { problem: "identity_collision", linkToken };
  }
  if (!emailVerified) claimAccount(call, account, "provider");
  const by = emailVerified ? "verified_email" : "email_proof";
  if (!linkPerson(call, account, person, by)) return { problem: "identity_taken" };
  if (emailVerified) accounts.mails.send("identity_linked", email, origin);
  return pendingOf(call, account, provider);
}

/** Nobody has the address, and it is proved. */
function makeAccount(
  call: Arrival,
  provider: KnownProvider,
  person: Person & { readonly email: string },
): Settled {
  const { accounts, now } = call;
  const { email } = person;
  if (!provider.makesAccounts) return { problem: "signup_closed" };
  if (accounts.challenges.isReserved(email, undefined, now)) return { problem: "email_taken" };
  const blank = { email, emailVerified: false, locale: null, password: null };
  const account = accounts.add(blank, "provider", now);
  accounts.challenges.end({ purpose: "signup", email });
  accounts.verifyEmail(account, "provider", now);
  linkPerson(call, account, person, "signup");
  return pendingOf(call, account, provider);
}

function pendingOf({ accounts, now }: Arrival, account: Account, { id: provider }: KnownProvider) {
  return beginPending(accounts, account, { methods: ["provider"], provider }, now);
}
