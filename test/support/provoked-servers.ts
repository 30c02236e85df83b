/** The servers on which every documented answer can be met: in order, broken, draining, and with small limits. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClient } from "@portcullis/client";
import { readSettings } from "../../src/process/settings.ts";
import { type RunningServer, startServer } from "../../src/process/server.ts";
import { CHEAP_COST } from "./cheap-hashes.ts";
import { dataOf } from "./clients.ts";
import { startMailServer } from "./mail-server.ts";
import { tokenIn } from "./mailbox.ts";
import { type Servers, tokens } from "./provocations.ts";
import { adminCredentials, generousLimits } from "./server-process.ts";
import { until } from "./wait-for.ts";

const smallLimits = {
  LIMIT_LOGIN_EMAIL: "1/60",
  LIMIT_SIGNUP_IP: "1/60",
  LIMIT_FORGOT_IP: "1/60",
  LIMIT_REFRESH_IP: "1/60",
  METRICS_TOKEN: "0123456789abcdef",
};

export interface ServerOptions {
  /** Settings for all of them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Puts something in front of a server, and answers where that is. */
  readonly inFront?: (address: string) => Promise<string>;
}

/** Starts all four on databases of their own. */
export async function startProvokedServers(
  options: ServerOptions = {},
): Promise<{ readonly servers: Servers; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-provoked-"));
  const post = await startMailServer("accepts");
  const running: RunningServer[] = [];

  async function start(name: string, settings: Record<string, string> = {}) {
    const read = readSettings({
      NODE_ENV: "test",
      PORT: "0",
      LOG_LEVEL: "silent",
      HASH_WORKERS: "1",
      DATABASE_URL: `sqlite:${join(folder, `${name}.db`)}`,
      ADMIN_EMAIL: adminCredentials.email,
      ADMIN_PASSWORD: adminCredentials.password,
      SMTP_URL: post.url,
      MAIL_FROM: "auth@example.com",
      ...generousLimits,
      ...settings,
      ...options.environment,
    });
    if ("faults" in read) throw new Error(read.faults.join("\n"));
    const server = await startServer({ ...read.settings, BCRYPT_COST: CHEAP_COST });
    running.push(server);
    const address = (await options.inFront?.(server.address)) ?? server.address;
    const login = await createClient({ baseUrl: address }).tokenLogin(adminCredentials);
    tokens.set(address, dataOf(login).accessToken);
    return { server, address };
  }

  const healthy = await start("healthy");
  const broken = await start("broken");
  const draining = await start("draining");
  const limited = await start("limited", smallLimits);
  breakDatabase(join(folder, "broken.db"));
  draining.server.drain();

  const servers: Servers = {
    healthy: healthy.address,
    broken: broken.address,
    draining: draining.address,
    limited: limited.address,
    resetToken: (email) =>
      until(() =>
        post.received
          .filter(({ recipients }) => recipients.includes(email))
          .map(({ mail }) => tokenIn(mail))
          .find((token) => token !== ""),
      ),
  };
  return {
    servers,
    async stop() {
      await Promise.all(running.map((server) => server.stop("test")));
      await post.close();
      await rm(folder, { recursive: true });
    },
  };
}

function breakDatabase(file: string): void {
  const database = new DatabaseSync(file);
  for (const table of ["sessions", "users"])
    database.exec(`ALTER TABLE ${table} RENAME TO lost_${table}`);
  database.close();
}
