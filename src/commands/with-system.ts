/** The server's own composition, lent to a command. It may run beside a server, on the same database. */
import { outsideRequest } from "../domain/change.ts";
import type { Occasion } from "../domain/ports/events.ts";
import { readSettings, type Settings } from "../process/settings.ts";
import { openSystem, type System } from "../process/system.ts";
import { CommandError } from "./command.ts";

/** Opens the system, lends it to `work`, and closes it whatever happens: then every event is on stdout. */
export async function withSystem<T>(
  work: (system: System, occasion: Occasion) => Promise<T>,
): Promise<T> {
  // A command hashes one password at the most.
  const system = await openSystem({ ...settingsOfCommand(), HASH_WORKERS: 1 });
  return work(system, outsideRequest(Date.now())).finally(() => system.close());
}

/** Reads the settings as the server does. Throws with one line per fault. */
export function settingsOfCommand(): Settings {
  const read = readSettings();
  if ("settings" in read) {
    for (const remark of read.remarks) console.error(`Setting ${remark}`);
    return read.settings;
  }
  throw new CommandError(read.faults.map((fault) => `Setting ${fault}`).join("\n"));
}
