/** The account that a command is about, by its id or its address. */
import { Email } from "../contract/addresses.ts";
import { Id } from "../contract/values.ts";
import type { User, UserDetails } from "../domain/ports/users.ts";
import type { UpdateOutcome } from "../domain/users.ts";
import { commandLine } from "../process/command-line.ts";
import type { System } from "../process/system.ts";
import { CommandError, UsageError } from "./command.ts";

/** Finds the account. Throws a `CommandError` where there is none. */
export async function findAccount({ deps }: System, given: string): Promise<UserDetails> {
  const { users } = deps.storage;
  if (Id.safeParse(given).success) {
    const user = await users.findDetails(given.toLowerCase());
    if (user === undefined) throw new CommandError(`No account has the id ${given}`);
    return user;
  }
  const email = Email.safeParse(given).data;
  if (email === undefined)
    throw new CommandError(
      `${JSON.stringify(given)} is neither an account's id nor an e-mail address`,
    );
  const found = await users.findByEmail(email);
  const user = found && (await users.findDetails(found.user.id));
  if (user === undefined) throw new CommandError(`No account has the address ${email}`);
  return user;
}

/** Normalizes an address as the contract does, so that a command and a request mean the same account. */
export function emailOf(given: string): string {
  const parsed = Email.safeParse(given);
  if (!parsed.success) throw new CommandError(`${JSON.stringify(given)} is not an e-mail address`);
  return parsed.data;
}

/** The one argument a command takes. Throws a `UsageError` where there is none, or another one. */
export function argumentOf(command: string, given: readonly string[], takes: string): string {
  const [argument, ...rest] = given;
  if (argument === undefined || rest.length > 0) throw new UsageError(`${command} takes ${takes}`);
  return argument;
}

/** How an account's address stands, in a list. */
export function proofOf({ emailVerified }: User): string {
  return emailVerified ? "proved" : "unproved";
}

/** Names an account so that it can be told from another with a like address. */
export function nameOf({ email, id, createdAt }: User): string {
  return `${email} (${id}, made ${new Date(createdAt).toISOString()})`;
}

/** The account as it was changed. Throws a `CommandError` where it could not be. */
export function changedOf(
  outcome: UpdateOutcome | "email_unverified",
  before: UserDetails,
): UserDetails {
  if (outcome === "not_found") throw new CommandError(`${nameOf(before)} was deleted meanwhile`);
  if (outcome === "last_admin")
    throw new CommandError(
      `${nameOf(before)} is the last enabled administrator: make another one first`,
    );
  if (outcome === "email_unverified")
    throw new CommandError(
      `${nameOf(before)}: nobody has proved that this address is theirs; is it the right account, add --unproved, or say so for good with: ${commandLine("users", `verify ${before.id}`)}`,
    );
  return outcome;
}
