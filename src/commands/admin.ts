/** `npm run admin -- create|list|promote`: administrators, from the server's own machine. Safe beside a running server. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { Email, PASSWORD_MAX_CODE_POINTS } from "../contract/values.ts";
import { createAdmin, promoteToAdmin } from "../domain/admins.ts";
import { createPasswords } from "../domain/passwords.ts";
import { newSecret } from "../domain/secrets.ts";
import type { User } from "../domain/ports/users.ts";
import { createBcryptPool } from "../platform/bcrypt-workers.ts";
import { isCommonPassword } from "../platform/common-passwords.ts";
import { atWork, CommandError, type CommandContext, runCommand, UsageError } from "./command.ts";
import { formatTable } from "./terminal-text.ts";

const usage = `npm run admin -- <command>

  create <email>              A new administrator; asks for the password, or reads it from a pipe
  create <email> --generate   The same, with a password that is made up and shown this once
  promote <email>             Makes an account an administrator, at once
  list                        The administrators

Settings come from the environment, as the server's do.`;

/** How many accounts are read at a time. */
const BATCH = 100;

await runCommand(
  usage,
  ["generate"],
  async ({ positionals: [command, address, ...rest], flags }) => {
    if (command === undefined) throw new UsageError("Which command?");
    if (rest.length > 0) throw new UsageError(`${command} takes no more arguments`);
    if (flags.has("generate") && command !== "create")
      throw new UsageError("--generate belongs to create");
    if (command === "list" && address === undefined) return atWork(list);
    if (command === "create") return create(emailOf(command, address), flags.has("generate"));
    if (command === "promote") {
      const email = emailOf(command, address);
      return atWork((context) => promote(context, email));
    }
    throw new UsageError(
      command === "list" ? "list takes no arguments" : `No such command: ${command}`,
    );
  },
);

/** The contract's own normal form, so that a command and a request mean the same account. */
function emailOf(command: string, address: string | undefined): string {
  if (address === undefined) throw new UsageError(`${command} takes an e-mail address`);
  const parsed = Email.safeParse(address);
  if (!parsed.success)
    throw new CommandError(`${JSON.stringify(address)} is not an e-mail address`);
  return parsed.data;
}

async function create(email: string, generate: boolean): Promise<void> {
  const password = generate ? newSecret() : await readPassword(email);
  // What stands for bytes that are no UTF-8: it would be another password than the one that was meant.
  if (password.includes("\ufffd"))
    throw new CommandError("The password has characters that are not in UTF-8");
  await atWork(async ({ journal, occasion, secretKeys, settings }) => {
    const bcrypt = createBcryptPool(1, 1);
    const deps = {
      ...journal,
      passwords: createPasswords(bcrypt, secretKeys.passwordPepper, settings.BCRYPT_COST),
      passwordPolicy: {
        minLength: settings.PASSWORD_MIN_LENGTH,
        maxLength: PASSWORD_MAX_CODE_POINTS,
        isCommon: isCommonPassword,
      },
    };
    const outcome = await createAdmin(deps, occasion, email, password).finally(bcrypt.close);
    if (!("failure" in outcome)) return;
    if (outcome.failure === "weak_password")
      throw new CommandError(`The password policy refuses it: ${outcome.reasons.join(", ")}`);
    if (outcome.failure === "email_taken")
      throw new CommandError(`${email} has an account already; promote makes it an administrator`);
    throw new CommandError("The password could not be hashed now: try again");
  });
  console.error(`${email} is an administrator`);
  if (generate) console.error(`Password, shown this once: ${password}`);
}

async function promote({ journal, occasion }: CommandContext, email: string): Promise<void> {
  const user = await promoteToAdmin(journal, occasion, email);
  if (user === undefined) throw new CommandError(`No account has the address ${email}`);
  console.error(`${email} is an administrator${user.disabled ? ", and disabled" : ""}`);
}

async function list({ journal }: CommandContext): Promise<void> {
  const admins: User[] = [];
  for (let batch: User[] | undefined; batch === undefined || batch.length === BATCH;) {
    batch = await journal.storage.users.list({ role: "admin" }, BATCH, admins.at(-1)?.id);
    admins.push(...batch);
  }
  const rows = admins.map(({ id, email, disabled, createdAt }) => [
    ...[id, email, disabled ? "disabled" : "enabled", new Date(createdAt).toISOString()],
  ]);
  console.log(formatTable(["ID", "EMAIL", "STATE", "CREATED"], rows));
}

/** From a terminal without showing it, or all that is piped but the end of its last line. */
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
