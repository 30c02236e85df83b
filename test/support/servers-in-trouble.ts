/** The servers on which every documented answer can be met: one in order, and one in each kind of trouble. */
import { DatabaseSync } from "node:sqlite";
import { uuidv7 } from "uuidv7";
import { dataOf, tokenClient } from "./clients.ts";
import { ADMIN } from "./credentials.ts";
import { type InProcessServer, startInProcessServer } from "./in-process-server.ts";
import { startMailServer } from "./mail-server.ts";
import { type Mailed, proofsIn } from "./mailbox.ts";
import { startProvider, type TestProvider } from "./provider.ts";
import { providerSettings } from "./provider-steps.ts";
import { passkeySettings } from "./second-factors.ts";
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
  /** An account begins with a proof of its address. Its provider cannot be reached. */
  readonly verifying: string;
  /** Nobody signs up, and nobody signs in by mail. Its provider is linked by an address that both sides have proved. */
  readonly closed: string;
  /** Everybody needs a second factor, and nobody has one. */
  readonly enrolling: string;
  /** All of them have it. */
  readonly provider: TestProvider;
  /** By address: an access token of the administrator, from before the trouble began. */
  readonly adminTokens: ReadonlyMap<string, string>;
  /** The proofs in the first mail to an address that has some. */
  readonly mailed: (email: string) => Promise<Mailed>;
  /** Makes all sessions of the healthy server as old as if they were begun an hour ago. */
  readonly ageSessions: () => void;
  /** Gives an account of the healthy server an authenticator app, as another process would. */
  readonly addTotp: (userId: string) => void;
  /** Gives an account of the healthy server so many passkeys, which nobody has. */
  readonly addPasskeys: (userId: string, count: number) => void;
  /** Does something while no account of the closed server has a password. */
  readonly withoutPassword: <T>(work: () => Promise<T>) => Promise<T>;
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
  LIMIT_PASSKEY_IP: "1/60",
  LIMIT_PROVIDER_IP: "1/60",
  LIMIT_REAUTHENTICATION: "1/60",
  METRICS_TOKEN: "0123456789abcdef",
};

/** Starts all seven, each on a database of its own. */
export async function startServersInTrouble({
  environment = {},
  inFront = async (address) => address,
}: ServersOptions = {}): Promise<{ readonly servers: Servers; stop(): Promise<void> }> {
  const mailServer = await startMailServer("accepts");
  const provider = await startProvider();
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
      ...passkeySettings,
      ...providerSettings(provider),
      ...settings,
      ...environment,
    });
    running.push(server);
    const address = await inFront(server.address);
    const login = await tokenClient(address).tokenLogin(ADMIN);
    adminTokens.set(address, dataOf(login).accessToken);
    return { server, address };
  }

  const healthy = await start({
    WEBAUTHN_ORIGINS: `${passkeySettings.WEBAUTHN_ORIGINS},https://app.example.com,https://shop.example`,
  });
  const broken = await start();
  const draining = await start();
  const limited = await start(smallLimits);
  const verifying = await start({
    SIGNUP: "verified",
    PROVIDER_GOOGLE_ISSUER: "http://127.0.0.1:1",
  });
  const closed = await start({
    SIGNUP: "closed",
    MAIL_LOGIN: "off",
    PROVIDER_GOOGLE_LINK: "verified",
  });
  const enrolling = await start({ SECOND_FACTOR: "required" });
  loseTables(broken.server.databaseFile);
  draining.server.drain();

  const servers: Servers = {
    healthy: healthy.address,
    broken: broken.address,
    draining: draining.address,
    limited: limited.address,
    verifying: verifying.address,
    closed: closed.address,
    enrolling: enrolling.address,
    provider,
    adminTokens,
    mailed: (email) =>
      waitFor(() =>
        mailServer.received
          .filter(({ recipients }) => recipients.includes(email))
          .map(({ mail }) => proofsIn(mail))
          .find(({ token }) => token !== ""),
      ),
    ageSessions: () => ageSessions(healthy.server.databaseFile),
    addTotp: (userId) => addTotp(healthy.server.databaseFile, userId),
    addPasskeys: (userId, count) => addPasskeys(healthy.server.databaseFile, userId, count),
    withoutPassword: (work) => withoutPassword(closed.server.databaseFile, work),
  };
  return {
    servers,
    async stop() {
      await Promise.all(running.map((server) => server.stop()));
      await mailServer.close();
      await provider.close();
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
  database.exec(`UPDATE sessions
    SET created_at = created_at - ${HOUR_MS}, authenticated_at = authenticated_at - ${HOUR_MS}`);
  database.close();
}

function addTotp(file: string, userId: string): void {
  const database = new DatabaseSync(file);
  database
    .prepare(
      "INSERT INTO totp_factors (user_id, sealed_secret, last_step, created_at) VALUES (?, x'00', 0, 0)",
    )
    .run(userId);
  proveSecondFactor(database, userId);
  database.close();
}

function addPasskeys(file: string, userId: string, count: number): void {
  const database = new DatabaseSync(file);
  const insert =
    database.prepare(`INSERT INTO passkeys (id, user_id, credential_id, public_key, algorithm, sign_count,
    backup_eligible, backed_up, signs_in, transports, aaguid, name, created_at)
    VALUES (?, ?, randomblob(16), x'00', -7, 0, 0, 0, 0, '[]', x'00', 'A key', 0)`);
  for (let added = 0; added < count; added += 1) insert.run(uuidv7(), userId);
  proveSecondFactor(database, userId);
  database.close();
}

/** Every session of the account has proved it a moment ago: what asks for a recent proof lets it pass. */
function proveSecondFactor(database: DatabaseSync, userId: string): void {
  database
    .prepare("UPDATE sessions SET second_factor_at = ? WHERE user_id = ?")
    .run(Date.now(), userId);
}

async function withoutPassword<T>(file: string, work: () => Promise<T>): Promise<T> {
  const database = new DatabaseSync(file);
  const hashes = database.prepare("SELECT id, password_hash FROM users").all();
  database.exec("UPDATE users SET password_hash = NULL");
  try {
    return await work();
  } finally {
    const restore = database.prepare("UPDATE users SET password_hash = ? WHERE id = ?");
    for (const { id, password_hash: hash } of hashes) restore.run(String(hash), String(id));
    database.close();
  }
}
