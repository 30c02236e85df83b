/** The real server as a process of its own: started, killed, started again on the same port. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const START = fileURLToPath(new URL("../../src/start.js", import.meta.url));
const READY_POLL_MS = 10;
const SAID_KEPT = 4_000; // characters
/** Past it there is no point in waiting: the check that asks for less has failed long ago. */
const READY_PATIENCE_MS = 60_000;

export const adminCredentials = {
  email: "grace@example.com",
  password: "a tall ship and a star to steer by",
};

/** All of a soak's clients come from one address; what limits do is another test's. */
const generousSettings = {
  AUTH_SECRET: "soak-only-0123456789-abcdefghijklmnopqrstuvwxyz",
  ADMIN_EMAIL: adminCredentials.email,
  ADMIN_PASSWORD: adminCredentials.password,
  BCRYPT_COST: "10",
  LIMIT_LOGIN_IP: "999999/60",
  LIMIT_LOGIN_EMAIL: "999999/60",
  LIMIT_SIGNUP_IP: "999999/60",
  LIMIT_FORGOT_IP: "999999/60",
  LIMIT_FORGOT_EMAIL: "999999/60",
  LIMIT_REFRESH_IP: "999999/60",
  LOCKOUT_THRESHOLD: "100",
};

export interface SoakServer {
  readonly baseUrl: string;
  readonly pid: number;
  /** The last of what it wrote to stderr. */
  said(): string;
  /** From its birth until it said it was ready. */
  readonly readyAfterMs: number;
  /** Ends it, and answers how it ended: its exit code, or the signal's name. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number | string | null>;
}

export interface SoakServerOptions {
  /** Its working directory: `data/outbox` appears in it. */
  readonly folder: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** A command to run it under, such as a tracer. */
  readonly under?: readonly string[];
  /** For Node itself, before what it runs. */
  readonly nodeArguments?: readonly string[];
}

/** Starts it and waits until it is ready. Rejects, with what it said, where it ends before that. */
export async function startSoakServer(options: SoakServerOptions): Promise<SoakServer> {
  const { folder, port, environment, under = [], nodeArguments = [] } = options;
  const [command, ...args] = [...under, process.execPath, ...nodeArguments, START] as const;
  const startedAt = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      PORT: String(port),
      ...generousSettings,
      ...environment,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-SAID_KEPT)));
  const exited = once(child, "exit");
  const baseUrl = `http://localhost:${port}`;
  await ready(child, baseUrl, () => said);
  return {
    baseUrl,
    pid: child.pid ?? 0,
    said: () => said,
    readyAfterMs: Math.round(performance.now() - startedAt),
    async end(signal) {
      child.kill(signal);
      await exited;
      return child.exitCode ?? child.signalCode;
    },
  };
}

async function ready(child: ChildProcess, baseUrl: string, said: () => string): Promise<void> {
  const deadline = performance.now() + READY_PATIENCE_MS;
  for (;;) {
    const status = await statusOf(`${baseUrl}/readyz`);
    if (status === 200) return;
    if (child.exitCode !== null)
      throw new Error(`The server ended before it was ready:\n${said()}`);
    if (performance.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`The server is not ready after ${READY_PATIENCE_MS} ms:\n${said()}`);
    }
    await sleep(READY_POLL_MS);
  }
}

/** 0 where nobody answered. */
export async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/**
 * A port that stays the server's when it is killed: below those that systems give to outgoing
 * connections, which would take it in the meantime.
 */
export async function findFreePort(): Promise<number> {
  for (let port = 20_000 + (process.pid % 10_000); port < 32_000; port += 1)
    if (await isFree(port)) return port;
  throw new Error("No port is free");
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
