/** `npm run users -- disable|enable|unlock|verify|reset-factors|import`: accounts, from the server's own machine. Safe beside a running server. */
import { lockEnd } from "../domain/lock-rule.ts";
import { unlockUser } from "../domain/lockout.ts";
import type { Occasion } from "../domain/ports/events.ts";
import { updateUserByCommand } from "../domain/users.ts";
import { commandLine } from "../process/command-line.ts";
import type { System } from "../process/system.ts";
import { type ResetFactors, resetFactors } from "../domain/second-factors.ts";
import { type Arguments, CommandError, unknownWord, UsageError } from "./command.ts";
import { importAll } from "./import-accounts.ts";
import { argumentOf, changedOf, findAccount, nameOf } from "./one-account.ts";
import { withSystem } from "./with-system.ts";

export const usage = `${commandLine("users", "<command>")}

  disable <id or email>        Nobody can log in, and all sessions, tokens and reset links end at once
  enable <id or email>         Its owner can log in again
  unlock <id or email>         Ends the lock that too many wrong passwords or second factors began
  verify <id or email>         Counts its address as proved: you know that it is its owner's
  reset-factors <id or email>  Removes its authenticator app, passkeys and recovery codes, and ends all sessions
  import <file>                Accounts from elsewhere

reset-factors is for an owner who has lost all of these. Make sure first who asks: what is left to log in with
is the password, or a mail. The owner is told by mail, and the log keeps what was done.

import makes an account of every line of the file, each a JSON object:

  {"email":"ada@example.com","passwordHash":"$2b$12$…","role":"user","disabled":false,"createdAt":"2026-11-23T10:06:00.000Z"}

email is required, and passwordHash or identities; emailVerified, name and locale are taken too. The hash is plain bcrypt
($2a$, $2b$, $2y$), of cost 10 to 15, or an object with its scheme, as of argon2, scrypt, better-auth, Firebase, Django,
ASP.NET Identity or Keycloak: docs/migrating.md has each. Its owner logs in with the password it is of. Identities are those at providers
who sign in to the account: "identities":[{"issuer":"https://accounts.google.com","subject":"…"}]. An address that has an account keeps it as it is, so the same
file can be imported again. What is refused is listed on stderr by its line; the exit code is then 1. So is
an address that somebody has signed up with here: who that is, nobody has proved.

  --dry-run   Says what would be refused, and writes nothing
  --unproved  Takes lines with the role admin and without emailVerified: whose address that is, nobody has proved

Settings come from the environment, as the server's do.`;

export const flags = ["dry-run", "unproved"];

export async function run({ positionals, flags: given }: Arguments): Promise<void> {
  const [command, ...rest] = positionals;
  if (command === undefined) throw new UsageError("Which command?");
  if (command === "import") {
    const file = argumentOf(command, rest, "one file");
    return importAll(file, given.has("dry-run"), given.has("unproved"));
  }
  for (const flag of flags)
    if (given.has(flag)) throw new UsageError(`--${flag} belongs to import`);
  const act = acts.get(command);
  if (act === undefined) throw unknownWord("command", command, [...acts.keys(), "import"]);
  const account = argumentOf(command, rest, "an account's id or e-mail address");
  return withSystem((system, occasion) => act(system, occasion, account));
}

type Act = (system: System, occasion: Occasion, account: string) => Promise<void>;

/** The commands about one account. */
const acts: ReadonlyMap<string, Act> = new Map<string, Act>([
  ["disable", (system, occasion, account) => setDisabled(system, occasion, account, true)],
  ["enable", (system, occasion, account) => setDisabled(system, occasion, account, false)],
  ["unlock", unlock],
  ["verify", verify],
  ["reset-factors", resetAll],
]);

async function setDisabled(
  system: System,
  occasion: Occasion,
  given: string,
  disabled: boolean,
): Promise<void> {
  const found = await findAccount(system, given);
  const outcome = await updateUserByCommand(system.deps, occasion, found.id, { disabled });
  console.error(`${nameOf(changedOf(outcome, found))} is ${disabled ? "disabled" : "enabled"}`);
}

async function verify(system: System, occasion: Occasion, given: string): Promise<void> {
  const found = await findAccount(system, given);
  const changes = { emailVerified: true } as const;
  const outcome = await updateUserByCommand(system.deps, occasion, found.id, changes);
  console.error(`${nameOf(changedOf(outcome, found))} has a proved address`);
}

async function unlock(system: System, occasion: Occasion, given: string): Promise<void> {
  const found = await findAccount(system, given);
  if (!(await unlockUser(system.deps, occasion, "command", found.id)))
    throw new CommandError(`${nameOf(found)} was deleted meanwhile`);
  const end = lockEnd(found, occasion.now);
  const before = end === null ? "" : `; it was until ${new Date(end).toISOString()}`;
  console.error(`${nameOf(found)} is not locked${before}`);
}

async function resetAll(system: System, occasion: Occasion, given: string): Promise<void> {
  const found = await findAccount(system, given);
  const outcome = await resetFactors(system.deps, occasion, "command", found.id);
  if (outcome === undefined) throw new CommandError(`${nameOf(found)} was deleted meanwhile`);
  console.error(`${nameOf(found)} ${tellReset(outcome)}`);
}

function tellReset({ totp, passkeys, sessionsEnded }: ResetFactors): string {
  if (!totp && passkeys === 0) return "has no second factor; nothing was changed";
  const removed = [
    ...(totp ? ["the authenticator app"] : []),
    ...(passkeys > 0 ? [counted(passkeys, "passkey")] : []),
    "the recovery codes",
  ];
  const sessions = counted(sessionsEnded, "session");
  return `has no second factor now. Removed: ${removed.join(", ")}. Ended: ${sessions}`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
