/** Imports: accounts from another system, with the bcrypt hashes they have there. Nothing is hashed here. */
import type { ImportedAccount } from "../contract/imports.ts";
import { commit } from "./change.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { User } from "./ports/users.ts";

/** In the order of the accounts that were given. */
export type ImportOutcome = "imported" | "email_taken" | "impossible_date";

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
      outcomes[index] = isInserted ? "imported" : "email_taken";
      if (isInserted) await record("signup", { userId: user.id, email: user.email });
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
    if (createdAtOf(account, occasion) === undefined) outcomes.push("impossible_date");
    else if ((await storage.users.findByEmail(account.email)) === undefined)
      outcomes.push("imported");
    else outcomes.push("email_taken");
  }
  return outcomes;
}

/** The id is of the instant the account was made elsewhere: lists in order of id stay oldest first. */
function newUser(
  { newId }: Journal,
  occasion: Occasion,
  account: ImportedAccount,
): User | undefined {
  const createdAt = createdAtOf(account, occasion);
  if (createdAt === undefined) return undefined;
  const { email, role, disabled } = account;
  return { id: newId(createdAt), email, role, disabled, createdAt };
}

/** Milliseconds since the epoch; undefined where no account can have been made, or has an id (RFC 9562 §5.7). */
function createdAtOf({ createdAt }: ImportedAccount, { now }: Occasion): number | undefined {
  const instant = createdAt ?? now;
  return instant >= 0 && instant <= now ? instant : undefined;
}
