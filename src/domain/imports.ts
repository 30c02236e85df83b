/** Imports: accounts from another system, with the bcrypt hashes they have there. Nothing is hashed here. */
import type { ImportedAccount } from "../contract/imports.ts";
import { commit } from "./change.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Stores } from "./ports/storage.ts";
import type { User } from "./ports/users.ts";

/**
 * In the order of the accounts that were given. `made_before`: the address has an account that an import or
 * another command made; `takenBy`: it has one that somebody signed up for, who may be another person.
 */
export type ImportOutcome =
  "imported" | "made_before" | "impossible_date" | { readonly takenBy: User };

/**
 * Makes the accounts in one transaction, each with its own event (LA-06); an address that has an
 * account keeps it, unchanged, so that a file can be imported again after an interruption. Their
 * owners log in with the password they have, and the hash is replaced then (PW-09).
 */
export async function importAccounts(
  journal: Journal,
  occasion: Occasion,
  accounts: readonly ImportedAccount[],
): Promise<ImportOutcome[]> {
  const outcomes = accounts.map((): ImportOutcome => "impossible_date");
  // Sorted, whatever the order of the file: two imports at once then wait for each other, and never deadlock.
  const users = accounts
    .map((account, index) => ({ account, index, user: newUser(journal, occasion, account) }))
    .sort((one, other) => (one.account.email < other.account.email ? -1 : 1));
  await commit(journal, occasion, async ({ stores, record }) => {
    for (const { account, index, user } of users) {
      if (user === undefined) continue;
      const isInserted = await stores.users.insert(user, account.passwordHash);
      outcomes[index] = isInserted ? "imported" : await outcomeOfTaken(stores, account, user);
      if (isInserted)
        await record("signup", {
          userId: user.id,
          email: user.email,
          role: user.role,
          by: "command",
        });
      // The other system's word: who trusts it has to find it again.
      if (isInserted && user.emailVerified)
        await record("email_verified", {
          userId: user.id,
          email: user.email,
          by: "command",
          actorId: null,
        });
    }
  });
  return outcomes;
}

/** Answers what an import would do, and does none of it. It does not see an address that a file has twice. */
export async function rehearseImport(
  { storage }: Journal,
  occasion: Occasion,
  accounts: readonly ImportedAccount[],
): Promise<ImportOutcome[]> {
  const outcomes: ImportOutcome[] = [];
  for (const account of accounts) {
    const createdAt = createdAtOf(account, occasion);
    outcomes.push(
      createdAt === undefined
        ? "impossible_date"
        : await outcomeOfTaken(storage, account, { createdAt }),
    );
  }
  return outcomes;
}

/**
 * Tells an account that came from here from a stranger's: by its `signup` event, or, for those of versions
 * before 0.2 and those whose event is no longer kept, by the hash or the instant that the file has.
 */
async function outcomeOfTaken(
  { users, events }: Pick<Stores, "users" | "events">,
  account: ImportedAccount,
  { createdAt }: Pick<User, "createdAt">,
): Promise<ImportOutcome> {
  const found = await users.findByEmail(account.email);
  if (found === undefined) return "imported";
  const { user, passwordHash } = found;
  if (passwordHash === account.passwordHash) return "made_before";
  if (account.createdAt !== undefined && user.createdAt === createdAt) return "made_before";
  const [signup] = await events.list({ userId: user.id, event: "signup" }, 1, undefined);
  const isByCommand = signup?.event.event === "signup" && signup.event.by === "command";
  return isByCommand ? "made_before" : { takenBy: user };
}

/** The id is of the instant the account was made elsewhere: lists in order of id stay oldest first. */
function newUser(
  { newId }: Journal,
  occasion: Occasion,
  account: ImportedAccount,
): User | undefined {
  const createdAt = createdAtOf(account, occasion);
  if (createdAt === undefined) return undefined;
  const { email, emailVerified, name = null, locale = null, role, disabled } = account;
  return { id: newId(createdAt), email, emailVerified, name, locale, role, disabled, createdAt };
}

/** Milliseconds since the epoch; undefined where no account can have been made, or has an id (RFC 9562 §5.7). */
function createdAtOf({ createdAt }: ImportedAccount, { now }: Occasion): number | undefined {
  const instant = createdAt ?? now;
  return instant >= 0 && instant <= now ? instant : undefined;
}
