/** `npm run admin -- create|promote|demote|list`: administrators, from the server's own machine. Safe beside a running server. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { weakPasswordText } from "../contract/password-policy.ts";
import { createAdmin } from "../domain/admins.ts";
import type { Occasion } from "../domain/ports/events.ts";
import type { User } from "../domain/ports/users.ts";
import { newSecret } from "../domain/secrets.ts";
import { updateUserByCommand } from "../domain/users.ts";
import { commandLine } from "../process/command-line.ts";
import type { System } from "../process/system.ts";
import { type Arguments, CommandError, unknownWord, UsageError } from "./command.ts";
import { argumentOf, changedOf, emailOf, findAccount, nameOf, proofOf } from "./one-account.ts";
import { formatTable } from "./table.ts";
import { withSystem } from "./with-system.ts";

export const usage = `${commandLine("admin", "<command>")}

  create <email>              A new administrator; asks for the password, or reads it from a pipe
  create <email> --generate   A new administrator, with a password that is made up and shown once
  promote <id or email>       Makes an account an administrator, at once, if its address is proved
  promote <id> --unproved     The same, though nobody has proved whose address that is
  demote <id or email>        Makes an administrator an account like any other, at once
  list                        The administrators, and whether their addresses are proved

Settings come from the environment, as the server's do.`;

export const flags = ["generate", "unproved"];

/** Accounts that are read at a time. */
const BATCH = 100;

export async function run({ positionals, flags: given }: Arguments): Promise<void> {
  const [command, ...rest] = positionals;
  if (command === undefined) throw new UsageError("Which command?");
  if (given.has("generate") && command !== "create")
    throw new UsageError("--generate belongs to create");
  if (given.has("unproved") && command !== "promote")
    throw new UsageError("--unproved belongs to promote");
  if (command === "list" && rest.length === 0) return withSystem(list);
  if (command === "create")
    return create(emailOf(argumentOf(command, rest, "an e-mail address")), given.has("generate"));
  if (command === "promote" || command === "demote") {
    const account = argumentOf(command, rest, "an account's id or e-mail address");
    return withSystem((system, occasion) =>
      command === "demote"
        ? demote(system, occasion, account)
        : promote(system, occasion, account, given.has("unproved")),
    );
  }
  if (command === "list") throw new UsageError("list takes no arguments");
  throw unknownWord("command", command, ["create", "promote", "demote", "list"]);
}

async function create(email: string, generate: boolean): Promise<void> {
  const password = generate ? newSecret() : await readPassword(email);
  // U+FFFD stands for bytes that are no UTF-8: the password would be another than the one that was meant.
  if (password.includes("\ufffd"))
    throw new CommandError("The password has characters that are not in UTF-8");
  const outcome = await withSystem(({ deps }, occasion) =>
    createAdmin(deps, occasion, email, password),
  );
  if ("failure" in outcome) {
    if (outcome.failure === "weak_password")
      throw new CommandError(`The password policy refuses it: ${weakPasswordText(outcome)}`);
    if (outcome.failure === "email_taken")
      throw new CommandError(
        `${email} has an account already; promote says when that was made, and makes it an administrator`,
      );
    throw new CommandError("The password could not be hashed now: try again");
  }
  console.error(`${email} is an administrator`);
  if (generate) console.error(`Password, shown this once: ${password}`);
}

/** Promotes whoever has proved the address, or is said to be the right one: the first to sign up with an address may have its account (AZ-08). */
async function promote(
  system: System,
  occasion: Occasion,
  given: string,
  isUnprovedTaken: boolean,
): Promise<void> {
  const found = await findAccount(system, given);
  const changes = { role: "admin" } as const;
  const user = changedOf(
    await updateUserByCommand(system.deps, occasion, found.id, changes, isUnprovedTaken),
    found,
  );
  console.error(`${nameOf(user)} is an administrator${user.disabled ? ", and disabled" : ""}`);
}

async function demote(system: System, occasion: Occasion, given: string): Promise<void> {
  const found = await findAccount(system, given);
  const outcome = await updateUserByCommand(system.deps, occasion, found.id, { role: "user" });
  console.error(`${nameOf(changedOf(outcome, found))} is no administrator`);
}

async function list({ deps }: System): Promise<void> {
  const admins: User[] = [];
  for (let batch: User[] | undefined; batch === undefined || batch.length === BATCH;) {
    batch = await deps.storage.users.list({ role: "admin" }, BATCH, admins.at(-1)?.id);
    admins.push(...batch);
  }
  const rows = admins.map((admin) => {
    const { id, email, disabled, createdAt } = admin;
    const state = disabled ? "disabled" : "enabled";
    return [id, email, proofOf(admin), state, new Date(createdAt).toISOString()];
  });
  console.log(formatTable(["ID", "EMAIL", "ADDRESS", "STATE", "CREATED"], rows));
}

/** Asks for the password on a terminal, without showing it; elsewhere takes the one line that is piped. */
async function readPassword(email: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const password = (await text(process.stdin)).replace(/\r?\n$/, "");
    if (/[\r\n]/.test(password))
      throw new CommandError("The password has to be one line, and more than one was piped");
    return password;
  }
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  prompt.on("SIGINT", () => process.exit(130));
  try {
    process.stderr.write(`Password for ${email} (not shown): `);
    const password = await prompt.question("");
    process.stderr.write("\nOnce more: ");
    if ((await prompt.question("")) !== password)
      throw new CommandError("\nThe two are not the same");
    process.stderr.write("\n");
    return password;
  } finally {
    prompt.close();
  }
}
