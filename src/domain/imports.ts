/** Imports: accounts from another system, with the hashes and the identities they have there. Nothing is hashed here. */
import type { ImportedAccount } from "../contract/imports.ts";
import { type Change, commit, Undone } from "./change.ts";
import { linkPerson } from "./identities.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { NewIdentity } from "./ports/identities.ts";
import type { Stores } from "./ports/storage.ts";
import type { User } from "./ports/users.ts";

/** An account with its hash as it is stored, whose identities are each of a provider of the settings, and no two of one. */
export type AccountToImport = Omit<ImportedAccount, "identities" | "passwordHash"> & {
  readonly passwordHash?: string | undefined;
  readonly identities: readonly Pick<NewIdentity, "provider" | "issuer" | "subject">[];
};

/**
 * In the order of the accounts that were given. `made_before`: the address has an account that an import or
 * another command made; `takenBy`: it has one that somebody signed up for, who may be another person;
 * `personOf`: one of the identities signs in to this account already.
 */
export type ImportOutcome =
  | "imported"
  | "made_before"
  | "impossible_date"
  | { readonly takenBy: User }
  | { readonly personOf: User };

/** A sign-in that links a person between the look and the insert is rare; more than two of them in one batch are no accident. */
const ROUNDS = 3;

/**
 * Makes the accounts in one transaction, each with its own event (LA-06); an address that has an
 * account keeps it, unchanged, so that a file can be imported again after an interruption. Their
 * owners log in with the password they have, and the hash is replaced then (PW-09).
 */
export async function importAccounts(
  journal: Journal,
  occasion: Occasion,
  accounts: readonly AccountToImport[],
): Promise<ImportOutcome[]> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcomes = await importBatch(journal, occasion, accounts);
    if (outcomes !== "changed") return outcomes;
  }
  throw new Error("Others keep linking the people of the file: import it again");
}

async function importBatch(
  journal: Journal,
  occasion: Occasion,
  accounts: readonly AccountToImport[],
): Promise<ImportOutcome[] | "changed"> {
  const outcomes = accounts.map((): ImportOutcome => "impossible_date");
  // Sorted, whatever the order of the file: two imports at once then wait for each other, and never deadlock.
  const users = accounts
    .map((account, index) => ({ account, index, user: newUser(journal, occasion, account) }))
    .sort((one, other) => (one.account.email < other.account.email ? -1 : 1));
  return commit<Journal, ImportOutcome[] | "changed", "changed">(
    journal,
    occasion,
    async (change) => {
      for (const { account, index, user } of users) {
        if (user === undefined) continue;
        const outcome = await importOne(change, account, user);
        if (outcome instanceof Undone) return outcome;
        outcomes[index] = outcome;
      }
      return outcomes;
    },
  );
}

async function importOne(
  change: Change,
  account: AccountToImport,
  user: User,
): Promise<ImportOutcome | Undone<"changed">> {
  const { stores, record, undo } = change;
  const { email, role, id: userId } = user;
  const known = await ownerOfPerson(stores, account);
  if (known !== undefined || !(await stores.users.insert(user, account.passwordHash ?? null)))
    return outcomeBeside(stores, account, user, known);
  await record("signup", { userId, email, role, by: "command" });
  // The other system's word: who trusts it has to find it again.
  if (user.emailVerified)
    await record("email_verified", { userId, email, by: "command", actorId: null });
  for (const identity of account.identities) {
    const linked = await linkPerson(change, user, { ...identity, email: null }, "command");
    // Somebody signed in with it since we looked.
    if (typeof linked === "string") return undo("changed");
  }
  return "imported";
}

/** The account that one of the identities signs in to already. */
async function ownerOfPerson(
  { identities }: Pick<Stores, "identities">,
  account: AccountToImport,
): Promise<User | undefined> {
  for (const identity of account.identities) {
    const known = await identities.findByPerson(identity);
    if (known !== undefined) return known.user;
  }
  return undefined;
}

/** Answers what an import would do, and does none of it. It does not see an address that a file has twice. */
export async function rehearseImport(
  { storage }: Journal,
  occasion: Occasion,
  accounts: readonly AccountToImport[],
): Promise<ImportOutcome[]> {
  const outcomes: ImportOutcome[] = [];
  for (const account of accounts) {
    const createdAt = createdAtOf(account, occasion);
    outcomes.push(
      createdAt === undefined
        ? "impossible_date"
        : await outcomeBeside(
            storage,
            account,
            { createdAt },
            await ownerOfPerson(storage, account),
          ),
    );
  }
  return outcomes;
}

/**
 * The outcome beside the accounts that there are. Tells an account that came from here from a stranger's: by the person
 * who signs in to it, by its `signup` event, or, for those of versions before 0.2 and those whose event is no longer
 * kept, by the hash or the instant that the file has.
 */
async function outcomeBeside(
  { users, events }: Pick<Stores, "users" | "events">,
  account: AccountToImport,
  { createdAt }: Pick<User, "createdAt">,
  known: User | undefined,
): Promise<ImportOutcome> {
  const found = await users.findByEmail(account.email);
  if (found === undefined) return known === undefined ? "imported" : { personOf: known };
  const { user, passwordHash } = found;
  if (user.id === known?.id) return "made_before";
  if (passwordHash !== null && passwordHash === account.passwordHash) return "made_before";
  if (account.createdAt !== undefined && user.createdAt === createdAt) return "made_before";
  const [signup] = await events.list({ userId: user.id, event: "signup" }, 1, undefined);
  const isByCommand = signup?.event.event === "signup" && signup.event.by === "command";
  return isByCommand ? "made_before" : { takenBy: user };
}

/** The id is of the instant the account was made elsewhere: lists in order of id stay oldest first. */
function newUser(
  { newId }: Journal,
  occasion: Occasion,
  account: AccountToImport,
): User | undefined {
  const createdAt = createdAtOf(account, occasion);
  if (createdAt === undefined) return undefined;
  const { email, emailVerified, name = null, locale = null, role, disabled } = account;
  return { id: newId(createdAt), email, emailVerified, name, locale, role, disabled, createdAt };
}

/** Milliseconds since the epoch; undefined where no account can have been made, or has an id (RFC 9562 §5.7). */
function createdAtOf({ createdAt }: AccountToImport, { now }: Occasion): number | undefined {
  const instant = createdAt ?? now;
  return instant >= 0 && instant <= now ? instant : undefined;
}
