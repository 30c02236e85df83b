/**
 * Portcullis inside another program. Importing this file, and making one, opens nothing, reads no environment and
 * listens for no signal: the first `start`, `fetch` or `sessionOf` opens the database.
 */
import {
  type PortcullisSettings,
  readEmbeddedSettings,
  SettingsError,
} from "./process/embedded-settings.ts";
import type { Embedded } from "./process/embedded.ts";
import { assertPeer, type Peer } from "./process/peer.ts";
import type { SignedIn } from "./routes/session-of.ts";

export { SettingsError };
export type { Peer, PortcullisSettings, SignedIn };

export interface PortcullisOptions {
  /** Gets each line of the log, without its line break, in place of standard output. `LOG_LEVEL` says which there are. */
  readonly log?: (line: string) => void;
  /** Gets each sentence about a setting or a file that is hardly meant, in place of standard error. */
  readonly warn?: (sentence: string) => void;
}

export interface Portcullis {
  /**
   * Answers a request beneath the path of `PUBLIC_URL`, with every check, limit and event that the server has. Waits for a
   * start under way, and begins one where nobody has. Rejects with a `TypeError` without `clientAddress`.
   */
  fetch(request: Request, peer: Peer): Promise<Response>;
  /** Opens the database, brings it to this version's schema, and starts the jobs: cleaning, and sending mail. Again, it is the same start; after one that failed, a new one. */
  start(): Promise<void>;
  /** Waits for the requests under way, for 8 seconds at the most, and closes everything. For good: it starts no more. */
  close(): Promise<void>;
  /** Finds who is signed in, by cookie or access token, as every request of the API does; undefined for nobody. Changes nothing. */
  sessionOf(request: Request): Promise<SignedIn | undefined>;
  /** Brings the database to this version's schema, as every start does, and answers a line for each step. It needs no start. */
  migrate(): Promise<readonly string[]>;
}

/** Makes a server of the settings. Throws a `SettingsError` with one sentence for each that is wrong or not known. */
export function createPortcullis(
  given: PortcullisSettings,
  { log, warn = console.error }: PortcullisOptions = {},
): Portcullis {
  const { settings, remarks } = readEmbeddedSettings(given);
  let opening: Promise<Embedded> | undefined;
  let closing: Promise<void> | undefined;
  let isClosed = false;

  async function open(): Promise<Embedded> {
    if (isClosed || (closing !== undefined && opening === undefined))
      throw new Error("This server is closed: make another with createPortcullis");
    // Imported only now, with everything large that it needs.
    opening ??= import("./process/embedded.ts")
      .then(({ openEmbedded }) => openEmbedded(settings, remarks, { log, warn }))
      .catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
    return opening;
  }

  async function close(): Promise<void> {
    const opened = await opening?.catch(() => undefined);
    await opened?.close().finally(() => (isClosed = true));
    isClosed = true;
  }

  return {
    async fetch(request, peer) {
      assertPeer(peer);
      return (await open()).fetch(request, peer);
    },
    async start() {
      await open();
    },
    close: () => (closing ??= close()),
    async sessionOf(request) {
      return (await open()).sessionOf(request);
    },
    async migrate() {
      const { openDatabase } = await import("./process/system.ts");
      const steps: string[] = [];
      const storage = await openDatabase(settings, (line) => steps.push(line));
      await storage.close();
      return steps;
    },
  };
}
