/**
 * The one composition of server and commands: opens what the rules of auth stand on, in the order in
 * which each part needs the one before, and closes it again.
 */
import { createEventLog } from "../routes/event-log.ts";
import { operations } from "../contract/operations.ts";
import { eventShapes } from "../contract/event-shapes.ts";
import { namesHiddenInLog } from "../contract/secret-fields.ts";
import type { EventLog } from "../domain/ports/events.ts";
import type { Meter } from "../domain/ports/meter.ts";
import type { Storage } from "../domain/ports/storage.ts";
import { deriveKeys } from "../domain/secrets.ts";
import { createGuessCounter } from "../platform/guess-counter.ts";
import { createHashPool, type HashPool } from "../platform/hash-workers.ts";
import { createLineWriter, createLogWriter } from "../platform/log.ts";
import type { Metrics } from "../platform/metrics.ts";
import { openStorage } from "../storage/storage.ts";
import { openBreachedPasswords } from "./breached-passwords.ts";
import { authSecretOf, makeFolder } from "./data-folder.ts";
import { dependenciesOf, type SystemDependencies } from "./dependencies.ts";
import { mailTemplatesOnDemand, openMailTemplates } from "./mail-templates.ts";
import { openProviders, type OpenProviders } from "./providers.ts";
import type { Settings } from "./settings.ts";

export interface System {
  readonly settings: Settings;
  readonly deps: SystemDependencies;
  readonly hashes: HashPool;
  readonly providers: OpenProviders;
  /** Resolves once the lines of all events so far are on stdout. */
  written(): Promise<void>;
  /** Closes the workers, the database and the log, in this order. `sayLast` may print one more event, when nothing else can. */
  close(sayLast?: () => void): Promise<void>;
}

/**
 * Opens everything; no thread for hashing is started before the first hash. `metrics` count every event,
 * whatever LOG_LEVEL lets through; a command has none. Lines of the log go to `printLine`, or to stdout. Rejects, with everything closed, with an error
 * that `refusalOf` explains.
 */
export async function openSystem(
  settings: Settings,
  metrics?: Metrics,
  printLine?: (line: string) => void,
): Promise<System> {
  // First, so that a fault of theirs leaves everything as it is. A command hardly ever sends a mail.
  const mailTemplates = metrics ? openMailTemplates(settings) : mailTemplatesOnDemand(settings);
  const hiddenNames = namesHiddenInLog(Object.values(operations), eventShapes);
  const writer = printLine
    ? createLineWriter(settings.LOG_LEVEL, hiddenNames, printLine)
    : createLogWriter(settings.LOG_LEVEL, hiddenNames);
  const log = createEventLog((event) => {
    metrics?.count(event);
    writer.print(event);
  }, settings.NODE_ENV === "production");
  const meter = metrics ?? unmetered;
  const { storage, secretKeys, breaches } = await openOutside(settings, log, meter).catch(
    async (error: unknown) => {
      await writer.close();
      throw error;
    },
  );
  const hashes = createHashPool(settings.HASH_WORKERS, settings.HASH_QUEUE, meter);
  const guesses = createGuessCounter(settings.HASH_QUEUE);
  const providers = openProviders(settings, log);
  return {
    settings,
    providers,
    deps: dependenciesOf(settings, {
      storage,
      log,
      meter,
      secretKeys,
      mailTemplates,
      providers,
      hashes,
      guesses,
      breaches,
    }),
    hashes,
    written: () => writer.written(),
    async close(sayLast) {
      try {
        await Promise.all([hashes.close(), guesses.close(), breaches.close()]);
        await storage.close();
        sayLast?.();
      } finally {
        await writer.close();
      }
    },
  };
}

/** Opens what is outside of this process: the list of breached passwords, then the database. */
async function openOutside(settings: Settings, log: EventLog, meter: Meter) {
  const breaches = await openBreachedPasswords(settings, log, meter);
  try {
    return { breaches, ...(await openDatabaseWithKeys(settings)) };
  } catch (error) {
    await breaches.close();
    throw error;
  }
}

/** Opens the database, and the secret that it was made with. Closes it again where there is none. */
async function openDatabaseWithKeys(settings: Settings) {
  const storage = await openDatabase(settings);
  try {
    return { storage, secretKeys: deriveKeys(await authSecretOf(settings, storage)) };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** Opens the database of the settings and brings it to this version's schema. `onStep` gets a line per migration. */
export async function openDatabase(
  settings: Settings,
  onStep: (line: string) => void = () => undefined,
): Promise<Storage> {
  if (settings.database.kind === "sqlite") await makeFolder(settings.dataFolder);
  return openStorage(settings.database, { ...settings.pool, onStep });
}

const unmetered: Meter = {
  limitDecided() {},
  hashWaited() {},
  hashRefused() {},
  breachChecked() {},
};
