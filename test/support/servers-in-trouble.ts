/** The servers on which every documented answer can be met: one in order, and one in each kind of trouble. */
import { DatabaseSync } from "node:sqlite";
import { dataOf, tokenClient } from "./clients.ts";
import { ADMIN } from "./credentials.ts";
import { type InProcessServer, startInProcessServer } from "./in-process-server.ts";
import { startMailServer } from "./mail-server.ts";
import { type Mailed, proofsIn } from "./mailbox.ts";
import { waitFor } from "./wait-for.ts";

/** Addresses, and what the ways to succeed and to fail need besides. */
export interface Servers {
  readonly healthy: string;
  /** Its tables are gone. */
  readonly broken: string;
  /** Its shutdown has begun. */
  readonly draining: string;
  /** Its limits are one a minute, other than for logins by client address, and its metrics need a token. */
  readonly limited: string;
  /** An account begins with a proof of its address. */
  readonly verifying: string;
  /** Nobody signs up, and nobody signs in by mail. */
  readonly closed: string;
  /** By address: an access token of the administrator, from before the trouble began. */
  readonly adminTokens: ReadonlyMap<string, string>;
  /** The proofs in the first mail to an address that has some. */
  readonly mailed: (email: string) => Promise<Mailed>;
  /** Makes all sessions of the healthy server as old as if they were begun an hour ago. */
  readonly ageSessions: () => void;
}

export interface ServersOptions {
  /** Settings for all of them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Puts something in front of a server, and answers the address of that. */
  readonly inFront?: (address: string) => Promise<string>;
}

const smallLimits = {
  LIMIT_LOGIN_EMAIL: "1/60",
  LIMIT_SIGNUP_IP: "1/60",
  LIMIT_FORGOT_IP: "1/60",
  LIMIT_REFRESH_IP: "1/60",
  LIMIT_CHALLENGE_IP: "1/60",
  LIMIT_EMAIL_CHANGE: "1/60",
  LIMIT_MAIL_LOGIN_IP: "1/60",
  METRICS_TOKEN: "0123456789abcdef",
};

/** Starts all six, each on a database of its own. */
export async function startServersInTrouble({
  environment = {},
  inFront = async (address) => address,
}: ServersOptions = {}): Promise<{ readonly servers: Servers; stop(): Promise<void> }> {
  const mailServer = await startMailServer("accepts");
  const running: InProcessServer[] = [];
  const adminTokens = new Map<string, string>();

  async function start(settings: Readonly<Record<string, string>> = {}) {
    const server = await startInProcessServer({
      NODE_ENV: "test",
      HASH_WORKERS: "1",
      SMTP_URL: mailServer.url,
      MAIL_FROM: "auth@example.com",
      SIGNUP: "open",
      MAIL_LOGIN: "on",
      ...settings,
      ...environment,
    });
    running.push(server);
    const address = await inFront(server.address);
    const login = await tokenClient(address).tokenLogin(ADMIN);
    adminTokens.set(address, dataOf(login).accessToken);
    return { server, address };
  }

  const healthy = await start();
  const broken = await start();
  const draining = await start();
  const limited = await start(smallLimits);
  const verifying = await start({ SIGNUP: "verified" });
  const closed = await start({ SIGNUP: "closed", MAIL_LOGIN: "off" });
  loseTables(broken.server.databaseFile);
  draining.server.drain();

  const servers: Servers = {
    healthy: healthy.address,
    broken: broken.address,
    draining: draining.address,
    limited: limited.address,
    verifying: verifying.address,
    closed: closed.address,
    adminTokens,
    mailed: (email) =>
      waitFor(() =>
        mailServer.received
          .filter(({ recipients }) => recipients.includes(email))
          .map(({ mail }) => proofsIn(mail))
          .find(({ token }) => token !== ""),
      ),
    ageSessions: () => ageSessions(healthy.server.databaseFile),
  };
  return {
    servers,
    async stop() {
      await Promise.all(running.map((server) => server.stop()));
      await mailServer.close();
    },
  };
}

function loseTables(file: string): void {
  const database = new DatabaseSync(file);
  for (const table of ["challenges", "sessions", "users"])
    database.exec(`ALTER TABLE ${table} RENAME TO lost_${table}`);
  database.close();
}

const HOUR_MS = 3_600_000;

function ageSessions(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(`UPDATE sessions SET created_at = created_at - ${HOUR_MS}`);
  database.close();
}
