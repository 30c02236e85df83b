/** `npm run doctor`: the posture of an installation, from the machine it runs on. It changes nothing. */
import { Email } from "../contract/addresses.ts";
import { commandLine } from "../process/command-line.ts";
import { examine } from "../process/doctor/examine.ts";
import { screenOf } from "../process/doctor/screen.ts";
import { type Arguments, UsageError } from "./command.ts";
import { createProgress } from "./progress.ts";

export const usage = `${commandLine("doctor", "[--json] [--backups <path>] [--send-mail-to <address>]")}

Looks at settings, PUBLIC_URL, database, mail server, clock, keys and providers, and says of each if it is
ok, needs attention or is wrong, and what to do next. It changes nothing. Run it with the settings of the
server and as its user. docs/doctor.md has every line.

  --json                     The same as JSON, whose shape is promised
  --backups <path>           Where backups lie: a folder, or one file. Without it: backups/ beside the database
  --send-mail-to <address>   Sends one mail there

Ends with 0, or with 1 where something is wrong.`;

export const flags: readonly string[] = ["json"];
export const options: readonly string[] = ["backups", "send-mail-to"];

/** The time for connections to servers that hang to end by themselves. Milliseconds. */
const LINGER_MS = 300;

export async function run({
  positionals,
  flags: given,
  options: values,
}: Arguments): Promise<void> {
  if (positionals.length > 0) throw new UsageError("doctor takes no arguments");
  const sendMailTo = values.get("send-mail-to");
  if (sendMailTo !== undefined && !Email.safeParse(sendMailTo).success)
    throw new UsageError("--send-mail-to takes an e-mail address");
  const report = await withProgress((done) =>
    examine({ backups: values.get("backups"), sendMailTo }, done),
  );
  const text = given.has("json")
    ? `${JSON.stringify(report, null, 2)}\n`
    : screenOf(report, process.stdout);
  process.exitCode = report.status === "wrong" ? 1 : 0;
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** Shows a bar on a terminal, and nothing elsewhere. */
async function withProgress<T>(
  work: (done: (count: number, total: number) => void) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return work(() => undefined);
  let progress: ReturnType<typeof createProgress> | undefined;
  try {
    return await work((count, total) => (progress ??= createProgress(total)).at(count));
  } finally {
    progress?.end();
  }
}
