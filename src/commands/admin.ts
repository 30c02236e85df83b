/** `npm run admin -- create|list|promote`: administrators, from the server's own machine. Safe beside a running server. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { weakPasswordText } from "../contract/password-policy.ts";
import { Email } from "../contract/values.ts";
import { createAdmin, promoteToAdmin } from "../domain/admins.ts";
import type { Occasion } from "../domain/ports/events.ts";
import type { User } from "../domain/ports/users.ts";
import { newSecret } from "../domain/secrets.ts";
import type { System } from "../process/system.ts";
import { type Arguments, CommandError, UsageError } from "./command.ts";
import { formatTable } from "./table.ts";
import { withSystem } from "./with-system.ts";

export const usage = `npm run admin -- <command>

  create <email>              A new administrator; asks for the password, or reads it from a pipe
  create <email> --generate   A new administrator, with a password that is made up and shown once
  promote <email>             Makes an account an administrator, at once
  list                        The administrators

Settings come from the environment, as the server's do.`;

export const flags = ["generate"];

/** Accounts that are read at a time. */
const BATCH = 100;

export async function run({ positionals, flags: given }: Arguments): Promise<void> {
  const [command, address, ...rest] = positionals;
  if (command === undefined) throw new UsageError("Which command?");
  if (rest.length > 0) throw new UsageError(`${command} takes no more arguments`);
  if (given.has("generate") && command !== "create")
    throw new UsageError("--generate belongs to create");
  if (command === "list" && address === undefined) return withSystem(list);
  if (command === "create") return create(emailOf(command, address), given.has("generate"));
  if (command === "promote") {
    const email = emailOf(command, address);
    return withSystem((system, occasion) => promote(system, occasion, email));
  }
  throw new UsageError(
    command === "list" ? "list takes no arguments" : `No such command: ${command}`,
  );
}

/** Normalizes an address as the contract does, so that a command and a request mean the same account. */
function emailOf(command: string, address: string | undefined): string {
  if (address === undefined) throw new UsageError(`${command} takes an e-mail address`);
  const parsed = Email.safeParse(address);
  if (!parsed.success)
    throw new CommandError(`${JSON.stringify(address)} is not an e-mail address`);
  return parsed.data;
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
      throw new CommandError(`${email} has an account already; promote makes it an administrator`);
    throw new CommandError("The password could not be hashed now: try again");
  }
  console.error(`${email} is an administrator`);
  if (generate) console.error(`Password, shown this once: ${password}`);
}

async function promote({ deps }: System, occasion: Occasion, email: string): Promise<void> {
  const user = await promoteToAdmin(deps, occasion, email);
  if (user === undefined) throw new CommandError(`No account has the address ${email}`);
  console.error(`${email} is an administrator${user.disabled ? ", and disabled" : ""}`);
}

async function list({ deps }: System): Promise<void> {
  const admins: User[] = [];
  for (let batch: User[] | undefined; batch === undefined || batch.length === BATCH;) {
    batch = await deps.storage.users.list({ role: "admin" }, BATCH, admins.at(-1)?.id);
    admins.push(...batch);
  }
  const rows = admins.map(({ id, email, disabled, createdAt }) => [
    ...[id, email, disabled ? "disabled" : "enabled", new Date(createdAt).toISOString()],
  ]);
  console.log(formatTable(["ID", "EMAIL", "STATE", "CREATED"], rows));
}

/** Asks for the password on a terminal, without showing it; elsewhere takes everything that is piped but the end of its last line. */
async function readPassword(email: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, "");
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
