/** The list of breached passwords of the settings, opened. */
import { outsideRequest } from "../domain/change.ts";
import type { EventLog } from "../domain/ports/events.ts";
import type { Meter } from "../domain/ports/meter.ts";
import type { BreachLookup } from "../domain/ports/passwords.ts";
import { BreachedFileError, openBreachedFile } from "../platform/breached-passwords/file.ts";
import { createBreachLookup } from "../platform/breached-passwords/lookup.ts";
import { createRangeSource } from "../platform/breached-passwords/range.ts";
import type { BreachSource } from "../platform/breached-passwords/source.ts";
import type { Settings } from "./settings.ts";
import { StartRefusedError } from "./start-refused.ts";

export interface BreachedPasswords extends BreachLookup {
  close(): Promise<void>;
}

/** Rejects with a `StartRefusedError` where a file is named that is no such list. Nobody else is asked here. */
export async function openBreachedPasswords(
  { BREACHED_PASSWORDS: setting }: Pick<Settings, "BREACHED_PASSWORDS">,
  log: EventLog,
  meter: Meter,
): Promise<BreachedPasswords> {
  const source = await openSource(setting);
  if (source === undefined) return { isBreached: async () => false, close: async () => undefined };
  const isBreached = createBreachLookup(source, {
    meter,
    tell: (trouble) =>
      log.print(log.compose(outsideRequest(Date.now()), "breached_passwords_unavailable", trouble)),
  });
  return { isBreached, close: () => source.close() };
}

async function openSource(
  setting: Settings["BREACHED_PASSWORDS"],
): Promise<BreachSource | undefined> {
  switch (setting.kind) {
    case "off":
      return undefined;
    case "hibp":
      return createRangeSource(setting.url);
    case "file":
      return openBreachedFile(setting.path).catch((error: unknown) => {
        if (!(error instanceof BreachedFileError)) throw error;
        throw new StartRefusedError(
          `BREACHED_PASSWORDS names a file that ${error.message}: it must be the list of Pwned Passwords by SHA-1, in the order of its hashes`,
          { cause: error },
        );
      });
  }
}
