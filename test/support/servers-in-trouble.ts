/** The servers on which every documented answer can be met: one in order, and one in each kind of trouble. */
import { DatabaseSync } from "node:sqlite";
import { dataOf, tokenClient } from "./clients.ts";
import { ADMIN } from "./credentials.ts";
import { type InProcessServer, startInProcessServer } from "./in-process-server.ts";
import { startMailServer } from "./mail-server.ts";
import { tokenIn } from "./mailbox.ts";
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
  /** By address: an access token of the administrator, from before the trouble began. */
  readonly adminTokens: ReadonlyMap<string, string>;
  /** The token of the reset link that was mailed to an address. */
  readonly resetToken: (email: string) => Promise<string>;
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
  METRICS_TOKEN: "0123456789abcdef",
};

/** Starts all four, each on a database of its own. */
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
  loseTables(broken.server.databaseFile);
  draining.server.drain();

  const servers: Servers = {
    healthy: healthy.address,
    broken: broken.address,
    draining: draining.address,
    limited: limited.address,
    adminTokens,
    resetToken: (email) =>
      waitFor(() =>
        mailServer.received
          .filter(({ recipients }) => recipients.includes(email))
          .map(({ mail }) => tokenIn(mail))
          .find((token) => token !== ""),
      ),
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
  for (const table of ["sessions", "users"])
    database.exec(`ALTER TABLE ${table} RENAME TO lost_${table}`);
  database.close();
}
