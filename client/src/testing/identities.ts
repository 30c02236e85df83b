/** Identities of the fake server's accounts: people at providers, who sign in to them. */
import type { components } from "../generated/schema.ts";
import type { Scene } from "./factors.ts";
import { type Account, type Identity, newId, type Person } from "./rows.ts";

type Schemas = components["schemas"];

/** Links a person; undefined where they are linked already, or the account has somebody else of the provider. */
export function linkPerson(
  { accounts, now }: Pick<Scene, "accounts" | "now">,
  account: Account,
  person: Person,
  by: Schemas["OwnIdentityLinkedEvent"]["by"],
): Identity | undefined {
  const { provider } = person;
  if (accounts.findByPerson(person) || hasProvider(account, provider)) return undefined;
  const identity: Identity = { ...person, id: newId(now), createdAt: now, lastUsedAt: null };
  account.identities = [...account.identities, identity];
  accounts.record(account, { event: "identity_linked", provider, by }, now);
  return identity;
}

export function hasProvider({ identities }: Account, wanted: string): boolean {
  return identities.some(({ provider }) => provider === wanted);
}

export function presentIdentity(identity: Identity): Schemas["Identity"] {
  const { id, provider, email, createdAt, lastUsedAt } = identity;
  return {
    id,
    provider,
    email,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  };
}
