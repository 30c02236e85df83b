/** The server as a process of its own, on a database file of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LogEvent } from "../../src/contract/events.ts";
import { type OperationDescription, problemsOf } from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { problem } from "../../src/contract/problems.ts";
import { ADMIN } from "./credentials.ts";
import { type Ended, readToEnd } from "./ended.ts";
import { compiledOnce, generousLimits } from "./test-settings.ts";

const START = new URL("../../src/start.js", import.meta.url).pathname;
const START_WITH_CHEAP_HASHES = new URL("start-with-cheap-hashes.ts", import.meta.url).pathname;

export interface ServerProcess {
  readonly pid: number | undefined;
  readonly baseUrl: string;
  /** A temporary folder with the database in it. */
  readonly folder: string;
  readonly databaseFile: string;
  /** Every line of stdout so far, parsed; anything that is no event of the contract fails the test that reads it. */
  events(): LogEvent[];
  stderr(): string;
  /** Ends the process as an operator would, and answers its exit code; all of stdout has been read then. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Removes the folder as well. Throws where an operation has answered a status it does not document. */
  dispose(): Promise<void>;
}

export interface StartOptions {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The Node that runs it, if not this one. */
  readonly node?: string;
  /** Wraps the command line: it starts the given one in the end, by `exec`. */
  readonly launcher?: Launcher;
}

export type Launcher = (command: readonly string[]) => readonly [string, ...string[]];

/** Starts the server and waits until it listens. Its passwords cost next to nothing, unless `BCRYPT_COST` is given. */
export async function startServerProcess(options: StartOptions = {}): Promise<ServerProcess> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "portcullis-")));
  const databaseFile = join(folder, "portcullis.db");
  const environment = {
    DATABASE_URL: `sqlite:${databaseFile}`,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    ...generousLimits,
    ...options.environment,
  };
  const entry = "BCRYPT_COST" in environment ? START : START_WITH_CHEAP_HASHES;
  const { node, launcher } = options;
  const child = spawnServer(environment, [], folder, { entry, node, launcher });
  const lines: string[] = [];
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = once(child, "close");
  const started = Promise.withResolvers<string>();
  createInterface({ input: child.stdout ?? process.stdin }).on("line", (line) => {
    lines.push(line);
    const event = LogEvent.safeParse(JSON.parse(line));
    if (event.data?.event === "server_started") started.resolve(event.data.address);
  });
  void exited.then(() => {
    started.reject(new Error(`The server ended before it listened:\n${stderr}`));
  });

  const address = await started.promise.catch(async (error: unknown) => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const server: ServerProcess = {
    pid: child.pid,
    // A name, as people use it: cookies with `Secure` are kept for loopback names too.
    baseUrl: address.replace("127.0.0.1", "localhost"),
    folder,
    databaseFile,
    events: () => lines.map((line) => LogEvent.parse(JSON.parse(line))),
    stderr: () => stderr,
    async stop(signal = "SIGTERM") {
      if (child.exitCode === null) child.kill(signal);
      await exited;
      return child.exitCode;
    },
    async dispose() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      const undocumented = undocumentedAnswers(lines);
      if (undocumented.length > 0)
        throw new Error(`Answers the contract does not have: ${undocumented.join(", ")}`);
    },
  };
  return server;
}

/** `operationId status` of each `request` line that the contract does not have: whatever the test was about. */
function undocumentedAnswers(lines: readonly string[]): string[] {
  const answers = lines.flatMap((line) => {
    const { event, operation, status } = JSON.parse(line) as Record<string, unknown>;
    return event === "request" && operation !== null ? [`${operation} ${status}`] : [];
  });
  const documented = operationIds.flatMap((id) => {
    const operation: OperationDescription = operations[id];
    const failures = problemsOf(operation).map((code) => problem(code).status);
    return [...Object.keys(operation.responses), ...failures].map((status) => `${id} ${status}`);
  });
  return [...new Set(answers)].filter((answer) => !documented.includes(answer));
}

interface Program {
  /** The file that is run, if not `src/start.js`. */
  readonly entry?: string;
  readonly node?: string | undefined;
  readonly launcher?: Launcher | undefined;
}

/** Runs a server to its end, for a start that is refused. */
export function runServer(
  environment: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
): Promise<Ended> {
  return readToEnd(spawnServer(environment, nodeArguments));
}

/**
 * Spawns the process and waits for nothing: on a free port, with the cheapest hashes that a setting
 * allows, and with none of this shell's own settings. For tests of the start itself.
 */
export function spawnServer(
  environment: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
  folder?: string,
  {
    entry = START,
    node = process.execPath,
    launcher = ([program = "", ...rest]) => [program, ...rest],
  }: Program = {},
): ChildProcess {
  const [program, ...programArguments] = launcher([node, ...nodeArguments, entry]);
  return spawn(program, programArguments, {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      BCRYPT_COST: "10",
      HASH_WORKERS: "2",
      ...compiledOnce,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
