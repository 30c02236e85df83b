/** The life of the process: from the environment to a server, and from a signal to its end. */
import { readSettings } from "./config.ts";
import { ForeignSecretError } from "./domain/keys.ts";
import { greetingOf } from "./greeting.ts";
import { startServer } from "./server.ts";
import { StartRefusedError } from "./start-refused.ts";

/** What `npm start` does: starts from the environment, says where to look, ends on a signal. */
export async function main(): Promise<void> {
  const read = readSettings();
  if ("faults" in read) {
    for (const fault of read.faults) console.error(`Setting ${fault}`);
    console.error("Nothing was started. The settings are described in the README.");
    process.exitCode = 1;
    return;
  }
  const server = await startServer(read.settings).catch((error: unknown) => {
    const isMendable = error instanceof StartRefusedError || error instanceof ForeignSecretError;
    console.error(isMendable ? error.message : error);
    process.exit(1);
  });
  console.error(greetingOf(server, read.settings));
  // A second signal finds the stop under way and changes nothing.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => void server.stop(signal).then(() => process.exit(0)));
}
