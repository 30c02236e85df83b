/** Runs the real server as a process, which can be killed and started again on the same port. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const START = fileURLToPath(new URL("../../src/start.js", import.meta.url));
const READY_POLL_MS = 10;
const STDERR_KEPT = 4_000; // characters
/** Waiting longer has no point: every check of the time to ready asks for less. */
const READY_LIMIT_MS = 60_000;

export const adminCredentials = {
  email: "grace@example.com",
  password: "a tall ship and a star to steer by",
};

/** Settings with limits out of reach, because all clients of a soak have one address. */
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
  /** End of its stderr. */
  stderr(): string;
  /** From the spawn to the first 200 of `/readyz`. */
  readonly readyAfterMs: number;
  /** Exit code, or the name of the signal that ended it; undefined while it runs. */
  outcome(): number | string | undefined;
  /** Asks `/readyz`. */
  isReady(): Promise<boolean>;
  /** Sends the signal and waits for the end. Answers the exit code, or the name of the signal that ended it. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number | string | null>;
}

export interface SoakServerOptions {
  /** Working directory. The server writes mails to `data/outbox` in it. */
  readonly folder: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Command that runs the server, such as a tracer. */
  readonly under?: readonly string[];
  /** Arguments of Node itself. */
  readonly nodeArguments?: readonly string[];
  /** File that starts the server, if not the one that `npm start` runs. */
  readonly program?: string;
}

/** Starts the server with passwords that cost next to nothing, for soaks that are not about them. */
export const CHEAP_HASHES = fileURLToPath(
  new URL("../../test/support/start-with-cheap-hashes.ts", import.meta.url),
);

/** Starts the server and waits until it is ready. Throws, with its stderr, if it ends before. */
export async function startSoakServer(options: SoakServerOptions): Promise<SoakServer> {
  const { folder, port, environment, under = [], nodeArguments = [], program = START } = options;
  const [command, ...args] = [...under, process.execPath, ...nodeArguments, program] as const;
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
  let stderr = "";
  child.stderr.on(
    "data",
    (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-STDERR_KEPT)),
  );
  const exited = once(child, "exit");
  const baseUrl = `http://localhost:${port}`;
  await untilReady(child, baseUrl, () => stderr);
  return {
    baseUrl,
    pid: child.pid ?? 0,
    stderr: () => stderr,
    readyAfterMs: Math.round(performance.now() - startedAt),
    outcome: () => child.exitCode ?? child.signalCode ?? undefined,
    isReady: async () => (await statusOf(`${baseUrl}/readyz`)) === 200,
    async end(signal) {
      child.kill(signal);
      await exited;
      return child.exitCode ?? child.signalCode;
    },
  };
}

async function untilReady(
  child: ChildProcess,
  baseUrl: string,
  stderr: () => string,
): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const status = await statusOf(`${baseUrl}/readyz`);
    if (status === 200) return;
    if (child.exitCode !== null)
      throw new Error(`The server ended before it was ready:\n${stderr()}`);
    if (performance.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`The server is not ready after ${READY_LIMIT_MS} ms:\n${stderr()}`);
    }
    await sleep(READY_POLL_MS);
  }
}

/** Status of a GET; 0 without an answer. */
async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/**
 * Finds a port that stays free while the server restarts. It lies below the ports that systems give to
 * outgoing connections, which could take it in the meantime.
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
