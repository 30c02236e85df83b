/** Sends requests to the whole application on a filled database, without the network. */
import { createApp } from "../../src/app.ts";
import { createEventLog } from "../../src/routes/event-log.ts";
import { readSettings } from "../../src/process/settings.ts";
import { openMailTemplates } from "../../src/process/mail-templates.ts";
import { addKeyRing, dependenciesOf } from "../../src/process/dependencies.ts";
import { deriveKeys } from "../../src/domain/secrets.ts";
import type { openStorage } from "../../src/storage/storage.ts";

export type Storage = Awaited<ReturnType<typeof openStorage>>;

/** Sends a GET with the cookie at the instant `now`, in milliseconds since the epoch. */
export type Ask = (path: string, cookie: string, now: number) => Promise<Response>;

const PUBLIC_URL = "http://localhost";

export async function createRequests(storage: Storage): Promise<Ask> {
  const read = readSettings({ NODE_ENV: "test", PUBLIC_URL });
  if ("faults" in read) throw new Error(read.faults.join("; "));
  let clock = Date.now();
  const overloaded = async () => "overloaded" as const; // no request needs a hash
  const parts = dependenciesOf(read.settings, {
    storage,
    log: createEventLog(() => undefined, true),
    meter: { limitDecided() {}, hashWaited() {}, hashRefused() {}, breachChecked() {} },
    secretKeys: deriveKeys("growth-bench"),
    mailTemplates: openMailTemplates(read.settings),
    providers: new Map(),
    hashes: { hash: overloaded, compare: overloaded },
    guesses: { countGuesses: overloaded },
    breaches: { isBreached: async () => false },
  });
  const deps = await addKeyRing(parts, read.settings);
  const app = createApp({
    deps,
    production: true,
    https: false,
    mountPath: "",
    allowedOrigins: new Set([PUBLIC_URL]),
    corsOrigins: new Set(),
    corsHeaders: new Set(),
    pages: [],
    translatedPages: [],
    pageFiles: [],
    docs: undefined,
    isDraining: () => false,
    metrics: { expose: async () => "", token: undefined, publicUrl: PUBLIC_URL },
    clientAddress: () => "127.0.0.1",
    now: () => clock,
    installation: {
      listSettings: () => [],
      reportAt: () => Promise.reject(new Error("Nobody asks for a report here")),
    },
    probe: { version: "", peer: () => null },
    ResponseClass: Response,
  });
  return async (path, cookie, now) => {
    clock = now;
    return app.fetch(new Request(PUBLIC_URL + path, { headers: { cookie } }));
  };
}
